"""A problem as JSON: docs/guide/roadmap.md describes every field. What is wrong is said with the initiative, the field
and what is allowed, as a sentence and what fills it in, so that a page or a terminal can say it in its own language."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar, cast

from vivencia.measure.metrics.words import N_
from vivencia.plan.roadmap.optimiser.problem import Gap, Initiative, Pilot, Problem, Stream, Team, Worth

Choice = TypeVar("Choice", bound=str)
LARGEST = {"quarters": 40, "initiatives": 2000}
LARGEST_NUMBER = 1e12
MOST_SAID = 120


class Said:
    """A sentence with what fills it in; sentences may be filled in with sentences. `str` says it in English."""

    def __init__(self, sentence: str, **facts: object) -> None:
        self.sentence, self.facts = sentence, facts

    def __str__(self) -> str:
        return self.told(str)

    def told(self, translate: Callable[[str], str]) -> str:
        """The sentence in another language."""
        facts = {name: fact.told(translate) if isinstance(fact, Said) else fact for name, fact in self.facts.items()}
        return translate(self.sentence) % facts


class WrongFileError(ValueError):
    """The file cannot be read as a problem; what is said says where and what is allowed."""

    def __init__(self, sentence: str, **facts: object) -> None:
        self.said = Said(sentence, **facts)
        super().__init__(str(self.said))


class Part:
    """One object of the file: gives its fields, and refuses those nobody asked for."""

    def __init__(self, content: object, where: Said, fields: tuple[str, ...]) -> None:
        if not isinstance(content, Mapping):
            raise WrongFileError(
                N_("%(where)s: expected an object with %(fields)s"), where=where, fields=", ".join(fields)
            )
        self.content = {name: value for name, value in content.items() if value is not None}  # null: not said
        self.where = where
        unknown = sorted(set(content) - set(fields))
        if unknown:
            raise WrongFileError(
                N_("%(where)s: unknown field %(field)r; allowed: %(fields)s"),
                where=where,
                field=unknown[0],
                fields=", ".join(fields),
            )

    def wrong(self, name: str, allowed: Said | str, told: Said | str | None = None) -> WrongFileError:
        """That a field is not as it has to be; what names of the file are allowed comes as they are."""
        if told is None:
            told = _shortened(repr(self.content[name])) if name in self.content else Said(N_("not there"))
        sentence = N_("%(where)s, %(field)s: %(told)s; allowed: %(allowed)s")
        return WrongFileError(sentence, where=self.where, field=name, told=told, allowed=allowed)

    def number(
        self, name: str, default: float | None = None, least: float = -LARGEST_NUMBER, most: float = LARGEST_NUMBER
    ) -> float:
        value: Any = self.content.get(name, default)
        if not is_number(value) or not least <= value <= most:
            raise self.wrong(name, Said(N_("a number from %(least)g to %(most)g"), least=least, most=most))
        return float(value)

    def whole(self, name: str, default: int | None, least: int, most: int) -> int:
        value = self.content.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.wrong(name, Said(N_("a whole number from %(least)s to %(most)s"), least=least, most=most))
        return value

    def text(self, name: str, default: str | None = None) -> str:
        value = self.content.get(name, default)
        if not isinstance(value, str) or (default is None and not value):
            raise self.wrong(name, Said(N_("a text")))
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
            raise self.wrong(name, Said(N_("one of the %(what)s: %(names)s"), what=what, names=some(known)))
        return value

    def list(self, name: str) -> list[Any]:
        value = self.content.get(name, [])
        if not isinstance(value, list):
            raise self.wrong(name, Said(N_("a list")))
        return value

    def by_quarter(self, name: str, quarters: int) -> tuple[float, ...]:
        """A number for every quarter: a list, or one number for all."""
        return self.numbers(name, self.content.get(name), quarters, quarters)

    def numbers(self, name: str, value: object, least: int, most: int) -> tuple[float, ...]:
        values = [value] * most if is_number(value) else value
        right = isinstance(values, list) and least <= len(values) <= most
        if not right or not all(is_number(each) and each >= 0 for each in cast("list[Any]", values)):
            sentence = (
                N_("a list of %(most)s numbers from 0 to %(largest)g, or one for every quarter")
                if least == most
                else N_("a list of %(least)s to %(most)s numbers from 0 to %(largest)g, or one for every quarter")
            )
            raise self.wrong(name, Said(sentence, least=least, most=most, largest=LARGEST_NUMBER))
        return tuple(float(each) for each in cast("list[Any]", values))


def is_number(value: Any) -> bool:
    """Whether it is a number one can still reckon with: far above it, sums lose what they are made of."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER


def _shortened(told: str) -> str:
    return told if len(told) <= MOST_SAID else f"{told[:MOST_SAID]} …"


def some(names: set[str], most: int = 12) -> Said | str:
    """A few names for a message."""
    shown = sorted(names)[:most]
    return ", ".join(shown) + (" …" if len(names) > most else "") if shown else Said(N_("there is none"))


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
    plan = Part(content, Said(N_("the file")), PLAN)
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
        raise plan.wrong("initiatives", Said(N_("a list of at most %(most)s initiatives"), most=LARGEST["initiatives"]))
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
            raise plan.wrong(
                "quarters", Said(N_("a list of 1 to %(most)s names, or their number"), most=LARGEST["quarters"])
            )
        _unique("quarters", given)
        return len(given), tuple(given)
    return plan.whole("quarters", None, 1, LARGEST["quarters"]), ()


def _unique(what: str, keys: list[str]) -> set[str]:
    for key in keys:
        if keys.count(key) > 1:
            raise WrongFileError(N_("%(list)s: %(key)r is there twice; allowed: every key once"), list=what, key=key)
    return set(keys)


