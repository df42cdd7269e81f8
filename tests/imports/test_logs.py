"""Logs nobody described: what is asked, promised and kept is told by names, also where few rows say so."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.imports.bringing import EVENTS, Brought, bring, mapping, write
from vivencia.listen.imports.mapping import parse
from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.questions import metric_in
from vivencia.listen.imports.readers.registry import files_at
from vivencia.listen.imports.recognise import recognise
from vivencia.listen.imports.take_in import look_at

HEADER = "cliente;fecha;evento;puntuacion;comentario;segmento"
QUIET = [f"c{i % 7};2026-01-0{i % 9 + 1} 10:{i % 60:02};visita web;;;oro" for i in range(1100)]


def asked(brought: Brought) -> set[tuple[str, str | None, float | None, float | None]]:
    return {(event["name"], event["metric"], event["score"], event["scale_max"]) for event in brought.events}


def test_answers_far_down_a_log_are_found_and_only_they_are_answers(tmp_path: Path) -> None:
    answers = [f"c{i};2026-02-0{i} 09:00;encuesta NPS;{score};;oro" for i, score in ((1, 9), (2, 0), (3, 10))]
    brought = bring(write(tmp_path, "registro.csv", HEADER, *QUIET, *answers))
    assert brought.taken.rejected == 0 and len(brought.events) == 1103
    assert asked(brought) == {
        ("visita web", None, None, None),
        ("encuesta NPS", "nps", 9, 10),
        ("encuesta NPS", "nps", 0, 10),
        ("encuesta NPS", "nps", 10, 10),
    }
    assert {person["segment"] for person in brought.customers} == {"oro"}


def test_our_own_form_without_a_metric_is_told_by_its_names_and_scales(tmp_path: Path) -> None:
    told = [f"ana,2026-02-0{i} 09:00,csat survey,{i},Muy amables y rápidos en la tienda" for i in range(1, 6)]
    told += [f"ana,2026-03-0{i} 09:00,encuesta de esfuerzo,{i},Me costó un poco encontrarlo" for i in (2, 7, 4)]
    file = write(tmp_path, "log.csv", "customer_id,timestamp,event,score,comment", "ana,2026-01-01,signup,,", *told)
    found = recognise([look_at(one) for one in files_at(file)])
    assert found.name == "events" and parse(found.toml, "told") == found.mapping
    brought = bring(file)
    assert [(e["metric"], e["scale_max"]) for e in brought.events] == [
        (None, None),
        *[("csat", 5)] * 5,
        *[("ces", 7)] * 3,
    ]
    assert brought.events[1]["text"] == "Muy amables y rápidos en la tienda"


def test_steps_rated_as_they_happen_are_on_the_scale_of_all_of_them(tmp_path: Path) -> None:
    told = [f"c{i},2026-01-01 10:0{i},{step},{rating}" for i, (step, rating) in enumerate(
        (("delivery", 9), ("delivery", ""), ("call", 3), ("visit", ""), ("call", 10), ("delivery", 0)), 1)]  # fmt: skip
    brought = bring(write(tmp_path, "log.csv", "client_id,date,activity,rating", *told))
    assert {(e["name"], e["metric"]) for e in brought.events} == {("delivery", "nps"), ("call", "nps"), ("visit", None)}


@pytest.mark.parametrize("repeated", [False, True], ids=["promised once", "promised on every row"])
def test_in_a_log_the_first_step_promises_and_the_delivery_keeps(tmp_path: Path, repeated: bool) -> None:
    steps = ("pedido", "pago", "enviado", "entregado")
    told = [
        f"P{n};C{n};0{n + day}/01/2026;{step};{'20/01/2026' if repeated or step == 'pedido' else ''}"
        for n in range(1, 4)
        for day, step in enumerate(steps)
    ]
    brought = bring(write(tmp_path, "seguimiento.csv", "pedido_id;cliente;fecha;evento;fecha_prometida", *told))
    promises = {(event["name"], event["promise"], bool(event["promised_at"])) for event in brought.events}
    assert ("pedido", "delivery", True) in promises and ("entregado", "delivery", False) in promises
    assert {(name, promise) for name, promise, _ in promises} == {
        ("pedido", "delivery"), ("pago", None), ("enviado", None), ("entregado", "delivery"),
    }  # fmt: skip


def test_what_nothing_in_a_log_keeps_is_no_promise(tmp_path: Path) -> None:
    told = [f"C{n};0{n}/01/2026;llamada;20/01/2026" for n in range(1, 5)]
    brought = bring(write(tmp_path, "llamadas.csv", "cliente;fecha;evento;fecha_prometida", *told))
    assert {event["promise"] for event in brought.events} == {None}


def test_a_process_log_keeps_its_ratings(tmp_path: Path) -> None:
    told = [f"k{i},closed,2026-01-0{i} 10:00,{i}" for i in range(1, 6)]
    brought = bring(write(tmp_path, "log.csv", "Case ID,Activity,Timestamp,Rating", "k1,opened,2026-01-01,", *told))
    assert [(e["metric"], e["score"]) for e in brought.events][:2] == [(None, None), ("csat", 1)]


def test_what_a_list_of_words_does_not_name_is_nothing(tmp_path: Path) -> None:
    toml = """
        source = "x"
        [tables.rows]
        file = "*"
        [[events]]
        table = "rows"
        name = { column = "what" }
        when = "day"
        customer = "who"
        channel = { column = "what", words = { tel = "phone" }, listed = true }
        """
    file = write(tmp_path, "rows.csv", "who,day,what", "ana,2026-01-01,tel", "ana,2026-01-02,shop")
    assert bring(file, toml).values("channel") == ["phone", None]


@pytest.mark.parametrize(
    ("name", "metric"),
    [("encuesta_nps", "nps"), ("Would you recommend us?", "nps"), ("eNPS", "enps"), ("Esfuerzo del cliente", "ces"),
     ("Customer satisfaction", "csat"), ("success", ""), ("acceso", "")],
)  # fmt: skip
def test_questions_are_known_by_what_they_are_called(name: str, metric: str) -> None:
    assert metric_in(name) == metric


def test_a_question_first_asked_far_down_is_on_a_scale_of_its_own(tmp_path: Path) -> None:
    told = [f"c{i},2026-01-01 10:{i % 60:02},csat survey,{i % 5 + 1}" for i in range(1200)]
    told += [f"c{i},2026-02-01 10:{i % 60:02},nps survey,{i % 11}" for i in range(44)]
    brought = bring(write(tmp_path, "log.csv", "client_id,date,event,score", *told))
    assert brought.taken.rejected == 0
    assert {(e["metric"], e["scale_max"]) for e in brought.events} == {("csat", 5), ("nps", 10)}


@pytest.mark.parametrize("score", [lambda i: i % 2, lambda i: i * 7 % 100], ids=["zeros and ones", "up to a hundred"])
def test_scores_that_are_on_no_scale_and_called_nothing_are_no_answers(
    tmp_path: Path, score: Callable[[int], int]
) -> None:
    told = [f"c{i},2026-01-01 10:{i % 60:02},lead scored,{score(i)}" for i in range(60)]
    brought = bring(write(tmp_path, "events.csv", "customer_id,occurred_at,name,score", *told))
    assert brought.taken.rejected == 0
    assert {e["metric"] for e in brought.events} == {None} and brought.events[1]["score"] == score(1)


def test_our_own_form_says_nothing_of_who_people_are(tmp_path: Path) -> None:
    told = ["c1,2026-01-01 10:00,visit,Lugo,gold", "c1,2026-01-02 10:00,visit,Lugo,gold"]
    brought = bring(write(tmp_path, "events.csv", "customer_id,occurred_at,name,store,segment", *told))
    assert brought.customers == [] and brought.events[0]["properties"] == '{"store":"Lugo","segment":"gold"}'


def test_what_promises_is_not_what_keeps_and_tickets_promise_their_own(tmp_path: Path) -> None:
    steps = [("order placed", ""), ("delivery promised", "2026-01-20"), ("delivery address changed", ""),
             ("order delivered", ""), ("ticket opened", "2026-01-25"), ("ticket solved", "")]  # fmt: skip
    told = [
        f"o{n},c{n},2026-01-0{day} 10:00,{step},{due}" for n in range(3) for day, (step, due) in enumerate(steps, 1)
    ]
    brought = bring(write(tmp_path, "log.csv", "order_id,customer_id,date,event,promised_date", *told))
    assert {(e["name"], e["promise"], bool(e["promised_at"])) for e in brought.events if e["promise"]} == {
        ("delivery promised", "delivery", True), ("order delivered", "delivery", False),
        ("ticket opened", "resolution", True), ("ticket solved", "resolution", False),
    }  # fmt: skip


@pytest.mark.parametrize("constant", ["inf", "nan", "2024-01-01"])
def test_a_constant_is_words_or_a_number(constant: str) -> None:
    with pytest.raises(Problem, match="constant"):
        mapping(EVENTS + f"properties = {{ k = {{ constant = {constant} }} }}")
