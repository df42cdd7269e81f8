"""Where no plan keeps all the rules, the fewest rules that stand against each other are named."""

from typing import Any

import pytest

from vivencia.plan.roadmap.optimiser.conflicts import conflict
from vivencia.plan.roadmap.optimiser.reading import problem_of

A: dict[str, Any] = {"key": "a", "value": 9, "must_do": True}
B: dict[str, Any] = {"key": "b", "value": 9}
FREE: list[dict[str, Any]] = [{"key": f"free {k}", "value": k, "effort": {"it": 1, "shop": 1}} for k in range(4)]
IT, SHOP = {"key": "it", "capacity": 5}, {"key": "shop", "capacity": 5}

CASES: dict[str, tuple[list[dict[str, Any]], dict[str, Any], set[tuple[str, str]]]] = {
    "a team alone": ([{**A, "effort": {"it": 9}}], {}, {("capacity", "it"), ("must do", "a")}),
    "two together": (
        [{**A, "effort": {"it": 12}}, {**B, "must_do": True, "effort": {"it": 4, "shop": 1}}],
        {"teams": [{"key": "it", "capacity": [15, 0, 0]}, SHOP]},
        {("capacity", "it"), ("must do", "a"), ("must do", "b")},
    ),
    "the money": ([{**A, "cost_once": 11}], {"budget": 10}, {("budget", ""), ("must do", "a")}),
    "a deadline": ([{**A, "duration": 2, "deadline": 1}], {}, {("dates", "a"), ("must do", "a")}),
    "too long": ([{**A, "duration": 9}], {}, {("must do", "a")}),
    "an order": (
        [{**A, "duration": 2, "after": ["b"]}, {**B, "duration": 2}],
        {},
        {("order", "a"), ("must do", "a")},
    ),
    "what it waits for is barred": (
        [{**A, "after": ["b"]}, {**B, "left_out": True}],
        {},
        {("dates", "b"), ("order", "a"), ("must do", "a")},
    ),
    "a stream": (
        [{**A, "cost_once": 5, "stream": "r"}],
        {"streams": [{"key": "s", "min_share": 0.5}, {"key": "r"}]},
        {("balance", "s"), ("must do", "a")},
    ),
    "too few": ([B], {"streams": [{"key": "s", "min_count": 1}]}, {("balance", "s")}),
}


@pytest.mark.parametrize("name", CASES)
def test_the_fewest_rules_that_cannot_be_kept_together_are_named(name: str) -> None:
    initiatives, more, expected = CASES[name]
    content = {"quarters": 3, "teams": [IT, SHOP], "initiatives": [*initiatives, *FREE]} | more

    assert {(rule.kind, rule.of) for rule in conflict(problem_of(content), 10.0)} == expected


def test_where_there_is_a_plan_nothing_conflicts() -> None:
    assert conflict(problem_of({"quarters": 3, "teams": [IT, SHOP], "initiatives": [A, *FREE]}), 5.0) == ()
