"""Gaps: where what is lived falls short of what a target expects, how many that concerns, and what closing it is worth.

The effect of living it comes from the causal studies of moments: the moment that is about the very same thing (a broken
promise here, a long wait here). Where no study proves an effect, the number of customers stands alone; nothing is made
up for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, Literal

import numpy as np
from django.db.models import Max

from vivencia.foundation.home import home
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Act, AuditEntry
from vivencia.measure.metrics import intervals
from vivencia.measure.metrics.figure import Figure
from vivencia.moments import studies
from vivencia.moments.findings import Findings, Range
from vivencia.moments.models import MomentStudy
from vivencia.moments.outcomes import OUTCOMES
from vivencia.plan.journeys.drawing import Drawing, Step
from vivencia.plan.journeys.ground import LATELY, Ground, distinct, ground, micros, touchpoints_of
from vivencia.plan.journeys.models import JourneyMap, MapState
from vivencia.plan.journeys.observed import NAMES, NINE_OF_TEN, Name, Observed, observe
from vivencia.plan.journeys.pricing import UNITS, UNKNOWN, Effect, Place, Priced, effect_of, matching, priced, scaled
from vivencia.understand.journeys.table import Mask
from vivencia.understand.models import Segment
from vivencia.understand.settling import View, view

State = Literal["gap", "within", "met", "unknown"]


@dataclass(frozen=True)
class Trend:
    """The last ninety days against the ninety before: the change with its 95 % interval, in the figure's unit."""

    value: float
    low: float | None
    high: float | None
    now: Figure
    before: Figure

    @property
    def clear(self) -> bool:
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class Gap:
    """One expectation of one step of a target map.

    - `state`: gap, within (it falls short, but the interval holds what is wanted), met, unknown (not enough data);
    - `lived`, `wanted`: in `lived.unit`; shares in per cent;
    - `n`: observations behind `lived`; `times_a_year`: how often it falls short; `customers_a_year`: for how many;
    - `effect`: what falling short once does; `worth`: a year's worth of closing it in every unit known;
    - `why`: what the numbers rest on, as codes for `gap_words.why`.
    """

    map_id: int | None
    map: str
    step_key: str
    step_name: str
    expectation: Name
    about: str
    wanted: float
    lived: Figure
    state: State
    times_a_year: Range
    customers_a_year: float | None
    effect: Effect
    worth: tuple[Priced, ...]
    trend: Trend | None
    segment: str
    why: tuple[str, ...]

    @property
    def n(self) -> int:
        return self.lived.n

    @property
    def priced(self) -> Priced | None:
        """The most telling price: money, else customers who buy again, else points of satisfaction."""
        return self.worth[0] if self.worth else None

    @property
    def key(self) -> str:
        """How addresses name it: map, step and expectation."""
        return f"{self.map_id}:{self.step_key}:{self.expectation}"

    @property
    def down(self) -> bool:
        """Whether less is better."""
        return self.expectation == "waiting"


@dataclass(frozen=True)
class Studied:
    """What moments' studies found, the usual score first; `whole`: of everybody, though a segment was asked for."""

    findings: tuple[Findings, ...]
    whole: bool = False


def gaps_of(the_map: JourneyMap, seen: View | None = None) -> list[Gap]:
    """All expectations of a map, the dearest gap first; none where nothing is expected."""
    drawing = the_map.drawing
    here = seen or view()
    if here.read.horizon is None or not any(not step.expectations.empty for step in drawing.steps):
        return []
    on = ground_of(the_map, drawing, here)
    return by_worth(gaps_in(drawing, on, studied(segment_of(the_map)), map_id=the_map.pk))


def all_gaps(seen: View | None = None, *, title: str = "") -> list[Gap]:
    """The gaps of every target map that is not retired (or only of those so titled), the dearest first."""
    maps = JourneyMap.objects.filter(kind="target").exclude(state=MapState.RETIRED)
    if title:
        maps = maps.filter(title__iexact=title)
    here = seen or view()
    return by_worth(one for the_map in maps for one in gaps_of(the_map, here))


