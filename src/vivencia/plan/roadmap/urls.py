"""Addresses of the roadmap."""

from django.urls import path

from vivencia.plan.roadmap import pages, resource_pages

urlpatterns = [
    path("plan/roadmap/", pages.roadmap_page, name="roadmap"),
    path("plan/roadmap/plan/", pages.plan_anew, name="roadmap-plan"),
    path("plan/roadmap/progress/<int:pk>/", pages.progress_part, name="roadmap-progress"),
    path("plan/roadmap/<int:pk>/change/", pages.change, name="roadmap-change"),
    path("plan/roadmap/<int:pk>/keep/", pages.keep, name="roadmap-keep"),
    path("plan/roadmap/<int:pk>/dates/", pages.write_dates, name="roadmap-dates"),
    path("plan/roadmap/<int:pk>/export/", pages.export, name="roadmap-export"),
    path("plan/roadmap/frame/", pages.frame_page, name="roadmap-frame"),
    path("plan/roadmap/calendar/", pages.calendar_page, name="roadmap-calendar"),
    path("plan/roadmap/calendar/<str:token>.ics", pages.calendar_feed, name="roadmap-feed"),
    path("plan/roadmap/resources/", resource_pages.resources_page, name="roadmap-resources"),
]
