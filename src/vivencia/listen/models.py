"""Listen's tables: imports, and mappings people keep."""

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
