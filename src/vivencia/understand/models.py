"""Understand's tables: what people here called something, and saved."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from vivencia.understand import segments
from vivencia.understand.noticed_models import Noticed  # noqa: F401
from vivencia.understand.reading_models import Correction, Intent, IntentExample, TextModel  # noqa: F401


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


class Merge(models.Model):
    """Two records said to be one person: `other` leads to `kept` from now on, until it is undone.

    What it added to the ledger stands there under `batch`, so that undoing takes out that and nothing else. It is
    written here first: a merge that was begun (`done_at` null) is ended by the worker.
    """

    batch = models.CharField(max_length=50, unique=True)
    kept = models.CharField(max_length=500, db_index=True)
    other = models.CharField(max_length=500, db_index=True)
    reason = models.CharField(max_length=80)  # as the ledger's alias says it; `foundation.vocabulary` says it in words
    evidence = models.JSONField(default=dict)  # {"agree": [...], "alike": [...], "differ": [...], "chance": 0.97}
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.batch


class KeptApart(models.Model):
    """Two ids, in order, of which somebody said that they are two people: not offered, nor merged by a rule, again."""

    one = models.CharField(max_length=500)
    other = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["one", "other"], name="kept_apart_once")
        ]

    def __str__(self) -> str:
        return f"{self.one} / {self.other}"
