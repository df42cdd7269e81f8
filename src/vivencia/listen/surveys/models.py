"""Surveys' tables: what is asked, its published versions, ways to it, what people answered, and when to ask."""

import secrets
import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from vivencia.listen.surveys.questionnaire import Questionnaire, read


def new_secret() -> str:
    return secrets.token_urlsafe(24)


def new_token() -> str:
    """Long enough that nobody finds a link by trying."""
    return secrets.token_urlsafe(16)


class State(models.TextChoices):
    """Whether a survey takes answers. `surveys` holds the verbs that move it on."""

    DRAFT = "draft", _("Not published yet")
    LIVE = "live", _("Taking answers")
    PAUSED = "paused", _("Paused")
    ARCHIVED = "archived", _("Archived")


class Survey(models.Model):
    """One survey: the draft people work on, and how it is asked. What people answer is a `Version`."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(max_length=80, unique=True)  # in public addresses, and the source of its events
    draft = models.JSONField(default=dict)  # `questionnaire.write`
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT, db_index=True)
    touchpoint = models.CharField(_("touchpoint"), max_length=80, blank=True)
    of_employees = models.BooleanField(default=False)  # answers are never tied to a person; groups under 5 are hidden
    sites = models.JSONField(default=list)  # origins that may show it in a frame: "https://shop.example"
    secret = models.CharField(max_length=60, default=new_secret)  # signs the customer ids a site hands over
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-changed_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> str:
        """What its events and requests say they come from."""
        return f"survey:{self.slug}"

    @property
    def questionnaire(self) -> Questionnaire:
        """The draft, finished or not."""
        return read(self.draft)


class Version(models.Model):
    """A questionnaire as it was published. It never changes: answers refer to it."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["survey", "number"], name="survey_version_number"),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A published version does not change; publish another")
        super().save(*args, **kwargs)

    @property
    def questionnaire(self) -> Questionnaire:
        return read(self.document)


class Trigger(models.Model):
    """Ask after something happened to a customer: a share of them, some time later, once for each time it happened."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="triggers")
    on = models.CharField(max_length=10, choices=[("name", _("event")), ("touchpoint", _("touchpoint"))])
    value = models.CharField(max_length=200)  # the event's name, or the touchpoint
    delay_hours = models.PositiveIntegerField(default=24)
    percent = models.PositiveSmallIntegerField(default=100)  # of the events, chosen by their ids
    reminder_days = models.PositiveSmallIntegerField(default=0)  # after the invitation; 0: none
    expires_days = models.PositiveSmallIntegerField(default=14)
    active = models.BooleanField(default=True)
    since = models.DateTimeField()  # what happened before is not asked about
    looked_until = models.DateTimeField(null=True)  # received_at of the newest event looked at
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"{self.survey_id} after {self.value}"


class Round(models.Model):
    """Invitations sent by hand at one time: to a segment, or to a file of addresses."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="rounds")
    what = models.CharField(max_length=120)  # the segment's or the file's name
    invited = models.PositiveIntegerField(default=0)
    left_out = models.JSONField(default=dict)  # reason -> how many
    form = models.UUIDField(null=True, unique=True)  # of the page it was sent from: sent twice, it is one round
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at"]

    def __str__(self) -> str:
        return self.what


class Way(models.TextChoices):
    """What a link is for."""

    PERSONAL = "personal", _("Personal link")
    GROUP = "group", _("Link of a group")
    KIOSK = "kiosk", _("Kiosk")


class Link(models.Model):
    """A way to a survey that knows more than its public address: whose it is, or where it hangs."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="links")
    way = models.CharField(max_length=10, choices=Way)
    token = models.CharField(max_length=40, unique=True, default=new_token)
    customer_id = models.CharField(max_length=500, blank=True, db_index=True)  # of a personal link
    group = models.CharField(max_length=80, blank=True)  # a team, a shop: kept with the answers
    channel = models.CharField(max_length=20, default="link")
    language = models.CharField(max_length=8, blank=True)
    touchpoint = models.CharField(max_length=200, blank=True)
    subject_kind = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=500, blank=True)
    employee_id = models.CharField(max_length=200, blank=True)
    trigger = models.ForeignKey(Trigger, on_delete=models.SET_NULL, null=True, related_name="links")
    round = models.ForeignKey(Round, on_delete=models.SET_NULL, null=True, related_name="links")
    event_id = models.CharField(max_length=500, blank=True)  # what it was asked after
    request_key = models.CharField(max_length=200, blank=True, db_index=True)  # of the invitation, if one was asked for
    reminder_days = models.PositiveSmallIntegerField(default=0)  # after the invitation has gone out; 0: none
    reminded_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-made_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["trigger", "event_id"], name="survey_asked_once", condition=models.Q(trigger__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.pk}"

    def ended(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


class Response(models.Model):
    """What one person answered, as far as they have come. Kept answer by answer."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)  # made before the first page is shown
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="responses")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="responses")
    link = models.ForeignKey(Link, on_delete=models.SET_NULL, null=True, related_name="responses")
    customer_id = models.CharField(max_length=500, blank=True, db_index=True)
    channel = models.CharField(max_length=20)
    language = models.CharField(max_length=8)
    group = models.CharField(max_length=80, blank=True)
    page = models.CharField(max_length=500, blank=True)  # the page of a site on which it was answered
    answers = models.JSONField(default=dict)
    passed = models.JSONField(default=list)  # keys of the questions behind the person, in order
    opened = models.JSONField(default=list)  # scores of the links in a mail that were opened, not confirmed yet
    told = models.JSONField(default=list)  # keys whose answers are in the ledger's inbox
    settled = models.BooleanField(default=False)  # left unfinished, and what there is has been told
    started_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True, db_index=True)
    finished_at = models.DateTimeField(null=True, db_index=True)
    closed_at = models.DateTimeField(null=True)  # somebody here has answered the person
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    closed_with = models.TextField(blank=True)  # how, in their words

    class Meta:
        ordering: ClassVar[list[str]] = ["-started_at"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["survey", "-started_at"], name="survey_responses"),
        ]

    def __str__(self) -> str:
        return f"response {self.key}"
