"""Impact's table: what an outcome rests on, as its page shows it. The outcome itself: `plan.initiatives.models`."""

from typing import Any, ClassVar

from django.db import models

from vivencia.plan.initiatives.models import Initiative, Outcome


class Evidence(models.Model):
    """What one outcome rests on; one a declaration and last period.

    grain: "month" or "week"; until: the last day looked at; version: of the ledger. refused: a code of
    `methods.result.NotPossible` with its facts, where nothing could be estimated. drawn: {period's first day, actual,
    without, low, high} each. without, actual: means after the start. because, variant, why: codes of `wording`.
    """

    outcome = models.OneToOneField(Outcome, on_delete=models.CASCADE, related_name="evidence")
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="+")
    grain = models.CharField(max_length=10)
    until = models.DateField()
    version = models.CharField(max_length=80)
    variant = models.CharField(max_length=40, blank=True)
    why = models.CharField(max_length=40, blank=True)
    because = models.CharField(max_length=40, blank=True)
    refused = models.CharField(max_length=40, blank=True)
    facts: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    before = models.FloatField(null=True)
    actual = models.FloatField(null=True)
    without = models.FloatField(null=True)
    smallest = models.FloatField(null=True)
    n_units = models.PositiveIntegerField(default=0)
    n_treated = models.PositiveIntegerField(default=0)
    n_before = models.PositiveIntegerField(default=0)
    n_after = models.PositiveIntegerField(default=0)
    drawn: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    worked_out_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"evidence of outcome {self.outcome_id}"
