"""Moments' table: studies, asked for by people, run in the background, remembered by what they read."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a study is. `EMPTY`: it ran, and there is not enough data; `reason` says which."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    EMPTY = "empty", _("Not enough data")
    FAILED = "failed", _("Failed")


class MomentStudy(models.Model):
    """One study of what decides an outcome, of a segment and a period, at one version of the ledger and of Vivencia.

    `result` is `findings.to_json`; it names nobody. `stage` and `progress` (0-1) tell where a running study is;
    `events`: how many the ledger held.
    """

    outcome = models.CharField(max_length=20)
    segment = models.CharField(max_length=200, blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    ledger_version = models.CharField(max_length=80)
    product_version = models.CharField(max_length=40, blank=True)
    events = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    stage = models.CharField(max_length=20, blank=True)
    progress = models.FloatField(default=0.0)
    reason = models.CharField(max_length=40, blank=True)
    result: "models.JSONField[Any, Any]" = models.JSONField(null=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now=True)
    seconds = models.FloatField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["outcome", "segment", "ledger_version"], name="moment_study_of"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.segment} {self.ledger_version} {self.state}"


class MomentSides(models.Model):
    """Everybody in a study, and on which side of each proven moment they are (`sides.packed`), for the newest study of
    a question; an erasure removes the person's rows (`erasing`)."""

    study = models.OneToOneField(MomentStudy, on_delete=models.CASCADE, related_name="sides")
    packed = models.BinaryField()

    def __str__(self) -> str:
        return str(self.study)


class MomentWitness(models.Model):
    """Somebody who lived a proven moment: those who show it best, for the newest study of a question. `at`:
    microseconds since 1970; an erasure removes the person's rows (`erasing`)."""

    study = models.ForeignKey(MomentStudy, on_delete=models.CASCADE, related_name="witnesses")
    key = models.TextField()
    customer_id = models.TextField(db_index=True)
    subject_kind = models.TextField(blank=True)
    subject_id = models.TextField(blank=True)
    at = models.BigIntegerField(null=True)
    outcome = models.FloatField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.key
