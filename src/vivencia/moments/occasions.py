"""The units of a study: stretches of experience that end where the outcome is asked for or begins.

An *occasion* is a case (an order, a ticket) where the answers name one, otherwise a customer's time up to the
answer. Who was asked and stayed silent is an occasion too: they lived something, and leaving them out would flatter
or blacken it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from vivencia.moments.clocks import DAY, Clock, best_clock, told_by
from vivencia.moments.lived import Lived
from vivencia.moments.outcomes import Outcome, net_points
from vivencia.moments.vocabulary import is_asked, is_departure, is_purchase, is_reminder

LOOK_BACK_DAYS = 365
FOLLOW_UPS_DAYS = (180, 90, 60, 30)
MOSTLY = 0.5  # share of purchases with an amount, from which money is known
FEW = 20  # answers below which nothing is said


class NotEnoughDataError(ValueError):
    """`reason`: no_answers, no_purchases, no_follow_up, nothing_lived."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Period:
    """Occasions whose end falls in [since, until), microseconds; None = open."""

    since: int | None = None
    until: int | None = None


@dataclass(frozen=True)
class Occasions:
    """`frame`, one row a unit, sorted by `unit` (u32, 0…): `person`, `case` (null for customer units), `kind`,
    `start`, `cutoff` (exposures lie in [start, cutoff]), `score` (raw answer, null = silent or not asked for),
    `outcome` (coded, null = not known), `repurchase` (0/1) and `spent` (money) in the follow-up (null = not followed
    long enough; `spent` is absent where purchases carry no amounts), `reminded` (1/0/null, absent = no reminders).

    by: "case" or "customer"; dates_only: answers carry a date without time; left_out: reason -> how many units.
    """

    frame: pl.DataFrame
    by: str
    outcome: Outcome
    scale_max: float | None = None
    clock: Clock | None = None
    follow_up_days: int | None = None
    dates_only: bool = False
    asked_known: bool = False
    left_out: Mapping[str, int] = field(default_factory=dict)


def occasions(
    lived: Lived, outcome: Outcome, *, members: Sequence[str] | None = None, period: Period | None = None
) -> Occasions:
    """The units of a study of `outcome`; `members` are the customer ids it is about, None everybody.

    Raises NotEnoughDataError where there are none.
    """
    drawn = _asked(lived, outcome) if outcome.asked else _followed(lived, outcome)
    return _only(drawn, lived, members, period or Period())


def _only(drawn: Occasions, lived: Lived, members: Sequence[str] | None, period: Period) -> Occasions:
    frame = drawn.frame
    if members is not None:
        named = pl.DataFrame({"customer_id": list(members)}, schema={"customer_id": pl.String})
        chosen = lived.people.join(named, on="customer_id", how="semi").select("person")
        frame = frame.join(chosen, on="person", how="semi")
    if period.since is not None:
        frame = frame.filter(pl.col("cutoff") >= period.since)
    if period.until is not None:
        frame = frame.filter(pl.col("cutoff") < period.until)
    if frame.is_empty():
        raise NotEnoughDataError("nothing_lived")
    numbered = frame.sort("start", "person", "case").drop("unit", strict=False).with_row_index("unit")
    return replace(drawn, frame=numbered)


# Scores that are asked for


def answers_of(lived: Lived, metric: str) -> tuple[pl.DataFrame, float | None]:
    """The answers to one metric on its most frequent scale, and that scale's end."""
    given = lived.events.filter((pl.col("metric") == metric) & pl.col("score").is_not_null())
    if given.is_empty():
        raise NotEnoughDataError("no_answers")
    scale = given.group_by("scale_max").len().sort("len", descending=True)["scale_max"][0]
    return given.filter(pl.col("scale_max").eq_missing(pl.lit(scale))), scale


def _asked(lived: Lived, outcome: Outcome) -> Occasions:
    answers, scale = answers_of(lived, outcome.name)
    by = unit_of(lived, answers)
    kinds = answers["kind"].drop_nulls().unique().to_list()
    timeline = _timeline(lived, by, kinds)
    units = _with_answers(timeline, answers, by)
    anchors = _anchors(lived, units, by, outcome.name)
    dates_only = _dates_only(units["answer_at"])
    clock = best_clock(anchors, units["answer_at"])
    assert clock is not None
    told = told_by(clock, anchors)
    answer = units["answer_at"] + (DAY - 1 if dates_only else 0)
    units = units.with_columns(sent=anchors["survey_sent"]).with_columns(
        cutoff=pl.coalesce(answer, told if not dates_only else told + DAY - 1)
    )
    asked_known = _asked_known(units)
    kept, left_out = _sift(units, lived, asked_known)
    coded = net_points(pl.col("score")) if outcome.kind == "points" else pl.col("score")
    frame = _started(kept, by).with_columns(outcome=coded.cast(pl.Float64))
    frame, days = with_repurchase(frame, lived, by)
    frame = _with_reminders(frame, lived, by, outcome.name)
    return Occasions(frame, by, outcome, scale, clock, days, dates_only, asked_known, left_out)


