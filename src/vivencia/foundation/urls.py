"""Addresses of sign-in, first run, settings and the page frame."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
