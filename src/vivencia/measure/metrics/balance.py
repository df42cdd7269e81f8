"""Is a metric steered alone? Whose work each metric shows, and what has to be watched while it is driven up.

Whoever is paid for one number finds ways to move that number: answers are asked of the happy, tickets closed too soon,
parcels promised later. So each metric has counterweights (`Metric.counterweights`, declared once with the metric); here
stands which function of the company each shows, so that the warning can name who has to be at the table.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from vivencia.measure.metrics.metric import Metric

Function = Literal["marketing", "it", "service", "product"]
State = Literal["not_steered", "balanced", "alone", "paid"]

FUNCTIONS: dict[str, Function] = {
    "nps": "marketing",
    "csat": "service",
    "ces": "service",
    "promise_kept": "product",
    "repurchase": "marketing",
    "churn": "marketing",
    "retention": "marketing",
    "revenue_per_customer": "marketing",
    "fcr": "service",
    "first_response_time": "service",
    "resolution_time": "service",
    "response_rate": "marketing",
    "conversion": "product",
    "goal_completion": "product",
    "findability": "it",
    "pages_visited": "it",
    "dwell_time": "it",
    "friction": "it",
    "referral_rate": "marketing",
    "loyalty_participation": "marketing",
    "enps": "service",
}


@dataclass(frozen=True)
class Balance:
    """How a metric is steered.

    not_steered: it has no target. balanced: a counterweight has a target too, and none is surely getting worse. alone:
    it has a target and none of its counterweights has. paid: a counterweight surely gets worse (`worse`) meanwhile.
    """

    state: State
    watched: tuple[str, ...]
    unwatched: tuple[str, ...]
    worse: tuple[str, ...]


def balance(metric: Metric, targeted: Collection[str], worsening: Collection[str]) -> Balance:
    """targeted: the metrics that have a target; worsening: those that are surely worse than before."""
    watched = tuple(name for name in metric.counterweights if name in targeted)
    unwatched = tuple(name for name in metric.counterweights if name not in targeted)
    worse = tuple(name for name in metric.counterweights if name in worsening)
    if metric.name not in targeted:
        return Balance("not_steered", watched, unwatched, worse)
    state: State = "paid" if worse else "balanced" if watched else "alone"
    return Balance(state, watched, unwatched, worse)
