"""The loop end to end on a real marketplace's files: late deliveries, what they cost, and who suffered them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.stories.vivencia_command import Terminal

pytestmark = [pytest.mark.real_data, pytest.mark.slow]


@pytest.fixture(scope="module")
def marketplace(tmp_path_factory: pytest.TempPathFactory, real_data: Path) -> Terminal:
    terminal = Terminal(tmp_path_factory.mktemp("marketplace"))
    imported = terminal.json("import", "--preset", "olist", str(real_data / "olist"))
    assert imported["accepted"] > 0
    assert imported["duplicates"] == 0
    return terminal


@pytest.fixture(scope="module")
def figure(marketplace: Terminal) -> Callable[..., dict[str, Any]]:
    def only(*arguments: str, **group: str) -> dict[str, Any]:
        figures = marketplace.json("metric", *arguments)
        found: list[dict[str, Any]] = [figure for figure in figures if figure["group"] == group]
        assert len(found) == 1, figures
        return found[0]

    return only


def test_the_mean_review_is_the_files_own_mean(figure: Callable[..., dict[str, Any]]) -> None:
    mean = figure("csat", "--variant", "mean")

    assert round(mean["value"], 3) == 4.084
    assert mean["n"] == 14_944
    assert mean["low"] < mean["value"] < mean["high"]


@pytest.mark.parametrize(("state", "value", "n"), [("broken", 2.60, 1_135), ("kept", 4.28, 13_383)])
def test_a_broken_promise_shows_in_the_reviews(
    figure: Callable[..., dict[str, Any]], state: str, value: float, n: int
) -> None:
    mean = figure("csat", "--variant", "mean", "--by", "promise", promise=state)

    assert (round(mean["value"], 2), mean["n"]) == (value, n)


def test_orders_cancelled_before_they_were_due_broke_no_promise(figure: Callable[..., dict[str, Any]]) -> None:
    cancelled = figure("csat", "--variant", "mean", "--by", "promise", promise="withdrawn")
    never = figure("csat", "--variant", "mean", "--by", "promise", promise="overdue")

    assert (cancelled["n"], never["n"]) == (108, 318)


def test_one_delivered_order_in_thirteen_came_late(figure: Callable[..., dict[str, Any]]) -> None:
    assert round(100 - figure("promise_kept")["value"], 2) == 7.94


def test_the_same_files_again_add_nothing(marketplace: Terminal, real_data: Path) -> None:
    again = marketplace.json("import", "--preset", "olist", str(real_data / "olist"))

    assert again["accepted"] == 0
    assert again["duplicates"] > 0


def test_the_broken_delivery_promise_is_the_strongest_pain(marketplace: Terminal) -> None:
    moments = marketplace.json("moments", "--outcome", "csat")
    pains = [moment for moment in moments if moment["kind"] == "pain"]

    strongest = min(pains, key=lambda moment: float(moment["effect"]))
    assert strongest["touchpoint"] == "delivery"
    assert "promise" in strongest["condition"]
    assert strongest["effect"] < -1
    assert strongest["low"] <= strongest["effect"] <= strongest["high"] < 0


def test_a_person_opens_and_can_be_erased(marketplace: Terminal, real_data: Path) -> None:
    with (real_data / "olist" / "olist_customers_dataset.csv").open() as rows:
        next(rows)
        person = next(rows).split(",")[1].strip('"')

    assert marketplace.json("customer", person)["customer_id"] == person
    receipt = marketplace.json("erase", person, "--yes")
    assert person not in str(receipt)
    marketplace.run("customer", person, expect=2)
