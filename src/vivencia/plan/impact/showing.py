"""What impact's pages show."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vivencia.foundation.charts import Chart, Point, Series
from vivencia.foundation.organisation import organisation
from vivencia.measure import wording as metric_words
from vivencia.plan.impact import proving, story, wording
from vivencia.plan.impact.gathering import metric_of
from vivencia.plan.impact.methods.result import Check, NotPossible
from vivencia.plan.impact.models import Evidence
from vivencia.plan.impact.story import Amount
from vivencia.plan.initiatives import past
from vivencia.plan.initiatives.initiatives import declaration
from vivencia.plan.initiatives.models import Declaration, Initiative, Outcome, Verdict
from vivencia.plan.initiatives.wording import Words, metric_name, population_name, signed, variant_of

TONES = {Verdict.WORKED: "gain", Verdict.DID_NOT: "pain", Verdict.CANNOT_TELL: "neutral"}
REFUSED: dict[str, Promise] = {
    "no_after": gettext_lazy("No whole month or week has passed since the start."),
    "short_before": gettext_lazy(
        "Too little is known from before the start: %(before)s periods, where %(needed)s are needed. Bring in older "
        "data, or leave somebody out by lot the next time."
    ),
    "no_data": gettext_lazy("The metric was not observed in whole months or weeks."),
    "no_before": gettext_lazy("Nothing is known from before the start, and there is nobody to compare with."),
    "no_comparison": gettext_lazy("Nobody who was not reached was observed at the same time."),
    "nobody_treated": gettext_lazy("Nobody of the population was observed since the start."),
    "no_population": gettext_lazy("The segment the initiative was for is no longer there."),
    "no_metric": gettext_lazy("The metric it was declared for is no longer there."),
    "anonymous": gettext_lazy(
        "Answers without a name cannot be told apart by who gave them; declare it for everybody."
    ),
    "too_few": gettext_lazy("There are too few people on one side to say how sure an effect would be."),
}
SCALES: dict[str, tuple[float | None, float | None]] = {
    "%": (0, 100), "points": (-100, 100), "of 5": (1, 5), "of 7": (1, 7)
}  # fmt: skip
TOO_WIDE = 2.0  # a ratio of found to expected known no better than this tells nothing
QUIET = ("plain_difference", "made_of", "without_trend")  # facts rather than checks


@dataclass(frozen=True)
class Told:
    """One initiative's story in a row."""

    initiative: Initiative
    declared: Declaration
    outcome: Outcome | None
    evidence: Evidence | None
    metric: str
    expected: str
    tone: str
    found: str
    between: str
    before: str
    after: str
    without: str
    unit: str
    cost: str
    gain: Amount | None
    brought: str
    brought_between: str
    forecast: bool


def told(initiative: Initiative, on: date) -> Told | None:
    """None where nothing was declared."""
    held = declaration(initiative)
    if held is None:
        return None
    words = Words(organisation().currency)
    known = proving.newest(initiative)
    outcome = known.outcome if known else None
    variant = variant_of(held.metric, held.variant)
    places = metric_words.decimals(variant.unit) if variant else 1
    gain = story.gain(initiative, held, outcome, on) if outcome else None
    return Told(
        initiative,
        held,
        outcome,
        known,
        metric_name(held.metric, _counted_as(held)),
        words.effect(held),
        TONES[Verdict(outcome.verdict)] if outcome else "neutral",
        signed(outcome.effect, places) if outcome and outcome.effect is not None else "",
        _between(outcome, places),
        wording.number(known.before, places) if known and known.before is not None else "",
        wording.number(known.actual, places) if known and known.actual is not None else "",
        wording.number(known.without, places) if known and known.without is not None else "",
        words.effect_unit(variant) if variant else "",
        words.amount(story.cost(initiative, held, on), "money"),
        gain,
        words.amount(gain.value, held.value_unit) if gain else "",
        words.between(gain.low, gain.high, held.value_unit) if gain else "",
        not held.late,
    )


def _counted_as(held: Declaration) -> str:
    """The variant it is proven by."""
    try:
        return metric_of(held)[1].name
    except NotPossible:
        return held.variant


def _between(outcome: Outcome | None, places: int) -> str:
    if outcome is None or outcome.low is None or outcome.high is None:
        return ""
    ends = {"low": signed(outcome.low, places), "high": signed(outcome.high, places)}
    return _("between %(low)s and %(high)s") % ends


def overview(on: date) -> dict[str, Any]:
    """Every initiative under way or done that was declared, and what they come to together."""
    rows = [row for one in proving.candidates() if (row := told(one, on))]
    counts = Counter(row.outcome.verdict if row.outcome else "" for row in rows)
    words = Words(organisation().currency)
    money = [row for row in rows if story.is_money(row.declared)]
    brought = story.added([row.gain for row in money if row.gain])
    spent = sum(story.cost(row.initiative, row.declared, on) for row in rows)
    calibration = past.calibration()
    return {
        "rows": rows,
        "worked": counts[Verdict.WORKED],
        "did_not": counts[Verdict.DID_NOT],
        "cannot_tell": counts[Verdict.CANNOT_TELL],
        "not_yet": counts[""],
        "spent": words.amount(spent, "money"),
        "brought": words.amount(brought.value, "money") if brought else "",
        "brought_between": words.between(brought.low, brought.high, "money") if brought else "",
        "calibration": {
            "ratio": 100 * calibration.ratio,
            "low": 100 * calibration.low,
            "high": 100 * calibration.high,
            "n": calibration.n,
            "wide": calibration.high - calibration.low > TOO_WIDE,
        } if calibration else None,
        "forecasts": len(past.past()),
    }  # fmt: skip


