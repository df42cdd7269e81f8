"""The address everything begins at."""

from django.urls import path

from vivencia.lead import pages

urlpatterns = [
    path("", pages.overview, name="overview"),
    path("overview/headline/", pages.headline_part, name="overview-headline"),
]
