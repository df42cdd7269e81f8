"""A problem as JSON: docs/guide/roadmap.md describes every field. What is wrong is said with the initiative, the field
and what is allowed."""

from collections.abc import Mapping
from typing import Any, Literal, TypeVar, cast

from vivencia.plan.roadmap.optimiser.problem import Gap, Initiative, Pilot, Problem, Stream, Team, Worth

Choice = TypeVar("Choice", bound=str)
LARGEST = {"quarters": 40, "initiatives": 2000}
LARGEST_NUMBER = 1e12
MOST_SAID = 120


class WrongFileError(ValueError):
    """The file cannot be read as a problem; the message says where and what is allowed."""


class Part:
    """One object of the file: gives its fields, and refuses those nobody asked for."""

    def __init__(self, content: object, where: str, fields: tuple[str, ...]) -> None:
        if not isinstance(content, Mapping):
            raise WrongFileError(f"{where}: expected an object with {', '.join(fields)}")
        self.content = {name: value for name, value in content.items() if value is not None}  # null: not said
        self.where = where
        unknown = sorted(set(content) - set(fields))
        if unknown:
            raise WrongFileError(f"{where}: unknown field {unknown[0]!r}; allowed: {', '.join(fields)}")

    def wrong(self, name: str, allowed: str) -> WrongFileError:
        told = _shortened(repr(self.content[name])) if name in self.content else "not there"
        return WrongFileError(f"{self.where}, {name}: {told}; allowed: {allowed}")

    def number(
        self, name: str, default: float | None = None, least: float = -LARGEST_NUMBER, most: float = LARGEST_NUMBER
    ) -> float:
        value: Any = self.content.get(name, default)
        if not is_number(value) or not least <= value <= most:
            raise self.wrong(name, f"a number from {least:g} to {most:g}")
        return float(value)

    def whole(self, name: str, default: int | None, least: int, most: int) -> int:
        value = self.content.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.wrong(name, f"a whole number from {least} to {most}")
        return value

    def text(self, name: str, default: str | None = None) -> str:
        value = self.content.get(name, default)
        if not isinstance(value, str) or (default is None and not value):
            raise self.wrong(name, "a text")
        return value

    def yes(self, name: str) -> bool:
        value = self.content.get(name, False)
        if not isinstance(value, bool):
            raise self.wrong(name, "true, false")
        return value

    def choice(self, name: str, allowed: tuple[Choice, ...]) -> Choice:
        value = self.content.get(name, allowed[0])
        if value not in allowed:
            raise self.wrong(name, ", ".join(allowed))
        return cast(Choice, value)

    def known(self, name: str, known: set[str], what: str) -> str:
        value = self.text(name, "")
        if value and value not in known:
            raise self.wrong(name, f"one of the {what}: {some(known)}")
        return value

    def list(self, name: str) -> list[Any]:
        value = self.content.get(name, [])
        if not isinstance(value, list):
            raise self.wrong(name, "a list")
        return value

    def by_quarter(self, name: str, quarters: int) -> tuple[float, ...]:
        """A number for every quarter: a list, or one number for all."""
        return self.numbers(name, self.content.get(name), quarters, quarters)

    def numbers(self, name: str, value: object, least: int, most: int) -> tuple[float, ...]:
        values = [value] * most if is_number(value) else value
        right = isinstance(values, list) and least <= len(values) <= most
        if not right or not all(is_number(each) and each >= 0 for each in cast("list[Any]", values)):
            many = f"{least}" if least == most else f"{least} to {most}"
            raise self.wrong(name, f"a list of {many} numbers from 0 to {LARGEST_NUMBER:g}, or one for every quarter")
        return tuple(float(each) for each in cast("list[Any]", values))


