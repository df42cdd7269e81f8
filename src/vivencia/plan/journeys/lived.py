"""A lived map filled in from the ledger: the way most people go, with what they lived at each step.

Steps are the touchpoints that enough journeys come by, in the order they are usually lived; one that fewer than half
come by is optional. Ways (`lived_ways`) are the usual next step, where journeys part, what is lived in any order,
frequent short cuts, and frequent ways back. No customer's words are
in it: a map is kept, and what people said must go when they do. Pages show their words beside the map instead.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import numpy as np
import pyarrow as pa
from django.utils import translation
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.vocabulary import say, title
from vivencia.foundation.writing import number_format
from vivencia.measure.metrics.figure import Figure
from vivencia.plan.journeys import gap_words
from vivencia.plan.journeys.drawing import Cell, Drawing, Lane, Phase, Step, When, arranged, key_for
from vivencia.plan.journeys.ground import Ground, ground
from vivencia.plan.journeys.lived_ways import beside, first_places, ways
from vivencia.plan.journeys.observed import Name, Observed, observe
from vivencia.understand import phases, voices
from vivencia.understand.journey_words import duration, share
from vivencia.understand.journeys.flow import flow
from vivencia.understand.journeys.lanes import Lane as Column
from vivencia.understand.journeys.lanes import lanes
from vivencia.understand.journeys.phases import place
from vivencia.understand.journeys.table import CaseKind, JourneyTable
from vivencia.understand.now import as_of
from vivencia.understand.settling import view

COMMON = 0.05  # share of journeys from which on a touchpoint is a step of the map
MOST_STEPS = 24
MAIN = 0.5  # fewer come by: optional
TOPICS = 3
LANES: tuple[tuple[str, str], ...] = (
    ("touchpoint", "touchpoint"),
    ("passing", "free"),
    ("channels", "free"),
    ("emotion", "emotion"),
    ("promise", "free"),
    ("waiting", "free"),
    ("topics", "free"),
    ("answering", "free"),
)


@dataclass(frozen=True)
class Lived:
    """What was lived at one step, as figures; None where the data do not speak of it."""

    passing: Figure | None
    waiting: Figure | None
    waiting_p90: Figure | None
    promise: Figure | None
    score: Figure | None
    feeling: Figure | None


def drawing_of(
    read: Read,
    segment: str = "",
    since: date | None = None,
    until: date | None = None,
    language: str = "es",
    *,
    case: CaseKind | None = None,
    name: str = "",
    persona: str = "",
) -> Drawing:
    """The lived map of a segment (`journey_asking.Asked.segment`) and period (days, both included; without: the last
    year), in a language. Without journeys it has no steps."""
    now = as_of(read.horizon, view().clock)
    on = ground(read, now, segment=segment, since=_midnight(since), until=_midnight(until, 1), case=case)
    with translation.override(language):
        return filled(on, language, name=name or _("The journey as lived"), persona=persona)


def filled(on: Ground, language: str, *, name: str, persona: str = "") -> Drawing:
    """The lived map of a ground, in the language that is active."""
    nothing = Drawing(name, language, "lived", persona)
    if not on.journeys:
        return nothing
    table = on.table.only(on.mask)
    columns = lanes(table)
    order = _main(table, columns)
    steps, parts = _steps(table, order, columns)
    told = tuple(cell for step in steps for cell in _cells(on, step, columns[step.touchpoint or ""]))
    links, together = ways(steps, flow(table), beside(table, order))
    steps = tuple(replace(step, then="all") if step.key in together else step for step in steps)
    return arranged(replace(nothing, phases=parts, steps=steps, links=links, lanes=tuple(_lanes()), notes=told))


def figures(on: Ground, step: Step) -> Lived:
    """Everything lived at one step, as figures."""

    def told(name: Name) -> Figure | None:
        found: Observed | None = observe(on, step, name)
        return found.figure() if found else None

    return Lived(
        told("pass_share"), told("waiting_median"), told("waiting"), told("promise"), told("score"), told("feeling")
    )


def _midnight(day: date | None, days_later: int = 0) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=days_later), time(), get_current_timezone())


def _main(table: JourneyTable, columns: dict[str, Column]) -> list[str]:
    """The map's touchpoints in the order they are usually lived."""
    enough = [one for one in columns.values() if one.share >= COMMON]
    most = {one.step for one in sorted(enough, key=lambda one: (-one.share, one.step))[:MOST_STEPS]}
    return _ordered(table, [one.step for one in place(table) if one.step in most])


def _ordered(table: JourneyTable, steps: Sequence[str]) -> list[str]:
    """Steps by how many of the others they usually come before, of the journeys that come by both; those that come
    before as many keep their order. Means of places mislead where journeys are of very different length."""
    seen = first_places(table, steps)
    wins = np.zeros(len(steps), np.int64)
    for a in range(len(steps)):
        both = (seen[:, a] >= 0)[:, None] & (seen >= 0)
        sooner = (both & (seen[:, a][:, None] < seen)).sum(axis=0)
        wins[a] = int((2 * sooner > both.sum(axis=0)).sum())
    return [steps[at] for at in sorted(range(len(steps)), key=lambda at: (-int(wins[at]), at))]


