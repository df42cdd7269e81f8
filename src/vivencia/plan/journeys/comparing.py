"""What differs between two states of a map, place by place. Pure."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from vivencia.plan.journeys.drawing import Drawing, to_json

Of = Literal["map", "phase", "lane", "step", "note", "link"]
_KEPT = ("key", "comments")
_ALWAYS = ("optional", False)  # everybody comes by: what steps are unless said otherwise
_HELD: tuple[tuple[Of, str], ...] = (("phase", "phases"), ("lane", "lanes"), ("step", "steps"))


@dataclass(frozen=True)
class Change:
    """One difference. `name` is what it is about, `field` which of its fields ("" for all of it: it came or went);
    `old` and `new` are None where there was, or is, nothing. A note's `field` is its lane's name; a link's `name` is
    "from → to". `moved`: it stands elsewhere, and `old` and `new` are what it stood and stands after.
    """

    of: Of
    name: str
    field: str
    old: Any
    new: Any
    moved: bool = False


def compare(old: Drawing, new: Drawing) -> list[Change]:
    """Every difference but comments', in the order of the map: the map itself, phases, lanes, steps, notes, ways."""
    before, after = _told(old), _told(new)
    found = [
        Change("map", "", field, before.get(field), after.get(field))
        for field in ("title", "persona", "kind")
        if (before.get(field) or "") != (after.get(field) or "")
    ]
    for of, held in _HELD:
        found += _parts(of, before.get(held, []), after.get(held, []))
    names = {of: _names(before, after, held) for of, held in _HELD}
    found += _notes(before, after, names)
    return [*found, *_links(before, after, names["step"])]


def _told(drawing: Drawing) -> dict[str, Any]:
    """The drawing as JSON, its steps naming the phase they are in."""
    told = to_json(drawing)
    phases = {one["key"]: one["name"] for one in told["phases"]}
    steps = [{**one, "phase": phases.get(one["phase"], "")} for one in told["steps"]]
    return {**told, "steps": steps}


def _parts(of: Of, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[Change]:
    was, now = ({one["key"]: one for one in held} for held in (before, after))
    for one in before:
        if one["key"] not in now:
            yield Change(of, one.get("name", ""), "", one.get("name", ""), None)
    for one in after:
        earlier = was.get(one["key"])
        if earlier is None:
            yield Change(of, one.get("name", ""), "", None, one.get("name", ""))
            continue
        told, had = _flat(one), _flat(earlier)
        for field in dict.fromkeys((*had, *told)):
            if field not in _KEPT and had.get(field) != told.get(field):
                yield Change(of, one.get("name", ""), field, had.get(field), told.get(field))
    yield from _moved(of, [one for one in before if one["key"] in now], [one for one in after if one["key"] in was])


def _moved(of: Of, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[Change]:
    """Of what is in both, the fewest that have to be moved to get from one order to the other."""
    places = {one["key"]: place for place, one in enumerate(before)}
    stayed = _longest_rise([places[one["key"]] for one in after])
    for at, one in enumerate(after):
        place = places[one["key"]]
        if place not in stayed:
            was, now = before[place - 1] if place else None, after[at - 1] if at else None
            yield Change(of, one.get("name", ""), "", was and was.get("name"), now and now.get("name"), True)


def _longest_rise(numbers: list[int]) -> set[int]:
    """The numbers of a longest rising subsequence."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for one in numbers:
        place = bisect_left(ends, one)
        before[one] = ends[place - 1] if place else None
        ends[place : place + 1] = [one]
    found: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        found.add(last)
        last = before[last]
    return found


def _flat(one: dict[str, Any]) -> dict[str, Any]:
    """A part's fields, each expectation a field of its own; empty ones left out."""
    told = {key: value for key, value in one.items() if key != "expectations"}
    told |= {f"expectations.{key}": value for key, value in (one.get("expectations") or {}).items()}
    return {key: value for key, value in told.items() if value not in (None, "", []) and (key, value) != _ALWAYS}


def _names(before: dict[str, Any], after: dict[str, Any], held: str) -> dict[str, str]:
    return {one["key"]: one.get("name", "") for told in (before, after) for one in told.get(held, [])}


def _notes(before: dict[str, Any], after: dict[str, Any], names: dict[Any, dict[str, str]]) -> Iterator[Change]:
    was, now = ({(one["step"], one["lane"]): one for one in told.get("notes", [])} for told in (before, after))
    for step, lane in dict.fromkeys((*was, *now)):
        old, new = ((told.get((step, lane)) or {}).get("text") or None for told in (was, now))
        felt = [(told.get((step, lane)) or {}).get("feeling") for told in (was, now)]
        at = (names["step"].get(step, ""), names["lane"].get(lane, ""))
        if old != new:
            yield Change("note", *at, old, new)
        if felt[0] != felt[1]:
            yield Change("note", *at, felt[0], felt[1])


def _links(before: dict[str, Any], after: dict[str, Any], steps: dict[str, str]) -> Iterator[Change]:
    was, now = ({(one["source"], one["target"]): one for one in told.get("links", [])} for told in (before, after))
    for source, target in dict.fromkeys((*was, *now)):
        name = f"{steps.get(source, '')} → {steps.get(target, '')}"
        old, new = was.get((source, target)), now.get((source, target))
        if old is None or new is None:
            yield Change("link", name, "", old and old.get("kind", "next"), new and new.get("kind", "next"))
            continue
        for field in ("kind", "share"):
            if old.get(field) != new.get(field):
                yield Change("link", name, field, old.get(field), new.get(field))
