"""The same loop on a shop small enough to check by hand: a Spanish export, two broken rows, one clear pain.

800 orders. Every fourth parcel comes two days late. Whoever waited that long answers 1, 2 or 3, everybody else 3, 4 or
5, so being late costs exactly two points; nothing else in the files has anything to do with the answer.
"""

import csv
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.stories.vivencia_command import Terminal

pytestmark = pytest.mark.slow

ORDERS, LATE_EVERY = 800, 4
MAPPING = """
source = "shop"

[defaults]
zone = "Europe/Madrid"
currency = "EUR"

[tables.pedidos]
file = "pedidos.csv"
key = ["pedido"]
encoding = "cp1252"
delimiter = ";"
decimal = ","
dates = "dmy"

[[events]]
table = "pedidos"
kind = "compra"
name = "order purchased"
when = "comprado"
customer = "cliente"
touchpoint = "purchase"
channel = { column = "canal" }
amount = "importe"
promise = "delivery"
promised_at = "prometido"
subject = "pedido"
subject_kind = "order"

[[events]]
table = "pedidos"
kind = "entrega"
name = "order delivered"
when = "entregado"
customer = "cliente"
touchpoint = "delivery"
promise = "delivery"
subject = "pedido"
subject_kind = "order"

[[events]]
table = "pedidos"
kind = "opinion"
name = "survey answered"
when = "opinado"
customer = "cliente"
touchpoint = "survey"
metric = "csat"
score = "nota"
scale_max = 5
text = "comentario"
subject = "pedido"
subject_kind = "order"
"""


def spanish(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y %H:%M}"


def orders() -> list[list[str]]:
    rows = []
    for number in range(ORDERS):
        late = number % LATE_EVERY == 0
        bought = datetime(2025, 1, 1, 10) + timedelta(hours=6 * number)  # noqa: DTZ001  # local time, as shops write it
        promised = bought + timedelta(days=5)
        delivered = promised + (timedelta(days=2) if late else -timedelta(days=1, hours=number % 20))
        score = (number // LATE_EVERY) % 3 + (1 if late else 3)
        rows.append(
            [
                f"P{number}", f"C{number}", ("web", "tienda")[number // 7 % 2], spanish(bought), spanish(promised),
                spanish(delivered), spanish(delivered + timedelta(days=1)), str(score),
                "Llegó tarde, qué decepción" if late else "Todo según lo previsto", f"1.{number % 900:03},50",
            ]
        )  # fmt: skip
    return rows


def write(folder: Path, rows: list[list[str]]) -> Path:
    names = ["pedido", "cliente", "canal", "comprado", "prometido", "entregado", "opinado", "nota", "comentario"]
    with (folder / "pedidos.csv").open("w", encoding="cp1252", newline="") as out:
        csv.writer(out, delimiter=";").writerows([[*names, "importe"], *rows])
    (folder / "mapping.toml").write_text(MAPPING)
    return folder / "pedidos.csv"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Terminal, Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("shop")
    rows = orders()
    rows[10][7] = "9"  # no such score on a scale to 5
    rows[11][5] = "ayer"  # no date
    file, terminal = write(folder, rows), Terminal(folder / "home")
    return terminal, file, terminal.json("import", "--mapping", str(folder / "mapping.toml"), str(file))


def test_broken_rows_are_named_and_the_good_ones_go_on(shop: tuple[Terminal, Path, dict[str, Any]]) -> None:
    _terminal, _file, imported = shop

    assert (imported["read"], imported["rejected"]) == (ORDERS, 2)
    with Path(imported["rejects_file"]).open(newline="", encoding="utf-8-sig") as rows:
        rejects = {(row["row"], row["field"], row["value"]) for row in csv.DictReader(rows)}
    assert rejects == {("12", "nota", "9"), ("13", "entregado", "ayer")}  # row 1 is the header


def test_the_late_ones_are_two_points_less_satisfied(shop: tuple[Terminal, Path, dict[str, Any]]) -> None:
    terminal, _file, _imported = shop

    figures = terminal.json("metric", "csat", "--variant", "mean", "--by", "promise")
    by_state = {figure["group"]["promise"]: figure for figure in figures}
    assert by_state["broken"]["n"] == ORDERS / LATE_EVERY
    assert round(by_state["kept"]["value"] - by_state["broken"]["value"], 1) == 2.0


def test_the_broken_promise_is_the_pain_and_nothing_harmless_is(shop: tuple[Terminal, Path, dict[str, Any]]) -> None:
    terminal, _file, _imported = shop

    moments = terminal.json("moments", "--outcome", "csat")
    (strongest, *others) = sorted(moments, key=lambda moment: -abs(moment["effect"]))
    assert (strongest["touchpoint"], strongest["kind"]) == ("delivery", "pain")
    assert strongest["low"] < -1.9 < strongest["high"] or strongest["low"] < -2 < strongest["high"]
    assert all(moment["touchpoint"] == "delivery" for moment in others)  # another way to say the same, if any


def test_a_customer_tells_their_own_story(shop: tuple[Terminal, Path, dict[str, Any]]) -> None:
    terminal, _file, _imported = shop

    story = str(terminal.json("customer", "C0"))
    assert "Llegó tarde, qué decepción" in story


def test_the_same_file_adds_nothing_and_a_corrected_one_replaces_it(
    shop: tuple[Terminal, Path, dict[str, Any]],
) -> None:
    terminal, file, imported = shop
    mapping = ("--mapping", str(file.with_name("mapping.toml")))

    again = terminal.json("import", *mapping, str(file))
    assert (again["accepted"], again["duplicates"]) == (0, imported["accepted"])

    write(file.parent, orders())
    corrected = terminal.json("import", *mapping, "--replace", str(imported["run"]), str(file))
    assert (corrected["accepted"], corrected["rejected"]) == (ORDERS * 3, 0)
    (mean,) = terminal.json("metric", "csat", "--variant", "mean")
    assert mean["n"] == ORDERS
