"""Measure's tables: what a metric is meant to reach, and what it is held against."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Direction(models.TextChoices):
    """Which side of the target is the good one."""

    AT_LEAST = "at_least", _("at least")
    AT_MOST = "at_most", _("at most")


class Target(models.Model):
    """A value a metric should reach from a day on, for everybody or for one group; somebody answers for it.

    `metric` and `variant` are names of the catalogue, `dimension` one of its dimensions ("": everybody), `group` that
    dimension's value; `value` is in the variant's unit.
    """

    metric = models.CharField(max_length=60)
    variant = models.CharField(max_length=60)
    dimension = models.CharField(max_length=120, blank=True)
    group = models.CharField(max_length=200, blank=True)
    direction = models.CharField(_("direction"), max_length=10, choices=Direction, default=Direction.AT_LEAST)
    value = models.FloatField(_("target"))
    from_date = models.DateField(_("from"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[Any]] = ["metric", "dimension", "group", "-from_date"]

    def __str__(self) -> str:
        return f"{self.metric} {self.direction} {self.value:g}"


class BenchmarkKind(models.TextChoices):
    """Against whom a metric is held."""

    OWN = "own", _("Ourselves before")
    INDUSTRY = "industry", _("Our industry")
    LEADER = "leader", _("The leader")


class Benchmark(models.Model):
    """A value from outside, or from before, that a metric is held against; with where it comes from and when it held.

    `metric` and `variant` are names of the catalogue; `value`, `low` and `high` (its 95 % interval or range, where the
    source gives one) are in the variant's unit.
    """

    metric = models.CharField(max_length=60)
    variant = models.CharField(max_length=60)
    kind = models.CharField(_("compared with"), max_length=10, choices=BenchmarkKind, default=BenchmarkKind.INDUSTRY)
    name = models.CharField(_("who exactly"), max_length=120)
    value = models.FloatField(_("value"))
    low = models.FloatField(_("at least"), null=True, blank=True)
    high = models.FloatField(_("at most"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)
    link = models.CharField(max_length=500, blank=True)  # of the web; the form sees to that
    held_on = models.DateField(_("held on"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[Any]] = ["metric", "variant", "kind", "-held_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.metric} {self.name} {self.value:g}"
