"""`vivencia impact`: from a documented CSV to an effect, a verdict, or what is wrong with the file."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from vivencia.cli import main

HEAD = "unit,period,outcome,treated_from"


def written(folder: Path, lines: list[str], head: str = HEAD) -> str:
    file = folder / "outcomes.csv"
    file.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return str(file)


def shops(effect: float = 5.0) -> list[str]:
    rng = np.random.default_rng(1)
    lines = []
    for shop in range(12):
        start = "2025-07" if shop < 6 else ""
        for month in range(1, 13):
            value = shop + 0.2 * month + rng.normal() + (effect if start and month >= 7 else 0)
            lines.append(f"shop {shop},2025-{month:02d},{value:.3f},{start}")
    return lines


def told(*arguments: str) -> dict[str, Any]:
    ran = CliRunner().invoke(main, ["impact", *arguments, "--json"])
    assert ran.exit_code == 0, ran.output
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer


@pytest.fixture(autouse=True)
def _no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vivencia.foundation.upgrades.ensure_database", lambda: None)


def test_an_effect_with_its_range_its_checks_and_a_verdict(tmp_path: Path) -> None:
    answer = told("--file", written(tmp_path, shops()))
    assert answer["method"] == "difference_in_differences"
    assert answer["low"] <= 5 <= answer["high"] and answer["p_value"] < 0.001
    assert answer["verdict"] == "worked" and answer["words"].startswith("It worked.")
    assert {"check", "passed", "words"} <= set(answer["checks"][0])
    assert (answer["n_units"], answer["n_treated"], answer["n_periods"], answer["n_before"]) == (12, 6, 12, 6)


def test_in_words_it_says_what_was_what_would_have_been_and_what_is_assumed(tmp_path: Path) -> None:
    file = written(tmp_path, shops())
    said = CliRunner().invoke(main, ["--language", "en", "impact", "--file", file]).output
    assert "p < 0.0001" in said and "without the measure it would have been" in said
    assert "Assumed: Without the measure both sides" in said and "Units: 12, of them treated: 6." in said
    assert "did not reach those to compare with" in told("--file", file)["assumes"]


@pytest.mark.parametrize(
    ("expected", "said"),
    [((), "may be chance"), (("--expected", "1.5"), "can be told some"), (("--expected", "0.01"), "Waiting alone")],
)
def test_where_it_cannot_be_told_it_says_what_such_data_show_and_when(
    tmp_path: Path, expected: tuple[str, ...], said: str
) -> None:
    file = written(tmp_path, shops(effect=-0.3))
    words = CliRunner().invoke(main, ["--language", "en", "impact", "--file", file, *expected]).output
    assert "It cannot be told yet." in words and "Such data show an effect of" in words and said in words


def test_bad_rows_are_named_and_the_others_go_on(tmp_path: Path) -> None:
    bad = ["shop 1,2025-99,3,", "shop 1,2026-01,much,2025-07", ",2026-01,1,", "shop 1,2025-01,9,2025-07",
           "shop 2,2026-01,1,2025-08", "shop 3,2026-01,1,12"]  # fmt: skip
    answer = told("--file", written(tmp_path, [*shops(), *bad]))
    assert (answer["rows"], answer["rejected"]) == (150, 6)
    said = [(one["row"], one["field"]) for one in answer["rejects"]]
    assert said == [(146, "period"), (147, "outcome"), (148, "unit"), (149, "period"), (150, "treated_from"),
                    (151, "treated_from")]  # fmt: skip
    assert answer["rejects"][0]["code"] == "period" and "allowed: a whole number" in answer["rejects"][0]["message"]


@pytest.mark.parametrize("given", ["2025-07", "2025-07-01", "2025-Q3", "2025-W31", "7"])
def test_periods_are_numbers_days_weeks_months_or_quarters(given: str) -> None:
    from vivencia.plan.impact.methods.table import period

    assert period(given)[1] > 0


def test_semicolons_and_decimal_commas_are_read(tmp_path: Path) -> None:
    lines = [line.replace(",", ";").replace(".", ",") for line in shops()]
    assert told("--file", written(tmp_path, lines, HEAD.replace(",", ";")))["verdict"] == "worked"


@pytest.mark.parametrize(
    ("outcomes", "read", "refused"),
    [
        (("1,5", "1,011"), [1.5, 1.011], 0),  # the first tells what a comma is here
        (("0,250", "1,011"), [0.25, 1.011], 0),  # nobody writes thousands after a zero
        (("1.234,567", "2,011"), [1234.567, 2.011], 0),
        (("937", "1,011"), [937.0], 1),  # a thousand and eleven, or little more than one
        (("0.5", "1,011"), [0.5], 1),
    ],
)
def test_where_tabs_part_columns_a_comma_is_decimal_only_if_it_cannot_be_anything_else(
    outcomes: tuple[str, ...], read: list[float], refused: int
) -> None:
    from vivencia.plan.impact.methods.table import read as read_table

    lines = [f"a\t{place}\t{given}\t" for place, given in enumerate(outcomes, start=1)]
    table = read_table(StringIO("\n".join([HEAD.replace(",", "\t"), *lines])))
    assert (table.panel.outcome[0].tolist(), table.rejected) == (read, refused)


@pytest.mark.parametrize("never", ["", "NA", "never", "nunca", "inf", "-", "9999-12"])
def test_never_is_said_in_many_ways(tmp_path: Path, never: str) -> None:
    lines = [line + never if line.endswith(",") else line for line in shops()]
    answer = told("--file", written(tmp_path, lines))
    assert (answer["n_units"], answer["n_treated"], answer["rejected"]) == (12, 6, 0)


def test_a_start_may_be_a_day_in_a_file_of_months_and_zero_is_never_in_one_of_numbers(tmp_path: Path) -> None:
    days = [line + "-15" if line.endswith("-07") else line for line in shops()]
    assert told("--file", written(tmp_path, days))["n_before"] == 6
    numbers = [line.replace("2025-", "") + ("0" if line.endswith(",") else "") for line in shops()]
    assert told("--file", written(tmp_path, numbers))["n_treated"] == 6


def test_a_sunday_lies_in_the_week_that_ends_with_it() -> None:
    from vivencia.plan.impact.methods.table import _start

    assert _start("2025-01-19", "week") == _start("2025-W03", "week") == _start("2025-01-13", "week")


def test_units_whose_start_cannot_be_read_are_no_reason_to_go_on_without_a_comparison(tmp_path: Path) -> None:
    lines = [line + "later?" if line.endswith(",") else line for line in shops()]
    ran = CliRunner().invoke(main, ["impact", "--file", written(tmp_path, lines)])
    assert ran.exit_code == 2
    assert "72 of 144 rows could not be used" in ran.output and "shop 10, shop 11" in ran.output


def test_a_lot_is_declared_by_a_column(tmp_path: Path) -> None:
    lines = [f"p{n},1,{n % 5 + 2 * (n % 2)},{1 if n % 2 else ''},yes" for n in range(40)]
    answer = told("--file", written(tmp_path, lines, HEAD + ",randomised"))
    assert (answer["method"], answer["effect"]) == ("randomised", 2.0)


@pytest.mark.parametrize(
    ("lines", "head", "said"),
    [
        ([], "unit,period,value", "outcome, treated_from"),
        (["a,1,x,"], HEAD, "row 2, outcome: “x” is no number"),
        (["a,1,1,", "a,2,2,"], HEAD, "no unit is treated"),
    ],
)
def test_where_nothing_can_be_estimated_it_says_why(tmp_path: Path, lines: list[str], head: str, said: str) -> None:
    ran = CliRunner().invoke(main, ["impact", "--file", written(tmp_path, lines, head), "--json"])
    assert ran.exit_code == 2 and said in ran.stderr and said in json.loads(ran.stdout)["error"]


def test_a_missing_file_is_an_error_of_the_user() -> None:
    ran = CliRunner().invoke(main, ["impact", "--file", "nowhere.csv"])
    assert ran.exit_code == 2 and "nowhere.csv" in ran.stderr


def test_where_nothing_can_be_estimated_the_reason_and_the_rows_left_out_are_said_in_spanish(tmp_path: Path) -> None:
    file = written(tmp_path, ["north,2025-01,x,", "north,2025-02,2,", "south,2025-01,3,"])

    ran = CliRunner().invoke(main, ["--language", "es", "impact", "--file", file])

    assert ran.exit_code == 2
    assert "ninguna unidad empieza en estos periodos" in ran.output
    assert f"{file}: no se pudieron usar 1 de 3 filas" in ran.output
    assert "fila 2, outcome: «x» no es un número; se admite: un número como 3.25" in ran.output


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a,2025-13,1,", "period: «2025-13» no es un período"),
        ("a,2025-W05,1,", "period: «2025-W05» es una semana y las filas anteriores tienen un mes"),
        ("a,,1,", "period: está vacío"),
        (",2025-04,1,", "unit: está vacío"),
        ("a,2025-04,,", "outcome: está vacío"),
        ("a,2025-04,1e999,", "outcome: «1e999» no es un número"),
        ("a,99999999999999999999,1,", "period: «99999999999999999999» no es un período"),
        ("a,2025-03,1,", "period: la unidad a ya tiene este período en la fila 2"),
        ("a,2025-04,1,2025-03", "treated_from: para la unidad a se indicó antes otro período de inicio"),
        ("b,2025-04,1,7", "treated_from: «7» es un número entero y los períodos son un mes"),
        ("b,2025-04,1,soon", "treated_from: «soon» no es un período"),
        ("b,2025-04,1,,maybe", "randomised: «maybe» no es ni sí ni no"),
        ("b,2025-04,1,,no,-1", "weight: «-1» es negativo"),
    ],
)
def test_every_kind_of_broken_row_is_named_with_its_field_and_what_is_allowed(
    tmp_path: Path, line: str, said: str
) -> None:
    file = written(tmp_path, ["a,2025-03,1,", line], HEAD + ",randomised,weight")

    ran = CliRunner().invoke(main, ["--language", "es", "impact", "--file", file])

    assert ran.exit_code == 2 and f"fila 3, {said}" in ran.output and "; se admite: " in ran.output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "falta la columna unit, period, outcome, treated_from"),
        (HEAD.encode(), "no hay ninguna fila debajo del encabezado"),
        (b"\xff\xfe\x00", "no es texto en UTF-8"),
        (HEAD.encode() + b"\na,1," + b"9" * 140_000, "no es un CSV"),
    ],
)
def test_a_file_that_is_no_table_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "outcomes.csv"
    file.write_bytes(content)

    ran = CliRunner().invoke(main, ["--language", "es", "impact", "--file", str(file)])

    assert ran.exit_code == 2 and said in ran.output and "outcomes.csv" in ran.output
