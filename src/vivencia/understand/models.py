"""Understand's tables: what people here called something, and saved."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from vivencia.understand import segments


class Segment(models.Model):
    """A saved filter over customers; `definition` is `segments.to_json` of its conditions."""

    name = models.CharField(max_length=80, unique=True)
    stored = models.JSONField(default=dict)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def definition(self) -> segments.Definition:
        return segments.from_json(self.stored)


class Phase(models.Model):
    """A part of the journey as this company names it; without any, journeys are before, during and after purchase."""

    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class PlacedTouchpoint(models.Model):
    """The phase a touchpoint belongs to, as somebody here decided."""

    touchpoint = models.CharField(max_length=200, unique=True)
    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="touchpoints")

    def __str__(self) -> str:
        return self.touchpoint
