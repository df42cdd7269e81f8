"""The command line speaks the language of who sits before it; what programs read stays English."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from vivencia.cli import main
from vivencia.foundation import speaking


@pytest.mark.parametrize(
    ("asked", "environment", "spoken"),
    [
        (None, {"LANG": "es_ES.UTF-8"}, "es"),
        (None, {"LC_ALL": "en_GB.UTF-8", "LANG": "es_ES.UTF-8"}, "en"),
        (None, {"LC_ALL": "", "LC_MESSAGES": "es_MX", "LANG": "de_DE"}, "es"),
        (None, {"LANG": "C.UTF-8"}, "en"),
        (None, {}, "en"),
        ("es", {"LANG": "en_US.UTF-8"}, "es"),
    ],
)
def test_what_is_asked_for_counts_then_the_terminal_then_english(
    asked: str | None, environment: dict[str, str], spoken: str
) -> None:
    assert speaking.language(asked, environment) == spoken


@pytest.mark.django_db
def test_people_are_answered_in_their_language() -> None:
    told = CliRunner().invoke(main, ["metric", "--list"], env={"LC_ALL": "es_ES.UTF-8"})
    assert "Recomendación neta (NPS)" in told.output
    told = CliRunner().invoke(main, ["--language", "en", "metric", "--list"], env={"LC_ALL": "es_ES.UTF-8"})
    assert "Net Promoter Score (NPS)" in told.output
    told = CliRunner().invoke(main, ["imports", "list"], env={"LC_ALL": "es_ES.UTF-8"})
    assert "Aún no se ha importado nada" in told.output


@pytest.mark.django_db
def test_programs_are_answered_in_english_whatever_the_terminal_speaks() -> None:
    told = CliRunner().invoke(main, ["metric", "--list", "--json"], env={"LC_ALL": "es_ES.UTF-8"})
    assert json.loads(told.output)[0]["title"] == "Net Promoter Score (NPS)"
    refused = CliRunner().invoke(main, ["metric", "no-such"], env={"LC_ALL": "es_ES.UTF-8"})
    assert refused.exit_code == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked",
    [
        "no-such-command",
        "metric no-such",
        "metric --no-such-option",
        "imports undo 7",
        "imports undo seven",
        "funnel visit",
        "customer no-such",
        "erase no-such",
        "import no-such.csv --preset olist --mapping m.toml",
        "roadmap plan no-such.toml",
    ],
)
def test_a_refusal_is_json_where_a_program_reads_the_answer(asked: str) -> None:
    told = CliRunner().invoke(main, [*asked.split(), "--json"], env={"LC_ALL": "es_ES.UTF-8"})
    assert told.exit_code == 2
    refused = json.loads(told.stdout)
    assert refused["code"] == "usage"
    assert refused["error"]
    assert refused["error"] in told.stderr.replace("\n", " ")  # people are told beside it
    assert json.loads(told.stdout)["command"].startswith(("vivencia", "main"))


@pytest.mark.django_db
def test_what_is_not_confirmed_is_not_done_and_a_program_hears_so(home: Path) -> None:
    file = home.parent / "rows.csv"
    file.write_text("customer_id,occurred_at,name\na,2024-01-01,paid\n")
    assert CliRunner().invoke(main, ["import", str(file)]).exit_code == 0
    run = json.loads(CliRunner().invoke(main, ["imports", "list", "--json"]).stdout)[0]["run"]
    told = CliRunner().invoke(main, ["imports", "undo", str(run), "--json"], input="")
    assert (told.exit_code, json.loads(told.stdout)["code"]) == (1, "aborted")
    assert CliRunner().invoke(main, ["imports", "undo", str(run), "--yes"]).exit_code == 0
    again = CliRunner().invoke(main, ["imports", "undo", str(run)], env={"LC_ALL": "es_ES.UTF-8"})
    assert again.exit_code == 2
    assert "ya se retiró" in again.stderr  # at once: nobody was asked anything


def test_a_data_folder_that_cannot_be_made_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVENCIA_HOME", "/proc/no-such")
    told = CliRunner().invoke(main, ["metric", "nps"], env={"LC_ALL": "es_ES.UTF-8"})
    assert told.exit_code == 2
    assert "La carpeta de datos no se puede usar" in told.stderr
