"""A situation in words: what it is, why we say so, and what may help."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vivencia.foundation.vocabulary import say, title
from vivencia.understand.lived import Promised
from vivencia.understand.situations import Situation
from vivencia.understand.timeline import day_words, late, punctuality, score_words


@dataclass(frozen=True)
class Told:
    """A card: `title` says what, `why` says how we know, `words` is what the person wrote."""

    kind: str
    tone: str
    icon: str
    title: str
    why: str
    words: str = ""


_ICONS = {
    "overdue": "clock-exclamation", "open_promise": "clock", "broken_promise": "alert-triangle",
    "bad_answer": "mood-sad", "open_issue": "message-2", "silence": "moon",
}  # fmt: skip


def tell(situation: Situation, as_of: datetime) -> Told:
    """The situation in the reader's language."""
    heading, why, words = _TELL[situation.kind](situation, as_of)
    return Told(situation.kind, situation.tone, _ICONS[situation.kind], heading, why, words)


def _subject(promised: Promised) -> str:
    """ "delivery (order AT-1234)": the number only where people could read it out."""
    said = title(promised.promise)
    if promised.subject_id and promised.subject_kind and len(promised.subject_id) <= 16:
        return f"{said} ({say(promised.subject_kind)} {promised.subject_id})"
    return said


def _overdue(situation: Situation, as_of: datetime) -> tuple[str, str, str]:
    promised = situation.promise
    assert promised is not None
    days = (timezone.localtime(as_of).date() - timezone.localtime(promised.promised_at).date()).days
    heading = _("%(promise)s: still waiting, %(late)s") % {
        "promise": _subject(promised),
        "late": late(days, (as_of - promised.promised_at).total_seconds() / 3600),
    }
    why = _("Promised on %(made)s for %(due)s. Nothing since says that it was done.") % {
        "made": day_words(promised.opened_at),
        "due": day_words(promised.promised_at),
    }
    return heading, why, ""


def _open_promise(situation: Situation, as_of: datetime) -> tuple[str, str, str]:
    promised = situation.promise
    assert promised is not None
    heading = _("%(promise)s: due on %(due)s") % {"promise": _subject(promised), "due": day_words(promised.promised_at)}
    return heading, _("Promised on %(made)s, not yet due.") % {"made": day_words(promised.opened_at)}, ""


def _broken(situation: Situation, as_of: datetime) -> tuple[str, str, str]:
    promised = situation.promise
    assert promised is not None
    assert promised.fulfilled_at is not None
    heading = f"{_subject(promised)}: {punctuality(promised)}"
    why = _("Promised for %(due)s, done on %(done)s. A promise broken within three months is still remembered.") % {
        "due": day_words(promised.promised_at),
        "done": day_words(promised.fulfilled_at),
    }
    return heading, why, ""


def _bad_answer(situation: Situation, as_of: datetime) -> tuple[str, str, str]:
    event = situation.event
    assert event is not None
    why = _("Answered on %(day)s. It is their last answer, and nobody has heard a better one since.")
    return score_words(event), why % {"day": day_words(event.at)}, event.text or ""


def _open_issue(situation: Situation, as_of: datetime) -> tuple[str, str, str]:
    event = situation.event
    assert event is not None
    days = (as_of - event.at).days
    heading = _("Asked for help; not solved yet")
    since = ngettext("%(days)d day", "%(days)d days", days) % {"days": days} if days else _("less than a day")
    why = _("Open since %(day)s (%(since)s). Nothing since says that it was solved.") % {
        "day": day_words(event.at),
        "since": since,
    }
    return heading, why, event.text or ""


def _silence(situation: Situation, as_of: datetime) -> tuple[str, str, str]:
    days, usual = round(situation.days or 0), max(1, round(situation.usual_days or 0))
    heading = ngettext("Silent for %(days)d day", "Silent for %(days)d days", days) % {"days": days}
    why = ngettext(
        "They usually come back after about %(usual)d day; last seen on %(day)s.",
        "They usually come back after about %(usual)d days; last seen on %(day)s.",
        usual,
    ) % {"usual": usual, "day": day_words(situation.since)}
    return heading, why, ""


_TELL = {
    "overdue": _overdue, "open_promise": _open_promise, "broken_promise": _broken, "bad_answer": _bad_answer,
    "open_issue": _open_issue, "silence": _silence,
}  # fmt: skip
