"""`vivencia roadmap`: the documented file in, the documented JSON out, clear words where it is wrong."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from vivencia.cli import main

ROOT = Path(__file__).resolve().parents[2]
PLAN: dict[str, Any] = {
    "quarters": ["2027-Q1", "2027-Q2", "2027-Q3"],
    "unit": "EUR",
    "budget": 100,
    "teams": [{"key": "it", "capacity": [10, 10, 10]}],
    "initiatives": [
        {"key": "web", "value": {"mean": 400, "low": 300, "high": 520}, "effort": {"it": [8]}, "cost_once": 60},
        {"key": "app", "value": 300, "effort": {"it": [8]}, "after": ["web"]},
        {"key": "big", "value": 900, "effort": {"it": [11]}},
    ],
}


def run(path: Path, content: object, *options: str) -> tuple[int, str, str]:
    file = path / "plan.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    done = CliRunner().invoke(main, ["roadmap", "--file", str(file), "--seconds", "3", *options])
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.django_db
def test_a_file_becomes_a_plan_with_value_bound_and_checks(tmp_path: Path) -> None:
    code, out, _ = run(tmp_path, PLAN, "--json", "--explain")

    told = json.loads(out)
    assert code == 0
    assert told["value"] == pytest.approx(400 * 0.5 + 300 * 0.25) and told["bound"] == pytest.approx(told["value"])
    assert told["proven"] and told["gap"] == 0 and told["checks"]["passed"] and told["seconds"] < 3
    starts = {each["key"]: each["start"] for each in told["initiatives"]}
    assert starts == {"web": "2027-Q1", "app": "2027-Q2", "big": None}
    assert told["initiatives"][2]["why_not"] == {"reason": "too large", "of": ["it"], "quarters": []}
    assert told["range"]["low"] < told["value"] < told["range"]["high"]
    assert told["prices"][0]["kind"] == "capacity" and told["prices"][0]["gain"] > 0


@pytest.mark.django_db
def test_people_read_it_too(tmp_path: Path) -> None:
    code, out, _ = run(tmp_path, PLAN)

    assert code == 0
    assert "2027-Q1  web" in out and "more than there ever is it" in out and "275.0 EUR" in out


WRONG = [
    ("no json", "not JSON"),
    ([], "expected an object with quarters"),
    (PLAN | {"quartres": 3}, "unknown field 'quartres'; allowed: quarters"),
    (PLAN | {"quarters": 0}, "quarters: 0; allowed: a whole number from 1 to 40"),
    ({name: told for name, told in PLAN.items() if name != "initiatives"}, "initiatives: not there; allowed: a list"),
    (PLAN | {"budget": 1e13}, "budget: 10000000000000.0; allowed: a list of 3 numbers from 0 to 1e+12"),
    (PLAN | {"budget": [1, 2]}, "budget: [1, 2]; allowed: a list of 3 numbers"),
    (PLAN | {"objective": "profit"}, "objective: 'profit'; allowed: value, net"),
    (PLAN | {"teams": [{"key": "it", "capacity": -1}]}, "team 'it', capacity: -1; allowed"),
    (PLAN | {"teams": PLAN["teams"] * 2}, "teams: 'it' is there twice"),
    ({"key": "x"}, "initiative 'x', value: not there; allowed: a number up to 1e+12, or an object"),
    ({"key": "x", "value": True}, "initiative 'x', value: True; allowed"),
    ({"key": "x", "value": {"mean": 1, "low": 2}}, "initiative 'x', value, low: 2; allowed: a number from -1e+12 to 1"),
    ({"key": "x", "value": 1, "effort": {"IT": [1]}}, "initiative 'x', effort: unknown team 'IT'; allowed: it"),
    (
        {"key": "x", "value": 1, "effort": {"it": [1, 2]}},
        "initiative 'x', effort: {'it': [1, 2]}; allowed: a list of 1 numbers",
    ),
    (
        {"key": "x", "value": 1, "after": ["y"]},
        "initiative 'x', after: 'y'; allowed: another initiative's key: app, big",
    ),
    ({"key": "x", "value": 1, "deadline": "2029-Q1"}, "initiative 'x', deadline: '2029-Q1'; allowed: a quarter from 1"),
    ({"key": "x", "value": 1, "gap": "g"}, "initiative 'x', gap: 'g'; allowed: one of the gaps: there is none"),
    ({"key": "x", "value": 1, "pilot": {"of": "web", "chance": 2}}, "initiative 'x', pilot, chance: 2; allowed"),
    ({"key": "x", "value": 1, "must_do": "yes"}, "initiative 'x', must_do: 'yes'; allowed: true, false"),
    ({"key": "web", "value": 1}, "initiatives: 'web' is there twice"),
    ({"key": "x", "value": 1, "must_do": True, "effort": {"it": 99}}, "the capacity of it; x must be done"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("content", "message"), WRONG)
def test_a_wrong_file_is_told_where_and_what_is_allowed(tmp_path: Path, content: Any, message: str) -> None:
    if isinstance(content, dict) and "key" in content:
        content = PLAN | {"initiatives": [*PLAN["initiatives"], content]}

    code, out, err = run(tmp_path, content, "--json")

    assert code == 2 and "Traceback" not in err
    assert message in " ".join(json.loads(out)["error"].split())


@pytest.mark.django_db
def test_no_initiatives_is_an_empty_plan_and_null_says_nothing(tmp_path: Path) -> None:
    code, out, _ = run(
        tmp_path, {"quarters": 2, "budget": None, "teams": None, "initiatives": []}, "--json", "--explain"
    )

    told = json.loads(out)
    assert code == 0 and (told["value"], told["bound"], told["proven"], told["initiatives"]) == (0.0, 0.0, True, [])


@pytest.mark.django_db
def test_what_brings_nothing_is_not_done(tmp_path: Path) -> None:
    late = {"key": "late", "value": 5, "earliest": "2027-Q3", "effort": {"it": 1}}
    code, out, _ = run(tmp_path, PLAN | {"initiatives": [{"key": "none", "value": 0}, late]}, "--json")

    assert code == 0 and [each["chosen"] for each in json.loads(out)["initiatives"]] == [False, False]


@pytest.mark.django_db
def test_a_circle_of_dependencies_is_told(tmp_path: Path) -> None:
    circle = [{"key": "a", "value": 1, "after": ["b"]}, {"key": "b", "value": 1, "after": ["a"]}]

    code, _, err = run(tmp_path, PLAN | {"initiatives": circle})

    assert code == 2 and "a → b → a is a circle" in err


@pytest.mark.django_db
def test_the_example_of_the_guide_runs(tmp_path: Path) -> None:
    guide = (ROOT / "docs/guide/roadmap.md").read_text()
    example = guide.split("```json\n", 1)[1].split("```", 1)[0]

    code, out, err = run(tmp_path, example, "--json")

    assert code == 0, err
    told = json.loads(out)
    assert told["checks"]["passed"] and told["pilots"][0]["chosen"]

    printed = guide.split("```text\n", 1)[1].split("```", 1)[0]
    _, out, _ = run(tmp_path, example, "--explain")
    assert timeless(out) == timeless(printed)


def timeless(printed: str) -> str:
    """Without how long it took."""
    return re.sub(r"; [\d.]+ s$", "", printed.strip(), flags=re.MULTILINE)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "plan.json: no es JSON"),
        ([], "plan.json: el archivo: se espera un objeto con quarters"),
        ({"quarters": 0}, "plan.json: el archivo, quarters: 0; se admite: un número entero de 1 a 40"),
        ({"quarters": 1, "initiatives": [{"key": "a", "value": 1, "cost": 1}]}, "medida 1: campo desconocido 'cost'"),
        (
            {"quarters": 1, "initiatives": [{"key": "a", "value": 1, "gap": "g"}]},
            "medida 'a', gap: 'g'; se admite: uno de gaps: no hay ninguno",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_the_readers_language(tmp_path: Path, content: Any, said: str) -> None:
    file = tmp_path / "plan.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))

    done = CliRunner().invoke(main, ["--language", "es", "roadmap", "--file", str(file)])

    assert done.exit_code == 2 and said in " ".join(done.stderr.split())


@pytest.mark.django_db
def test_what_the_file_does_not_say_is_told_with_what_it_is_taken_for(tmp_path: Path) -> None:
    free = {"quarters": 2, "initiatives": [{"key": "web", "value": 400}, {"key": "app", "value": 3, "cost_once": 1}]}
    _, told, _ = run(tmp_path, free, "--json")
    assert json.loads(told)["unsaid"] == {"cost": ["web"], "effort": ["web", "app"], "capacity": False, "budget": False}

    _, out, _ = run(tmp_path, free)
    assert "taken as free: 1 (web)" in out and "needing nobody: 2 (web, app)" in out
    assert "no budget" in out and "no teams" in out