def unit_of(lived: Lived, answers: pl.DataFrame) -> str:
    """ "case" where most answers are about a case in which something else happened too, else "customer"."""
    if answers.is_empty():
        return "customer"
    lived_cases = lived.events.filter(~pl.col("survey") & pl.col("case").is_not_null()).select("case").unique()
    told = answers.filter(pl.col("case").is_not_null()).join(lived_cases, on="case", how="semi")
    return "case" if len(told) * 2 >= len(answers) else "customer"


def _timeline(lived: Lived, by: str, kinds: list[str]) -> pl.DataFrame:
    """One row a group: `person`, `case`, `kind`, first and last moment lived."""
    own = lived.events.filter(~pl.col("survey"))
    if by == "case":
        own = own.filter(pl.col("kind").is_in(kinds))
        grouped = own.group_by("case").agg(pl.col("person").first(), pl.col("kind").first(), first="at", last="at")
    else:
        grouped = own.group_by("person").agg(
            pl.lit(None, pl.UInt32).alias("case"), pl.lit(None, pl.String).alias("kind"), first="at", last="at"
        )
    return grouped.with_columns(pl.col("first").list.min(), pl.col("last").list.max()).sort("person", "case")


def _key(by: str) -> str:
    return "case" if by == "case" else "person"


def _with_answers(timeline: pl.DataFrame, answers: pl.DataFrame, by: str) -> pl.DataFrame:
    """The last answer of each unit, and the one before it (customer units begin after that)."""
    key = _key(by)
    ordered = answers.filter(pl.col(key).is_not_null()).sort("at")
    last = ordered.group_by(key, maintain_order=True).agg(
        answer_at=pl.col("at").last(),
        score=pl.col("score").last(),
        previous_at=pl.col("at").filter(pl.col("at") < pl.col("at").last() - DAY).last(),
    )
    return timeline.join(last, on=key, how="left", maintain_order="left")


def _anchors(lived: Lived, units: pl.DataFrame, by: str, metric: str | None = None) -> dict[str, pl.Series]:
    key = _key(by)
    names = lived.events.select("name").unique()
    asking = [name for name in names["name"] if is_asked(name)]
    found = lived.events.filter(pl.col(key).is_not_null())
    sent = found.filter(pl.col("name").is_in(asking) & _about(metric))
    anchors = {"survey_sent": _moment(units, sent, key, "last")}
    anchors |= {"first_step": units["first"], "last_step": units["last"]}
    common = lived.events.filter(~pl.col("survey"))["name"].value_counts(sort=True).head(8)["name"].to_list()
    for name in common:
        of_name = found.filter(pl.col("name") == name)
        anchors[f"after:{name}"] = _moment(units, of_name, key, "first")
        anchors[f"after the last:{name}"] = _moment(units, of_name, key, "last")
    anchors["fixed_date"] = pl.Series("fixed", [0] * len(units), dtype=pl.Int64)
    return anchors


def _about(metric: str | None) -> pl.Expr:
    """Events of asking that are about this question; those that do not say which they are about may be."""
    return pl.lit(value=True) if metric is None else pl.col("metric").is_null() | (pl.col("metric") == metric)


def _moment(units: pl.DataFrame, events: pl.DataFrame, key: str, which: str) -> pl.Series:
    at = pl.col("at").max() if which == "last" else pl.col("at").min()
    return units.select(key).join(events.group_by(key).agg(at), on=key, how="left", maintain_order="left")["at"]


def _dates_only(moments: pl.Series) -> bool:
    known = moments.drop_nulls()
    return len(known) > 0 and bool((known % DAY == 0).mean() > 0.9)  # type: ignore[operator]


def _asked_known(units: pl.DataFrame) -> bool:
    """Whether the data say who was asked: nearly everyone who answered has a "survey sent" before it."""
    answered = units.filter(pl.col("answer_at").is_not_null())
    sent = (answered["sent"] <= answered["answer_at"] + DAY).fill_null(value=False)
    return bool(len(answered) and sent.mean() > 0.8)  # type: ignore[operator]


