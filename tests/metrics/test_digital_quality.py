"""What people do on a site: pages a visit, time on a page, whether they find, what stands in their way; by hand."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.metrics.events import BEGIN, customers_table, events_table
from vivencia.measure.metrics.computing import compute
from vivencia.measure.metrics.lived import Lived


def lived(*rows: dict[str, Any]) -> Lived:
    return Lived(events_table(*rows), customers_table(), BEGIN + timedelta(days=400))


def did(who: str, name: str, minute: float, **properties: Any) -> dict[str, Any]:
    at = BEGIN + timedelta(minutes=minute)
    return {"anonymous_id": who, "name": name, "occurred_at": at, "properties": json.dumps(properties)}


def value(metric: str, of: Lived, variant: str | None = None) -> tuple[float | None, int]:
    (figure,) = compute(metric, of, variant=variant, min_n=1)
    return figure.value, figure.n


@pytest.fixture
def three_visits() -> Lived:
    """Ana sees three pages, comes back after an hour for one; Bea sees two."""
    pages = [("ana", 0), ("ana", 5), ("ana", 20), ("ana", 80), ("bea", 0), ("bea", 29)]
    trouble = [did("bea", "rage click", 1), did("ana", "dead end", 21), did("ana", "dead end", 22)]
    return lived(*(did(who, "page viewed", at) for who, at in pages), *trouble)


def test_pages_are_counted_by_visit(three_visits: Lived) -> None:
    assert value("pages_visited", three_visits) == (2, 3)
    assert value("pages_visited", three_visits, "median") == (2, 3)
    share, n = value("pages_visited", three_visits, "single")
    assert (round(share or 0, 1), n) == (33.3, 3)


def test_friction_is_of_visits_however_often_they_met_it(three_visits: Lived) -> None:
    figures = [value("friction", three_visits, variant) for variant in ("any", "rage_clicks", "dead_ends")]
    assert [(round(share or 0, 1), n) for share, n in figures] == [(66.7, 3), (33.3, 3), (33.3, 3)]


def test_stretches_of_one_view_are_one_time() -> None:
    of = lived(
        did("ana", "page left", 1, view="v1", dwell_seconds=10.5),
        did("ana", "page left", 9, view="v1", dwell_seconds=4.5),
        did("ana", "page left", 12, view="v2", dwell_seconds=31),
        did("bea", "page left", 3, dwell_seconds=20),
        did("bea", "page left", 4),
    )
    assert value("dwell_time", of) == (20, 3)
    assert value("dwell_time", of, "mean") == (22, 3)


def test_found_is_opened_and_not_searched_for_again() -> None:
    of = lived(
        did("found", "search made", 0), did("found", "search result opened", 1),
        did("again", "search made", 0), did("again", "search result opened", 1), did("again", "search made", 2),
        did("third time", "search made", 0), did("third time", "search made", 1),
        did("third time", "search result opened", 2.5),
        did("never", "search made", 0),
        did("opened only", "search result opened", 0),
    )  # fmt: skip
    assert value("findability", of) == (50, 4)
    assert value("findability", of, "time_to_find") == (105, 2)


def test_their_own_word_counts_from_surveys_and_from_the_page() -> None:
    of = lived(
        {"metric": "found", "score": 1.0, "name": "survey answered"},
        {"metric": "found", "score": 0.0, "name": "survey answered"},
        did("ana", "found it", 0, found="yes"),
        did("bea", "found it", 0, found="yes"),
    )
    assert value("findability", of, "asked") == (75, 4)
