"""`vivencia flow`, `variants` and `funnel`: journeys as lived, on the command line."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

import click
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.organisation import organisation
from vivencia.foundation.upgrades import ensure_database
from vivencia.foundation.vocabulary import say
from vivencia.understand.journey_reading import (
    Journeys,
    customers_where,
    data_shape,
    segments,
    selected,
)
from vivencia.understand.journeys.build import StepKind
from vivencia.understand.journeys.flow import Edge, Felt, Flow, Touchpoint
from vivencia.understand.journeys.flow import flow as flow_of
from vivencia.understand.journeys.funnel import Funnel, FunnelStep
from vivencia.understand.journeys.funnel import funnel as funnel_of
from vivencia.understand.journeys.selection import Selection
from vivencia.understand.journeys.table import CaseKind, JourneyTable
from vivencia.understand.journeys.variants import Variant
from vivencia.understand.journeys.variants import variants as variants_of
from vivencia.understand.step_names import stored

Command = TypeVar("Command", bound=Callable[..., None])
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_PRINTED = 20


class Duration(click.ParamType[timedelta]):
    """A length of time such as 90m, 36h, 7d or 2w."""

    name = "DURATION"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([mhdw])", str(value).strip().lower())
        if not found:
            told = _("“%(value)s” is not a length of time. Allowed: a number with m, h, d or w, as in 7d")
            self.fail(told % {"value": value}, param, ctx)
        return float(found[1]) * _UNITS[found[2]]


class Day(click.ParamType[date]):
    """A day, or a moment: a date and time, UTC where no zone is given."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            told = _("“%(value)s” is not a date. Allowed: ISO 8601, as in 2024-03-31")
            self.fail(told % {"value": value}, param, ctx)
        if re.fullmatch(r"\d{4}-?\d{2}-?\d{2}|\d{4}-?W\d{2}-?\d", str(value).strip()):
            return moment.date()
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _asks(command: Command) -> Command:
    """The options that say which journeys are meant, the same on every command."""
    for option in reversed(
        (
            click.option(
                "--case",
                type=click.Choice(["customer", "subject"]),
                help="Whose journeys: customers', or those of what the events are about (orders, tickets, process "
                "cases). Default: subject where most events name a subject and no customer, else customer.",
            ),
            click.option(
                "--step",
                type=click.Choice(["touchpoint", "name"]),
                default="touchpoint",
                help="What a step is: the touchpoint (the event's name in sources without touchpoints), or the name.",
            ),
            click.option("--since", type=Day(), help="Only journeys that began on this day or later."),
            click.option("--until", type=Day(), help="Only journeys that began up to and including this day."),
            click.option("--segment", help="Only customers of this segment."),
            click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output."),
        )
    ):
        command = option(command)
    return command


@click.command()
@_asks
def flow(as_json: bool, **asked: Any) -> None:
    """Who follows whom: every step, every move from one to the next, beginnings and ends.

    `count` counts moves, `customers` the different people who made them, `median_dwell_seconds` the time between.
    Events that do not name such a case are left out and counted.
    """
    found = flow_of(_table(**asked))
    if as_json:
        click.echo(json.dumps(flow_json(found), ensure_ascii=False))
        return
    _say_left_out(found.left_out)
    counts = {"journeys": f"{found.journeys:,}", "customers": f"{found.customers:,}", "events": f"{found.events:,}"}
    events = ngettext("%(events)s event", "%(events)s events", found.events) % counts
    of = ngettext("%(customers)s customer", "%(customers)s customers", found.customers) % counts
    lived = ngettext("%(journeys)s journey of %(of)s", "%(journeys)s journeys of %(of)s", found.journeys)
    click.echo(lived % {**counts, "of": of} + f", {events}\n")
    _table_out(
        (_("step"), _("visits"), _("journeys"), _("begin"), _("end"), _("score here"), _("score passing")),
        [
            (say(t.touchpoint), t.count, t.journeys, t.starts, t.ends, _felt(t.said_here), _felt(t.passing))
            for t in found.touchpoints
        ],
    )
    click.echo()
    _table_out(
        (_("from step"), _("to step"), _("count"), _("customers"), _("median wait")),
        [(say(e.source), say(e.target), e.count, e.customers, _wait(e.median_dwell_seconds)) for e in found.edges],
    )


@click.command()
@_asks
@click.option("--limit", type=click.IntRange(min=1), help="Only the most common ones.")
def variants(as_json: bool, limit: int | None, **asked: Any) -> None:
    """Which whole journeys are the same sequence of steps, and how common each is."""
    table = _table(**asked)
    found = variants_of(table, limit if as_json else limit or _PRINTED)
    if as_json:
        said = {"journeys": found.journeys, "total": found.total, "left_out": table.left_out}
        click.echo(json.dumps({**said, "variants": [_variant_json(row) for row in found.rows]}, ensure_ascii=False))
        return
    _say_left_out(table.left_out)
    counts = {"variants": f"{found.total:,}", "journeys": f"{found.journeys:,}"}
    of = ngettext("%(journeys)s journey", "%(journeys)s journeys", found.journeys) % counts
    told = ngettext("%(variants)s variant of %(of)s", "%(variants)s variants of %(of)s", found.total)
    click.echo(told % {**counts, "of": of} + "\n")
    _table_out(
        (_("journeys"), _("share"), _("together"), _("median time"), _("score"), _("steps")),
        [
            (
                row.count,
                f"{row.share:.1%}",
                f"{row.cumulative:.1%}",
                _wait(row.median_duration_seconds),
                _felt(row.passing),
                " > ".join(say(step) for step in row.steps),
            )
            for row in found.rows
        ],
    )


