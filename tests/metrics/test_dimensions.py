"""What figures can be split by is told by the documents kept with the observations, each judged by itself."""

import json
from typing import Any

import pytest

from tests.metrics.events import events_table
from vivencia.measure import dimensions, wording
from vivencia.measure.dimensions import groups_told


def test_what_a_survey_keeps_for_itself_hides_no_group_of_another_source() -> None:
    others: list[dict[str, Any]] = [{"about": about} for about in ("price", "delivery") * 4]
    answers = [{"about": f"order {n}", "survey_version": str(n % 2), "language": "es_ES"} for n in range(4)]
    told = [json.dumps(each) for each in [*others, *answers]]
    assert groups_told(told) == ["about", "survey_version"]
    assert groups_told(told[len(others) :]) == ["survey_version"]


def test_a_sample_is_the_same_in_whatever_order_the_events_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dimensions, "SAMPLE", 3)
    rows = [{"event_id": f"e{n}", "properties": json.dumps({"n": n})} for n in range(9)]
    rows.append({"event_id": "e9"})  # says nothing, and takes no place in the sample

    def sampled(some: list[dict[str, Any]]) -> set[str]:
        return set(dimensions.sample(events_table(*some), "properties", "event_id").execute()["properties"])

    assert sampled(rows) == sampled(rows[::-1])
    assert len(sampled(rows)) == 3


@pytest.mark.parametrize("code", ["es", "es-ES", "es_ES", "ES_es"])
def test_a_language_is_named_however_its_code_is_written(code: str) -> None:
    assert wording.group_name("property:language", code) == "Spanish"