def is_number(value: Any) -> bool:
    """Whether it is a number one can still reckon with: far above it, sums lose what they are made of."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER


def _shortened(told: str) -> str:
    return told if len(told) <= MOST_SAID else f"{told[:MOST_SAID]} …"


def some(names: set[str], most: int = 12) -> str:
    """A few names for a message."""
    shown = sorted(names)[:most]
    return ", ".join(shown) + (" …" if len(names) > most else "") if shown else "there is none"


PLAN = (
    "quarters", "unit", "objective", "discount_a_year", "quarters_after", "budget", "teams", "streams", "gaps",
    "initiatives",
)  # fmt: skip
INITIATIVE = (
    "key", "title", "value", "stream", "duration", "effort", "cost_once", "cost_a_quarter", "after", "gap", "must_do",
    "earliest", "deadline", "start", "left_out", "pilot", "chance",
)  # fmt: skip


def problem_of(content: object) -> Problem:
    """The problem a file's content describes. Raises WrongFileError."""
    plan = Part(content, "the file", PLAN)
    quarters, labels = _quarters(plan)
    teams = tuple(_team(each, k, quarters) for k, each in enumerate(plan.list("teams")))
    streams = tuple(_stream(each, k) for k, each in enumerate(plan.list("streams")))
    gaps = tuple(_gap(each, k) for k, each in enumerate(plan.list("gaps")))
    known = {
        "teams": _unique("teams", [each.key for each in teams]),
        "streams": _unique("streams", [each.key for each in streams]),
        "gaps": _unique("gaps", [each.key for each in gaps]),
    }
    listed = plan.list("initiatives")
    if "initiatives" not in plan.content or len(listed) > LARGEST["initiatives"]:
        raise plan.wrong("initiatives", f"a list of at most {LARGEST['initiatives']} initiatives")
    labelled = labels or tuple(f"Q{q + 1}" for q in range(quarters))
    initiatives = tuple(_initiative(each, k, labelled, known) for k, each in enumerate(listed))
    _hang_together(initiatives)
    return Problem(
        quarters,
        initiatives,
        teams,
        None if plan.content.get("budget") is None else plan.by_quarter("budget", quarters),
        streams,
        gaps,
        plan.choice("objective", cast("tuple[Literal['value', 'net'], ...]", ("value", "net"))),
        plan.number("discount_a_year", 0.0, 0.0, 1.0),
        plan.whole("quarters_after", 0, 0, 80),
        plan.text("unit", ""),
        labelled,
    )


def _quarters(plan: Part) -> tuple[int, tuple[str, ...]]:
    given = plan.content.get("quarters")
    if isinstance(given, list):
        if not 0 < len(given) <= LARGEST["quarters"] or not all(isinstance(each, str) for each in given):
            raise plan.wrong("quarters", f"a list of 1 to {LARGEST['quarters']} names, or their number")
        _unique("quarters", given)
        return len(given), tuple(given)
    return plan.whole("quarters", None, 1, LARGEST["quarters"]), ()


def _unique(what: str, keys: list[str]) -> set[str]:
    for key in keys:
        if keys.count(key) > 1:
            raise WrongFileError(f"{what}: {key!r} is there twice; allowed: every key once")
    return set(keys)


def _team(content: object, k: int, quarters: int) -> Team:
    part = Part(content, f"team {k + 1}", ("key", "capacity"))
    key = part.text("key")
    part.where = f"team {key!r}"
    return Team(key, part.by_quarter("capacity", quarters))


def _stream(content: object, k: int) -> Stream:
    part = Part(content, f"stream {k + 1}", ("key", "min_share", "max_share", "min_count", "max_count"))
    key = part.text("key")
    part.where = f"stream {key!r}"
    least = part.number("min_share", 0.0, 0.0, 1.0)
    most = None if part.content.get("max_count") is None else part.whole("max_count", None, 0, LARGEST["initiatives"])
    fewest = part.whole("min_count", 0, 0, LARGEST["initiatives"])
    return Stream(key, least, part.number("max_share", 1.0, least, 1.0), fewest, most)


def _gap(content: object, k: int) -> Gap:
    part = Part(content, f"gap {k + 1}", ("key", "whole"))
    key = part.text("key")
    part.where = f"gap {key!r}"
    whole = part.number("whole")
    if whole <= 0:
        raise part.wrong("whole", "a number above 0: what closing the whole gap brings a year")
    return Gap(key, whole)


def _initiative(content: object, k: int, labels: tuple[str, ...], known: dict[str, set[str]]) -> Initiative:
    part = Part(content, f"initiative {k + 1}", INITIATIVE)
    key = part.text("key")
    part.where = f"initiative {key!r}"
    lasts = part.whole("duration", 1, 1, LARGEST["quarters"])
    gap = part.known("gap", known["gaps"], "gaps")
    worth = _worth(part)
    if gap and worth.pays == "once":
        raise WrongFileError(f"{part.where}, value: an initiative on a gap is paid a_year; allowed: pays a_year")
    return Initiative(
        key,
        worth,
        part.text("title", ""),
        part.known("stream", known["streams"], "streams") if known["streams"] else part.text("stream", ""),
        lasts,
        _effort(part, lasts, known["teams"]),
        part.number("cost_once", 0.0, 0.0),
        part.number("cost_a_quarter", 0.0, 0.0),
        _names(part, "after"),
        gap,
        part.yes("must_do"),
        _quarter(part, "earliest", labels) or 0,
        _quarter(part, "deadline", labels),
        _quarter(part, "start", labels),
        part.yes("left_out"),
        _pilot(part),
        part.number("chance", 1.0, 0.0, 1.0),
    )


