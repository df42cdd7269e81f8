"""Addresses of the API and of its pages under Sources."""

from django.urls import path

from vivencia.listen.api import receiving

urlpatterns = [
    path("v1/<str:call>", receiving.receive, name="api-receive"),
]
