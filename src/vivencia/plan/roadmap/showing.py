"""A plan as its page shows it: the timeline by stream, what is left out, what rules cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from vivencia.plan.initiatives.models import Initiative, Stage, Stream
from vivencia.plan.initiatives.quarters import later, quarter_of
from vivencia.plan.roadmap.models import Plan
from vivencia.plan.roadmap.plans import hand_costs
from vivencia.plan.roadmap.wording import UNVALUED, Words, words_for


@dataclass(frozen=True)
class Bar:
    """An initiative on the timeline; `pk` as text, quarters from 0, `before` and `after` the empty ones beside it.
    `value`: expected a year, over working and not, without its unit; `chance` in percent, None where it is certain;
    `tries`: title of the initiative it is a pilot of."""

    pk: str
    title: str
    value: str
    start: int
    lasts: int
    before: range
    after: range
    by_hand: bool
    must_do: bool
    says: str
    chance: int | None
    tries: str


@dataclass(frozen=True)
class Lane:
    """A stream: its bars, and its part of the money spent (0-100; None where nothing is spent)."""

    key: str
    label: str
    bars: list[Bar]
    share: float | None


@dataclass(frozen=True)
class Out:
    """An initiative that is not in the plan, and why. `may_enter`: it can be put in by hand."""

    pk: str
    title: str
    value: str
    why: str
    may_enter: bool


@dataclass(frozen=True)
class Priced:
    """What easing a rule would bring."""

    rule: str
    gain: str
    exact: bool


def lanes(plan: Plan, words: Words) -> list[Lane]:
    """The timeline, stream by stream; streams without anything are not shown."""
    content = {each["key"]: each for each in plan.problem["initiatives"]}
    quarters = len(plan.problem["quarters"])
    spent = {stream: _spent(content, plan, stream, quarters) for stream in Stream.values}
    total = sum(spent.values())
    found = []
    for stream, label in Stream.choices:
        chosen = [key for key in plan.starts if content[key]["stream"] == stream]
        bars = [_bar(plan, words, content[key], quarters) for key in chosen]
        bars.sort(key=lambda bar: (bar.start, -bar.lasts, int(bar.pk)))
        share = 100 * spent[stream] / total if total else None
        if bars:
            found.append(Lane(stream, str(label), bars, share))
    return found


def _spent(content: dict[str, Any], plan: Plan, stream: str, quarters: int) -> float:
    return sum(
        float(content[key]["cost_once"] + content[key]["cost_a_quarter"] * (quarters - start))
        for key, start in plan.starts.items()
        if content[key]["stream"] == stream
    )


def _bar(plan: Plan, words: Words, each: dict[str, Any], quarters: int) -> Bar:
    start, lasts = int(plan.starts[each["key"]]), int(each["duration"])
    first, last = words.quarters[start], words.quarters[min(start + lasts, quarters) - 1]
    chance = float(each.get("chance", 1.0))
    tries = words.titles.get((each.get("pilot") or {}).get("of", ""), "")
    return Bar(
        each["key"],
        each["title"],
        words.short(expected(each)),
        start,
        lasts,
        range(start),
        range(start + lasts, quarters),
        each["key"] in plan.fixed,
        bool(each["must_do"]),
        first if first == last else f"{first} – {last}",
        round(100 * chance) if chance < 1.0 else None,
        tries,
    )


def expected(each: dict[str, Any]) -> float:
    """What it brings a year on average over working and not."""
    return float(each.get("chance", 1.0) * each["value"]["mean"])


def left_out(plan: Plan, words: Words) -> list[Out]:
    """Dearest first; those that could not be counted at the end."""
    content = {each["key"]: each for each in plan.problem["initiatives"]}
    out = [
        Out(
            told["key"],
            told["title"],
            words.amount(expected(content[told["key"]])),
            words.why_not(told["why_not"]),
            told["why_not"]["reason"] not in ("too late", "too large"),
        )
        for told in sorted(plan.report["initiatives"], key=lambda told: -expected(content[told["key"]]))
        if not told["chosen"]
    ]
    uncounted = Initiative.objects.filter(pk__in=[int(key) for key in plan.unvalued])
    return out + [
        Out(str(one.pk), one.title, words.money.value(one), str(UNVALUED[plan.unvalued[str(one.pk)]]), may_enter=False)
        for one in uncounted
    ]


@dataclass(frozen=True)
class Place:
    """Where one initiative stands: `when` it is planned, or `why` it is not (both "": the plan did not know it)."""

    when: str = ""
    why: str = ""
    by_hand: bool = False
    differs: bool = False
    may_enter: bool = False


def place(plan: Plan, words: Words, one: Initiative) -> Place:
    """One initiative in a plan; `differs`: its own start lies in another quarter."""
    key = str(one.pk)
    content = {each["key"]: each for each in plan.problem["initiatives"]}
    if key in plan.starts:
        bar = _bar(plan, words, content[key], len(words.quarters))
        starts = later(plan.first_quarter, bar.start)
        differs = one.stage != Stage.RUNNING and one.starts is not None and quarter_of(one.starts) != starts
        return Place(when=bar.says, by_hand=bar.by_hand, differs=differs)
    out = next((each for each in left_out(plan, words) if each.pk == key), None)
    return Place() if out is None else Place(why=out.why, may_enter=out.may_enter)


def priced(plan: Plan | None, words: Words) -> list[Priced]:
    """Rules whose easing would bring something, dearest first."""
    if plan is None:
        return []
    value = abs(plan.report["value"]) or 1.0
    return [
        Priced(words.price(each), words.amount(each["gain"]), bool(each["exact"]))
        for each in plan.report.get("prices", [])
        if each["gain"] > 0.0005 * value
    ]


@dataclass(frozen=True)
class Decided:
    """Something decided by hand that still holds, and what that cost when it was decided ("" where unknown)."""

    pk: str
    told: str
    cost: str


def by_hand(plan: Plan, words: Words) -> list[Decided]:
    """What was decided by hand and still holds."""
    costs, value = hand_costs(plan), plan.report["value"]
    return [
        Decided(key, words.place(key, place), words.cost(costs[key], value) if key in costs else "")
        for key, place in plan.fixed.items()
    ]


@dataclass(frozen=True)
class Version:
    """A version of the plan, what it brings, and what was changed by hand to make it."""

    plan: Plan
    value: str
    changes: str


def lineage(words: Words, currency: str, most: int = 20) -> Iterable[Version]:
    """Versions, newest first; each in the unit and the quarters it was made in."""
    for version in Plan.objects.filter(kept=True, state="done").select_related("by", "base")[:most]:
        own = words_for(version, currency, words.teams)
        changes = ", ".join(own.place(key, place) for key, place in version.change.items())
        yield Version(version, own.amount(version.report["value"]), changes or own.again(version))
