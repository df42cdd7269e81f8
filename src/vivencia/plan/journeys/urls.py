"""Addresses of journey maps."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