def _worth(part: Part) -> Worth:
    given = part.content.get("value")
    if is_number(given):
        return Worth(float(cast(float, given)), float(cast(float, given)), float(cast(float, given)))
    if not isinstance(given, Mapping):
        raise part.wrong("value", f"a number up to {LARGEST_NUMBER:g}, or an object with mean, low, high, pays")
    value = Part(given, f"{part.where}, value", ("mean", "low", "high", "pays"))
    mean = value.number("mean")
    low, high = value.number("low", mean, most=mean), value.number("high", mean, least=mean)
    return Worth(
        mean, low, high, value.choice("pays", cast("tuple[Literal['a_year', 'once'], ...]", ("a_year", "once")))
    )


def _effort(part: Part, lasts: int, teams: set[str]) -> dict[str, tuple[float, ...]]:
    given = part.content.get("effort", {})
    if not isinstance(given, Mapping):
        raise part.wrong("effort", "an object: team → days in each quarter of work")
    effort = {}
    for team, days in given.items():
        if team not in teams:
            raise WrongFileError(f"{part.where}, effort: unknown team {team!r}; allowed: {some(teams)}")
        effort[team] = part.numbers("effort", days, 1, lasts)
    return effort


def _names(part: Part, name: str) -> tuple[str, ...]:
    given = part.list(name)
    if not all(isinstance(each, str) for each in given):
        raise part.wrong(name, "a list of initiatives' keys")
    return tuple(dict.fromkeys(given))


def _quarter(part: Part, name: str, labels: tuple[str, ...]) -> int | None:
    """A quarter by its name, or by its number from 1."""
    given = part.content.get(name)
    if given is None:
        return None
    if isinstance(given, str) and given in labels:
        return labels.index(given)
    if isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= len(labels):
        return given - 1
    raise part.wrong(name, f"a quarter from 1 to {len(labels)}, or its name: {', '.join(labels)}")


def _pilot(part: Part) -> Pilot | None:
    given = part.content.get("pilot")
    if given is None:
        return None
    pilot = Part(given, f"{part.where}, pilot", ("of", "chance", "value_if_not"))
    chance = None if pilot.content.get("chance") is None else pilot.number("chance", None, 0.0, 1.0)
    return Pilot(pilot.text("of"), chance, pilot.number("value_if_not", 0.0))


def _hang_together(initiatives: tuple[Initiative, ...]) -> None:
    """Keys once, dependencies known and free of circles, pilots of known programmes."""
    keys = _unique("initiatives", [each.key for each in initiatives])
    for each in initiatives:
        for field, named in (("after", each.after), ("pilot", (each.pilot.of,) if each.pilot else ())):
            for name in named:
                if name not in keys or name == each.key:
                    wrong = f"initiative {each.key!r}, {field}: {name!r}"
                    raise WrongFileError(f"{wrong}; allowed: another initiative's key: {some(keys - {each.key})}")
    _know_chances(initiatives)
    circle = circle_in({each.key: each.after for each in initiatives})
    if circle:
        raise WrongFileError(f"after: {' → '.join(circle)} is a circle; allowed: dependencies without circles")


def _know_chances(initiatives: tuple[Initiative, ...]) -> None:
    """Whether a programme works is said once: by itself, or by its pilots where its value is a mean over both."""
    of = {each.key: each.chance for each in initiatives}
    for each in initiatives:
        if each.pilot is None or (each.pilot.chance is None) == (of[each.pilot.of] < 1.0):
            continue
        if each.pilot.chance is None:
            raise WrongFileError(
                f"initiative {each.key!r}, pilot, chance: not there; allowed: a number from 0 to 1, here or as the "
                f"chance of {each.pilot.of!r}"
            )
        raise WrongFileError(
            f"initiative {each.key!r}, pilot, chance: {each.pilot.chance!r}; allowed: nothing, for {each.pilot.of!r} "
            "has its own chance"
        )


def circle_in(after: Mapping[str, tuple[str, ...]]) -> list[str]:
    """A circle of dependencies, [] where there is none."""
    done: set[str] = set()
    for root in after:
        path: list[str] = []
        stack = [(root, iter(after[root]))] if root not in done else []
        path.extend([root] if stack else [])
        while stack:
            key, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                done.add(key)
                stack.pop()
                path.pop()
            elif following in path:
                return [*path[path.index(following) :], following]
            elif following not in done and following in after:
                stack.append((following, iter(after[following])))
                path.append(following)
    return []
