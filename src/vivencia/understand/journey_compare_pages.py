"""Two groups of journeys side by side: where do they go different ways, and is the difference real?"""

from dataclasses import asdict, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from vivencia.foundation.rights import Right, needs
from vivencia.foundation.vocabulary import title
from vivencia.understand import journey_asking
from vivencia.understand.journey_look import Look, look
from vivencia.understand.journey_pages import shared, template
from vivencia.understand.journey_words import duration, enough, move, score, share
from vivencia.understand.journeys.compare import Comparison, Difference, Group, compare
from vivencia.understand.journeys.flow import Felt

SHOWN = 15


@needs(Right.SEE_FIGURES)
def compare_page(request: HttpRequest) -> HttpResponse:
    """Two sets of filters, one comparison; with HTMX only what changes."""
    found = look(request)
    context = shared(found, "journey-compare")
    if found is not None:
        other = look(request, "b_")
        assert other is not None
        other = Look(found.read, replace(other.wish, case=found.wish.case))
        if not found.wish.narrowed and not other.wish.narrowed:
            found, other = usual_sides(found)
        context |= {"wish": found.wish, "other": other.wish, "who": journey_asking.words(found.read, found.wish)}
        context |= {"whom": journey_asking.words(found.read, other.wish), "same": found.wish == other.wish}
        if found.wish != other.wish:
            context |= _compared(found, other)
    page, part = "understand/journey_compare.html", "understand/parts/journey_compare.html"
    return render(request, template(request, page, part), context)


def usual_sides(found: Look) -> tuple[Look, Look]:
    """Those it went badly for against those it went well for: what most people want to see first."""
    if found.whole.scale < 0:
        return found, found
    bad, good = (replace(found.wish, outcome=outcome) for outcome in ("unhappy:", "happy:"))
    return Look(found.read, bad), Look(found.read, good)


def counted_comparison(found: Look, other: Look) -> dict[str, Any]:
    """The comparison of two groups of journeys, as JSON, remembered."""
    said: dict[str, Any] = found.remember(f"compare-{other.wish!r}", lambda: _computed(found, other))
    return said


def _compared(found: Look, other: Look) -> dict[str, Any]:
    said = counted_comparison(found, other)
    result, both = _told(said["result"]), said["both"]
    return {
        "sides": [_side(result.a, found), _side(result.b, other)],
        "enough": result.enough,
        "both": both,
        "felt": result.felt,
        "step_rows": [_row(one, title(one.what[0])) for one in result.steps[:SHOWN]],
        "move_rows": [_row(one, move(*one.what)) for one in result.moves[:SHOWN]],
        "clear": _clear(result),
    }


def _computed(found: Look, other: Look) -> dict[str, Any]:
    both = int((found.mask & other.mask).sum())
    return {"both": both, "result": asdict(compare(found.table, other.table))}


def _told(said: dict[str, Any]) -> Comparison:
    """The remembered comparison as what it was."""
    a, b = (Group(**{**said[side], "passing": Felt(**said[side]["passing"])}) for side in ("a", "b"))
    steps, moves = (_differences(said[kind]) for kind in ("steps", "moves"))
    return Comparison(a=a, b=b, enough=said["enough"], felt=said["felt"], steps=steps, moves=moves)


def _differences(said: list[dict[str, Any]]) -> tuple[Difference, ...]:
    return tuple(Difference(**{**one, "what": tuple(one["what"])}) for one in said)


def _clear(result: Comparison) -> int:
    return sum(one.clear for one in result.steps)


def _side(group: Group, found: Look) -> dict[str, Any]:
    return {
        "who": journey_asking.words(found.read, found.wish),
        "journeys": group.journeys,
        "duration": duration(group.median_seconds),
        "score": score(group.passing, found.scale),
        "felt": group.passing,
        "known": enough(group.passing),
    }


def _row(one: Difference, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "a": share(one.a),
        "b": share(one.b),
        "points": 100 * one.difference,
        "low": 100 * one.low,
        "high": 100 * one.high,
        "clear": one.clear,
    }
