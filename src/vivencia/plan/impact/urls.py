"""Addresses of impact."""

from django.urls import path

from vivencia.plan.impact import pages

urlpatterns = [
    path("plan/impact/", pages.impact_page, name="impact"),
    path("plan/impact/metrics/<str:name>/", pages.metric_story, name="impact-metric"),
    path("plan/impact/<int:pk>/", pages.initiative_page, name="impact-initiative"),
    path("plan/impact/<int:pk>/again/", pages.again, name="impact-again"),
    path("plan/impact/<int:pk>/progress/", pages.progress_part, name="impact-progress"),
    path("plan/impact/<int:pk>/left-out.csv", pages.left_out, name="impact-left-out"),
]
