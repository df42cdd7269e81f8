"""Every metric there is. A new one is a file like its neighbours and a line here."""

from difflib import get_close_matches

from vivencia.measure.metrics import (
    ces,
    churn,
    conversion,
    csat,
    dwell_time,
    enps,
    fcr,
    findability,
    first_response_time,
    friction,
    goal_completion,
    loyalty_participation,
    nps,
    pages_visited,
    promise_kept,
    referral_rate,
    repurchase,
    resolution_time,
    response_rate,
    retention,
    revenue_per_customer,
)
from vivencia.measure.metrics.metric import Metric

METRICS: dict[str, Metric] = {
    module.METRIC.name: module.METRIC
    for module in (
        nps,
        csat,
        ces,
        promise_kept,
        repurchase,
        churn,
        retention,
        revenue_per_customer,
        fcr,
        first_response_time,
        resolution_time,
        response_rate,
        conversion,
        goal_completion,
        findability,
        pages_visited,
        dwell_time,
        friction,
        referral_rate,
        loyalty_participation,
        enps,
    )
}


def named(name: str) -> Metric:
    """The metric of this name or alias, whatever the case and the dashes. Raises ValueError naming the allowed ones."""
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    for metric in METRICS.values():
        if plain == metric.name or plain in metric.aliases:
            return metric
    close = get_close_matches(plain, METRICS, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    raise ValueError(f"there is no metric {name!r}{hint}; allowed: {', '.join(METRICS)}")