def _team(content: object, k: int, quarters: int) -> Team:
    part = Part(content, Said(N_("team %(place)s"), place=k + 1), ("key", "capacity"))
    key = part.text("key")
    part.where = Said(N_("team %(key)r"), key=key)
    return Team(key, part.by_quarter("capacity", quarters))


def _stream(content: object, k: int) -> Stream:
    part = Part(
        content, Said(N_("stream %(place)s"), place=k + 1), ("key", "min_share", "max_share", "min_count", "max_count")
    )
    key = part.text("key")
    part.where = Said(N_("stream %(key)r"), key=key)
    least = part.number("min_share", 0.0, 0.0, 1.0)
    most = None if part.content.get("max_count") is None else part.whole("max_count", None, 0, LARGEST["initiatives"])
    fewest = part.whole("min_count", 0, 0, LARGEST["initiatives"])
    return Stream(key, least, part.number("max_share", 1.0, least, 1.0), fewest, most)


def _gap(content: object, k: int) -> Gap:
    part = Part(content, Said(N_("gap %(place)s"), place=k + 1), ("key", "whole"))
    key = part.text("key")
    part.where = Said(N_("gap %(key)r"), key=key)
    whole = part.number("whole")
    if whole <= 0:
        raise part.wrong("whole", Said(N_("a number above 0: what closing the whole gap brings a year")))
    return Gap(key, whole)


def _initiative(content: object, k: int, labels: tuple[str, ...], known: dict[str, set[str]]) -> Initiative:
    part = Part(content, Said(N_("initiative %(place)s"), place=k + 1), INITIATIVE)
    key = part.text("key")
    part.where = Said(N_("initiative %(key)r"), key=key)
    lasts = part.whole("duration", 1, 1, LARGEST["quarters"])
    gap = part.known("gap", known["gaps"], "gaps")
    worth = _worth(part)
    if gap and worth.pays == "once":
        raise WrongFileError(
            N_("%(where)s, value: an initiative on a gap is paid a_year; allowed: pays a_year"), where=part.where
        )
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
        raise part.wrong(
            "value", Said(N_("a number up to %(most)g, or an object with mean, low, high, pays"), most=LARGEST_NUMBER)
        )
    value = Part(given, Said("%(where)s, value", where=part.where), ("mean", "low", "high", "pays"))
    mean = value.number("mean")
    low, high = value.number("low", mean, most=mean), value.number("high", mean, least=mean)
    return Worth(
        mean, low, high, value.choice("pays", cast("tuple[Literal['a_year', 'once'], ...]", ("a_year", "once")))
    )


def _effort(part: Part, lasts: int, teams: set[str]) -> dict[str, tuple[float, ...]]:
    given = part.content.get("effort", {})
    if not isinstance(given, Mapping):
        raise part.wrong("effort", Said(N_("an object: team → days in each quarter of work")))
    effort = {}
    for team, days in given.items():
        if team not in teams:
            raise WrongFileError(
                N_("%(where)s, effort: unknown team %(team)r; allowed: %(names)s"),
                where=part.where,
                team=team,
                names=some(teams),
            )
        effort[team] = part.numbers("effort", days, 1, lasts)
    return effort


def _names(part: Part, name: str) -> tuple[str, ...]:
    given = part.list(name)
    if not all(isinstance(each, str) for each in given):
        raise part.wrong(name, Said(N_("a list of initiatives' keys")))
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
    raise part.wrong(
        name,
        Said(N_("a quarter from 1 to %(most)s, or its name: %(names)s"), most=len(labels), names=", ".join(labels)),
    )


def _pilot(part: Part) -> Pilot | None:
    given = part.content.get("pilot")
    if given is None:
        return None
    pilot = Part(given, Said("%(where)s, pilot", where=part.where), ("of", "chance", "value_if_not"))
    chance = None if pilot.content.get("chance") is None else pilot.number("chance", None, 0.0, 1.0)
    return Pilot(pilot.text("of"), chance, pilot.number("value_if_not", 0.0))


def _hang_together(initiatives: tuple[Initiative, ...]) -> None:
    """Keys once, dependencies known and free of circles, pilots of known programmes."""
    keys = _unique("initiatives", [each.key for each in initiatives])
    for each in initiatives:
        for field, named in (("after", each.after), ("pilot", (each.pilot.of,) if each.pilot else ())):
            for name in named:
                if name not in keys or name == each.key:
                    raise WrongFileError(
                        N_("initiative %(key)r, %(field)s: %(given)r; allowed: another initiative's key: %(names)s"),
                        key=each.key, field=field, given=name, names=some(keys - {each.key}),
                    )  # fmt: skip
    _know_chances(initiatives)
    circle = circle_in({each.key: each.after for each in initiatives})
    if circle:
        raise WrongFileError(
            N_("after: %(circle)s is a circle; allowed: dependencies without circles"), circle=" → ".join(circle)
        )


def _know_chances(initiatives: tuple[Initiative, ...]) -> None:
    """Whether a programme works is said once: by itself, or by its pilots where its value is a mean over both."""
    of = {each.key: each.chance for each in initiatives}
    for each in initiatives:
        if each.pilot is None or (each.pilot.chance is None) == (of[each.pilot.of] < 1.0):
            continue
        if each.pilot.chance is None:
            raise WrongFileError(
                N_(
                    "initiative %(key)r, pilot, chance: not there; allowed: a number from 0 to 1, here or as the "
                    "chance of %(of)r"
                ),
                key=each.key,
                of=each.pilot.of,
            )
        raise WrongFileError(
            N_("initiative %(key)r, pilot, chance: %(given)r; allowed: nothing, for %(of)r has its own chance"),
            key=each.key,
            given=each.pilot.chance,
            of=each.pilot.of,
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
