"""Why a message was held back, not sent, or came back: codes with their words, for pages and timelines.

The codes are kept with requests and events; the words are the reader's language. Nothing here decides anything:
`act/outreach/gate.py` does.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

REASONS: dict[str, str | Promise] = {
    "no_consent": gettext_lazy("They have not agreed to this kind of message."),
    "withdrawn": gettext_lazy("They withdrew their agreement to this kind of message."),
    "unsubscribed": gettext_lazy("They asked not to be written to at this address."),
    "undeliverable": gettext_lazy("Mail to this address comes back."),
    "erased": gettext_lazy("The person was erased."),
    "no_address": gettext_lazy("There is no address that mail can be sent to."),
    "not_needed": gettext_lazy("It is no longer needed."),
    "expired": gettext_lazy("Its time had passed."),
    "enough_lately": gettext_lazy("They have been written to often enough lately."),
    "too_often": gettext_lazy(
        "They have been written to often enough lately; by the time one more would be right, this would be too late."
    ),
    "quiet_hours": gettext_lazy("It is not an hour to write to them."),
    "open_issue": gettext_lazy("They asked for help and it is not solved yet."),
    "overdue": gettext_lazy("Something promised to them is still not done."),
    "broken_promise": gettext_lazy("A promise to them was broken lately."),
    "bad_answer": gettext_lazy("They told us lately that something went wrong, and nobody has answered."),
    "later": gettext_lazy("The mail server asked us to try later."),
    "no_mail_server": gettext_lazy("Outgoing mail is not set up, or its server cannot be reached."),
    "server_refused": gettext_lazy("The mail server refused it: %(said)s"),
    "not_ready": gettext_lazy("The message could not be made ready to send."),
}

UNTIL = frozenset({"enough_lately", "quiet_hours", "later"})  # the time at which it is over is known


def say(code: str, facts: Mapping[str, Any] | None = None) -> str:
    """The reason in the reader's language, its times in the reader's zone; empty for no reason."""
    if not code:
        return ""
    told = REASONS.get(code)
    if told is None:
        return code.replace("_", " ")
    known = {"said": "", **{name: _said(value) for name, value in (facts or {}).items()}}
    again = _("Looked at again: %(until)s.") % known if "until" in known and code in UNTIL else ""
    return f"{(str(told) % known).rstrip(': ')} {again}".strip()


def _said(value: object) -> str:
    """A time as people read it; anything else as it is."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT") if moment.tzinfo else str(value)
