"""A person's life with the company as entries to be read: what happened, on time or late, what they said.

Pure but for the words, which are the reader's language. Ids, codes and JSON never appear in an entry.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from vivencia.foundation.vocabulary import title
from vivencia.foundation.writing import currency_sign, number_format
from vivencia.listen import reasons
from vivencia.understand.lived import WRITING, Lived, Promised
from vivencia.understand.situations import ISSUE_KINDS, is_bad

KINDS = {
    "orders": gettext_lazy("Orders and deliveries"),
    "contacts": gettext_lazy("Contacts"),
    "answers": gettext_lazy("Answers"),
    "visits": gettext_lazy("Visits"),
    "other": gettext_lazy("Everything else"),
}
VISIT_GAP = timedelta(hours=1)
_CONTACT = re.compile(r"\b(contact|call|chat|ticket|issue|complaint|question|transfer\w*)\b")
_VISIT = re.compile(r"\b(visit\w*|search\w*|page|screen|session|cart|checkout|app opened)\b")
_CHANNEL_ICONS = {
    "web": "world", "app": "device-mobile", "store": "building-store", "phone": "phone", "inbound": "phone",
    "outcall": "phone", "chat": "message-circle", "email": "mail", "courier": "package", "bank": "coin",
}  # fmt: skip
_KIND_ICONS = {
    "orders": "shopping-cart",
    "contacts": "message-2",
    "answers": "star",
    "visits": "eye",
    "other": "activity",
}


@dataclass(frozen=True)
class Read:
    """What the models read in somebody's words, to be shown: `topics` are (name, tone).

    corrected: somebody here has said what the words mean.
    """

    feeling: str
    tone: str
    emotion: str
    intent: str
    topics: tuple[tuple[str, str], ...]
    corrected: bool = False


@dataclass(frozen=True)
class Entry:
    """One line of the timeline. `tone`: gain, pain or neutral; `aside`: said in passing (a survey was sent)."""

    at: datetime
    kind: str
    icon: str
    title: str
    tone: str = "neutral"
    detail: str = ""
    channel: str = ""
    words: str = ""
    score: str = ""
    aside: bool = False
    subject: tuple[str | None, str | None] = (None, None)
    names: tuple[str, ...] = field(default=())
    event_id: str = ""
    read: "Read | None" = None  # what was read in the words


@dataclass(frozen=True)
class Day:
    """What happened on one day, the latest first."""

    day: date
    entries: tuple[Entry, ...]


def timeline(lived: Sequence[Lived], promised: Sequence[Promised], as_of: datetime) -> list[Entry]:
    """Every event as an entry, the latest first; a visit's many steps become one entry."""
    made = {one.event_id: one for one in promised}
    done: dict[tuple[str, str | None, datetime | None], Promised] = {}
    for one in promised:
        done.setdefault((one.promise, one.subject_id, one.fulfilled_at), one)
    entries = [_visit(steps) if len(steps) > 1 else _entry(steps[0], made, done, as_of) for steps in _visits(lived)]
    return sorted(entries, key=lambda entry: entry.at)[::-1]  # at one moment too, the last is the latest


def by_day(entries: Iterable[Entry]) -> list[Day]:
    """Entries grouped by the day they fell on in the reader's time zone, in the order given."""
    days: dict[date, list[Entry]] = {}
    for entry in entries:
        days.setdefault(timezone.localtime(entry.at).date(), []).append(entry)
    return [Day(day, tuple(entries)) for day, entries in days.items()]


def kind_of(event: Lived) -> str:
    """Which of KINDS an event is, by its metric, its subject and its words."""
    if event.name in WRITING:
        return "contacts"
    if event.about_surveys:
        return "answers"
    name = f"{event.name} {event.touchpoint or ''}".lower().replace("_", " ")
    if event.subject_kind in ISSUE_KINDS or _CONTACT.search(name):
        return "contacts"
    if event.subject_kind == "visit" or _VISIT.search(name):
        return "visits"
    if event.amount is not None or event.promise or event.subject_kind == "order":
        return "orders"
    return "other"


def _visits(lived: Sequence[Lived]) -> list[list[Lived]]:
    """The events, the steps of one visit together: clicks on one channel, each within the hour after the last."""
    groups: list[list[Lived]] = []
    for event in lived:
        if groups and _goes_on(groups[-1][-1], event):
            groups[-1].append(event)
        else:
            groups.append([event])
    return groups


def _goes_on(before: Lived, event: Lived) -> bool:
    same = before.channel == event.channel and event.at - before.at <= VISIT_GAP and not event.text and not before.text
    return same and kind_of(before) == kind_of(event) == "visits" and not event.name.startswith("visit")


def _visit(steps: Sequence[Lived]) -> Entry:
    counted = Counter(step.name for step in steps[1:])
    told = [title(name) if times == 1 else f"{title(name)} ×{times}" for name, times in counted.items()]
    first = _entry(steps[0], {}, {}, steps[0].at)
    return Entry(
        first.at, "visits", first.icon, first.title, detail=" · ".join(told), channel=first.channel,
        names=tuple(step.name for step in steps),
    )  # fmt: skip


