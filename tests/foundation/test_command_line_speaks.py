"""The command line speaks the language of who sits before it; what programs read stays English."""

import json

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
