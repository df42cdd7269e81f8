"""What people here teach the text models: intents with examples, corrections of readings, and the models learned."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Intent(models.Model):
    """What somebody may want at first contact; `path` has levels: "billing / charged twice"."""

    path = models.CharField(max_length=160, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["path"]

    def __str__(self) -> str:
        return self.path


class IntentExample(models.Model):
    """How people say it; kept with personal data masked."""

    intent = models.ForeignKey(Intent, on_delete=models.CASCADE, related_name="examples")
    text = models.CharField(max_length=1000)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["intent", "text"], name="one_example_once")
        ]

    def __str__(self) -> str:
        return self.text


class Correction(models.Model):
    """What a person says a text means, against what was read; the newest about an event's field holds."""

    class Field(models.TextChoices):
        SENTIMENT = "sentiment", _("Feeling")
        EMOTION = "emotion", _("Emotion")
        INTENT = "intent", _("Intent")
        TOPIC = "topic", _("Topics")

    event_id = models.CharField(max_length=200)
    customer_id = models.CharField(max_length=200, blank=True)  # so that erasing the person finds it
    field = models.CharField(max_length=12, choices=Field.choices)
    value = models.CharField(max_length=160)  # "-1", "0", "1"; an emotion; an intent's path, "" for none of them;
    # topics with their feeling, "delivery:-1 price:1"
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["made_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["event_id", "field"], name="one_correction_a_field")
        ]

    def __str__(self) -> str:
        return f"{self.get_field_display()}: {self.value}"


class TextModel(models.Model):
    """A model learned from what the company taught; it reads only once somebody has accepted it.

    measured: {"before": {"accuracy", "macro_f1"}, "after": {...}, "n"} on examples it had not learned from.
    """

    class Kind(models.TextChoices):
        FEELINGS = "feelings", _("Feelings and emotions")
        INTENTS = "intents", _("Intents")

    class State(models.TextChoices):
        LEARNING = "learning", _("being learned")
        PROPOSED = "proposed", _("waiting for a decision")
        ACCEPTED = "accepted", _("in use")
        REFUSED = "refused", _("refused")
        REPLACED = "replaced", _("replaced by another")
        TAKEN_BACK = "taken-back", _("taken back")
        FAILED = "failed", _("could not be learned")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.LEARNING)
    version = models.CharField(max_length=40, blank=True)
    examples = models.PositiveIntegerField(default=0)
    measured = models.JSONField(default=dict)
    problem = models.CharField(max_length=300, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.get_state_display()}"
