"""Addresses of initiatives."""

from django.urls import path

from vivencia.plan.initiatives import pages

urlpatterns = [
    path("plan/initiatives/", pages.initiatives_page, name="initiatives"),
    path("plan/initiatives/new/", pages.new_page, name="initiative-new"),
    path("plan/initiatives/<int:pk>/", pages.initiative_page, name="initiative"),
    path("plan/initiatives/<int:pk>/edit/", pages.edit_page, name="initiative-edit"),
    path("plan/initiatives/<int:pk>/stage/", pages.move, name="initiative-stage"),
    path("plan/initiatives/<int:pk>/declare/", pages.declare, name="initiative-declare"),
    path("plan/initiatives/<int:pk>/delete/", pages.delete, name="initiative-delete"),
]
