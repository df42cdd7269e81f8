"""`vivencia customer` at the terminal."""

import json

import pytest
from click.testing import CliRunner

from vivencia.understand.customer_commands import customer

pytestmark = pytest.mark.usefixtures("at_the_shop")


def test_any_id_tells_the_whole_story_as_json() -> None:
    done = CliRunner().invoke(customer, ["app-7", "--json"])

    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["customer_id"] == "ana"
    assert [other["id"] for other in told["ids"]] == ["app-7"]
    assert told["value"]["orders"] == 2
    assert told["value"]["revenue"] == {"EUR": 80.0}
    assert told["promises"] == {"kept": 1, "broken": 1, "overdue": 0, "open": 0, "withdrawn": 0}
    assert [one["kind"] for one in told["situation"]] == ["broken_promise", "bad_answer"]
    assert len(told["timeline"]) == 7
    assert told["timeline"][0]["at"] == "2026-04-01T12:00:00+00:00"


def test_people_read_sentences() -> None:
    done = CliRunner().invoke(customer, ["bruno"])

    assert "Bruno Ríos" in done.stdout
    assert "still waiting, 7 days late" in done.stdout
    assert "Order delivered, 1 day early" in done.stdout


def test_an_unknown_id_is_a_users_error_with_suggestions() -> None:
    done = CliRunner().invoke(customer, ["carlla", "--json"])

    assert done.exit_code == 2
    assert done.stdout == ""
    assert "carla" in done.stderr