def _steps(
    table: JourneyTable, order: Sequence[str], columns: dict[str, Column]
) -> tuple[tuple[Step, ...], tuple[Phase, ...]]:
    """The steps in the phases people arranged here, else in those the data suggest."""
    placed = place(table)
    when_of = {one.step: one.phase for one in placed}
    parts: list[Phase] = []
    steps: list[Step] = []
    for column in phases.columns(placed):
        inside = [one for one in order if one in column.steps]
        if not inside:
            continue
        key = key_for(bare(column.name), [one.key for one in parts])
        parts.append(Phase(key, column.name, _when([when_of[one] for one in inside])))
        for touchpoint in inside:
            lived = columns[touchpoint]
            channels = tuple(one.channel for one in lived.channels if one.share >= COMMON)
            key_of = key_for(bare(touchpoint), [step.key for step in steps])
            steps.append(Step(key_of, key, title(touchpoint), touchpoint, channels, lived.share < MAIN))
    return tuple(steps), tuple(parts)


def bare(name: str) -> str:
    """Without accents, which keys do not know."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()


def _when(inside: Sequence[When | None]) -> When:
    known = [one for one in inside if one]
    return max(set(known), key=known.count) if known else "during"


def _lanes() -> list[Lane]:
    names = {
        "touchpoint": _("Touchpoint"),
        "passing": _("Who comes by"),
        "channels": _("Channels"),
        "emotion": _("How it feels"),
        "promise": _("Promises kept"),
        "waiting": _("Waiting since the step before"),
        "topics": _("What customers speak of"),
        "answering": _("Who answers"),
    }
    return [Lane(key, names[key], kind) for key, kind in LANES]  # type: ignore[arg-type]  # kinds of lanes


def _cells(on: Ground, step: Step, column: Column) -> list[Cell]:
    told = figures(on, step)
    texts = {
        "passing": _passing(on, told.passing, column),
        "channels": ", ".join(
            f"{say(one.channel)} {share(one.share)}" for one in column.channels if one.share >= COMMON
        ),
        "promise": _percent(told.promise),
        "waiting": _waiting(told),
        "topics": _topics(on, step.touchpoint or ""),
        "answering": _answering(on, step.touchpoint or ""),
    }
    cells = [Cell(step.key, lane, text, source="lived") for lane, text in texts.items() if text]
    felt = told.feeling.value if told.feeling else None
    said = _score(told.score)
    if felt is not None or said:
        cells.append(Cell(step.key, "emotion", said, None if felt is None else round(felt, 2), "lived"))
    return cells


def _passing(on: Ground, figure: Figure | None, column: Column) -> str:
    if figure is None or figure.value is None:
        return ""
    a_year = round(on.customers_a_year(column.step))
    people = ngettext("%(n)s customer a year", "%(n)s customers a year", a_year) % {
        "n": number_format(a_year, 0, force_grouping=True)
    }
    return f"{_percent(figure)} · {people}"


def _percent(figure: Figure | None) -> str:
    if figure is None or figure.value is None:
        return ""
    between = gap_words.interval(figure, "promise")
    words = {
        "value": gap_words.amount(figure.value, "promise"),
        "between": between,
        "n": number_format(figure.n, 0, force_grouping=True),
    }
    return _("%(value)s (%(between)s; n %(n)s)") % words


def _waiting(told: Lived) -> str:
    median, ninth = told.waiting, told.waiting_p90
    if median is None or median.value is None or ninth is None:
        return ""
    words = {"median": duration(median.value), "ninth": duration(ninth.value)}
    return _("half within %(median)s, nine of ten within %(ninth)s") % words


def _score(figure: Figure | None) -> str:
    if figure is None or figure.value is None:
        return ""
    words = {
        "value": gap_words.amount(figure.value, "score", figure.unit),
        "between": gap_words.interval(figure, "score"),
        "n": number_format(figure.n, 0, force_grouping=True),
    }
    return _("%(value)s (%(between)s; n %(n)s)") % words


def _topics(on: Ground, touchpoint: str) -> str:
    """What people's words at this step are about most, with how many speak badly of it."""
    members = None
    if on.segment:
        members = pa.table({"customer_id": pa.array(on.customer_ids(sorted(on.persons)), pa.string())})
    wish = voices.Asked(touchpoint=touchpoint, members=members, since=on.since, until=on.until)
    heard = voices.heard(voices.voices(on.read), wish, 0, 1, masked=True)
    told = [
        _("%(topic)s (%(n)s, %(bad)s badly)") % {"topic": say(one.name), "n": one.n, "bad": one.bad}
        for one in heard.topics[:TOPICS]
    ]
    return ", ".join(told)


def _answering(on: Ground, touchpoint: str) -> str:
    """How many of ours answer here, and by which channels."""
    attended = [one for one in on.answering.get(touchpoint, []) if one["attended"]]
    if not attended:
        return ""
    n = max(one["employees"] for one in attended)
    people = ngettext("%(n)s colleague", "%(n)s colleagues", n) % {"n": n}
    channels = ", ".join(say(one["channel"]) for one in attended if one["channel"])
    return f"{people}: {channels}" if channels else people
