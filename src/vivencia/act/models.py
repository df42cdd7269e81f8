"""Act's tables: addresses that must not be written to."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Block(models.TextChoices):
    """Why an address is not written to; the values are codes of `listen.reasons`."""

    UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
    UNDELIVERABLE = "undeliverable", _("Mail comes back")
    ERASED = "erased", _("Erased")


class BlockedAddress(models.Model):
    """An address that must not be written to, known by a keyed digest only: what is asked is "is it this one?".

    `purpose`: the only purpose it is blocked for; empty for all.
    """

    digest = models.CharField(max_length=64)
    purpose = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=20, choices=Block)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["digest", "purpose", "reason"], name="blocked_once"),
        ]

    def __str__(self) -> str:
        return f"blocked address {self.pk}: {self.reason}"