@click.command()
@click.argument("steps", nargs=-1, required=True, metavar="STEP STEP...")
@click.option("--within", type=Duration(), help="All steps within this time of the first: 90m, 36h, 7d, 2w.")
@_asks
def funnel(steps: tuple[str, ...], within: timedelta | None, as_json: bool, **asked: Any) -> None:
    """How many journeys go through these steps in this order, and where the others stop.

    A step is named as the data store it, or as pages and `variants` show it. Other steps may lie between. Each share
    comes with its 95 % Wilson interval.
    """
    if len(steps) < 2:
        raise click.UsageError(_("A funnel needs at least two steps."))
    table = _table(**asked)
    try:
        found = funnel_of(table, stored(steps, table.steps), within)
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from wrong
    if as_json:
        click.echo(json.dumps(_funnel_json(found, table.left_out), ensure_ascii=False))
        return
    _say_left_out(table.left_out)
    _table_out(
        (
            _("step"),
            _("reached"),
            _("of the step before"),
            _("interval at 95 %"),
            _("of the first"),
            _("lost"),
            _("median wait"),
        ),
        [_funnel_row(row) for row in found.steps],
    )


def _table(
    case: str | None,
    step: str,
    since: date | None,
    until: date | None,
    segment: str | None,
) -> JourneyTable:
    begin, end = _moment(since), _moment(until, after_the_day=True)
    if begin and end and begin >= end:
        raise click.UsageError(_("--since %(since)s is after --until %(until)s") % {"since": since, "until": until})
    read = open_ledger().read()
    kind = cast("CaseKind", case) if case else data_shape(read).case
    customers = None
    if segment is not None:
        customers = customers_where(read, segment)
        if not customers:
            about = {"segment": segment, "known": ", ".join(segments(read)) or _("none")}
            raise click.UsageError(_("--segment: nobody is in %(segment)r; known segments: %(known)s") % about)
    journeys = Journeys(kind, cast("StepKind", step))
    return selected(read, journeys, Selection(customers=customers, since=begin, until=end))


def _moment(day: date | None, *, after_the_day: bool = False) -> datetime | None:
    """The moment a day of the company's begins, or (`after_the_day`) is over; a moment is itself."""
    if day is None or isinstance(day, datetime):
        return day
    ensure_database()
    first = day + timedelta(days=1) if after_the_day else day
    return datetime.combine(first, time(), ZoneInfo(organisation().time_zone))


def flow_json(found: Flow) -> dict[str, Any]:
    """The flow under the documented keys."""
    return {
        "journeys": found.journeys,
        "customers": found.customers,
        "events": found.events,
        "left_out": found.left_out,
        "touchpoints": [_touchpoint_json(touchpoint) for touchpoint in found.touchpoints],
        "edges": [_edge_json(edge) for edge in found.edges],
        "starts": {t.touchpoint: t.starts for t in found.touchpoints if t.starts},
        "ends": {t.touchpoint: t.ends for t in found.touchpoints if t.ends},
    }


def _touchpoint_json(touchpoint: Touchpoint) -> dict[str, Any]:
    return {
        "touchpoint": touchpoint.touchpoint,
        "count": touchpoint.count,
        "journeys": touchpoint.journeys,
        "customers": touchpoint.customers,
        "said_here": _felt_json(touchpoint.said_here),
        "passing": _felt_json(touchpoint.passing),
    }


def _edge_json(edge: Edge) -> dict[str, Any]:
    return {
        "source": edge.source,
        "target": edge.target,
        "count": edge.count,
        "customers": edge.customers,
        "journeys": edge.journeys,
        "median_dwell_seconds": edge.median_dwell_seconds,
        "passing": _felt_json(edge.passing),
    }


def _variant_json(row: Variant) -> dict[str, Any]:
    return {
        "steps": list(row.steps),
        "count": row.count,
        "share": row.share,
        "cumulative": row.cumulative,
        "median_duration_seconds": row.median_duration_seconds,
        "passing": _felt_json(row.passing),
    }


def _funnel_json(found: Funnel, left_out: int) -> dict[str, Any]:
    rows = [vars(row) for row in found.steps]
    return {
        "journeys": found.journeys,
        "within_seconds": found.within_seconds,
        "left_out": left_out,
        "steps": rows,
    }


def _funnel_row(row: FunnelStep) -> tuple[Any, ...]:
    interval = f"{row.low:.1%} – {row.high:.1%}" if row.low is not None and row.high is not None else "-"
    wait = "-" if row.median_seconds is None else _wait(row.median_seconds)
    return say(row.step), row.reached, _share(row.conversion), interval, _share(row.overall), row.lost, wait


def _felt_json(felt: Felt) -> dict[str, Any]:
    return {"value": felt.mean, "low": felt.low, "high": felt.high, "n": felt.n}


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _felt(felt: Felt) -> str:
    return "-" if felt.mean is None else f"{felt.mean:.2f} (n={felt.n:,})"


def _wait(seconds: float) -> str:
    for length, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s"


def _say_left_out(left_out: int) -> None:
    if left_out:
        said = ngettext(
            "%(n)s event names no such case and is left out",
            "%(n)s events name no such case and are left out",
            left_out,
        )
        click.echo(said % {"n": f"{left_out:,}"}, err=True)


def _table_out(heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """Columns as wide as their widest cell, numbers to the right."""
    cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    widths = [max(len(head), *(len(row[i]) for row in cells)) if cells else len(head) for i, head in enumerate(heads)]
    click.echo("  ".join(head.ljust(width) for head, width in zip(heads, widths, strict=True)).rstrip())
    for row, values in zip(cells, rows, strict=True):
        aligned = (
            text.rjust(width) if isinstance(value, int) else text.ljust(width)
            for text, width, value in zip(row, widths, values, strict=True)
        )
        click.echo("  ".join(aligned).rstrip())
