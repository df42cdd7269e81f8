"""Personas' tables: each finding with its model, the personas, and what is said of them with its evidence."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vivencia.understand.models import Segment


class Finding(models.Model):
    """One search for groups in one version of the ledger; the newest that is done assigns people (`in_use`)."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked = models.PositiveSmallIntegerField(null=True)  # so many groups were asked for; null: as many as there are
    step = models.CharField(max_length=20, default="reading")  # what is being done; see `finding_words`
    version = models.CharField(max_length=80, blank=True)  # of the ledger that was learned from
    as_of = models.DateTimeField(null=True)
    people = models.PositiveIntegerField(default=0)
    in_none = models.PositiveIntegerField(default=0)  # people who belong to no persona
    model = models.JSONField(null=True)  # `finding.assigning.to_json`; null: no groups worth telling apart
    learned = models.JSONField(null=True)  # `learned.to_json`
    told = models.JSONField(default=dict)  # how the number of groups was decided; stability; seconds
    error = models.CharField(max_length=300, blank=True)
    in_use = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"


class Persona(models.Model):
    """Found: `group` of `finding`. Designed: made by people, with a segment as its rule where one was chosen.

    `portrait` is `portraits.Portrait` as it was told last; `segment`: the persona as a segment, everywhere.
    """

    class Kind(models.TextChoices):
        FOUND = "found", _("Found in the data")
        DESIGNED = "designed", _("Designed")

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.DESIGNED)
    finding = models.ForeignKey(Finding, on_delete=models.SET_NULL, null=True, related_name="personas")
    group = models.PositiveSmallIntegerField(null=True)
    gone = models.BooleanField(default=False)  # a later finding has no such group any more
    name = models.CharField(_("name"), max_length=70, blank=True)  # empty: as the data propose
    icon = models.CharField(_("portrait"), max_length=30, blank=True)
    quote = models.CharField(_("in one sentence"), max_length=200, blank=True)
    story = models.TextField(_("story"), max_length=4_000, blank=True)
    goals = models.TextField(_("goals, one a line"), max_length=2_000, blank=True)
    segment = models.OneToOneField(Segment, on_delete=models.SET_NULL, null=True, related_name="persona")
    rule = models.ForeignKey(
        Segment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("people")
    )
    portrait = models.JSONField(default=dict)
    told_at = models.DateTimeField(null=True)  # the moment the portrait looks from
    told_of = models.CharField(max_length=120, blank=True)  # the version of the ledger it was told of
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[Any]] = ["kind", "pk"]

    def __str__(self) -> str:
        return self.name or f"{self.kind} {self.pk}"


class Part(models.TextChoices):
    """The parts of an empathy map."""

    SAYS = "says", pgettext_lazy("empathy map", "Says")
    THINKS = "thinks", pgettext_lazy("empathy map", "Thinks")
    DOES = "does", pgettext_lazy("empathy map", "Does")
    FEELS = "feels", pgettext_lazy("empathy map", "Feels")
    PAINS = "pains", pgettext_lazy("empathy map", "Pains")
    GAINS = "gains", pgettext_lazy("empathy map", "Gains")
    JOB = "job", _("Job to be done")
    SELF = "self", _("How they see themselves")


class Statement(models.Model):
    """One sentence about a persona. Without evidence it is an assumption, and is shown as one.

    claim: what a sentence drafted from data claims, checked against every new version ({"feature", "sign", "value",
    "rest", "low", "high", "n"}); its words are made from it in the reader's language as long as nobody wrote others.
    """

    persona = models.ForeignKey(Persona, on_delete=models.CASCADE, related_name="statements")
    part = models.CharField(max_length=10, choices=Part)
    text = models.CharField(max_length=300, blank=True)
    claim = models.JSONField(null=True)
    holds = models.BooleanField(null=True)  # null: nothing to check against
    checked_at = models.DateTimeField(null=True)
    dropped = models.BooleanField(default=False)  # drafted, and taken away by somebody: not drafted again
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.text or f"{self.part} {self.pk}"


class Evidence(models.Model):
    """What a statement rests on besides its claim: a verbatim (an event of the ledger), or something seen elsewhere."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="evidence")
    event_id = models.CharField(max_length=500, blank=True)
    customer_id = models.CharField(max_length=500, blank=True, db_index=True)  # whose words: erased with the person
    note = models.CharField(max_length=300, blank=True)  # "eight interviews in Seville"
    n = models.PositiveIntegerField(null=True, blank=True)
    dated = models.DateField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.note or self.event_id
