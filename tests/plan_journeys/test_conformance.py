"""Journeys against a target: exact alignments, and who deviates where."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, permutations, product
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vivencia.plan.journeys.conformance.alignment import Alignment, align, numbered
from vivencia.plan.journeys.conformance.automaton import Automaton, automaton
from vivencia.plan.journeys.conformance.deviations import Conformance, deviations, leanings
from vivencia.plan.journeys.drawing import Drawing, Link, LinkKind, Phase, Step

NAMES = ("buy", "pay", "ship", "call", "rate")


def drawing(steps: Sequence[tuple[str, str | None, bool]], links: Sequence[tuple[int, int, LinkKind]] = ()) -> Drawing:
    made = tuple(Step(key, "p", key, touchpoint, optional=optional) for key, touchpoint, optional in steps)
    ways = tuple(Link(made[a].key, made[b].key, kind) for a, b, kind in links)
    return Drawing("t", phases=(Phase("p", "P"),), steps=made, links=ways)


def line(*names: str) -> Drawing:
    return drawing([(f"s{place}", name, False) for place, name in enumerate(names)])


def aligned(target: Automaton, *journeys: str) -> tuple[Alignment, np.ndarray, np.ndarray]:
    """Journeys as words separated by spaces."""
    rows = [word for journey in journeys for word in journey.split()]
    codes = np.array([NAMES.index(word) for word in rows], np.int64)
    offsets = np.append(0, np.cumsum([len(journey.split()) for journey in journeys])).astype(np.int64)
    return align(target, numbered(target, NAMES)[codes], offsets), codes, offsets


def conformance(target: Automaton, *journeys: str) -> Conformance:
    found, codes, offsets = aligned(target, *journeys)
    return deviations(target, found, codes, offsets, NAMES)


def told(found: Conformance) -> set[tuple[str, str, int]]:
    return {(one.kind, one.key, one.n) for one in found.deviations}


def test_a_journey_that_is_the_target_costs_nothing_and_every_event_is_a_step() -> None:
    found, _codes, _offsets = aligned(automaton(line("buy", "pay", "ship")), "buy pay ship")
    assert found.cost.tolist() == [0]
    assert found.step.tolist() == [0, 1, 2]


def test_what_is_missing_too_much_and_out_of_order_is_told_apart() -> None:
    found = conformance(
        automaton(line("buy", "pay", "ship")), "buy pay ship", "buy ship", "buy call pay ship", "pay buy ship"
    )
    assert found.conforming == 1
    assert found.share == 0.25
    assert ("skipped", "s1", 1) in told(found)
    assert ("extra", "call", 1) in told(found)
    assert {one[0] for one in told(found)} == {"skipped", "extra", "order"}
    assert sum(one.n for one in found.deviations if one.kind == "order") == 1


def test_an_optional_step_and_one_nobody_can_see_may_be_left_out() -> None:
    target = automaton(drawing([("a", "buy", False), ("b", "pay", True), ("c", None, False), ("d", "ship", False)]))
    found, *_ = aligned(target, "buy ship", "buy pay ship", "buy", "")
    assert found.cost.tolist() == [0, 0, 1, 2]


def test_a_choice_takes_either_way_but_not_both() -> None:
    steps = [("a", "buy", False), ("b", "pay", False), ("c", "call", False), ("d", "ship", False)]
    target = automaton(drawing(steps, [(0, 1, "next"), (0, 2, "next"), (1, 3, "next"), (2, 3, "next")]))
    found, *_ = aligned(target, "buy pay ship", "buy call ship", "buy pay call ship", "buy ship")
    assert found.cost.tolist() == [0, 0, 1, 1]


def test_a_loop_may_be_gone_round_as_often_as_one_likes() -> None:
    steps = [("a", "buy", False), ("b", "ship", False), ("c", "rate", False)]
    target = automaton(drawing(steps, [(0, 1, "next"), (1, 2, "next"), (1, 0, "loop")]))
    found, *_ = aligned(target, "buy ship rate", "buy ship buy ship buy ship rate", "buy buy ship rate")
    assert found.cost.tolist() == [0, 0, 1]


def together(drawn: Drawing, *forks: str) -> Drawing:
    """The drawing with all ways taken after these steps."""
    return replace(drawn, steps=tuple(replace(one, then="all") if one.key in forks else one for one in drawn.steps))


def test_ways_that_are_all_taken_may_be_lived_in_any_order_and_each_is_missed() -> None:
    steps = [("a", "buy", False), ("b", "pay", False), ("c", "call", False), ("d", "ship", False)]
    drawn = together(drawing(steps, [(0, 1, "next"), (0, 2, "next"), (1, 3, "next"), (2, 3, "next")]), "a")
    journeys = ("buy pay call ship", "buy call pay ship", "buy pay ship", "buy ship", "buy pay ship call")
    found, *_ = aligned(automaton(drawn), *journeys)
    assert found.cost.tolist() == [0, 0, 1, 2, 2]
    assert told(conformance(automaton(drawn), *journeys)) == {
        ("skipped", "c", 2), ("skipped", "b", 1), ("order", "c", 1),
    }  # fmt: skip


def test_of_parallel_branches_one_begun_by_a_perhaps_may_be_left_out_whole() -> None:
    steps = [("a", "buy", False), ("b", "pay", False), ("c", "call", False), ("d", "ship", False)]
    links: list[tuple[int, int, LinkKind]] = [(0, 1, "next"), (0, 2, "optional"), (1, 3, "next"), (2, 3, "next")]
    found, *_ = aligned(
        automaton(together(drawing(steps, links), "a")), "buy pay ship", "buy call pay ship", "buy ship"
    )
    assert found.cost.tolist() == [0, 0, 1]


def test_parallel_branches_that_another_way_leads_into_are_read_as_alternatives_and_said_so() -> None:
    steps = [(key, name, False) for key, name in zip("xabcd", ("rate", *NAMES[:4]), strict=True)]
    links: list[tuple[int, int, LinkKind]] = [
        (0, 1, "next"), (0, 3, "next"), (1, 2, "next"), (1, 3, "next"), (2, 4, "next"), (3, 4, "next"),
    ]  # fmt: skip
    assert automaton(together(drawing(steps, links), "a")).unread == ("a",)


@st.composite
def _parallel(draw: st.DrawFn) -> tuple[Drawing, list[tuple[int, ...]]]:
    """A step, two or three lines of one or two steps in parallel, and perhaps a step behind; with every way through."""
    lengths = draw(st.lists(st.integers(1, 2), min_size=2, max_size=3))
    names = st.sampled_from((*NAMES[:4], None))
    behind = draw(st.booleans())
    steps = [(f"s{p}", draw(names), draw(st.booleans())) for p in range(1 + sum(lengths) + behind)]
    links: list[tuple[int, int, LinkKind]] = []
    lines, at = [], 1
    for length in lengths:
        lines.append(tuple(range(at, at + length)))
        links += [(0, at, "next"), *((p, p + 1, "next") for p in range(at, at + length - 1))]
        links += [(at + length - 1, len(steps) - 1, "next")] if behind else []
        at += length
    orders = set(permutations([at for at, one in enumerate(lines) for _step in one]))
    ways = []
    for order in orders:
        walks = [iter(one) for one in lines]
        ways.append((0, *(next(walks[one]) for one in order), *([len(steps) - 1] if behind else [])))
    return together(drawing(steps, links), "s0"), ways


@settings(max_examples=80, deadline=None)
@given(_parallel(), st.lists(st.sampled_from(NAMES[:4]), max_size=5))
def test_the_cost_of_parallel_ways_is_the_least_over_all_their_orders(
    drawn: tuple[Drawing, list[tuple[int, ...]]], journey: list[str]
) -> None:
    found, *_ = aligned(automaton(drawn[0]), " ".join(journey))
    assert int(found.cost[0]) == min(_least(drawn[0], one, journey) for one in drawn[1])


def test_the_same_touchpoint_may_be_several_steps() -> None:
    found, *_ = aligned(automaton(line("call", "buy", "call")), "call buy call", "buy call", "call buy")
    assert found.cost.tolist() == [0, 1, 1]
    assert found.step.tolist() == [0, 1, 2, 1, 2, 0, 1]


def test_a_step_without_ways_of_its_own_stands_between_its_neighbours() -> None:
    steps = [("a", "buy", False), ("b", "pay", False), ("c", "ship", False)]
    found, *_ = aligned(automaton(drawing(steps, [(0, 2, "next")])), "buy pay ship", "buy ship")
    assert found.cost.tolist() == [0, 1]


def test_a_map_without_steps_and_no_journeys_at_all_are_no_trouble() -> None:
    empty = automaton(drawing([]))
    found, *_ = aligned(empty, "buy pay", "")
    assert found.cost.tolist() == [2, 0]
    nobody = conformance(automaton(line("buy")))
    assert nobody.journeys == 0 and nobody.share is None and nobody.fitness is None


def test_fitness_is_one_where_all_follow_and_zero_where_nothing_of_the_target_is_lived() -> None:
    assert conformance(automaton(line("buy", "pay")), "buy pay").fitness == 1
    assert conformance(automaton(line("buy", "pay")), "call").fitness == 0


def _runs(drawn: Drawing, longest: int) -> list[tuple[int, ...]]:
    """Every way through a drawing of at most so many steps, by brute force: an independent reading of its links."""
    n = len(drawn.steps)
    key = {step.key: place for place, step in enumerate(drawn.steps)}
    pairs = {(key[one.source], key[one.target]) for one in drawn.links}
    loops = {(key[one.source], key[one.target]) for one in drawn.links if one.kind == "loop"}
    forward = {pair for pair in pairs - loops if pair[0] != pair[1]}
    firsts = [p for p in range(n) if not any(b == p for _a, b in forward)]
    lasts = {p for p in range(n) if not any(a == p for a, _b in forward)}
    found: list[tuple[int, ...]] = []
    open_ends: list[tuple[int, ...]] = [(p,) for p in firsts]
    while open_ends:
        path = open_ends.pop()
        if path[-1] in lasts:
            found.append(path)
        if len(path) < longest:
            open_ends += [(*path, b) for a, b in pairs if a == path[-1]]
    return found


def _brute(drawn: Drawing, journey: list[str]) -> int:
    """The least events taken out plus mandatory steps put in, over every way."""
    enough = len(drawn.steps) * (len(journey) + 1)  # a loop may pass by every step between two events
    return min(_least(drawn, path, journey) for path in _runs(drawn, enough))


def _least(drawn: Drawing, path: tuple[int, ...], journey: list[str]) -> int:
    """The same against one way: a longest common subsequence."""
    steps = [drawn.steps[p] for p in path]
    best = [[0] * (len(journey) + 1) for _ in range(len(steps) + 1)]
    for i, j in product(range(len(steps) + 1), range(len(journey) + 1)):
        if i == j == 0:
            continue
        ways = []
        if i:
            ways.append(best[i - 1][j] + (0 if steps[i - 1].optional or steps[i - 1].touchpoint is None else 1))
        if j:
            ways.append(best[i][j - 1] + 1)
        if i and j and steps[i - 1].touchpoint == journey[j - 1]:
            ways.append(best[i - 1][j - 1])
        best[i][j] = min(ways)
    return best[-1][-1]


@st.composite
def _drawings(draw: st.DrawFn) -> Drawing:
    """A line with short cuts and loops back, so that every step lies on a way through."""
    n = draw(st.integers(1, 4))
    steps = [(f"s{p}", draw(st.sampled_from((*NAMES[:3], None))), draw(st.booleans())) for p in range(n)]
    links: list[tuple[int, int, LinkKind]] = [(p, p + 1, "next") for p in range(n - 1)]
    places = st.integers(0, n - 1)
    for a, b in draw(st.lists(st.tuples(places, places), max_size=2)):
        if (a, b) not in {(x, y) for x, y, _kind in links}:
            links.append((a, b, "optional" if a < b else "loop"))
    return drawing(steps, links)


@settings(max_examples=120, deadline=None)
@given(_drawings(), st.lists(st.sampled_from(NAMES[:4]), max_size=3))
def test_the_cost_is_the_least_there_is(drawn: Drawing, journey: list[str]) -> None:
    found, *_ = aligned(automaton(drawn), " ".join(journey))
    assert int(found.cost[0]) == _brute(drawn, journey)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=6),
    st.lists(st.lists(st.sampled_from(NAMES), max_size=7), max_size=6),
)
def test_against_a_line_the_cost_is_the_distance_by_putting_in_and_taking_out(
    line_of: list[str], journeys: list[list[str]]
) -> None:
    drawn = line(*line_of)
    found, *_ = aligned(automaton(drawn), *(" ".join(one) for one in journeys))
    for cost, journey in zip(found.cost, journeys, strict=True):
        same = _longest_common(line_of, journey)
        assert cost == len(line_of) + len(journey) - 2 * same


@settings(max_examples=60, deadline=None)
@given(_drawings(), st.lists(st.lists(st.sampled_from(NAMES[:4]), max_size=5), min_size=1, max_size=5))
def test_what_is_told_of_a_journey_adds_up_to_its_cost(drawn: Drawing, journeys: list[list[str]]) -> None:
    """Events that are no step, and mandatory steps passed over, are as many as the cost says; each as named."""
    target = automaton(drawn)
    found, codes, offsets = aligned(target, *(" ".join(one) for one in journeys))
    for number, (begin, end) in enumerate(pairwise(offsets)):
        steps = [int(one) for one in found.step[begin:end]]
        lived = [one for one in steps if one >= 0]
        assert all(target.touchpoints[s] == NAMES[c] for s, c in zip(steps, codes[begin:end], strict=True) if s >= 0)
        before = target.beginning
        spent = steps.count(-1)
        for step in lived:
            spent += len(target.over[before, step])
            before = step
        assert before == found.closing[number]
        assert spent + len(target.over_end[before]) == found.cost[number]


def _longest_common(a: list[str], b: list[str]) -> int:
    row = [0] * (len(b) + 1)
    for one in a:
        last = row[:]
        for j, other in enumerate(b, 1):
            row[j] = last[j - 1] + 1 if one == other else max(last[j], row[j - 1])
    return row[-1]


def test_a_group_that_deviates_more_is_told_with_an_interval_clear_of_zero() -> None:
    deviates = np.zeros(400, np.bool_)
    deviates[:90] = True
    phone, even = np.zeros(400, np.bool_), np.zeros(400, np.bool_)
    phone[:100], even[::2] = True, True
    few = np.zeros(400, np.bool_)
    few[:5] = True
    found = leanings(deviates, {("channel", "phone"): phone, ("segment", "even"): even, ("segment", "few"): few})
    assert [one.group for one in found] == ["phone", "even"], "groups of five are not compared"
    assert found[0].clear and found[0].low > 0.8
    assert not found[1].clear and found[1].low < 0 < found[1].high


@pytest.mark.parametrize("cells", [1, 12])
def test_journeys_explained_in_several_runs_are_explained_the_same(cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    journeys = ("buy pay ship", "buy", "ship pay buy call", "", "buy pay ship", "call call")
    whole, *_ = aligned(automaton(line("buy", "pay", "ship")), *journeys)
    monkeypatch.setattr("vivencia.plan.journeys.conformance.alignment.MOST_CELLS", cells)
    apart, *_ = aligned(automaton(line("buy", "pay", "ship")), *journeys)
    assert apart.cost.tolist() == whole.cost.tolist()
    assert apart.step.tolist() == whole.step.tolist()


@pytest.mark.real_data
def test_on_a_real_process_log_costs_are_distances(real_data: Path) -> None:
    """bpic2012: 13,087 loan applications; the first two hundred by an independent count."""
    log = pl.read_parquet(real_data / "journeys" / "bpic2012_loan.parquet")
    events = log.select(case="case:concept:name", name="concept:name", at="time:timestamp").sort("case", "at")
    names = tuple(events["name"].unique().sort().to_list())
    codes = events["name"].replace_strict(names, list(range(len(names)))).to_numpy().astype(np.int64)
    lengths = events.group_by("case", maintain_order=True).len()["len"].to_numpy()
    offsets = np.append(0, np.cumsum(lengths)).astype(np.int64)
    line_of = ["A_SUBMITTED", "A_PARTLYSUBMITTED", "A_PREACCEPTED", "A_ACCEPTED", "A_FINALIZED", "A_APPROVED"]
    target = automaton(line(*line_of))
    found = align(target, numbered(target, names)[codes], offsets)
    assert len(found.cost) == 13_087
    for case in range(200):
        path = [names[code] for code in codes[offsets[case] : offsets[case + 1]]]
        assert found.cost[case] == len(line_of) + len(path) - 2 * _longest_common(line_of, path)
