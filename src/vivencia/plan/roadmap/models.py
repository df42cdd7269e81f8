"""Roadmap's tables: what plans are made by, every plan ever made, and who may read the calendar."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from vivencia.plan.initiatives.models import ValueUnit


class PlanState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Planning")
    DONE = "done", _("Planned")
    FAILED = "failed", _("No plan")


class Frame(models.Model):
    """What plans are made by; one row. `balance`: {stream: [least, largest share of the money spent, 0-100]}."""

    quarters = models.PositiveSmallIntegerField(
        _("quarters planned"), default=8, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    quarters_after = models.PositiveSmallIntegerField(
        _("quarters counted after them"), default=4, validators=[MaxValueValidator(40)]
    )
    discount = models.FloatField(
        _("discount a year, in percent"), default=0.0, validators=[MinValueValidator(0.0), MaxValueValidator(50.0)]
    )
    unit = models.CharField(_("counted in"), max_length=10, choices=ValueUnit, default=ValueUnit.MONEY)
    balance: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return "frame"


class Plan(models.Model):
    """One plan: found by the optimiser, or completed after a change by hand. Never altered once done.

    - `first_quarter`: first day of its first quarter. `problem`: as `vivencia roadmap --file` reads it, keys of
      initiatives and teams are their numbers as text; `unvalued`: initiatives that could not be counted, and why.
      `counted`: {"past": {n, percent}} where values are counted in the light of past initiatives; {} where not.
    - `starts`: {initiative: quarter from 0}. `report`: as docs/guide/roadmap.md describes the answer.
    - `base`: the plan that was changed by hand; `change`: {initiative: quarter from 0 | null = left out | "any" = in,
      whenever best}; `fixed`: all changes by hand that still hold. `loss`: what this change cost (below 0: it gained).
    - `kept`: a version; others are trials. `progress`: 0-1 while it is being planned. `trouble`: why there is none.
    """

    state = models.CharField(max_length=10, choices=PlanState, default=PlanState.QUEUED)
    progress = models.FloatField(default=0.0)
    seconds = models.FloatField(default=10.0)
    first_quarter = models.DateField()
    problem: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    unvalued: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    counted: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    starts: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    report: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    trouble: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    base = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="changed")
    change: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    fixed: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    loss = models.FloatField(null=True)
    kept = models.BooleanField(default=False)
    name = models.CharField(_("name"), max_length=80, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"plan {self.pk}"


class CalendarLink(models.Model):
    """A secret address under which a person's calendar programme reads the roadmap; only its digest is kept."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"calendar of {self.person}"
