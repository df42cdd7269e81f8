"""Addresses of vision."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