def _sift(units: pl.DataFrame, lived: Lived, asked_known: bool) -> tuple[pl.DataFrame, dict[str, int]]:
    left_out: dict[str, int] = {}
    steps = {
        "not_asked": (pl.col("sent").is_not_null() | pl.col("answer_at").is_not_null())
        if asked_known
        else pl.lit(True),
        "too_recent": pl.col("answer_at").is_not_null() | (pl.col("cutoff") <= lived.horizon),
        "answered_before_anything": pl.col("cutoff") >= pl.col("first"),
    }
    for reason, keep in steps.items():
        kept = units.filter(keep)
        if len(kept) < len(units):
            left_out[reason] = len(units) - len(kept)
        units = kept
    if units["answer_at"].count() < FEW:
        raise NotEnoughDataError("no_answers")
    return units, left_out


def _started(units: pl.DataFrame, by: str) -> pl.DataFrame:
    if by == "case":
        return units.with_columns(start="first")
    earliest = pl.max_horizontal("first", pl.col("cutoff") - LOOK_BACK_DAYS * DAY)
    return units.with_columns(start=pl.max_horizontal(earliest, pl.col("previous_at") + 1))


# What everybody's behaviour shows


def purchases(lived: Lived) -> pl.DataFrame:
    """Purchases of the ledger: by their event's name, else by money that changed hands."""
    names = [name for name in lived.events["name"].unique() if is_purchase(name)]
    named = lived.events.filter(pl.col("name").is_in(names) & ~pl.col("survey"))
    return named if len(named) else lived.events.filter(pl.col("amount") > 0)


def departures(lived: Lived) -> pl.DataFrame:
    names = [name for name in lived.events["name"].unique() if is_departure(name)]
    return lived.events.filter(pl.col("name").is_in(names))


def follow_up_days(cutoffs: pl.Series, horizon: int) -> int | None:
    """The longest follow-up that most units (60 %) have had in full; None where even the shortest is not."""
    for days in FOLLOW_UPS_DAYS:
        if float((cutoffs + days * DAY <= horizon).mean() or 0.0) >= 0.6:  # type: ignore[arg-type]
            return days
    return None


def _after(frame: pl.DataFrame, events: pl.DataFrame, days: int, by: str) -> pl.DataFrame:
    """Events of each unit's person within `days` after its cutoff, in other cases than its own."""
    later = frame.select("row", "person", "case", "cutoff").join(
        events.select("person", pl.col("case").alias("other"), "at", "amount"), on="person"
    )
    within = later.filter((pl.col("at") > pl.col("cutoff")) & (pl.col("at") <= pl.col("cutoff") + days * DAY))
    return within.filter(pl.col("other").ne_missing(pl.col("case"))) if by == "case" else within


def _observed(
    frame: pl.DataFrame, events: pl.DataFrame, horizon: int, days: int, by: str
) -> tuple[pl.Series, pl.Series]:
    """Per unit: whether such an event followed (0/1) and the money in it; null where the follow-up is not over."""
    rows = frame.with_row_index("row")
    found = _after(rows, events, days, by).group_by("row").agg(pl.len().alias("times"), pl.col("amount").sum())
    joined = rows.join(found, on="row", how="left", maintain_order="left")
    over = pl.when(joined["cutoff"] + days * DAY <= horizon)
    flag = joined.select(over.then((pl.col("times").fill_null(0) > 0).cast(pl.Float64))).to_series()
    money = joined.select(over.then(pl.col("amount").fill_null(0.0))).to_series()
    return flag, money


def with_repurchase(frame: pl.DataFrame, lived: Lived, by: str) -> tuple[pl.DataFrame, int | None]:
    days = follow_up_days(frame["cutoff"], lived.horizon)
    bought = purchases(lived)
    if days is None or bought.is_empty():
        return frame.with_columns(repurchase=pl.lit(None, pl.Float64)), days
    flag, money = _observed(frame, bought, lived.horizon, days, by)
    priced = (bought["amount"] > 0).mean() or 0.0
    spent = {"spent": money} if isinstance(priced, float) and priced >= MOSTLY else {}
    return frame.with_columns(repurchase=flag, **spent), days


def _followed(lived: Lived, outcome: Outcome) -> Occasions:
    units, by, clock = _landmarks(lived)
    days = follow_up_days(units["cutoff"], lived.horizon)
    if days is None:
        raise NotEnoughDataError("no_follow_up")
    frame = _started(units, by)
    if "score" not in frame.columns:
        frame = frame.with_columns(score=pl.lit(None, pl.Float64))
    staying = _not_gone(frame, lived) if outcome.name == "churn" else frame
    result = _behaviour(staying, lived, outcome, days, by)
    followed = result.filter(pl.col("outcome").is_not_null())
    counted = {"already_gone": len(frame) - len(staying), "follow_up_not_over": len(result) - len(followed)}
    left_out = {reason: units for reason, units in counted.items() if units}
    return Occasions(followed, by, outcome, None, clock, days, left_out=left_out)