def _entry(
    event: Lived,
    made: dict[str, Promised],
    done: dict[tuple[str, str | None, datetime | None], Promised],
    as_of: datetime,
) -> Entry:
    kind = kind_of(event)
    said, tone = title(event.name), "neutral"
    opened = made.get(event.event_id)
    fulfilled = done.get((event.promise, event.subject_id, event.at)) if event.promise and not opened else None
    if fulfilled and fulfilled.state in ("kept", "broken"):
        said = _("%(what)s, %(how)s") % {"what": said, "how": punctuality(fulfilled)}
        tone = "gain" if fulfilled.state == "kept" else "pain"
    details = [_subject(event), _money(event), _promise(opened, as_of) if opened else "", _undated(event)]
    details += [_about_writing(event), _answer(event), _closed(event)]
    if opened and opened.state == "overdue":
        tone = "pain"
    score = score_words(event)
    if event.score is not None and is_bad(event.metric, event.score, event.scale_max):
        tone = "pain"
    return Entry(
        at=event.at,
        kind=kind,
        icon=_icon(event, kind),
        title=said,
        tone=tone,
        detail=" · ".join(part for part in details if part),
        channel=title(event.channel.lower()) if event.channel else "",
        words=event.text or "",
        score=score,
        aside=event.about_surveys and event.score is None,
        subject=(event.subject_kind, event.subject_id),
        names=(event.name,),
        event_id=event.event_id,
    )


def _about_writing(event: Lived) -> str:
    """Why a message was held back or not sent; what somebody agreed to hear about."""
    if event.name in WRITING:
        facts = event.properties.get("facts")
        return reasons.say(str(event.properties.get("reason") or ""), facts if isinstance(facts, dict) else {})
    return title(str(event.properties.get("purpose") or "")) if event.name.startswith("consent ") else ""


def _closed(event: Lived) -> str:
    """How somebody here answered what the person had told us."""
    return str(event.properties.get("how") or "") if event.name == "feedback answered" else ""


def _answer(event: Lived) -> str:
    """What a question of our survey was, and what was answered where that is no number."""
    if event.name != "survey answered":
        return ""
    asked, answer = str(event.properties.get("asked") or ""), str(event.properties.get("answer") or "")
    answer = {"yes": _("yes"), "no": _("no")}.get(answer, answer)
    return f"{asked} {answer}".strip() if event.score is None or event.scale_max == 1 else asked


def _icon(event: Lived, kind: str) -> str:
    if event.name in WRITING:
        return "mail" if event.name == "message sent" else "hand-stop"
    if kind == "answers":
        return "star" if event.score is not None else "mail"
    return _CHANNEL_ICONS.get((event.channel or "").lower(), _KIND_ICONS[kind])


def score_words(event: Lived) -> str:
    """ "Satisfaction: 2 of 5"; empty without a score."""
    if event.score is None:
        return ""
    what = title(event.metric)
    said = number_format(event.score, 0 if event.score == int(event.score) else 1)
    if event.scale_max is None:
        return _("%(what)s: %(score)s") % {"what": what, "score": said}
    return _("%(what)s: %(score)s of %(most)s") % {
        "what": what,
        "score": said,
        "most": number_format(event.scale_max, 0),
    }


def punctuality(promised: Promised) -> str:
    """How a fulfilled promise was kept: "on time", "2 days early", "3 days late", "4 hours late"."""
    if promised.fulfilled_at is None or promised.late_hours is None:
        return ""
    days = (timezone.localtime(promised.fulfilled_at).date() - timezone.localtime(promised.promised_at).date()).days
    if promised.late_hours > 0:
        return late(days, promised.late_hours)
    return ngettext("%(days)d day early", "%(days)d days early", -days) % {"days": -days} if days < 0 else _("on time")


def late(days: int, hours: float) -> str:
    """ "3 days late", or hours where it was the same day."""
    if days >= 1:
        return ngettext("%(days)d day late", "%(days)d days late", days) % {"days": days}
    whole = max(1, round(hours))
    return ngettext("%(hours)d hour late", "%(hours)d hours late", whole) % {"hours": whole}


def day_words(moment: datetime) -> str:
    """A day as people say it, with the year."""
    return date_format(timezone.localtime(moment), "DATE_FORMAT")


def _undated(event: Lived) -> str:
    """What stands at a moment that nobody told says so."""
    return _("the data do not say when") if event.properties.get("time_known") == "no" else ""


def _promise(promised: Promised, as_of: datetime) -> str:
    told = _("promised for %(day)s") % {"day": day_words(promised.promised_at)}
    if promised.state == "withdrawn":
        return _("%(promised)s: withdrawn, it was cancelled") % {"promised": told}
    if promised.state == "overdue" and promised.withdrawn_at:
        return _("%(promised)s: not done, and then cancelled") % {"promised": told}
    if promised.state == "overdue":
        days = (timezone.localtime(as_of).date() - timezone.localtime(promised.promised_at).date()).days
        hours = (as_of - promised.promised_at).total_seconds() / 3600
        return _("%(promised)s: not done yet, %(late)s") % {"promised": told, "late": late(days, hours)}
    return told


def _subject(event: Lived) -> str:
    """ "Order AT-1234": numbers people read out; the long keys of machines stay out."""
    if not event.subject_id or not event.subject_kind or len(event.subject_id) > 16:
        return ""
    return f"{title(event.subject_kind)} {event.subject_id}"


def _money(event: Lived) -> str:
    return money(event.amount, event.currency) if event.amount is not None else ""


def money(amount: float, currency: str | None) -> str:
    """An amount with its currency, in the reader's notation."""
    sign = currency_sign(currency or "")
    written = number_format(f"{abs(amount):.2f}", 2, force_grouping=True)
    return ("\u2212" if amount < 0 else "") + (f"{written} {sign}" if sign else written)