def named(key: str, seen: View | None = None) -> Gap | None:
    """The gap an address names (`Gap.key`); None where there is none such any more."""
    number, _colon, rest = key.partition(":")
    step, _colon, expectation = rest.rpartition(":")
    the_map = JourneyMap.objects.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 10 else None
    found = gaps_of(the_map, seen) if the_map else []
    return next((one for one in found if (one.step_key, one.expectation) == (step, expectation)), None)


def by_worth(gaps: Iterable[Gap]) -> list[Gap]:
    """Priced in money first, then in customers, then in points, each by size; then answers that fall short; then what
    has no price, by how many it concerns."""

    def rank(gap: Gap) -> tuple[float, ...]:
        worth = gap.priced
        state = {"gap": 0, "within": 1, "unknown": 2, "met": 3}[gap.state]
        if worth is None:
            return (state, len(UNITS) + 1, -(gap.customers_a_year or 0.0))
        itself = "points_only" in gap.why  # an answer that falls short is what the others bring about
        return (state, len(UNITS) if itself else UNITS.index(worth.unit), -(worth.value or 0.0))

    return sorted(gaps, key=lambda gap: (*rank(gap), gap.map, gap.step_name, gap.expectation))


def segment_of(the_map: JourneyMap) -> str:
    """The map's people as `journey_asking.Asked` says them; "" = everybody."""
    return f"s:{the_map.segment_id}" if the_map.segment_id else ""


def ground_of(the_map: JourneyMap, drawing: Drawing, seen: View) -> Ground:
    """What a map is held against: its people, the last year."""
    return ground(seen.read, seen.as_of, touchpoints=touchpoints_of(drawing), segment=segment_of(the_map))


def studied(segment: str) -> Studied:
    """The newest studies of each outcome for these people; of everybody where there is none for them."""
    asked = f"{studies.SAVED}{segment.removeprefix('s:')}" if segment.startswith("s:") else segment.removeprefix("c:")
    found = _newest(asked)
    return Studied(found) if found or not asked else Studied(_newest(""), whole=True)


def _newest(segment: str) -> tuple[Findings, ...]:
    """Read once as long as no study and no undone import comes in: studies are large documents."""
    stamp = (
        MomentStudy.objects.aggregate(pk=Max("pk"), at=Max("touched_at")),
        AuditEntry.objects.filter(act=Act.IMPORT_UNDONE).aggregate(pk=Max("pk")),
        Segment.objects.aggregate(at=Max("changed_at")),
        open_ledger().head.version,
    )
    found: tuple[Findings, ...] = _read(segment, repr(stamp), str(home()))
    return found


@lru_cache(maxsize=8)
def _read(segment: str, _stamp: str, _home: str) -> tuple[Findings, ...]:
    usual = studies.usual_outcome()
    names = [usual, *(name for name in OUTCOMES if name not in (usual, "churn"))]
    known = (studies.latest(studies.Question(name, segment)) for name in names)
    told = (studies.findings_of(study) for study in known if study)
    return tuple(one for one in told if one)


def gaps_in(drawing: Drawing, on: Ground, known: Studied, *, map_id: int | None = None) -> list[Gap]:
    """Every expectation of a drawing against its ground, in the order of steps. What several steps at one touchpoint
    expect alike is worked out once."""
    found: dict[tuple[object, ...], Gap] = {}
    told: list[Gap] = []
    for step in drawing.steps:
        for name in NAMES:
            wanted = wanted_of(step, name)
            if wanted is None:
                continue
            alike = (name, wanted, step.touchpoint, step.expectations.promise, step.expectations.score_metric)
            gap = found.get(alike) or found.setdefault(alike, _Held(drawing, step, name, on, known, map_id).gap)
            told.append(replace(gap, step_key=step.key, step_name=step.name))
    return told


