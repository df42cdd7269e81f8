"""What the pages of moments show: rows with their small interval pictures, charts, and the calculation."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from vivencia.foundation.charts import Chart, Point, Series
from vivencia.foundation.writing import month as month_name
from vivencia.moments.findings import Findings, Kind, Moment, Range
from vivencia.moments.studies import Question
from vivencia.moments.wording import Words, number, yearly

DECIMALS = {"score": 2, "points": 1, "share": 1, "money": 2}
UNITS = {"share": "%"}


@dataclass(frozen=True)
class Whisker:
    """A small picture of an effect on a shared scale, in percent of its width: the interval's ends, the effect,
    zero."""

    low: float
    high: float
    at: float
    zero: float

    @property
    def width(self) -> float:
        return max(self.high - self.low, 0.8)


@dataclass(frozen=True)
class RowShown:
    """One moment in a list; `tied`: no stronger than the one before, as far as the intervals tell."""

    moment: Moment
    title: str
    effect: str
    amount: str
    interval: str
    stake: str
    exposed: str
    when: str
    href: str
    whisker: Whisker | None
    tied: bool


def listed(findings: Findings, words: Words, question: Question, *, by_stake: bool) -> dict[str, Any]:
    """`pains`, `gains`: proven moments; `circumstances`: proven, but about what, where or by whom; `unproven`: others
    with an effect; `silent`: how many have none; `first`: what the page begins with."""
    proven = list(findings.by_stake() if by_stake else findings.proven())
    scale = _scale(proven)
    told: dict[str, list[RowShown]] = {"pains": [], "gains": [], "circumstances": []}
    for moment in proven:
        place = "circumstances" if moment.circumstance else f"{moment.kind}s"
        told[place].append(row(moment, findings, words, question, scale, tied=_tied(moment, proven, by_stake=by_stake)))
    unproven = [moment for moment in findings.not_proven() if moment.effect is not None]
    own_scale = _scale(unproven)
    told["unproven"] = [row(moment, findings, words, question, own_scale) for moment in unproven]
    first = next(iter([*told["pains"], *told["gains"], *told["circumstances"]]), None)
    return {**told, "first": first, "silent": len(findings.not_proven()) - len(unproven)}


def _tied(moment: Moment, proven: list[Moment], *, by_stake: bool) -> bool:
    def rank(one: Moment) -> int | None:
        return one.stake_rank if by_stake else one.rank

    beside = [other for other in proven if other.circumstance == moment.circumstance and other is not moment]
    return any(rank(other) == rank(moment) and other.kind == moment.kind for other in beside)


def row(
    moment: Moment,
    findings: Findings,
    words: Words,
    question: Question,
    scale: tuple[float, float],
    *,
    tied: bool = False,
) -> RowShown:
    return RowShown(
        moment=moment,
        title=words.title(moment),
        effect=words.effect(moment),
        amount=words.signed(moment.effect),
        interval=_("%(low)s to %(high)s") % {"low": words.signed(moment.low), "high": words.signed(moment.high)},
        stake=words.stake(moment),
        exposed=words.exposed(moment),
        when=words.when(moment),
        href=moment_address(question, moment),
        whisker=_whisker(moment, scale),
        tied=tied,
    )


def moment_address(question: Question, moment: Moment) -> str:
    from vivencia.moments.pages import address

    return address("moment", question, outcome=question.outcome, key=moment.key)


def _scale(moments: Any) -> tuple[float, float]:
    """From the lowest to the highest end of all intervals, zero among them."""
    ends = [end for moment in moments for end in (moment.low, moment.high) if end is not None]
    return min([0.0, *ends]), max([0.0, *ends])


def _whisker(moment: Moment, scale: tuple[float, float]) -> Whisker | None:
    low, high = scale
    if moment.effect is None or moment.low is None or moment.high is None or high <= low:
        return None
    ends = [round(2 + 96 * (value - low) / (high - low), 2) for value in (moment.low, moment.high, moment.effect, 0.0)]
    return Whisker(*ends)


@dataclass(frozen=True)
class Level:
    """What a figure component shows."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    unit: str
    definition: str


def level(findings: Findings, words: Words) -> dict[str, Any]:
    """The outcome's level among those who answered, and corrected for who did not."""
    raw = _level(findings.raw, findings, _("Among those whose outcome is known, as it is."))
    if findings.correction in ("complete", "none"):
        return {"raw": raw, "corrected": None, "decimals": DECIMALS[findings.kind]}
    corrected = _level(
        findings.corrected, findings, _("Of everybody asked, corrected for who answers and who stays silent.")
    )
    return {"raw": raw, "corrected": corrected, "decimals": DECIMALS[findings.kind]}


def _level(told: Range, findings: Findings, definition: str) -> Level:
    return Level(told.value, told.low, told.high, findings.n_answered, UNITS.get(findings.kind, ""), definition)


