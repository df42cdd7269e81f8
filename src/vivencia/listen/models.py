"""Listen's tables: imports, mappings people keep, what is asked to be sent, and consent."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where an import is. `runs` holds the verbs that move it on."""

    STAGED = "staged", _("Being prepared")
    RUNNING = "running", _("Running")
    DONE = "done", _("Brought in")
    FAILED = "failed", _("Failed")
    UNDONE = "undone", _("Taken out again")


class ImportRun(models.Model):
    """One import: its files, how they are read, how far it is and what came of it.

    `batch` marks its rows in the ledger and names its folder below VIVENCIA_HOME/imports.
    """

    batch = models.CharField(max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    path = models.TextField()
    is_upload = models.BooleanField(default=False)  # the files are our copies, and go when they have been taken in
    recognised = models.CharField(max_length=40)  # a preset's name, "process-log", "proposal" or "mapping"
    mapping = models.TextField()  # TOML
    fingerprint = models.CharField(max_length=64, db_index=True)  # of path, files and mapping: the same import again
    files = models.JSONField(default=list)  # [{"name", "kind", "bytes", "encoding", "delimiter", "decimal"}]
    guesses = models.JSONField(default=list)  # [{"role", "column", "reason", "facts"}] of a proposed mapping
    missing = models.JSONField(default=list)  # what the proposal lacks
    language = models.CharField(max_length=8, default="en")  # of the texts in the rejects file

    state = models.CharField(max_length=10, choices=State, default=State.STAGED, db_index=True)
    stage = models.CharField(max_length=20, blank=True)  # of a running import: waiting, reading, writing, storing
    share = models.FloatField(default=0)  # done, 0-1
    problem = models.JSONField(null=True)  # {"code", "facts"} where it failed

    read = models.BigIntegerField(default=0)  # rows
    accepted = models.BigIntegerField(default=0)  # events added
    rejected = models.BigIntegerField(default=0)  # events left out, and rows that could not be read
    rejected_rows = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)  # events the ledger had
    erased = models.BigIntegerField(default=0)  # events of people who were erased, refused
    customers = models.BigIntegerField(default=0)
    aliases = models.BigIntegerField(default=0)

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    replaces = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="replaced_by")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.title} ({self.state})"

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(int(file["bytes"]) for file in self.files)


class SavedMapping(models.Model):
    """A mapping somebody keeps for the next file of the kind."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    mapping = models.TextField()  # TOML
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Kind(models.TextChoices):
    """What an outgoing request is: it decides how its sending is told on the timeline."""

    SURVEY = "survey", _("Survey invitation")
    REMINDER = "survey_reminder", _("Survey reminder")
    MESSAGE = "message", _("Message")


class Standing(models.TextChoices):
    """Where an outgoing request is. Only `act/outreach` moves it on."""

    WAITING = "waiting", _("Waiting")
    HELD = "held", _("Held back for now")
    SENT = "sent", _("Sent")
    REFUSED = "refused", _("Not sent")
    BOUNCED = "bounced", _("Came back")
    EXPIRED = "expired", _("Too late to send")


class OutgoingRequest(models.Model):
    """Something somebody wants to say to one person. It goes out only where the sincerity gate lets it.

    `reason` is a code of `listen.reasons` with its `facts`; both are empty where nothing is to be explained.
    """

    key = models.CharField(max_length=200, unique=True)  # asking again with the same key asks once
    kind = models.CharField(max_length=20, choices=Kind)
    purpose = models.CharField(max_length=60)  # what the person must agree to: surveys, service, newsletter
    customer_id = models.CharField(max_length=500, db_index=True)  # as the asker knew the person
    channel = models.CharField(max_length=20)
    address = models.CharField(max_length=320, db_index=True)
    language = models.CharField(max_length=35)  # BCP 47
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    about_kind = models.CharField(max_length=60, blank=True)  # the order or ticket it is about
    about_id = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=120)  # who asks: "survey:<slug>"
    told_as = models.JSONField(default=dict)  # columns of EVENTS that the event of its sending carries

    not_before = models.DateTimeField()
    expires_at = models.DateTimeField()
    asked_at = models.DateTimeField(auto_now_add=True)

    state = models.CharField(max_length=10, choices=Standing, default=Standing.WAITING)
    reason = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict)
    next_try_at = models.DateTimeField()  # when the gate looks at it next
    claimed_until = models.DateTimeField(null=True)  # a sender is at it until then
    attempts = models.PositiveIntegerField(default=0)
    settled_at = models.DateTimeField(null=True)  # when it was sent, refused, bounced or expired
    message_id = models.CharField(max_length=200, blank=True, db_index=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-asked_at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "next_try_at"], name="outgoing_due"),
            models.Index(fields=["source", "state"], name="outgoing_by_source"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"


class Consent(models.Model):
    """One statement of a person about one purpose, with its proof. Statements are added, never changed."""

    customer_id = models.CharField(max_length=500)
    purpose = models.CharField(max_length=60)
    given = models.BooleanField()
    proof = models.TextField()  # where and how it was said, in words
    at = models.DateTimeField()  # when it was said
    recorded_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer_id", "purpose", "-at"], name="consent_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}: {'given' if self.given else 'withdrawn'}"


class ReturnedMail(models.Model):
    """A mail server's or mailbox provider's word about a message of ours: heard by a mailbox, taken up by `act`."""

    class What(models.TextChoices):
        FAILED = "failed", _("Could not be delivered")
        DELAYED = "delayed", _("Is delayed")
        COMPLAINED = "complained", _("Marked as unwanted")

    what = models.CharField(max_length=12, choices=What)
    message_id = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=320, blank=True)
    status = models.CharField(max_length=12, blank=True)  # enhanced status code (RFC 3463): 5.1.1
    said = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    taken_up = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["id"], name="returned_new", condition=models.Q(taken_up=False)),
        ]

    def __str__(self) -> str:
        return f"returned mail {self.pk}: {self.what}"
