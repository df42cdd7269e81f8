"""What a page about journeys was asked: which journeys, and how to say so again in an address."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.numbers import day, whole
from vivencia.foundation.vocabulary import say, title
from vivencia.understand import journey_reading
from vivencia.understand.journey_reading import Journeys
from vivencia.understand.journeys.selection import Selection, chosen
from vivencia.understand.journeys.table import JourneyTable, Mask, Scale
from vivencia.understand.models import Segment
from vivencia.understand.pages import now_of, segment_members

KEYS = ("case", "segment", "since", "until", "outcome")


@dataclass(frozen=True)
class Asked:
    """The filters of a page: `segment` is `c:<name>` (a source's) or `s:<id>` (saved), `outcome` is `<what>:<step>`."""

    case: str
    segment: str = ""
    since: date | None = None
    until: date | None = None
    outcome: str = ""

    @property
    def journeys(self) -> Journeys:
        return Journeys("subject" if self.case == "subject" else "customer")

    @property
    def address(self) -> str:
        """The filters as a query string, to carry them from page to page."""
        return urlencode({key: value for key, value in self._pairs() if value})

    @property
    def narrowed(self) -> bool:
        return bool(self.segment or self.since or self.until or self.outcome)

    def _pairs(self) -> list[tuple[str, Any]]:
        return [(key, getattr(self, key)) for key in KEYS]


def asked(read: Read, given: QueryDict, prefix: str = "") -> Asked:
    """Read the filters of an address; what makes no sense is as if it were not there."""
    case = given.get("case", "")
    return Asked(
        case=case if case in ("customer", "subject") else journey_reading.data_shape(read).case,
        segment=given.get(prefix + "segment", ""),
        since=day(given.get(prefix + "since")),
        until=day(given.get(prefix + "until")),
        outcome=given.get(prefix + "outcome", ""),
    )


def mask(read: Read, table: JourneyTable, wish: Asked) -> Mask:
    """The journeys asked for."""
    return chosen(table, selection(read, table, wish))


def selection(read: Read, table: JourneyTable, wish: Asked) -> Selection:
    """The same in the terms of the journey table."""
    what, _colon, step = wish.outcome.partition(":")
    known = step in table.steps
    scale = table.scales[table.scale] if table.scale >= 0 else None
    return Selection(
        customers=_customers(read, wish.segment),
        since=_midnight(wish.since),
        until=_midnight(wish.until + timedelta(days=1)) if wish.until else None,
        ended_with=step if what == "ended" and known else None,
        through=(step,) if what == "through" and known else (),
        never_through=(step,) if what == "never" and known else (),
        score_to=bad(scale) if what == "unhappy" and scale else None,
        score_from=good(scale) if what == "happy" and scale else None,
    )


def bad(scale: Scale) -> float:
    """Up to here an answer is bad: the lowest two fifths of the scale (1 and 2 of 5; 0 to 6 of recommendation)."""
    return 6.0 if scale.metric in ("nps", "enps") else scale.low + (scale.high - scale.low) * 0.25


def good(scale: Scale) -> float:
    """From here an answer is good: 4 and 5 of 5; 9 and 10 of recommendation."""
    return 9.0 if scale.metric in ("nps", "enps") else scale.low + (scale.high - scale.low) * 0.75


def choices(read: Read, table: JourneyTable) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer: value and words."""
    steps = sorted(((step, say(step)) for step in table.steps), key=lambda pair: pair[1].lower())
    company = [(f"c:{name}", title(name)) for name in journey_reading.segments(read)]
    saved = [(f"s:{one.pk}", one.name) for one in Segment.objects.all()]
    felt = (
        [("unhappy:", _("went badly: bad answers")), ("happy:", _("went well: good answers"))] if table.scales else []
    )
    return {
        "company": company,
        "saved": saved,
        "felt": felt,
        "ended": [(f"ended:{step}", words) for step, words in steps],
        "through": [(f"through:{step}", words) for step, words in steps],
        "never": [(f"never:{step}", words) for step, words in steps],
    }


def words(read: Read, wish: Asked) -> str:
    """The filters in a sentence's worth of words, for headings and comparisons."""
    said = []
    if wish.segment:
        said.append(_segment_words(wish.segment))
    if wish.since:
        said.append(_("from %(day)s") % {"day": wish.since.isoformat()})
    if wish.until:
        said.append(_("until %(day)s") % {"day": wish.until.isoformat()})
    if wish.outcome:
        said.append(_outcome_words(wish.outcome))
    return ", ".join(said) or _("everybody")


def _segment_words(segment: str) -> str:
    kind, _colon, name = segment.partition(":")
    if kind == "s":
        found = Segment.objects.filter(pk=whole(name) or 0).first()
        return found.name if found else _("unknown segment")
    return title(name)


def _outcome_words(outcome: str) -> str:
    what, _colon, step = outcome.partition(":")
    patterns = {
        "ended": _("ended with %(step)s"),
        "through": _("came to %(step)s"),
        "never": _("never came to %(step)s"),
        "unhappy": _("gave bad answers"),
        "happy": _("gave good answers"),
    }
    return patterns.get(what, "") % {"step": say(step)}


def _customers(read: Read, segment: str) -> frozenset[str] | None:
    kind, _colon, name = segment.partition(":")
    if kind == "c":
        return journey_reading.customers_where(read, name)
    if kind == "s" and (saved := Segment.objects.filter(pk=whole(name) or 0).first()):
        return frozenset(segment_members(read, saved, now_of(read))["customer_id"].to_pylist())
    return None


def _midnight(of: date | None) -> datetime | None:
    return datetime.combine(of, time(), timezone.get_current_timezone()) if of else None
