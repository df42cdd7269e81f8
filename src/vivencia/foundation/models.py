"""Foundation's tables: who signs in, what the company is called, who did what, the inbox and erasures' receipts."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person does with Vivencia; `foundation.rights` says what each may see and do."""

    ADMINISTRATOR = "administrator", _("Administrator")
    CX_LEAD = "cx_lead", _("CX lead")
    ANALYST = "analyst", _("Analyst")
    AGENT = "agent", _("Agent")
    EXECUTIVE = "executive", _("Executive")
    VIEWER = "viewer", _("Viewer")


class People(BaseUserManager["User"]):
    """Makes people from an e-mail address; an address is one person however it is capitalised."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who signs in with `email`; without a password they cannot until a link sets one."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An administrator, for Django's own `createsuperuser`."""
        return self.create_user(email, password, **{"role": Role.ADMINISTRATOR, **fields})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractUser):
    """A person who signs in, known by e-mail address."""

    username = None  # type: ignore[assignment]  # Django's documented way to drop the field
    email = models.EmailField(_("e-mail address"), unique=True)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.VIEWER)
    language = models.CharField(_("language"), max_length=8, blank=True)

    objects: ClassVar[People] = People()  # type: ignore[assignment]  # ours knows no user names

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    @property
    def called(self) -> str:
        """How pages name this person: the full name, or the address where there is none."""
        return self.get_full_name() or self.email


class Setting(models.Model):
    """One thing the company decided, as JSON; `foundation.organisation` gives these their types."""

    key = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField()

    def __str__(self) -> str:
        return self.key


class Act(models.TextChoices):
    """What is worth remembering in the audit log."""

    SIGNED_IN = "signed_in", _("Signed in")
    SIGNED_OUT = "signed_out", _("Signed out")
    SIGN_IN_LOCKED = "sign_in_locked", _("Sign-in locked after too many wrong passwords")
    PASSWORD_CHANGED = "password_changed", _("Changed their password")
    PERSON_ADDED = "person_added", _("Gave a person access")
    ROLE_CHANGED = "role_changed", _("Changed a role")
    PERSON_DEACTIVATED = "person_deactivated", _("Withdrew a person's access")
    PERSON_REACTIVATED = "person_reactivated", _("Gave a person access again")
    LINK_MADE = "link_made", _("Made a one-time link")
    SETTINGS_CHANGED = "settings_changed", _("Changed the settings")
    IMPORTED = "imported", _("Imported data")
    IMPORT_UNDONE = "import_undone", _("Undid an import")
    IMPORT_REPLACED = "import_replaced", _("Replaced an import")
    EXPORTED = "exported", _("Exported rows")
    CUSTOMER_ERASED = "customer_erased", _("Erased a customer")
    CUSTOMERS_MERGED = "customers_merged", _("Merged two customers")
    MERGE_UNDONE = "merge_undone", _("Took merged customers apart")
    KEY_MADE = "key_made", _("Made a write key")
    KEY_REVOKED = "key_revoked", _("Revoked a write key")
    TRACK_PLAN_CHANGED = "track_plan_changed", _("Changed the track plan")
    ARRIVALS_TRIED_AGAIN = "arrivals_tried_again", _("Had rejected arrivals tried again")
    ARRIVALS_DISCARDED = "arrivals_discarded", _("Discarded rejected arrivals")
    ALARM_NOTICED = "alarm_noticed", _("Marked something new as seen or known")
    ALARM_REOPENED = "alarm_reopened", _("Had something new count as open again")


class AuditEntry(models.Model):
    """Who did what, and when. `details` holds counts and codes: never a name, an address or an id of a customer."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    act = models.CharField(max_length=40, choices=Act)
    details = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.act}"


class InboxEvent(models.Model):
    """Something somebody was told we have, waiting for the worker to carry it into the ledger.

    `kind` says how `event` is read (`inbox.KINDS`). A row that cannot be read stays, with the reason in `problem`.
    """

    kind = models.CharField(max_length=20, default="event")
    event = models.JSONField()
    received_at = models.DateTimeField()
    problem = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["id"], name="inbox_waiting", condition=models.Q(problem="")),
        ]

    def __str__(self) -> str:
        return f"inbox event {self.pk}"


class Erasure(models.Model):
    """A receipt: that somebody was erased, when, and how many rows went from where. It does not say who."""

    receipt = models.UUIDField(primary_key=True)
    erased_at = models.DateTimeField()
    counts = models.JSONField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-erased_at"]

    def __str__(self) -> str:
        return f"{self.erased_at:%Y-%m-%d %H:%M} {self.receipt}"


class PendingErasure(models.Model):
    """An erasure under way, or cut short and to be gone on with; gone when the receipt is there and nothing is left.

    `sealed`: whom it is about, as JSON {"ids", "marks"}, so that it can be finished when nothing else knows them any
    more; "" once only the database's files are left to be rewritten. `done`: steps that need not be done again.
    `counts`: as the receipt's, so far.
    """

    receipt = models.UUIDField(primary_key=True)
    sealed = models.TextField()
    done = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["asked_at"]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M} {self.receipt}"
