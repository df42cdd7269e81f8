"""Addresses of a survey's results."""

from django.urls import path

from vivencia.measure.responses import export_pages, pages

urlpatterns = [
    path("surveys/<int:pk>/results/", pages.results, name="survey-results"),
    path("surveys/<int:pk>/results/comments/", pages.comments_part, name="survey-comments"),
    path("surveys/<int:pk>/results/close/<uuid:key>/", pages.close, name="survey-close"),
    path("surveys/<int:pk>/results/rows.<str:form>", export_pages.rows, name="survey-rows"),
]
