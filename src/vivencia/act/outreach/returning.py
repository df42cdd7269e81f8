"""What came back: mail that could not be delivered, and people who called it unwanted.

A mailbox we listen to hears it (`listen.models.ReturnedMail`); here the request, the address and the person's
timeline learn of it.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from vivencia.act.models import Block
from vivencia.act.outreach import addresses, telling
from vivencia.act.outreach.mail_server import NO_SUCH_ADDRESS
from vivencia.listen.models import OutgoingRequest, ReturnedMail, Standing


def take_notice(now: Callable[[], datetime] = timezone.now) -> int:
    """Take up everything heard since; returns how many messages it was about."""
    return sum(_taken_up(heard, now()) for heard in ReturnedMail.objects.filter(taken_up=False).order_by("pk"))


@transaction.atomic
def _taken_up(heard: ReturnedMail, now: datetime) -> int:
    if not ReturnedMail.objects.filter(pk=heard.pk, taken_up=False).update(taken_up=True):
        return 0
    request = OutgoingRequest.objects.filter(message_id=heard.message_id).first() if heard.message_id else None
    if heard.what == ReturnedMail.What.FAILED:
        _failed(heard, request, now)
    elif heard.what == ReturnedMail.What.COMPLAINED:
        _unwanted(heard, request, now)
    return 1 if request else 0


def _failed(heard: ReturnedMail, request: OutgoingRequest | None, now: datetime) -> None:
    """Only what our own message tells of counts: anybody can write us a letter that looks like a bounce."""
    if request is None:
        return
    if heard.status.startswith(NO_SUCH_ADDRESS):
        addresses.block(request.address, Block.UNDELIVERABLE, now)
    facts = {"said": " ".join((heard.status, heard.said.replace(request.address, "…"))).strip()}
    changed = {"state": Standing.BOUNCED, "reason": "server_refused", "facts": facts, "settled_at": request.settled_at}
    if OutgoingRequest.objects.filter(pk=request.pk, state=Standing.SENT).update(**changed):
        request.reason, request.facts = "server_refused", facts
        telling.came_back(request, now)


def _unwanted(heard: ReturnedMail, request: OutgoingRequest | None, now: datetime) -> None:
    """Who calls a message unwanted has unsubscribed from everything but service."""
    if request is not None:
        addresses.block(request.address, Block.UNSUBSCRIBED, now)
