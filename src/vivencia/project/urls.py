"""Every address of the product, one include a package."""

from django.urls import include, path

urlpatterns = [
    path("", include("vivencia.foundation.urls")),
]
