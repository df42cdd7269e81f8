"""Measure's table: what a metric is meant to reach."""

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
