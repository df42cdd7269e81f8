"""Laws that hold for whatever customers lived."""

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.events import BEGIN, events_table
from vivencia.measure.metrics.comparing import difference, places
from vivencia.measure.metrics.computing import compute
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.metrics.lived import Lived
from vivencia.measure.metrics.periods import GRAINS, Clock, begin, first_day, label, number, number_from, number_of
from vivencia.measure.metrics.reductions import Mean, NetScore, Quantile, Share

FEW = settings(max_examples=8, deadline=None)
scores = st.lists(st.tuples(st.integers(0, 10), st.sampled_from(["web", "app", None])), min_size=1, max_size=40)


def _answers(rows: list[tuple[int, str | None]]) -> Lived:
    table = events_table(*({"metric": "nps", "score": float(score), "channel": channel} for score, channel in rows))
    return Lived(table, table.limit(0), BEGIN + timedelta(days=9))


@FEW
@given(scores)
def test_groups_add_up_to_the_whole_and_equal_a_hand_computation(rows: list[tuple[int, str | None]]) -> None:
    lived = _answers(rows)
    (whole,) = compute("nps", lived, min_n=1)
    by_channel = compute("nps", lived, ["channel"], min_n=1)
    assert whole.n == len(rows) == sum(figure.n for figure in by_channel)
    for figure in [whole, *by_channel]:
        mine = [score for score, channel in rows if not figure.group or channel == figure.group["channel"]]
        by_hand = 100 * (sum(score >= 9 for score in mine) - sum(score <= 6 for score in mine)) / len(mine)
        assert figure.value == by_hand
        assert figure.low is not None
        assert figure.high is not None
        assert -100 <= figure.low <= by_hand <= figure.high <= 100


def _rows(values: list[float] | list[int]) -> list[dict[str, Any]]:
    return [{"value": value, "n": n} for value, n in Counter(values).items()]


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=200))
def test_a_median_leaves_half_on_either_side_and_lies_in_its_interval(values: list[int]) -> None:
    estimate = Quantile(share=0.5, unit_seconds=1).estimate(_rows(values))
    assert estimate.value is not None
    assert sum(value < estimate.value for value in values) <= len(values) / 2
    assert sum(value > estimate.value for value in values) <= len(values) / 2
    assert estimate.low is None or estimate.low <= estimate.value
    assert estimate.high is None or estimate.high >= estimate.value


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 3)), min_size=1, max_size=200))
def test_periods_put_together_are_the_whole_to_the_last_bit(told: list[tuple[int, int]]) -> None:
    values = [value / 7 for value, _period in told]
    apart = [row for period in range(4) for row in _rows([value / 7 for value, place in told if place == period])]
    for reduction in (Mean(floor=1, ceiling=5), Quantile(share=0.5), Quantile(share=0.9), NetScore()):
        assert reduction.estimate(reduction.together(apart) or []) == reduction.estimate(_rows(values))


@given(st.lists(st.integers(1, 5), min_size=2, max_size=200))
def test_a_mean_lies_in_its_interval_and_on_its_scale(values: list[int]) -> None:
    estimate = Mean(floor=1, ceiling=5).estimate(_rows(values))
    assert estimate.value is not None
    assert estimate.low is not None
    assert estimate.high is not None
    assert abs(estimate.value - sum(values) / len(values)) < 1e-9
    assert 1 <= estimate.low <= estimate.value + 1e-9
    assert estimate.value - 1e-9 <= estimate.high <= 5


def _figure(hits: int, n: int) -> Figure:
    e = Share().estimate([{"hits": hits, "n": n}])
    return Figure("csat", "top_2", {}, e.value, e.low, e.high, e.n, "%", "")


shares = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(shares, shares)
def test_a_difference_turned_round_changes_its_sign(a: tuple[int, int], b: tuple[int, int]) -> None:
    one, other = difference(_figure(*a), _figure(*b)), difference(_figure(*b), _figure(*a))
    assert one.value is not None
    assert other.value is not None
    assert one.low is not None
    assert other.high is not None
    assert abs(one.value + other.value) < 1e-9
    assert abs(one.low + other.high) < 1e-9
    assert one.distinct == other.distinct


@given(st.lists(shares, min_size=1, max_size=8))
def test_only_groups_whose_intervals_do_not_overlap_are_ranked(groups: list[tuple[int, int]]) -> None:
    placed = places([_figure(*group) for group in groups], "up")
    assert len(placed) == len(groups)
    for place in placed:
        assert place.best is not None
        assert place.worst is not None
        assert 1 <= place.best <= place.worst <= len(groups)
    for one in placed:
        for other in placed:
            if one.worst is not None and other.best is not None and one.worst < other.best:
                assert one.figure.low is not None
                assert other.figure.high is not None
                assert one.figure.low > other.figure.high


def test_a_difference_of_ten_points_among_fifty_answers_each_is_rarely_seen() -> None:
    """STATISTICS: +10 NPS points at 50 against 50 is found 9 % of the time, so the detectable change is far larger."""

    def nps(promoters: int, detractors: int, n: int) -> Figure:
        rows = [
            {"value": 10, "n": promoters},
            {"value": 0, "n": detractors},
            {"value": 8, "n": n - promoters - detractors},
        ]
        e = NetScore().estimate(rows)
        return Figure("nps", "standard", {}, e.value, e.low, e.high, e.n, "points", "", "net", e.spread)

    told = difference(nps(30, 10, 50), nps(25, 10, 50))
    assert told.value is not None
    assert round(told.value, 9) == 10.0
    assert told.distinct is False
    assert told.detectable is not None
    assert 35 < told.detectable < 50


moments = st.datetimes(min_value=BEGIN.replace(tzinfo=None, year=2014), max_value=BEGIN.replace(tzinfo=None, year=2032))


@FEW
@given(st.lists(moments, min_size=1, max_size=30), st.sampled_from(["UTC", "Europe/Madrid", "America/Sao_Paulo"]))
def test_the_engine_cuts_time_where_the_calendar_does(times: list[Any], zone: str) -> None:
    aware = [time.replace(tzinfo=BEGIN.tzinfo) for time in times]
    table = events_table(*({"occurred_at": time} for time in aware))
    local = Clock(zone, min(aware), max(aware)).local_seconds(table.occurred_at)
    for grain in GRAINS:
        engine = table.select(p=number(grain, local)).to_pyarrow()["p"].to_pylist()
        assert engine == [number_of(grain, time, zone) for time in aware]


@given(st.integers(-20_000, 40_000), st.sampled_from(["day", "week", "month", "quarter"]))
def test_a_periods_label_names_it(period: int, grain: Any) -> None:
    period = period if grain in ("day", "week") else 23_000 + period // 10 if grain == "month" else 7_800 + period // 30
    assert number_from(grain, label(grain, period)) == period
    assert number_of(grain, begin(grain, period, "Europe/Madrid"), "Europe/Madrid") == period
    assert first_day(grain, period) < first_day(grain, period + 1)
