"""Leaving and coming back: what a person says about being written to, by the link in a message or on their page."""

from datetime import datetime

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from vivencia.act.models import Block
from vivencia.act.outreach import addresses
from vivencia.act.outreach.rules import SERVICE, Rules
from vivencia.foundation.organisation import organisation
from vivencia.listen import consent
from vivencia.listen.models import OutgoingRequest

EVERYTHING = "everything"


def has_left(request: OutgoingRequest) -> str:
    """What the person at this address wants no more: "everything", the message's purpose, or nothing (empty)."""
    left = {one.purpose for one in addresses.blocks_of(request.address) if one.reason == Block.UNSUBSCRIBED}
    return EVERYTHING if "" in left else request.purpose if request.purpose in left else ""


def leave(request: OutgoingRequest, at: datetime, rules: Rules, *, everything: bool = False) -> None:
    """Whoever got this message wants no more of its kind, or nothing but service any more. Twice is once."""
    purposes = _purposes(request, rules) if everything else [request.purpose]
    if not addresses.block(request.address, Block.UNSUBSCRIBED, at, "" if everything else request.purpose):
        return
    for purpose in purposes:
        consent.withdraw(
            request.customer_id, purpose, _proof(request, _("Unsubscribed by the link in a message of %s")), at
        )


def come_back(request: OutgoingRequest, at: datetime, rules: Rules) -> None:
    """They changed their mind on the page of the link: what they left is allowed again."""
    left = has_left(request)
    if not left:
        return
    purposes = _purposes(request, rules) if left == EVERYTHING else [request.purpose]
    addresses.allow(request.address, Block.UNSUBSCRIBED, ["", *purposes])
    for purpose in purposes:
        consent.give(
            request.customer_id, purpose, _proof(request, _("Changed their mind by the link in a message of %s")), at
        )


def _purposes(request: OutgoingRequest, rules: Rules) -> list[str]:
    return [one for one in dict.fromkeys((request.purpose, *rules.consent_needed)) if one != SERVICE]


def _proof(request: OutgoingRequest, words: str) -> str:
    """Where it was said, in the company's language: it is the company that may have to show it."""
    with translation.override(organisation().language):
        return words % date_format(request.settled_at or request.asked_at, "DATE_FORMAT")
