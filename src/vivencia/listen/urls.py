"""Addresses of the Sources pages."""

from django.urls import path

from vivencia.listen import pages

urlpatterns = [
    path("sources/", pages.sources, name="sources"),
    path("sources/new/", pages.new, name="source-new"),
    path("sources/upload/", pages.upload, name="source-upload"),
    path("sources/folder/", pages.folder, name="source-folder"),
    path("sources/demonstration/", pages.demonstration, name="demo"),
    path("sources/<int:pk>/", pages.source, name="source"),
    path("sources/<int:pk>/preview/", pages.preview, name="source-preview"),
    path("sources/<int:pk>/mapping/", pages.mapping, name="source-mapping"),
    path("sources/<int:pk>/preset/", pages.preset, name="source-preset"),
    path("sources/<int:pk>/start/", pages.start, name="source-start"),
    path("sources/<int:pk>/progress/", pages.progress, name="source-progress"),
    path("sources/<int:pk>/rejects/", pages.rejects, name="source-rejects"),
    path("sources/<int:pk>/undo/", pages.undo, name="source-undo"),
    path("sources/<int:pk>/discard/", pages.discard, name="source-discard"),
]
