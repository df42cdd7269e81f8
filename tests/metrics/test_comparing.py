"""Two figures compared: each method against a hand computation."""

from math import sqrt

import pytest

from vivencia.measure.metrics.comparing import difference, places
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.metrics.intervals import Z
from vivencia.measure.metrics.reductions import Mean, NetScore


def figure(metric: str, method: str, estimate: object, **group: str) -> Figure:
    e = estimate
    return Figure(metric, "v", dict(group), e.value, e.low, e.high, e.n, "u", "", method, e.spread)  # type: ignore[attr-defined,arg-type]


def test_two_net_scores_differ_by_the_sum_of_their_adjusted_variances() -> None:
    def nps(promoters: int, detractors: int, n: int) -> Figure:
        rows = [
            {"value": 9, "n": promoters},
            {"value": 3, "n": detractors},
            {"value": 7, "n": n - promoters - detractors},
        ]
        return figure("nps", "net", NetScore().estimate(rows))

    def variance(promoters: int, detractors: int, n: int) -> float:
        p, d = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
        return (p + d - (p - d) ** 2) / (n + 3)

    told = difference(nps(60, 20, 100), nps(90, 60, 200))
    half = 100 * Z * sqrt(variance(60, 20, 100) + variance(90, 60, 200))
    assert told.value == 25.0
    assert told.low == pytest.approx(25 - half)
    assert told.high == pytest.approx(25 + half)
    assert told.distinct is True
    assert told.detectable == pytest.approx(half / Z * (Z + 0.8416), rel=1e-4)


def test_two_means_differ_by_welchs_t() -> None:
    def mean(*values: float) -> Figure:
        return figure("csat", "mean", Mean().estimate([{"value": value, "n": 1} for value in values]))

    # R: t.test(c(1,2,3,4,5), c(2,2,3,3,3,2)) -> 95 percent interval -1.464, 2.464
    told = difference(mean(1, 2, 3, 4, 5), mean(2, 2, 3, 3, 3, 2))
    assert told.value == pytest.approx(0.5)
    # by hand: standard error sqrt(2.5/5 + 0.3/6) = 0.7416, degrees of freedom 4.80, t = 2.603
    assert (told.high or 0) - 0.5 == pytest.approx(2.603 * sqrt(0.55), abs=0.01)
    assert told.distinct is False


def test_what_is_not_known_is_not_compared() -> None:
    nothing = Figure("nps", "v", {}, None, None, None, 3, "u", "", "net", None, "not_enough_data")
    told = difference(nothing, nothing)
    assert (told.value, told.distinct, told.detectable) == (None, None, None)


def test_two_metrics_are_not_compared() -> None:
    one = Figure("nps", "v", {}, 1.0, 0.0, 2.0, 9, "points", "")
    other = Figure("csat", "v", {}, 1.0, 0.0, 2.0, 9, "%", "")
    with pytest.raises(ValueError, match="nps"):
        difference(one, other)


def test_overlapping_groups_share_their_places() -> None:
    def group(name: str, low: float, value: float | None, high: float) -> Figure:
        return Figure("csat", "v", {"channel": name}, value, low, high, 50, "%", "")

    placed = places(
        [group("c", 10, 20, 30), group("a", 60, 70, 80), group("b", 25, 40, 65), group("d", 0, None, 0)], "up"
    )
    assert [(place.figure.group["channel"], place.best, place.worst) for place in placed] == [
        ("a", 1, 2), ("b", 1, 3), ("c", 2, 3), ("d", None, None),
    ]  # fmt: skip
    turned = places([group("c", 10, 20, 30), group("a", 60, 70, 80)], "down")
    assert [(place.figure.group["channel"], place.best) for place in turned] == [("c", 1), ("a", 2)]
