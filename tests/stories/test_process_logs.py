"""Process logs come in without a mapping, and their flow is a plain directly-follows count."""

import gzip
from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from defusedxml import ElementTree

from tests.stories.vivencia_command import Terminal

pytestmark = [pytest.mark.real_data, pytest.mark.slow]


def follows(cases: dict[str, list[str]]) -> Counter[tuple[str, str]]:
    return Counter(pair for steps in cases.values() for pair in pairwise(steps))


def helpdesk(file: Path) -> dict[str, list[str]]:
    """Every trace's activities by time, events of the same time in the file's order."""
    cases: dict[str, list[str]] = {}
    with gzip.open(file) as log:
        root = ElementTree.parse(log).getroot()
    assert root is not None
    for trace in (element for element in root if element.tag.endswith("trace")):
        case, events = "", []
        for element in trace:
            if element.get("key") == "concept:name":
                case = str(element.get("value"))
            if element.tag.endswith("event"):
                fields = {child.get("key"): child.get("value") for child in element}
                events.append((datetime.fromisoformat(str(fields["time:timestamp"])), str(fields["concept:name"])))
        cases[case] = [name for _when, name in sorted(events, key=lambda event: event[0])]
    return cases


def loans(file: Path) -> dict[str, list[str]]:
    log = pl.read_parquet(file).sort("time:timestamp", maintain_order=True)
    grouped = log.group_by("case:concept:name", maintain_order=True).agg("concept:name")
    return {str(case): steps for case, steps in grouped.iter_rows()}


@pytest.mark.parametrize(("name", "reader"), [("helpdesk.xes.gz", helpdesk), ("bpic2012_loan.parquet", loans)])
def test_the_flow_of_a_process_log_is_a_plain_count(tmp_path: Path, real_data: Path, name: str, reader) -> None:  # type: ignore[no-untyped-def]
    file, terminal = real_data / "journeys" / name, Terminal(tmp_path / "home")

    terminal.run("import", str(file))
    flow = terminal.json("flow")

    expected = follows(reader(file))
    assert {(edge["source"], edge["target"]): edge["count"] for edge in flow["edges"]} == dict(expected)
