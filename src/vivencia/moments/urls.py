"""Addresses of moments that matter."""

from django.urls import path

from vivencia.moments import pages, people_pages

urlpatterns = [
    path("moments/", pages.moments_page, name="moments"),
    path("moments/run/", pages.run_again, name="moments-run"),
    path("moments/progress/<int:pk>/", pages.progress_part, name="moments-progress"),
    path("moments/people/<str:outcome>/<path:key>", people_pages.people_page, name="moment-people"),
    # touchpoints' names come from the data and may hold slashes, so they stand last
    path("moments/<str:outcome>/<path:key>", pages.moment_page, name="moment"),
]
