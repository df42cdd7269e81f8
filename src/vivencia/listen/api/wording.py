"""Why a call was rejected, in the reader's language. The reasons are kept in English, as pure code says them."""

import re
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

REASONS = (
    N_("a call is a JSON object"),
    N_("type is %(value)s; allowed: %(allowed)s"),
    N_("userId or anonymousId must be given"),
    N_("a track call needs event, the name of what happened"),
    N_("a group call needs groupId, the account's id"),
    N_("an alias call needs userId and previousId"),
    N_("userId and previousId are the same id"),
    N_("messageId is missing"),
    N_("timestamp is %(value)s, which has not been yet; is the sender's clock right?"),
    N_("sentAt is %(value)s; it must be when the call was sent"),
    N_("%(field)s is %(value)s characters long; allowed: up to %(allowed)s"),
    N_("%(field)s is %(value)s; the track plan takes it for %(column)s, it must be a number"),
    N_("%(field)s is %(value)s; the track plan takes it for %(column)s, it must be text"),
    N_("%(field)s is %(value)s; the track plan takes it for %(column)s, it must be a time such as %(example)s"),
    N_("%(field)s is %(value)s; it must be a time such as %(example)s"),
    N_("%(field)s is %(value)s; it must be text"),
    N_("%(field)s is %(value)s; it must be a number"),
    N_("%(field)s is %(value)s; it must be a finite number"),
    N_("%(field)s is %(value)s; allowed: the years %(first)s to %(last)s"),
    N_("%(field)s must be a JSON object"),
)


def reason(problem: str) -> str:
    """The problem in the reader's language; one that nobody foresaw as it is."""
    for text in REASONS:
        if found := _pattern(text).fullmatch(problem):
            return _(text) % found.groupdict()
    return problem


@lru_cache(maxsize=len(REASONS))
def _pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"%\((\w+)\)s", text)
    told = [re.escape(part) if place % 2 == 0 else f"(?P<{part}>.+)" for place, part in enumerate(parts)]
    return re.compile("".join(told), re.DOTALL)
