"""The API's tables: write keys, and what a company decided that arriving calls mean."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What a write key may do."""

    BROWSER = "browser", _("Browser or app")  # stands in pages for everybody to read: may send, and nothing else
    SERVER = "server", _("Server")  # kept secret: may also import, and correct who is who


class WriteKey(models.Model):
    """Who may send. The key itself is shown once and never kept: only its digest is."""

    name = models.CharField(_("name"), max_length=80)
    source = models.SlugField(_("source"), max_length=60)
    scope = models.CharField(_("used in"), max_length=10, choices=Scope)
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    origins = models.TextField(_("allowed sites"), blank=True)  # one a line: https://shop.example.com
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the key, in hexadecimal
    hint = models.CharField(max_length=8)  # its last characters, to tell keys apart
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "pk"]

    def __str__(self) -> str:
        return f"{self.name} (…{self.hint})"


class CallKind(models.TextChoices):
    """Which calls the track plan knows."""

    TRACK = "track", _("Event")
    PAGE = "page", _("Page")
    SCREEN = "screen", _("Screen")


class Pays(models.TextChoices):
    """Whether an event's amount is money that changed hands."""

    NOTHING = "", _("Nothing is paid")
    REVENUE = "revenue", _("Only what is called revenue or amount")
    PAID = "paid", _("The customer pays")
    REFUNDED = "refunded", _("The customer gets money back")


OF_OUR_SCRIPT = frozenset(
    {
        "page left",
        "search made",
        "search result opened",
        "found it",
        "goal started",
        "goal completed",
        "rage click",
        "dead end",
    }
)


class PlannedCall(models.Model):
    """One line of the track plan: a name that came in, what it means, and how often it came.

    The columns are those of `protocol.plan.Meaning`. Until somebody decides (`decided_at`) they are what the name
    proposes. Which properties came with it is kept by name, never with a value.
    """

    kind = models.CharField(max_length=10, choices=CallKind)
    name = models.CharField(max_length=200)
    touchpoint = models.CharField(_("touchpoint"), max_length=200, blank=True)
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    pays = models.CharField(_("money"), max_length=10, choices=Pays, blank=True)
    promise = models.CharField(_("promise it makes"), max_length=60, blank=True)
    fulfils = models.CharField(_("promise it keeps"), max_length=60, blank=True)
    metric = models.CharField(_("question its score answers"), max_length=60, blank=True)
    scale_max = models.FloatField(_("end of the scale"), null=True, blank=True)
    subject_kind = models.CharField(_("what it is about"), max_length=60, blank=True)
    properties = models.JSONField(default=dict)  # field to the property it is taken from
    left_out = models.BooleanField(_("do not record"), default=False)

    seen = models.JSONField(default=list)  # names of properties that came with it
    sources = models.JSONField(default=list)  # sources it came from
    arrived = models.PositiveBigIntegerField(default=0)
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["-last_at", "name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "name"], name="one_line_a_name")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def is_ours(self) -> bool:
        """Whether the name is our own browser script's, so that it has words in every language."""
        return self.kind == CallKind.TRACK and self.name in OF_OUR_SCRIPT
