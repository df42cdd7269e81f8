"""Addresses of plan."""

from django.urls import path

from vivencia.plan import pages

urlpatterns = [
    path("plan/", pages.plan_page, name="plan"),
    path("plan/part/<str:part>/", pages.part, name="plan-part"),
]
