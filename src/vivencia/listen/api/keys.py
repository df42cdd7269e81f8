"""Write keys: made, shown once, looked up by digest, revoked."""

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from django.utils import timezone

from vivencia.foundation import audit
from vivencia.foundation.models import Act, User
from vivencia.listen.api.models import Scope, WriteKey
from vivencia.listen.api.protocol.calls import Origin

REMEMBERED_SECONDS = 5.0  # a revoked key is refused by every process after so long
_MOST_REMEMBERED = 1_000


@dataclass(frozen=True)
class Key:
    """A key in force."""

    pk: int
    scope: str
    origin: Origin
    sites: frozenset[str]  # where a browser's requests may come from; empty: from anywhere

    @property
    def for_servers(self) -> bool:
        return self.scope == Scope.SERVER


def make(name: str, source: str, scope: str, *, channel: str = "", origins: str = "", by: User | None) -> str:
    """A new key: the key itself, which is nowhere else afterwards."""
    key = f"vk_{secrets.token_urlsafe(24)}"
    kept = WriteKey.objects.create(
        name=name,
        source=source,
        scope=scope,
        channel=channel,
        origins=origins,
        digest=_digest(key),
        hint=key[-4:],
        made_by=by,
    )
    audit.record(Act.KEY_MADE, by=by, key=kept.pk, source=source, scope=scope)
    _forget()
    return key


def revoke(key: WriteKey, *, by: User | None) -> None:
    """Refuse the key from now on. Doing so twice does no harm."""
    if WriteKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()):
        audit.record(Act.KEY_REVOKED, by=by, key=key.pk, source=key.source, scope=key.scope)
    _forget()


def find(said: str) -> Key | None:
    """The key in force that was said, remembered for some seconds; None where there is none."""
    digest, now = _digest(said), time.monotonic()
    with _remembering:
        known = _remembered.get(digest)
    if known is not None and known[1] > now:
        return known[0]
    found = _look_up(digest)
    with _remembering:
        _remembered[digest] = (found, now + REMEMBERED_SECONDS)
        while len(_remembered) > _MOST_REMEMBERED:
            _remembered.popitem(last=False)
    return found


_remembered: OrderedDict[str, tuple[Key | None, float]] = OrderedDict()
_remembering = threading.Lock()


def _look_up(digest: str) -> Key | None:
    row = WriteKey.objects.filter(digest=digest, revoked_at=None).first()
    if row is None:
        return None
    origin = Origin(row.source, row.channel, trusted=row.scope == Scope.SERVER)
    return Key(row.pk, row.scope, origin, frozenset(row.origins.split()))


def _digest(key: str) -> str:
    """Keys are long and random: a plain digest is enough, and quick."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def _forget() -> None:
    with _remembering:
        _remembered.clear()
