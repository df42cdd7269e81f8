"""Addresses that must not be written to: unsubscribed, returning mail, or of somebody who was erased.

Kept as keyed digests, so that an erased person's address can be respected without being kept.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from vivencia.act.models import Block, BlockedAddress
from vivencia.foundation import traces


def digest(address: str) -> str:
    """The same for every way of writing one address."""
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"viv-addresses").digest()
    return hmac.new(key, address.strip().lower().encode(), hashlib.sha256).hexdigest()


def block(address: str, reason: Block, at: datetime, purpose: str = "") -> bool:
    """Do not write to this address any more, for one purpose or (empty) at all. Returns whether that is new."""
    _row, made = BlockedAddress.objects.get_or_create(
        digest=digest(address), purpose=purpose, reason=reason, defaults={"at": at}
    )
    return made


def allow(address: str, reason: Block, purposes: Collection[str]) -> None:
    """Take back blocks of one kind, for these purposes ("" is the one for all)."""
    BlockedAddress.objects.filter(digest=digest(address), reason=reason, purpose__in=purposes).delete()


def blocks_of(address: str) -> list[BlockedAddress]:
    """Every reason not to write to an address, whatever the purpose."""
    return list(BlockedAddress.objects.filter(digest=digest(address)))


def blocks_among(addresses: Iterable[str]) -> dict[str, list[BlockedAddress]]:
    """The blocks of many addresses, by address as given."""
    digests = {address: digest(address) for address in addresses}
    found: dict[str, list[BlockedAddress]] = {}
    for row in BlockedAddress.objects.filter(digest__in=set(digests.values())):
        found.setdefault(row.digest, []).append(row)
    return {address: found.get(mark, []) for address, mark in digests.items()}


@traces.at_once
def _remember_erased(marks: Collection[str]) -> int:
    """An erased person's addresses are never written to again, unless the person comes back and agrees to it."""
    now = timezone.now()
    return sum(block(mark, Block.ERASED, now) for mark in marks if "@" in mark)


@traces.wiper
def _forget_other_blocks(marks: Collection[str]) -> int:
    found = BlockedAddress.objects.filter(digest__in=[digest(mark) for mark in marks]).exclude(reason=Block.ERASED)
    count: int = models.QuerySet.delete(found)[0]
    return count
