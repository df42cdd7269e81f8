"""Vision's tables: its versions, and the draft of a guided start that was left."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from vivencia.plan.vision.document import Vision, from_json


class VisionVersion(models.Model):
    """The vision as somebody saved it; never changed. The highest number is in force. `restored`: the number of the
    version it brings back."""

    number = models.PositiveIntegerField(unique=True)
    stored: "models.JSONField[Any, Any]" = models.JSONField()  # `document.to_json`
    note = models.CharField(_("what changed, and why"), max_length=300, blank=True)
    restored = models.PositiveIntegerField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-number"]

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def vision(self) -> Vision:
        return from_json(self.stored)


class VisionDraft(models.Model):
    """What has been answered of the guided start; there is at most one, which everybody who plans goes on with."""

    stored: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    step = models.PositiveSmallIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"draft at question {self.step}"

    @property
    def vision(self) -> Vision:
        return from_json(self.stored)