def wanted_of(step: Step, name: Name) -> float | None:
    """What a step expects, in the unit its lived figure has; None where it expects nothing."""
    told = step.expectations
    share = {"promise": told.promise_share, "pass_share": told.pass_share}
    if name in share:
        value = share[name]
        return None if value is None else 100 * value
    if name == "human_reachable":
        return 100.0 if told.human_reachable else None
    plain = {"waiting": told.waiting_seconds, "score": told.score, "feeling": told.feeling, "effort": told.effort}
    return plain.get(name)


def behind(on: Ground, step: Step, name: Name) -> tuple[Observed, Mask] | None:
    """The observations of an expectation, and which of them fall short."""
    wanted, told = wanted_of(step, name), observe(on, step, name)
    if wanted is None or told is None:
        return None
    return told, _short(told, wanted)


def _short(told: Observed, wanted: float) -> Mask:
    if told.name == "pass_share":
        too_many = told.value.mean() * 100 > wanted
        return np.asarray(told.value == (1 if too_many else 0))
    return told.misses(1.0 if told.method == "share" else wanted, down=told.name == "waiting")


@dataclass(frozen=True)
class _Held:
    """One expectation held against what was lived."""

    drawing: Drawing
    step: Step
    name: Name
    on: Ground
    known: Studied
    map_id: int | None

    @cached_property
    def wanted(self) -> float:
        wanted = wanted_of(self.step, self.name)
        assert wanted is not None
        return wanted

    @cached_property
    def told(self) -> Observed | None:
        return observe(self.on, self.step, self.name)

    @cached_property
    def lived(self) -> Figure:
        nothing = np.zeros(0)
        none = nothing.astype(np.int64)
        return (self.told or Observed(self.name, "mean", "", nothing, none, none, none)).figure()

    @property
    def gap(self) -> Gap:
        state = state_of(self.lived, self.wanted, self.name, self._beyond())
        open_ = state in ("gap", "within")
        times = self._times() if open_ else UNKNOWN
        effect = self._effect() if open_ else Effect()
        worth = priced(self._spared(times), effect) if open_ else ()
        return Gap(
            map_id=self.map_id,
            map=self.drawing.title,
            step_key=self.step.key,
            step_name=self.step.name,
            expectation=self.name,
            about=self._about(),
            wanted=self.wanted,
            lived=self.lived,
            state=state,
            times_a_year=times,
            customers_a_year=self._customers(times) if open_ else None,
            effect=effect,
            worth=worth,
            trend=trend_of(self.told, self.on) if self.told else None,
            segment=self.on.segment,
            why=tuple(self._why(state, effect, worth)),
        )

    def _about(self) -> str:
        return {"promise": self.step.expectations.promise, "score": self.step.expectations.score_metric}.get(
            self.name, ""
        )

    def _times(self) -> Range:
        """How often a year it falls short of what is wanted (a shortfall of a mean: how many a year come by)."""
        told, lived = self.told, self.lived
        if told is None or lived.value is None:
            return UNKNOWN
        a_year = len(told.value) / self.on.years
        if told.method == "mean":
            coming = len(self.on.visits(self.step.touchpoint)) / self.on.years
            return Range(coming, coming, coming)
        if self.name == "waiting":
            return scaled(self._beyond(), a_year)
        if lived.low is None or lived.high is None:
            return UNKNOWN
        short = Range(self.wanted - lived.value, self.wanted - lived.high, self.wanted - lived.low)
        return scaled(short, a_year / 100)

    def _beyond(self) -> Range:
        """The share who wait longer than wanted, beyond the one in ten that may."""
        if self.name != "waiting" or self.told is None:
            return UNKNOWN
        late = self.told.misses(self.wanted, down=True)
        share, (low, high) = float(late.mean()), intervals.wilson(int(late.sum()), len(late))
        allowed = 1 - NINE_OF_TEN
        return Range(share - allowed, low - allowed, high - allowed)

    def _spared(self, times: Range) -> Range:
        """How often what the effect is of would be lived less. Coming by less often is the reverse of falling short."""
        moment_is_coming = self.name == "pass_share" and self._family() == "happened"
        return scaled(times, -1) if moment_is_coming else times

    def _customers(self, times: Range) -> float | None:
        told = self.told
        if told is None or times.value is None:
            return None
        if told.method == "mean":
            return self.on.customers_a_year(self.step.touchpoint)
        short = _short(told, self.wanted)
        if not short.any():
            return 0.0
        return abs(times.value) * distinct(told.person[short]) / int(short.sum())

    def _effect(self) -> Effect:
        lived = self.lived
        if self.told is not None and self.told.method == "mean":
            if lived.value is None or lived.low is None or lived.high is None:
                return Effect()
            short = Range(lived.value - self.wanted, lived.low - self.wanted, lived.high - self.wanted)
            return Effect(metric=self.told.about if self.name != "feeling" else "feeling", points=short)
        return effect_of(self._matching)

    @cached_property
    def _matching(self) -> list[Any]:
        place = self._place()
        return matching(self.known.findings, place) if place else []

    def _place(self) -> Place | None:
        """Where the moment that is about the same thing is to be found."""
        here = self.step.touchpoint
        if self.name == "promise":
            kinds = [one for one in (self.told.about.split(", ") if self.told else []) if one]
            places = {here, *(self.on.fulfilled_at.get(kind) for kind in kinds)}
            return Place(("promise",), frozenset(one for one in places if one), frozenset(kinds))
        families = {"waiting": ("slow",), "pass_share": ("happened", "missed")}.get(self.name)
        return Place(families, frozenset({here})) if families and here else None

    def _family(self) -> str:
        return self._matching[0][1].family if self._matching else ""

    def _why(self, state: State, effect: Effect, worth: Sequence[Priced]) -> Iterable[str]:
        if state == "unknown":
            yield "no_data"
        if state == "within":
            yield "within"
        if state not in ("gap", "within"):
            return
        if self.told is not None and self.told.method == "mean":
            yield "points_only"
            return
        if not effect.known:
            yield "not_proven" if self._matching else "no_study"
            return
        if effect.money.value is None:
            yield "no_money"
        if self.known.whole:
            yield "everybody"
        if self.name == "waiting":
            yield "waiting_effect"
        if worth and worth[0].may_be_nothing:
            yield "may_be_nothing"


