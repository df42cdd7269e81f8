"""Tables of live sources: mailboxes we listen to, webhooks that come in, webhooks we send."""

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from vivencia.listen.sources.telling import told


def new_token() -> str:
    return secrets.token_urlsafe(18)


class Mailbox(models.Model):
    """An IMAP folder whose new messages become events. `uid_validity` and `last_uid`: how far it has been read."""

    class Security(models.TextChoices):
        TLS = "tls", _("TLS from the start (usually port 993)")
        STARTTLS = "starttls", _("STARTTLS (usually port 143)")
        NONE = "none", _("None: only inside a trusted network")

    name = models.CharField(_("name"), max_length=100)
    host = models.CharField(_("server"), max_length=200)
    port = models.PositiveIntegerField(_("port"), default=993)
    security = models.CharField(_("encryption"), max_length=10, choices=Security, default=Security.TLS)
    user = models.CharField(_("user name"), max_length=200)
    sealed_password = models.TextField()
    folder = models.CharField(_("folder"), max_length=200, default="INBOX")
    touchpoint = models.CharField(_("touchpoint"), max_length=100, default="contact")
    active = models.BooleanField(default=True)

    uid_validity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)  # why it could not be read the last time
    heard = models.PositiveBigIntegerField(default=0)  # messages that became events
    returned = models.PositiveBigIntegerField(default=0)  # reports of mail that came back
    skipped = models.PositiveBigIntegerField(default=0)  # written by machines, or not to be read

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def why(self) -> str:
        """`problem` in the reader's language."""
        return told(self.problem)


class Endpoint(models.Model):
    """An address at which another system tells us what happened, signed as Standard Webhooks has it.

    `mapping`: EVENTS' columns to where they lie in the JSON (`webhooks/mapping.py`); empty until somebody says.
    """

    class Shape(models.TextChoices):
        EVENTS = "events", _("Events of any system")
        REVIEWS = "reviews", _("Reviews and social posts")
        CHATS = "chats", _("Chat transcripts")

    token = models.CharField(max_length=40, unique=True, default=new_token)
    name = models.CharField(_("name"), max_length=100)
    shape = models.CharField(_("what comes in"), max_length=10, choices=Shape, default=Shape.EVENTS)
    sealed_secret = models.TextField()
    sealed_previous = models.TextField(blank=True)  # still taken until previous_until
    previous_until = models.DateTimeField(null=True)
    mapping = models.JSONField(default=dict)
    active = models.BooleanField(default=True)
    made_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Arrival(models.Model):
    """One signed message at an endpoint, whose id is taken once. Its body is kept for a while, to map and to mend."""

    class Outcome(models.TextChoices):
        TAKEN = "taken", _("Became events")
        UNMAPPED = "unmapped", _("Waits for a mapping")
        NOT_UNDERSTOOD = "not_understood", _("Not understood")

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="arrivals")
    webhook_id = models.CharField(max_length=200)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=16, choices=Outcome)
    problem = models.CharField(max_length=300, blank=True)
    events = models.PositiveIntegerField(default=0)
    body = models.JSONField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["endpoint", "webhook_id"], name="arrival_once"),
        ]

    def __str__(self) -> str:
        return f"arrival {self.pk}: {self.outcome}"

    @property
    def why(self) -> str:
        """`problem` in the reader's language."""
        return told(self.problem)


class Subscription(models.Model):
    """Somebody else's address that wants to hear of some happenings."""

    name = models.CharField(_("name"), max_length=100)
    url = models.URLField(_("address"), max_length=500)
    happenings = models.JSONField(default=list)  # types of webhooks/happenings.py
    sealed_secret = models.TextField()
    sealed_previous = models.TextField(blank=True)  # signs too until previous_until, so that the receiver can change
    previous_until = models.DateTimeField(null=True)
    active = models.BooleanField(default=True)
    made_at = models.DateTimeField(auto_now_add=True)
    seen_until = models.DateTimeField()  # happenings received up to then have been looked at
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One happening on its way to one subscription."""

    class State(models.TextChoices):
        WAITING = "waiting", _("On its way")
        DELIVERED = "delivered", _("Delivered")
        GIVEN_UP = "given_up", _("Given up")

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    key = models.CharField(max_length=200)  # which happening: told once to each subscription
    kind = models.CharField(max_length=60)
    body = models.JSONField()  # the CloudEvent
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    status = models.PositiveIntegerField(null=True)  # HTTP status of the last answer
    problem = models.CharField(max_length=300, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-made_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["subscription", "key"], name="delivery_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "next_try_at"], name="delivery_due"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}: {self.state}"

    @property
    def why(self) -> str:
        """`problem` in the reader's language."""
        return told(self.problem)
