"""Addresses of personas."""

from django.urls import path

from vivencia.understand.personas import editing_pages, pages

urlpatterns = [
    path("personas/", pages.personas_page, name="personas"),
    path("personas/find/", pages.find, name="personas-find"),
    path("personas/progress/", pages.progress, name="personas-progress"),
    path("personas/new/", editing_pages.form_page, name="persona-new"),
    path("personas/<int:pk>/", pages.persona_page, name="persona"),
    path("personas/<int:pk>/edit/", editing_pages.form_page, name="persona-edit"),
    path("personas/<int:pk>/delete/", pages.delete, name="persona-delete"),
    path("personas/<int:pk>/statements/", editing_pages.add, name="persona-statement-add"),
    path("personas/statements/<int:pk>/", editing_pages.change, name="persona-statement"),
    path("personas/statements/<int:pk>/evidence/", editing_pages.evidence_part, name="persona-evidence"),
    path("personas/statements/<int:pk>/attach/", editing_pages.attach, name="persona-attach"),
    path("personas/evidence/<int:pk>/delete/", editing_pages.detach, name="persona-detach"),
]