def one(findings: Findings, moment: Moment, words: Words) -> dict[str, Any]:
    """Everything the page of one moment shows but the people."""
    return {
        "findings": findings,
        "moment": moment,
        "title": words.title(moment),
        "effect": words.effect(moment),
        "amount": words.signed(moment.effect),
        "stakes": words.stakes(moment),
        "when": words.when(moment),
        "place_percent": None if moment.place is None else round(100 * moment.place),
        "basis": words.basis(),
        "known": words.known(moment),
        "assumed": words.assumed(moment),
        "robustness": words.robustness(moment),
        "next_step": words.next_step(moment),
        "compared": _compared(findings, moment),
        "over_time": _over_time(moment),
        "doses": _doses(findings, moment),
        "calculation": _calculation(moment, words),
        "method": _METHODS[moment.method],
        "correction": _CORRECTIONS[moment.corrected],
        "overlap": None if moment.overlap is None else round(100 * moment.overlap),
        "sets_off": [other for other in (findings.moment(key) for key in moment.mediators) if other],
        "sets_off_titles": [
            words.title(other) for other in (findings.moment(key) for key in moment.mediators) if other
        ],
        "journeys": _journeys(moment),
    }


def _compared(findings: Findings, moment: Moment) -> Chart | None:
    """Those who lived it beside comparable others: what they would have said, by the effect."""
    effect = moment.effect_exposed if moment.effect_exposed is not None else moment.effect
    if moment.level_exposed is None or effect is None or moment.low is None or moment.high is None:
        return None
    with_it, without = moment.level_exposed, moment.level_exposed - effect
    ends = sorted((with_it - moment.low, with_it - moment.high))
    points = (
        Point(_("Lived it"), with_it, n=moment.n_exposed, tone="pain" if moment.kind == "pain" else "gain"),
        Point(_("Comparable others"), without, ends[0], ends[1], n=moment.n - moment.n_exposed, tone="neutral"),
    )
    return Chart(
        kind="bars",
        label=_("Who lived it, and comparable others who did not"),
        series=(Series(_("Outcome"), points),),
        unit=UNITS.get(findings.kind, ""),
        decimals=DECIMALS[findings.kind],
        high=findings.scale_max if findings.kind == "score" else None,
    )


def _over_time(moment: Moment) -> Chart | None:
    """The share who lived it, month by month; months with few journeys are gaps."""
    points = tuple(
        Point(
            month_name(date.fromisoformat(f"{month.month}-01")),
            100 * month.exposed / month.applicable if month.applicable >= 30 else None,
            n=month.applicable,
        )
        for month in moment.months
    )
    if sum(point.value is not None for point in points) < 3:
        return None
    return Chart(
        kind="line", label=_("How many live it, by month in which the journey began"),
        series=(Series(_("Share who lived it"), points),), unit="%", decimals=1, zero=True,
    )  # fmt: skip


def _doses(findings: Findings, moment: Moment) -> Chart | None:
    if not moment.doses:
        return None
    whole = Point(_("broken at all"), moment.effect, moment.low, moment.high, moment.n_exposed, moment.kind)
    points = [whole]
    for dose in moment.doses:
        days = ngettext("late by more than %(n)s day", "late by more than %(n)s days", dose.days) % {"n": dose.days}
        tone: Kind = "pain" if dose.effect * findings.better < 0 else "gain"
        points.append(Point(days, dose.effect, dose.low, dose.high, dose.n_exposed, tone))
    series = (Series(_("Effect"), tuple(points)),)
    return Chart(
        kind="intervals", label=_("Effect by how late it was"), series=series, decimals=DECIMALS[findings.kind]
    )


def _calculation(moment: Moment, words: Words) -> str:
    if moment.effect_exposed is None or moment.stake.value is None:
        return ""
    each = _("%(effect)s a time, on average over those who live it × %(exposed)s times a year = %(stake)s a year")
    of_hundred = _("%(effect)s of 100 who live it × %(exposed)s who do a year = %(stake)s a year")
    unit = f" {words.sign}" if words.findings.kind == "money" else ""
    stake = moment.stake.value
    return (of_hundred if words.findings.kind == "share" else each) % {
        "effect": words.signed(moment.effect_exposed),
        "exposed": number(moment.exposed_a_year, 0),
        "stake": ("+" if stake > 0 else "−") + yearly(abs(stake)) + unit,
    }


def _journeys(moment: Moment) -> str:
    """Journeys through this touchpoint."""
    return f"{reverse('journeys')}?touchpoint={quote(moment.touchpoint)}"


_METHODS: dict[str, Any] = {
    "aipw": gettext_lazy(
        "Cross-fitted, doubly robust: who lives the moment and what they answer are both predicted from what was known "
        "before, each on customers the prediction has not seen, and what is left over is compared."
    ),
    "partial": gettext_lazy(
        "Partially linear regression: what was known before is taken out of both the moment and the outcome, and what "
        "is left of one is set against what is left of the other. It is used where few customers could have gone "
        "either way."
    ),
    "none": gettext_lazy("There was not enough data for an estimate."),
}
_CORRECTIONS: dict[str, Any] = {
    "complete": gettext_lazy(
        "The outcome is known of practically everybody, so nothing had to be corrected for who answers."
    ),
    "instruments": gettext_lazy(
        "Corrected for who answers: how likely the unhappy and the happy are to answer was estimated from what "
        "everybody did afterwards and from reminders sent by lot, where there are any."
    ),
    "range": gettext_lazy("Nothing tells who answers, so the interval covers every plausible pattern of answering."),
    "none": gettext_lazy("There were too few answers to correct for who gives one."),
}