def _not_gone(frame: pl.DataFrame, lived: Lived) -> pl.DataFrame:
    """Without the units whose customer had left before the follow-up began and not bought since: who is gone already
    cannot be lost, and would pass for somebody who stays."""
    rows = frame.with_row_index("row")
    left = _latest(rows, departures(lived), "left_at")
    bought = _latest(rows, purchases(lived), "bought_at")
    moments = rows.select("row").join(left, on="row", how="left").join(bought, on="row", how="left").sort("row")
    gone = moments["left_at"].is_not_null() & (moments["bought_at"] <= moments["left_at"]).fill_null(value=True)
    return frame.filter(~gone)


def _latest(rows: pl.DataFrame, events: pl.DataFrame, name: str) -> pl.DataFrame:
    """Per unit (`row`), when the last of these events of its person up to its cutoff happened, if any."""
    before = rows.select("row", "person", "cutoff").join(events.select("person", "at"), on="person")
    return before.filter(pl.col("at") <= pl.col("cutoff")).group_by("row").agg(pl.col("at").max().alias(name))


def _behaviour(frame: pl.DataFrame, lived: Lived, outcome: Outcome, days: int, by: str) -> pl.DataFrame:
    bought = purchases(lived)
    if outcome.name == "churn":
        gone = departures(lived)
        if len(gone):
            flag, _money = _observed(frame, gone, lived.horizon, days, "customer")
        else:
            active, _money = _observed(frame, lived.events.filter(~pl.col("survey")), lived.horizon, days, by)
            flag = 1.0 - active
        return frame.with_columns(outcome=flag)
    if bought.is_empty():
        raise NotEnoughDataError("no_purchases")
    flag, money = _observed(frame, bought, lived.horizon, days, by)
    return frame.with_columns(outcome=flag if outcome.name == "repurchase" else money)


def _landmarks(lived: Lived) -> tuple[pl.DataFrame, str, Clock | None]:
    """Where experience ends and the follow-up begins: the end of a case, or when the customer would have been asked."""
    answers = lived.events.filter(pl.col("metric").is_in(["csat", "nps", "ces"]) & pl.col("score").is_not_null())
    by = unit_of(lived, answers) if len(answers) else _unit_without_answers(lived)
    if by == "case":
        kinds = (answers if len(answers) else lived.events)["kind"].drop_nulls().unique().to_list()
        return _timeline(lived, by, kinds).with_columns(cutoff="last", previous_at=pl.lit(None, pl.Int64)), by, None
    units = _with_answers(_timeline(lived, by, []), answers, by)
    anchors = _anchors(lived, units, by, None)
    clock = best_clock(anchors, units["answer_at"]) if len(answers) >= FEW else _first_months(units)
    assert clock is not None
    cutoff = pl.coalesce(units["answer_at"], told_by(clock, anchors))
    return units.with_columns(cutoff=cutoff, previous_at=pl.lit(None, pl.Int64)), by, clock


def _unit_without_answers(lived: Lived) -> str:
    about = lived.events.filter(~pl.col("survey"))["case"]
    return "case" if len(about) and about.null_count() * 2 < len(about) else "customer"


def _first_months(units: pl.DataFrame) -> Clock:
    """Nobody was asked: experience is what was lived in the first stretch, at most 90 days."""
    first, last = units["first"].min(), units["last"].max()
    assert isinstance(first, int)
    assert isinstance(last, int)
    span = last - first
    return Clock("first_step", min(90 * DAY, span // 3), 0)


# Reminders


def _with_reminders(frame: pl.DataFrame, lived: Lived, by: str, metric: str) -> pl.DataFrame:
    """`reminded`: 1 reminded, 0 not, null = the answer was there before reminders went out; no column without any."""
    key = _key(by)
    names = [name for name in lived.events["name"].unique() if is_reminder(name)]
    reminders = lived.events.filter(pl.col("name").is_in(names) & pl.col(key).is_not_null() & _about(metric))
    if reminders.is_empty():
        return frame
    at = _moment(frame, reminders, key, "first")
    delay = (at - frame["sent"]).drop_nulls()
    usual = delay.quantile(0.01) if len(delay) else None
    early = (
        (pl.col("answer_at") - pl.col("sent") < usual).fill_null(value=False)
        if usual is not None
        else pl.lit(value=False)
    )
    before_answer = (
        at <= pl.coalesce(frame["answer_at"], pl.Series([lived.horizon]).new_from_index(0, len(frame)))
    ).fill_null(value=False)
    column = pl.when(before_answer).then(1.0).when(early).then(None).otherwise(0.0)
    return frame.with_columns(reminded=column)
