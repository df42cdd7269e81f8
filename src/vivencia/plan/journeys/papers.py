"""A map made ready for paper, pictures and spreadsheets: its texts in the reader's language, beside what is lived."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from vivencia.foundation.exporting import Sheet
from vivencia.foundation.organisation import organisation
from vivencia.foundation.vocabulary import say, title
from vivencia.plan.journeys import format_words, gap_words, sheets, wording
from vivencia.plan.journeys.branches import levels
from vivencia.plan.journeys.drawing import Drawing
from vivencia.plan.journeys.formats import lists
from vivencia.plan.journeys.formats.grid import Box, Column, Expected, Grid, Heading, Line, Row, Tone, Words
from vivencia.plan.journeys.gaps import Gap
from vivencia.understand.journey_words import share

ALL = 1_000_000  # steps side by side: the whole map
TONES: dict[str, Tone] = {"gap": "pain", "within": "caution", "met": "gain", "unknown": "neutral"}


def grid_of(drawing: Drawing, gaps: Iterable[Gap] = (), *, made: datetime, basis: str = "") -> Grid:
    """The whole map. `gaps`: its expectations held against the data; `basis`: on whom they rest."""
    whole = sheets.of(drawing, ALL)
    sheet = whole[0] if whole else sheets.Sheet((), (), ())
    by_step: dict[str, list[Gap]] = {}
    for gap in gaps:
        by_step.setdefault(gap.step_key, []).append(gap)
    level = levels(drawing)
    headings: list[Heading] = []
    at = 0
    for one in sheet.headings:
        headings.append(Heading(one.phase.name, at, one.span))
        at += one.span
    return Grid(
        title=drawing.title,
        about=_about(drawing, made),
        headings=tuple(headings),
        columns=tuple(_column(one, by_step.get(one.step.key, []), level[one.step.key]) for one in sheet.columns),
        lines=tuple(_lines(drawing, level)),
        rows=tuple(_row(one) for one in sheet.rows if one.lane.kind != "touchpoint"),
        words=_words(held=bool(by_step)),
        foot=basis,
    )


def _about(drawing: Drawing, made: datetime) -> str:
    kind = _("Target journey") if drawing.kind == "target" else _("Journey as lived")
    persona = _("persona: %(name)s") % {"name": drawing.persona} if drawing.persona else ""
    return " · ".join(one for one in (kind, persona, gap_words.day(made)) if one)


def _lines(drawing: Drawing, level: dict[str, int]) -> Iterator[Line]:
    """Ways on whose line passes no card: between neighbours, and along the places branches leave free. Without any
    links each step leads to the next."""
    place = {step.key: at for at, step in enumerate(drawing.steps)}
    if not drawing.links:
        yield from (Line(at, at + 1) for at in range(len(drawing.steps) - 1))
    for link in drawing.links:
        here, there = place[link.source], place[link.target]
        low = max(level[link.source], level[link.target])
        free = all(level[drawing.steps[at].key] != low for at in range(here + 1, there))
        if link.kind != "loop" and here < there and free:
            said = "" if link.share is None else share(link.share)
            yield Line(here, there, link.kind == "optional", said)


def _column(one: sheets.Column, held: list[Gap], level: int) -> Column:
    step = one.step
    if held:
        expected = tuple(_held(gap) for gap in held)
    else:
        expected = tuple(Expected(name, value) for name, value in one.expected)
    touchpoint = say(step.touchpoint) if step.touchpoint else ""
    shown = touchpoint if touchpoint.lower() != step.name.lower() else ""
    return Column(one.number, step.name, shown, step.optional, expected, one.ways, one.then, level)


def _held(gap: Gap) -> Expected:
    price = gap_words.price(gap) if gap.priced else ""
    return Expected(
        gap_words.name(gap.expectation, gap.about), gap_words.wanted(gap),
        gap_words.amount(gap.lived.value, gap.expectation, gap.lived.unit), str(gap_words.STATES[gap.state]),
        TONES[gap.state], price,
    )  # fmt: skip


def _row(one: sheets.Row) -> Row:
    name = one.lane.name or str(wording.LANES[one.lane.kind])
    return Row(name, tuple(Box(cell.text, cell.feeling) for cell in one.cells), one.lane.kind == "emotion")


def _words(*, held: bool) -> Words:
    legend = [("→", _("leads there as well")), ("←", _("back again"))]
    if held:
        legend += [("✓", _("met")), ("▼", _("falls short")), ("?", _("cannot tell")), ("–", _("not enough data"))]
    return Words(
        optional=_("not everybody comes by"),
        wanted=_("Expected"),
        lived=_("Lived:"),
        worth=_("Worth closing"),
        page=_("Page %(page)s of %(pages)s"),
        steps=_("steps %(first)s to %(last)s of %(n)s"),
        empty=_("This map has no steps yet."),
        legend=tuple(legend),
    )


def tables(drawing: Drawing, gaps: list[Gap], basis: str) -> list[Sheet]:
    """What stands beside the grid in a workbook: gaps with their numbers, and what these mean."""
    heads = (
        _("Step"), _("What is expected"), _("Wanted"), _("Lived"), _("low"), _("high"), _("Unit"), _("n"), _("State"),
        _("Customers a year"), _("Worth a year"), _("low"), _("high"), _("Unit"), _("Change of late"),
    )  # fmt: skip
    rows = [_gap_row(gap) for gap in gaps]
    about: list[list[str]] = [[_("Map"), drawing.title], [_("On whom the lived figures rest"), basis]]
    about += [[f"{gap.step_name}: {gap_words.name(gap.expectation, gap.about)}", _evidence(gap)] for gap in gaps]
    steps, ways = lists.rows(drawing, format_words.lists())
    told = [Sheet(_("Steps"), tuple(steps[0]), steps[1]), Sheet(_("Ways"), tuple(ways[0]), ways[1])]
    return [*told, Sheet(_("Gaps"), heads, rows), Sheet(_("Evidence"), (_("What"), _("What it rests on")), about)]


def _gap_row(gap: Gap) -> list[str | float | int | None]:
    worth = gap.priced
    unit = "" if worth is None else gap_words.parts(worth, gap.effect.metric)[1]
    money = f"{organisation().currency} " if worth and worth.unit == "money" else ""
    return [
        gap.step_name, gap_words.name(gap.expectation, gap.about), gap.wanted, gap.lived.value, gap.lived.low,
        gap.lived.high, _unit(gap), gap.n, str(gap_words.STATES[gap.state]), gap.customers_a_year,
        worth.value if worth else None, worth.low if worth else None, worth.high if worth else None, money + unit,
        gap_words.trend(gap.trend, gap.expectation),
    ]  # fmt: skip


def _unit(gap: Gap) -> str:
    return _("seconds") if gap.expectation == "waiting" else gap.lived.unit


def _evidence(gap: Gap) -> str:
    return " ".join([gap.lived.definition, *(f"{one}." for one in gap_words.effect(gap)), *gap_words.why(gap)])


def named(drawing: Drawing, *, log: bool = False) -> Drawing:
    """A drawing that came from a file, its lanes and phases without names named in the language that is active; from a
    log its steps as well, which nobody has named yet.
    """
    own = {"receiver": _("What the other side does"), "compliance": _("How it went against the plan")}
    lanes = tuple(
        replace(one, name=one.name or own.get(one.key) or str(wording.LANES[one.kind])) for one in drawing.lanes
    )
    phases = tuple(replace(one, name=one.name or _("Journey")) for one in drawing.phases)
    steps = tuple(replace(one, name=title(one.touchpoint)) if log and one.touchpoint else one for one in drawing.steps)
    return replace(drawing, lanes=lanes, phases=phases, steps=steps)
