"""`vivencia metric`: any metric, by anything, on the command line."""

import json
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click
from django.utils.translation import gettext as _

from vivencia.foundation.upgrades import ensure_database
from vivencia.measure import reading, wording
from vivencia.measure.metrics.catalogue import METRICS, named
from vivencia.measure.metrics.computing import Question
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.metrics.groups import DIMENSIONS
from vivencia.measure.metrics.periods import midnight
from vivencia.understand import segments
from vivencia.understand.models import Segment


class Day(click.ParamType[date]):
    """A date such as 2026-05-31."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date like 2026-05-31", param, ctx)


@click.command()
@click.argument("name", required=False)
@click.option("--by", multiple=True, metavar="DIM", help=f"Group by {', '.join(DIMENSIONS)}; several times: by each.")
@click.option("--since", type=Day(), help="From this day on.")
@click.option("--until", type=Day(), help="Up to and including this day.")
@click.option("--variant", help="Which way to compute it; default: the metric's first (see --list).")
@click.option("--segment", help="Only customers of this segment: a saved one, or one the company's systems name.")
@click.option("--min-n", type=click.IntRange(1), help="Show values from so many observations on; default: 5.")
@click.option("--list", "list_them", is_flag=True, help="Which metrics and variants there are.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def metric(
    name: str | None,
    by: tuple[str, ...],
    since: date | None,
    until: date | None,
    variant: str | None,
    segment: str | None,
    min_n: int | None,
    *,
    list_them: bool,
    as_json: bool,
) -> None:
    """The figures of metric NAME: value, 95 % interval, n and definition, one line a group."""
    if list_them:
        _list(as_json=as_json)
        return
    if name is None:
        raise click.UsageError(_("name a metric; allowed: %(names)s") % {"names": ", ".join(METRICS)})
    ensure_database()
    try:
        figures = _figures(Question(name, variant, by, {}, None, None, min_n), since, until, segment)
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from wrong
    if as_json:
        click.echo(json.dumps([figure.as_json() for figure in figures], ensure_ascii=False))
    else:
        _print(figures)
        click.echo("\n" + _about(figures, since, until))


def _figures(question: Question, since: date | None, until: date | None, segment: str | None) -> list[Figure]:
    if since and until and since > until:
        raise ValueError(f"--since {since} is after --until {until}")
    source = reading.source(None)
    zone = source.rules.zone
    asked = Question(
        named(question.metric).name,
        question.variant,
        question.by,
        {},
        midnight(since, zone) if since else None,
        midnight(until + timedelta(days=1), zone) if until else None,
        question.min_n,
    )
    return source.figures(asked, _segment(segment, source) if segment else None)


def _segment(name: str, source: reading.Source) -> segments.Definition:
    """A saved segment of that name, else the one the company's systems call so. Raises ValueError for neither."""
    saved = Segment.objects.filter(name__iexact=name).first()
    if saved:
        return saved.definition
    known = source.read.to_arrow(source.read.customers.select("segment").distinct())["segment"].to_pylist()
    if name in known:
        return segments.Definition((segments.InSegment((name,)),))
    allowed = [*Segment.objects.values_list("name", flat=True), *sorted(filter(None, known))[:30]]
    raise ValueError(f"there is no segment {name!r}; allowed: {', '.join(allowed) or 'none yet'}")


def _list(*, as_json: bool) -> None:
    told = [
        {
            "metric": one.name,
            "title": one.title,
            "question": one.question,
            "aliases": list(one.aliases),
            "variants": [{"variant": v.name, "title": v.title, "unit": v.unit} for v in one.variants],
        }
        for one in METRICS.values()
    ]
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for one in METRICS.values():
        click.echo(f"{one.name:<24}{_(one.title)}")
        for variant in one.variants:
            click.echo(f"  {variant.name:<22}{_(variant.title)}")


def _print(figures: list[Figure]) -> None:
    """A table for people."""
    if not figures:
        click.echo(_("Not enough data: nothing was observed."))
        return
    dimensions = list(figures[0].group)
    heads = [*dimensions, _("value"), _("low"), _("high"), "n"]
    lines = [[*(_word(figure.group[name]) for name in dimensions), *_numbers(figure)] for figure in figures]
    widths = [max(len(line[place]) for line in [heads, *lines]) for place in range(len(heads))]
    for line in [heads, *lines]:
        cells = [cell.ljust(width) if place < len(dimensions) else cell.rjust(width)
                 for place, (cell, width) in enumerate(zip(line, widths, strict=True))]  # fmt: skip
        click.echo("  ".join(cells).rstrip())


def _about(figures: list[Figure], since: date | None, until: date | None) -> str:
    """What the figures mean, once for all of them, and why nothing can be known where that is so."""
    if not figures:
        return ""
    source, first = reading.source(None), figures[0]
    variant = METRICS[first.metric].variant(first.variant)
    window = wording.window(since, until, source.as_of.astimezone(ZoneInfo(source.rules.zone)).date())
    said = f"{wording.definition(variant, source.rules, window)} {wording.left_out(first)}".strip()
    silence = source.silence(variant) if not any(figure.n for figure in figures) else ""
    name = f"{first.metric} ({first.variant}), {wording.unit(first.unit)}"
    return f"{name}: {said}" + (f"\n{_(silence)}" if silence else "")


def _word(value: str | None) -> str:
    return _("(not known)") if value is None else value


def _numbers(figure: Figure) -> list[str]:
    if figure.value is None:
        return [_("not enough data"), "", "", f"{figure.n:,}"]
    limits = ["–" if limit is None else f"{limit:.2f}" for limit in (figure.low, figure.high)]
    return [f"{figure.value:.3f}", *limits, f"{figure.n:,}"]
