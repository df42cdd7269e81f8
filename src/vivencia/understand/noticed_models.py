"""What somebody here has seen of what is new, or called a known problem."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Noticed(models.Model):
    """Somebody has seen that a subject rose, or knows why. It counts until `ended_at`: until the subject rises again,
    or somebody takes it back.

    `kind`, `key`, `words`: of the subject, as `emerging` has it; words only of a theme, which may be called by another
    key when themes are founded anew. `observed` mentions in `days` were there when it was marked; `grain` says in which
    watch. `last_rose`: the last day, of those looked from, on which it still stood out. `leader`: the alarm marked
    which this one rose with, mostly in the same voices.
    """

    class State(models.TextChoices):
        SEEN = "seen", _("seen")
        KNOWN = "known", _("known problem")

    kind = models.CharField(max_length=10)
    key = models.CharField(max_length=200, blank=True)
    words = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    grain = models.CharField(max_length=4)
    observed = models.FloatField()
    days = models.PositiveSmallIntegerField()
    last_rose = models.DateField()
    leader = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="followers")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["ended_at"], name="noticed_open")]

    def __str__(self) -> str:
        return f"{self.state}: {self.kind} {self.key}"