def of_metric(metric: str, on: date) -> list[Told]:
    """Initiatives under way or done that were declared for a metric, the latest start first."""
    rows = (told(one, on) for one in proving.candidates())
    return [row for row in rows if row and row.declared.metric == metric]


def page(initiative: Initiative, on: date) -> dict[str, Any] | None:
    """One initiative: declared and found, the picture, the checks, the money. None where nothing was declared."""
    row = told(initiative, on)
    if row is None:
        return None
    variant = variant_of(row.declared.metric, row.declared.variant)
    places = metric_words.decimals(variant.unit) if variant else 1
    known = row.evidence
    return {
        "told": row,
        "population": population_name(row.declared.population),
        "begun": row.declared.starts <= on,
        "chart": _chart(row, places) if known and known.drawn else None,
        "checks": _checks(row.outcome, known, places) if row.outcome and known else [],
        "facts": _facts(row.outcome, known, places) if row.outcome and known else [],
        "verdict": wording.VERDICTS[row.outcome.verdict] if row.outcome else "",
        "because": _because(row),
        "why": wording.WHY.get(known.why, "") if known else "",
        "assumed": wording.ASSUMED.get(row.outcome.method, "") if row.outcome else "",
        "method": wording.METHODS.get(row.outcome.method, "") if row.outcome else "",
        "smallest": wording.number(known.smallest, places) if known and known.smallest is not None else "",
        "too_small": known is not None and known.smallest is not None and known.smallest > abs(row.declared.effect),
        "grain": _("months") if known and known.grain == "month" else _("weeks"),
    }


def _because(row: Told) -> str:
    known = row.evidence
    if known is None:
        return ""
    if known.refused:
        pattern = str(REFUSED.get(known.refused, REFUSED["no_data"]))
        return str(pattern % known.facts)
    return str(wording.BECAUSE.get(known.because, ""))


def label(day: str, grain: str) -> str:
    """A period as people write it."""
    first = date.fromisoformat(day)
    return date_format(first, "M Y") if grain == "month" else date_format(first, "SHORT_DATE_FORMAT")


def _chart(row: Told, places: int) -> Chart:
    """As it was, and as it would have been."""
    known, variant = row.evidence, variant_of(row.declared.metric, row.declared.variant)
    assert known is not None
    labels = [label(one["period"], known.grain) for one in known.drawn]
    ends = SCALES.get(variant.unit if variant else "", (None, None))
    actual = tuple(Point(name, one["actual"]) for name, one in zip(labels, known.drawn, strict=True))
    without = tuple(
        Point(name, one["without"], _on(one["low"], ends), _on(one["high"], ends))
        for name, one in zip(labels, known.drawn, strict=True)
    )
    return Chart(
        kind="line",
        label=_("%(metric)s: as it was, and as it would have been without it (95 %% range)") % {"metric": row.metric},
        unit=metric_words.unit(variant.unit if variant and variant.unit != "money" else organisation().currency),
        decimals=places,
        series=(Series(_("As it was"), actual), Series(_("Without it"), without)),
    )


def _on(value: float | None, ends: tuple[float | None, float | None]) -> float | None:
    """The value, or the end of the scale it lies beyond."""
    low, high = ends
    if value is None:
        return None
    return max(value, low) if low is not None and value < low else min(value, high) if high is not None else value


@dataclass(frozen=True)
class Shown:
    title: str
    tone: str
    icon: str
    word: str
    text: str


def _checks(outcome: Outcome, known: Evidence, places: int) -> list[Shown]:
    """What was tried in order to be wrong."""
    every = [_check(told) for told in outcome.checks.values()]
    return [
        Shown(
            str(wording.CHECKS[one.name]),
            "neutral" if one.state == "passed" else "caution",
            "check" if one.state == "passed" else "alert-triangle",
            _("passed") if one.state == "passed" else _("look here"),
            wording.check_words(_dated(one, known), places),
        )
        for one in every
        if one.name in wording.CHECKS and one.name not in QUIET
    ]


def _facts(outcome: Outcome, known: Evidence, places: int) -> list[tuple[str, str]]:
    every = [_check(told) for told in outcome.checks.values() if told["name"] in QUIET]
    return [(str(wording.CHECKS[one.name]), wording.check_words(_named(_dated(one, known)), places)) for one in every]


def _check(told: dict[str, Any]) -> Check:
    return Check(told["name"], told["state"], told["value"], told["low"], told["high"], told["p_value"], told["about"])


def _dated(check: Check, known: Evidence) -> Check:
    """Periods as people write them."""
    period = check.about.get("period")
    if not isinstance(period, str):
        return check
    about = {**check.about, "period": label(period, known.grain)}
    return Check(check.name, check.state, check.value, check.low, check.high, check.p_value, about)


def _named(check: Check) -> Check:
    """Units as people call them."""
    weights = check.about.get("weights")
    if not weights:
        return check
    named = {unit_name(unit): share for unit, share in weights.items()}
    return Check(check.name, check.state, check.value, check.low, check.high, check.p_value, {"weights": named})


def unit_name(unit: str) -> str:
    return (
        metric_words.group_name("segment", unit.removeprefix("segment "))
        if unit.startswith("segment ")
        else _("others")
    )
