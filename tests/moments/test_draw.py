"""More events than fit: a study of customers drawn by lot, each with all they lived, told of everybody."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.schema import EVENTS
from vivencia.foundation.ledger.store import open_ledger
from vivencia.moments.chain import study
from vivencia.moments.lived import Lived, take
from vivencia.moments.outcomes import OUTCOMES

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
AS_OF = BEGIN + timedelta(days=300)
EACH = 4


def lives(people: int) -> pa.Table:
    """Everybody purchases and answers; the delivery fails for half of them, who answer 3 or 4, the others 5."""
    rows: list[dict[str, object]] = []
    for number in range(people):
        at, failed = BEGIN + timedelta(hours=number), number % 2 == 0
        steps = [
            ("purchase", None, None),
            ("delivery failed" if failed else "delivery", None, None),
            ("support", None, None),
            ("survey answered", "csat", 3.0 + (number // 2) % 2 if failed else 5.0),
        ]
        for place, (name, metric, score) in enumerate(steps):
            rows.append(
                {
                    "event_id": f"{number}-{place}",
                    "customer_id": f"c{number:04}",
                    "occurred_at": at + timedelta(days=place),
                    "received_at": AS_OF,
                    "batch_id": "lives",
                    "seq": len(rows),
                    "name": name,
                    "touchpoint": name.removesuffix(" failed"),
                    "metric": metric,
                    "score": score,
                    "scale_max": 5.0 if metric else None,
                    "source": "test",
                }
            )
    return pa.Table.from_pylist(rows, schema=EVENTS)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    ledger = open_ledger(Path(tmp_path_factory.mktemp("drawn")))
    ledger.append(lives(400))
    return ledger.read()


def ids(lived: Lived) -> set[str]:
    return set(lived.people["customer_id"])


def test_what_fits_is_taken_whole(read: Read) -> None:
    lived = take(read, AS_OF, most_events=400 * EACH)

    assert (len(lived.people), lived.share, lived.everyone) == (400, 1.0, 400)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.integers(1, 399))
def test_each_customer_drawn_comes_with_everything_they_lived(read: Read, people: int) -> None:
    lived = take(read, AS_OF, most_events=people * EACH)

    assert lived.events.group_by("person").len()["len"].to_list() == [EACH] * people
    assert (lived.share, lived.everyone) == (people / 400, 400)


def test_the_same_ledger_gives_the_same_draw(read: Read) -> None:
    assert ids(take(read, AS_OF, most_events=400)) == ids(take(read, AS_OF, most_events=400))


def test_a_segment_is_taken_whole_before_anybody_is_drawn(read: Read) -> None:
    members = [f"c{number:04}" for number in range(50)]

    assert ids(take(read, AS_OF, among=members, most_events=200)) == set(members)
    assert ids(take(read, AS_OF, among=members, most_events=100)) < set(members)


def test_what_is_said_of_a_year_is_said_of_everybody(read: Read) -> None:
    def exposed_a_year(most_events: int) -> tuple[float, int | None]:
        lived = take(read, AS_OF, most_events=most_events)
        told = study(lived, OUTCOMES["csat"], version="v", say=lambda stage, share: None).findings
        return next(m.exposed_a_year for m in told.moments if m.condition == "failed"), told.drawn_from

    (whole, of_all), (drawn, of_lot) = exposed_a_year(10_000), exposed_a_year(300 * EACH)

    assert (of_all, of_lot) == (None, 400)
    assert drawn == pytest.approx(whole, rel=0.15)  # of 300 drawn, 150 ± 4.3 lived it
    assert np.isfinite(whole)
