"""The only sender: takes requests that are due, asks the gate about each, and lets out those it lets pass.

Exactly once as far as SMTP allows. A conditional UPDATE claims a request for `CLAIM`; only the claimer sends it, and
every outcome is written by an UPDATE that holds only while the claim does. Between the server's OK and our commit a
crash can still happen: the claim then runs out and the message goes out a second time, under the same Message-ID, by
which mailboxes that care can tell. The other choice, never repeating, would lose messages silently. Where we live on
and only cannot write that the server took it, that is tried again (`HANDED_OVER`); it is never a reason to send again.
"""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import F, Q
from django.utils import timezone

from vivencia.act.models import Block
from vivencia.act.outreach import addresses, facts, letters, mail_server, rules, telling
from vivencia.act.outreach.gate import HoldUntil, Refuse, Send, decide
from vivencia.act.outreach.mail_server import Conversation, MailServer, NeverError, NotNowError, UnreachableError
from vivencia.foundation.ledger.disk import LedgerBusyError
from vivencia.foundation.ledger.store import open_ledger
from vivencia.listen.models import OutgoingRequest, Standing
from vivencia.listen.requests import OPEN

logger = logging.getLogger("vivencia.outreach")

AT_A_TIME = 100
CLAIM = timedelta(minutes=10)
TRY_AGAIN = timedelta(minutes=10)  # doubled with each attempt, up to a day
LONGEST_WAIT = timedelta(days=1)
WITHOUT_SERVER = timedelta(minutes=2)
KEPT = timedelta(days=90)
WRITE_AGAIN_SECONDS = (0.1, 1.0)

# What the mail server has taken and we could not write down yet: by primary key, with when it was taken.
HANDED_OVER: dict[int, tuple[OutgoingRequest, datetime]] = {}


@dataclass
class Done:
    """What a round did, in messages."""

    sent: int = 0
    held: int = 0
    refused: int = 0
    trouble: str = ""  # why the mail server could not be used


@dataclass
class Post:
    """The mail server, connected to when the first message is let out and only then."""

    server: MailServer | None
    problem: str = ""
    _open: list[Any] = field(default_factory=list)

    def conversation(self) -> Conversation:
        if self.server is None:
            raise UnreachableError("outgoing mail is not set up: Settings, Outgoing mail")
        if self.problem:
            raise UnreachableError(self.problem)
        if not self._open:
            manager = mail_server.conversation(self.server)
            try:
                self._open = [manager, manager.__enter__()]
            except UnreachableError as trouble:
                self.problem = str(trouble)
                raise
        talk: Conversation = self._open[1]
        return talk

    def close(self) -> None:
        if self._open:
            self._open.pop(0).__exit__(None, None, None)
            self._open.clear()


def send_what_is_due(now: Callable[[], datetime] = timezone.now) -> Done:
    """Look at every request that is due, once. Safe to be cut short, and to run beside another."""
    done, post = Done(), Post(mail_server.load())
    done.sent += sum(_write_down(*taken) for taken in list(HANDED_OVER.values()))
    try:
        for claimed in _claimed(now):
            batch = facts.gather(claimed, open_ledger(), rules.load(), now())
            for request in claimed:
                _one(request, batch, post, done)
    finally:
        post.close()
    if post.problem:
        logger.warning("Outgoing mail: %s", post.problem)
    done.trouble = post.problem
    return done


def _claimed(now: Callable[[], datetime]) -> Iterator[list[OutgoingRequest]]:
    """Due requests, in the order they became so, claimed for us alone."""
    while due := _due(now()):
        yield [request for request in due if _claim(request, now())]


def _due(now: datetime) -> list[OutgoingRequest]:
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    found = OutgoingRequest.objects.filter(free, state__in=OPEN, next_try_at__lte=now)
    return list(found.exclude(pk__in=list(HANDED_OVER)).order_by("next_try_at", "pk")[:AT_A_TIME])


def _claim(request: OutgoingRequest, now: datetime) -> bool:
    """Whether it is ours: nobody else claimed it since we looked."""
    still = OutgoingRequest.objects.filter(pk=request.pk, state__in=OPEN, claimed_until=request.claimed_until)
    request.claimed_until = now + CLAIM
    return bool(still.update(claimed_until=request.claimed_until))


def _one(request: OutgoingRequest, batch: facts.Batch, post: Post, done: Done) -> None:
    """A request that cannot be handled must not keep the others from going out."""
    try:
        _handle(request, batch, post, done)
    except LedgerBusyError:
        raise
    except Exception as problem:  # noqa: BLE001  # whatever it is; its text may quote the person
        logger.error("Outgoing request %s cannot be handled (%s)", request.pk, type(problem).__name__)
        done.held += _hold(request, batch.now + LONGEST_WAIT, "not_ready", {}, batch.now, tell=False)


