"""What a moment may decide: a score that is asked for, or something everybody's behaviour shows."""

from dataclasses import dataclass
from typing import Literal

import polars as pl

from vivencia.moments.effects.units import OutcomeKind

OutcomeName = Literal["csat", "nps", "ces", "repurchase", "churn", "revenue"]


@dataclass(frozen=True)
class Outcome:
    """`kind`: what its numbers are (see `effects.units.OutcomeKind`); `asked`: known only of who answered;
    `better`: +1 where more is better, -1 where less is."""

    name: OutcomeName
    kind: OutcomeKind
    asked: bool
    better: Literal[1, -1]


OUTCOMES: dict[str, Outcome] = {
    outcome.name: outcome
    for outcome in (
        Outcome("csat", "score", asked=True, better=1),
        Outcome("nps", "points", asked=True, better=1),
        Outcome("ces", "score", asked=True, better=1),
        Outcome("repurchase", "share", asked=False, better=1),
        Outcome("churn", "share", asked=False, better=-1),
        Outcome("revenue", "money", asked=False, better=1),
    )
}


def outcome_named(name: str) -> Outcome:
    """The outcome of this name; ValueError naming the allowed ones."""
    if name not in OUTCOMES:
        raise ValueError(f"outcome {name!r} is not one of {', '.join(OUTCOMES)}")
    return OUTCOMES[name]


def net_points(score: pl.Expr) -> pl.Expr:
    """An answer 0-10 as its part of the Net Promoter Score: -100, 0 or 100."""
    return 100.0 * ((score >= 9).cast(pl.Float64) - (score <= 6).cast(pl.Float64))
