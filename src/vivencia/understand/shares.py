"""A share with its interval, for summaries that count."""

from dataclasses import dataclass

from vivencia.understand.journeys.funnel import wilson


@dataclass(frozen=True)
class Share:
    """In per cent: the share and its 95 % interval (Wilson); hits of n."""

    value: float
    low: float
    high: float
    hits: int
    n: int


def share(hits: int, n: int) -> Share | None:
    """None where there is nothing to be a share of."""
    if n <= 0:
        return None
    low, high = wilson(hits, n)
    return Share(100 * hits / n, 100 * low, 100 * high, hits, n)
