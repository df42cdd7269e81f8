"""On real process logs, the flow is the directly-follows count."""

import gzip
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from defusedxml.ElementTree import iterparse

from tests.journeys import plain
from vivencia.foundation.ledger.schema import EVENTS
from vivencia.understand.journeys.build import build
from vivencia.understand.journeys.flow import flow
from vivencia.understand.journeys.variants import variants

pytestmark = pytest.mark.real_data
Rows = list[tuple[str, str, str]]  # case, activity, ISO time


def helpdesk(file: Path) -> Rows:
    rows: Rows = []
    with gzip.open(file) as opened:
        for _event, element in iterparse(opened):
            if element.tag.endswith("}trace"):
                said = [{child.get("key"): child.get("value") for child in part} for part in element]
                case = next(child.get("value") for child in element if child.get("key") == "concept:name")
                rows += [(case, e["concept:name"], e["time:timestamp"]) for e in said if "time:timestamp" in e]
    return rows


def loans(file: Path) -> Rows:
    table = pq.read_table(file, columns=["case:concept:name", "concept:name", "time:timestamp"])
    cases, names, times = (column.to_pylist() for column in table.columns)
    return [(case, name, time.isoformat()) for case, name, time in zip(cases, names, times, strict=True)]


def as_events(rows: Rows) -> pa.Table:
    from datetime import datetime

    n = len(rows)
    at = pa.array([datetime.fromisoformat(time) for _case, _name, time in rows], pa.timestamp("us", tz="UTC"))
    known = {
        "event_id": [f"e{i}" for i in range(n)],
        "occurred_at": at,
        "received_at": at,
        "seq": list(range(n)),
        "name": [name for _case, name, _time in rows],
        "subject_kind": ["case"] * n,
        "subject_id": [case for case, _name, _time in rows],
        "source": ["log"] * n,
        "batch_id": ["b"] * n,
    }
    return pa.table(
        {f.name: pa.array(known[f.name], f.type) if f.name in known else pa.nulls(n, f.type) for f in EVENTS}
    )


@pytest.mark.parametrize("log", ["helpdesk", "loans"])
def test_the_flow_of_a_log_is_its_directly_follows_count(log: str, real_data: Path) -> None:
    folder = real_data / "journeys"
    rows = helpdesk(folder / "helpdesk.xes.gz") if log == "helpdesk" else loans(folder / "bpic2012_loan.parquet")
    cases: dict[str, list[str]] = {}
    for case, name, _time in sorted(rows, key=lambda row: row[2]):  # stable: the file's order breaks ties
        cases.setdefault(case, []).append(name)
    table = build(*plain.asked(as_events(rows)))
    assert table.case == "subject"
    assert (table.journeys, table.events) == {"helpdesk": (4_580, 21_348), "loans": (13_087, 262_200)}[log]
    follows = Counter(pair for names in cases.values() for pair in pairwise(names))
    assert {(edge.source, edge.target): edge.count for edge in flow(table).edges} == dict(follows)
    assert {row.steps: row.count for row in variants(table).rows} == Counter(tuple(names) for names in cases.values())