def state_of(lived: Figure, wanted: float, name: Name, beyond: Range = UNKNOWN) -> State:
    """Whether what is lived falls short of what is wanted, clearly or perhaps. `beyond`: the share who wait longer than
    wanted, beyond the one in ten that may; a high quantile's own interval often has no end.

    Who comes by is met wherever the interval holds what is wanted, for both more and fewer are a gap.
    """
    if lived.value is None:
        return "unknown"
    if name == "waiting":
        short = beyond
    elif lived.low is None or lived.high is None:
        return "unknown"
    elif name == "pass_share":
        return "met" if lived.low <= wanted <= lived.high else "gap"
    else:
        short = Range(wanted - lived.value, wanted - lived.high, wanted - lived.low)
    if short.value is None or short.value <= 0:
        return "met"
    return "gap" if short.low is not None and short.low > 0 else "within"


def trend_of(told: Observed, on: Ground) -> Trend | None:
    """The last ninety days of the period against the ninety before; None where either says too little."""
    end, turn = micros(on.until), micros(on.until - LATELY)
    begin = micros(on.until - 2 * LATELY)
    now = told.only((told.at >= turn) & (told.at < end)).figure()
    before = told.only((told.at >= begin) & (told.at < turn)).figure()
    if now.value is None or before.value is None:
        return None
    low, high = intervals.recovered_difference(now, before)
    return Trend(now.value - before.value, low, high, now, before)
