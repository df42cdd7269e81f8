"""The facts of real data sets come out of their events exactly."""

import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median

import pytest

from tests.imports.bringing import Brought, bring

pytestmark = pytest.mark.real_data


def test_olist(real_data: Path) -> None:
    brought = bring_real(real_data / "olist")
    reviews = [event["score"] for event in brought.events if event["metric"] == "csat"]
    assert (len(reviews), round(sum(reviews) / len(reviews), 3)) == (14_944, 4.084)
    assert len({event["customer_id"] for event in brought.events}) == len(brought.customers) == 14_904
    assert all(event["customer_id"] for event in brought.events)
    promised = {e["subject_id"]: e["promised_at"] for e in brought.events if e["promised_at"]}
    delivered = {e["subject_id"]: e["occurred_at"] for e in brought.events if e["name"] == "order delivered"}
    late = {order for order, at in delivered.items() if at > promised[order]}
    assert round(100 * len(late) / len(delivered), 2) == 7.94
    scores: dict[bool, list[float]] = defaultdict(list)
    answers = [event for event in brought.events if event["metric"]]
    for event in answers:
        if event["subject_id"] in delivered:
            scores[event["subject_id"] in late].append(event["score"])
    assert (len(scores[True]), round(sum(scores[True]) / len(scores[True]), 2)) == (1_135, 2.60)
    assert (len(scores[False]), round(sum(scores[False]) / len(scores[False]), 2)) == (13_383, 4.28)
    assert len(answers) - len(scores[True]) - len(scores[False]) == 426  # reviews of orders that never came
    assert sum(count > 1 for count in Counter(event["subject_id"] for event in answers).values()) == 71
    assert len(set(brought.values("event_id"))) == len(brought.events)
    assert brought.taken.rejected == 0


def test_contact_centre(real_data: Path) -> None:
    brought = bring_real(real_data / "contact_centre" / "contact_centre_csat.csv")
    answers = [event for event in brought.events if event["metric"] == "csat"]
    scores = [event["score"] for event in answers]
    assert (len(scores), round(sum(scores) / len(scores), 3)) == (8_525, 4.248)
    assert round(100 * sum(score >= 4 for score in scores) / len(scores), 2) == 82.79
    by_channel: dict[str, list[float]] = defaultdict(list)
    for event in answers:
        by_channel[event["channel"]].append(event["score"])
    assert {name: (round(sum(of) / len(of), 3), len(of)) for name, of in by_channel.items()} == {
        "Email": (3.822, 281),
        "Inbound": (4.248, 6_806),
        "Outcall": (4.331, 1_438),
    }
    assert sum(event["text"] is not None for event in answers) == 2_896
    at = {(event["name"], event["subject_id"]): event["occurred_at"] for event in brought.events}
    waits = [(at["issue responded", case] - at["issue reported", case]).total_seconds() / 60
             for name, case in at if name == "issue responded"]  # fmt: skip
    assert median(waits) == 6
    assert len(brought.rejects) == 318
    assert {(reject["field"], reject["allowed"]) for reject in brought.rejects} == {
        ("issue_responded", "≥ Issue_reported at")
    }


@pytest.mark.parametrize(
    ("file", "events", "cases"), [("helpdesk.xes.gz", 21_348, 4_580), ("bpic2012_loan.parquet", 262_200, 13_087)]
)
def test_process_logs(real_data: Path, file: str, events: int, cases: int) -> None:
    brought = bring_real(real_data / "journeys" / file)
    assert (len(brought.events), len(set(brought.values("subject_id")))) == (events, cases)


def bring_real(path: Path) -> Brought:
    """The work folder must not be beside the data."""

    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder) / path.name
        link.symlink_to(path)
        return bring(link)