def _handle(request: OutgoingRequest, batch: facts.Batch, post: Post, done: Done) -> None:
    decision = decide(batch.situation(request), batch.rules)
    match decision:
        case Refuse(reason):
            late = batch.now >= request.expires_at
            done.refused += _settle(request, Standing.EXPIRED if late else Standing.REFUSED, reason, batch.now)
        case HoldUntil(until, reason):
            done.held += _hold(request, until, reason, {"until": until.isoformat()}, batch.now)
        case Send():
            _send(request, post, batch.now, done)


def _send(request: OutgoingRequest, post: Post, now: datetime, done: Done) -> None:
    try:
        talk = post.conversation()
        assert post.server is not None
        if not _renew(request, letters.message_id(request, post.server)):
            return
        talk.send(letters.letter(request, post.server, now), request.address)
    except NotNowError:
        wait = min(TRY_AGAIN * 2 ** min(request.attempts, 10), LONGEST_WAIT)
        done.held += _hold(request, now + wait, "later", {"until": (now + wait).isoformat()}, now)
    except NeverError as refusal:
        if refusal.bad_address:
            addresses.block(request.address, Block.UNDELIVERABLE, now)
        done.refused += _settle(request, Standing.BOUNCED, "server_refused", now, {"said": refusal.said})
    except UnreachableError as trouble:
        post.problem = post.problem or str(trouble)
        post.close()
        done.held += _hold(request, now + WITHOUT_SERVER, "no_mail_server", {}, now, tell=False)
    else:
        HANDED_OVER[request.pk] = (request, now)
        done.sent += _write_down(request, now)


def _write_down(request: OutgoingRequest, taken_at: datetime) -> bool:
    """That the mail server has the message; whatever stands in the way of writing it, it is not sent again.

    Returns whether it is written. Where it can be written but not told on the timeline, it is written, and telling
    (under one id, so once) is tried again in the next round.
    """
    for wait in (*WRITE_AGAIN_SECONDS, None):
        try:
            with transaction.atomic():
                new = _mark_sent(request, taken_at)
                telling.sent(request, taken_at)
            HANDED_OVER.pop(request.pk, None)
            return new
        except Exception as problem:  # noqa: BLE001  # its text may quote the person
            logger.error("Outgoing request %s was sent and cannot be told (%s)", request.pk, type(problem).__name__)
        if wait is not None:
            time.sleep(wait)
    try:
        return _mark_sent(request, taken_at)
    except DatabaseError as problem:
        logger.error("Outgoing request %s was sent; written in the next round (%s)", request.pk, type(problem).__name__)
        return False


def _mark_sent(request: OutgoingRequest, taken_at: datetime) -> bool:
    """By whoever claims it meanwhile, too: the message is out. Returns False where that stands there already."""
    changed = {"state": Standing.SENT, "reason": "", "facts": {}, "settled_at": taken_at, "claimed_until": None}
    return bool(OutgoingRequest.objects.filter(pk=request.pk, state__in=OPEN).update(**changed))


def _renew(request: OutgoingRequest, message_id: str) -> bool:
    """Have the claim last from now on, and the attempt counted. Whether the request is still ours to send."""
    ours = OutgoingRequest.objects.filter(pk=request.pk, claimed_until=request.claimed_until)
    request.claimed_until = timezone.now() + CLAIM
    changed = ours.update(message_id=message_id, attempts=F("attempts") + 1, claimed_until=request.claimed_until)
    return bool(changed)


def _hold(
    request: OutgoingRequest, until: datetime, reason: str, said: dict[str, Any], now: datetime, *, tell: bool = True
) -> int:
    """Look at it again later. Told on the timeline unless only our own machinery is at fault."""
    changed = {"state": Standing.HELD, "reason": reason, "facts": said, "next_try_at": until}
    return _change(request, changed, telling.held if tell else None, now)


def _settle(request: OutgoingRequest, state: Standing, reason: str, now: datetime, said: Any = None) -> int:
    """The end of a request."""
    changed = {"state": state, "reason": reason, "facts": said or {}, "settled_at": now}
    tell = telling.came_back if state == Standing.BOUNCED else telling.refused
    return _change(request, changed, tell, now)


def _change(
    request: OutgoingRequest,
    changed: dict[str, Any],
    tell: Callable[[OutgoingRequest, datetime], None] | None,
    now: datetime,
) -> int:
    """Write the outcome and tell it, both or neither, and only while the claim is ours. Returns 1, or 0 where not."""
    with transaction.atomic():
        ours = OutgoingRequest.objects.filter(pk=request.pk, claimed_until=request.claimed_until)
        if not ours.update(**changed, claimed_until=None):
            return 0
        for name, value in changed.items():
            setattr(request, name, value)
        if tell is not None:
            tell(request, now)
    return 1


def forget_contents(now: datetime) -> int:
    """What was said to people is kept as long as somebody may ask about it; that it was said stays."""
    old = OutgoingRequest.objects.filter(settled_at__lt=now - KEPT).exclude(text="")
    return old.update(text="", html="")
