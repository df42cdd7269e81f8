"""Addresses of the vision."""

from django.urls import path

from vivencia.plan.vision import pages

urlpatterns = [
    path("plan/vision/", pages.vision_page, name="vision"),
    path("plan/vision/start/<int:step>/", pages.start_page, name="vision-start"),
    path("plan/vision/edit/", pages.edit_page, name="vision-edit"),
    path("plan/vision/versions/", pages.versions_page, name="vision-versions"),
    path("plan/vision/versions/<int:number>/restore/", pages.restore, name="vision-restore"),
    path("plan/vision/figure/<str:key>/", pages.figure_part, name="vision-figure"),
    path("plan/vision/target/<str:key>/", pages.target, name="vision-target"),
]
