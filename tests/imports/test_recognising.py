"""Files are recognised by their columns, or a mapping is proposed with reasons."""

import json
from pathlib import Path

import pytest

from tests.imports.bringing import bring, write
from vivencia.listen.imports.assign import assign
from vivencia.listen.imports.mapping import parse
from vivencia.listen.imports.preview import preview
from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers.registry import files_at
from vivencia.listen.imports.recognise import Recognised, by_preset, recognise
from vivencia.listen.imports.scales import scale_of
from vivencia.listen.imports.take_in import look_at


def recognised(path: Path) -> Recognised:
    return recognise([look_at(file) for file in files_at(path)])


def test_our_own_form_takes_columns_by_name_and_the_rest_as_properties(tmp_path: Path) -> None:
    write(tmp_path, "events.csv",
          "event_id,customer_id,timestamp,event,touchpoint,channel,amount,currency,promise,promised_at,metric,score,text,employee_id,order_id,campaign,stock",
          "e1,ana,2026-01-01T10:00:00Z,order purchased,purchase,web,9.5,EUR,delivery,2026-01-05,,,,,o1,spring,3",
          "e2,ana,2026-01-04T10:00:00Z,survey answered,,,,,,,nps,9,Fine,eva,o1,,")  # fmt: skip
    write(tmp_path, "customers.csv", "customer_id,segment,name,city", "ana,gold,Ana,Vigo")
    assert recognised(tmp_path).name == "events"
    brought = bring(tmp_path)
    bought, answered = brought.events
    assert (bought["event_id"].rpartition("/")[0], bought["amount"], bought["promise"], bought["subject_kind"]) == (
        "events/event/e1",
        9.5,
        "delivery",
        "order",
    )
    assert json.loads(bought["properties"]) == {"campaign": "spring", "stock": 3}
    assert (answered["metric"], answered["score"], answered["scale_max"], answered["touchpoint"]) == (
        "nps",
        9,
        10,
        None,
    )
    assert (brought.customers[0]["segment"], brought.customers[0]["traits"]) == ("gold", '{"city":"Vigo"}')


def test_our_own_form_without_touchpoints_takes_names_for_them(tmp_path: Path) -> None:
    file = write(tmp_path, "log.csv", "customer_id,occurred_at,name", "ana,2026-01-01,bought", "ana,2026-01-01,paid")
    assert bring(file).values("touchpoint") == ["bought", "paid"]


def test_an_event_of_nobody_is_rejected(tmp_path: Path) -> None:
    file = write(tmp_path, "events.csv", "customer_id,occurred_at,name", "ana,2026-01-01,bought", ",2026-01-01,paid")
    assert [(r["row"], r["field"]) for r in bring(file).rejects] == [("3", "customer_id")]


def test_a_segment_export_gives_events_people_and_aliases(tmp_path: Path) -> None:
    calls = [
        {"messageId": "m1", "type": "identify", "userId": "ana", "anonymousId": "x1",
         "timestamp": "2026-01-01T10:00:00Z",
         "traits": {"email": "a@x.es", "plan": "gold", "age": 30}},
        {"messageId": "m2", "type": "track", "userId": "ana", "timestamp": "2026-01-01T10:01:00Z",
         "event": "Order Completed",
         "properties": {"revenue": 12.5, "currency": "eur", "order_id": "o1", "coupon": "A"}},
        {"messageId": "m3", "type": "page", "anonymousId": "x2", "timestamp": "2026-01-01T10:02:00Z", "name": "Home",
         "properties": {"path": "/"}},
    ]  # fmt: skip
    file = write(tmp_path, "calls.jsonl", *(json.dumps(call) for call in calls))
    assert recognised(file).name == "segment-export"
    brought = bring(file)
    track, page = brought.events
    assert (track["event_id"], track["amount"], track["currency"], track["subject_id"]) == ("m2", 12.5, "EUR", "o1")
    assert json.loads(track["properties"])["coupon"] == "A"
    assert (page["name"], page["touchpoint"], page["channel"], page["anonymous_id"]) == (
        "page viewed",
        "Home",
        "web",
        "x2",
    )
    assert (brought.customers[0]["email"], brought.customers[0]["segment"]) == ("a@x.es", "gold")
    assert [(a["alias_id"], a["customer_id"]) for a in brought.aliases] == [("x1", "ana")]


QUALTRICS = (
    "StartDate,EndDate,Status,Progress,Finished,RecordedDate,ResponseId,RecipientEmail,Q1,Q1_NPS_GROUP,Q2,Q3,store",
    'Start,End,Type,Done,Finished,Recorded,Response,Email,"Would you\nrecommend us?",Group,Satisfied?,Why?,Store',
    *('"' + '","'.join(f'{{""ImportId"":""c{i}""}}' for i in range(13)) + '"',),
)


@pytest.mark.parametrize(("satisfied", "neutral"), [("5", "3"), ("Very satisfied", "Neutral")])
def test_qualtrics_three_header_rows_codes_or_labels(tmp_path: Path, satisfied: str, neutral: str) -> None:
    at = "2026-01-01 10:00:00,2026-01-01 10:05:00"
    why = "The parcel came two days late again"
    file = write(tmp_path, "export.csv", *QUALTRICS,
                 f"{at},IP Address,100,True,2026-01-01 10:05:01,R_1,a@x.es,10,Promoter,{satisfied},{why},Vigo",
                 f"{at},Survey Preview,100,True,2026-01-01 10:05:02,R_2,b@x.es,9,Promoter,{satisfied},{why},Vigo",
                 f"{at},IP Address,100,True,2026-01-01 10:05:03,R_3,c@x.es,2,Detractor,{neutral},,Lugo")  # fmt: skip
    assert recognised(file).name == "survey-responses"
    brought = bring(file)
    assert [(e["customer_id"], e["metric"], e["score"], e["scale_max"]) for e in brought.events] == [
        ("a@x.es", "nps", 10, 10),
        ("a@x.es", "csat", 5, 5),
        ("c@x.es", "nps", 2, 10),
        ("c@x.es", "csat", 3, 5),
    ]
    assert brought.events[0]["text"] == why
    assert json.loads(brought.events[0]["properties"]) == {"store": "Vigo"}


def test_formbricks_and_plain_tables_of_answers(tmp_path: Path) -> None:
    formbricks = write(tmp_path, "f.csv",
                       "No.,Response ID,Timestamp,Finished,User ID,1. How easy was it?,2. Anything else?",
                       "1,r1,2026-01-01T10:00:00Z,true,ana,7 - Very easy,I found everything in one place",
                       "2,r2,2026-01-02T10:00:00Z,true,bo,2,It took me an hour to find the form")  # fmt: skip
    assert recognised(formbricks).name == "survey-responses"
    assert [(e["metric"], e["score"], e["scale_max"]) for e in bring(formbricks).events] == [
        ("ces", 7, 7),
        ("ces", 2, 7),
    ]
    plain = write(
        tmp_path,
        "g.csv",
        "fecha,cliente,nps,comentario",
        "31/01/2026,ana,9,ok",
        "01/02/2026,bo,0,mal",
        "03/02/2026,c,7,x",
    )
    answers = bring(plain, preset="survey-responses")
    assert [(e["customer_id"], e["score"], e["scale_max"]) for e in answers.events] == [
        ("ana", 9, 10),
        ("bo", 0, 10),
        ("c", 7, 10),
    ]


def test_columns_case_activity_timestamp_are_a_process_log(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "log.csv",
        "Case ID,Activity,Complete Timestamp,Amount",
        "c1,open,2026-01-01 10:00,5",
        "c1,close,2026-01-02 10:00,5",
    )
    assert recognised(file).name == "process-log"
    brought = bring(file)
    assert brought.values("subject_id") == ["c1", "c1"]
    assert brought.values("touchpoint") == ["open", "close"]


def test_an_unknown_wide_table_is_proposed_with_reasons(tmp_path: Path) -> None:
    file = write(tmp_path, "pedidos.csv",
                 "pedido;cliente;fecha_pedido;fecha_prometida;fecha_entregado;importe;canal;comentario",
                 *(f"p{i};c{i % 3};0{i}/01/2026;2{i}/01/2026;1{i}/01/2026;1{i},50;web;El paquete llegó tarde a casa"
                   for i in range(1, 6)))  # fmt: skip
    found = recognised(file)
    assert (found.name, found.certain) == ("proposal", True)
    said = {guess.role: (guess.column, guess.reason) for guess in found.guesses}
    assert said["customer"] == ("cliente", "name")
    assert said["promised_at"] == ("fecha_prometida", "name")
    assert said["amount"] == ("importe", "numbers")
    assert said["text"] == ("comentario", "long")
    brought = bring(file)
    assert set(brought.values("name")) == {"purchase", "delivery"}
    assert {e["promise"] for e in brought.events} == {"delivery"}
    assert brought.events[0]["amount"] == 11.5
    assert parse(found.toml, "proposed") == found.mapping


def test_an_answer_in_a_row_of_orders_comes_after_what_it_is_about(tmp_path: Path) -> None:
    people, days = "Pedido;Cliente;Nombre;Correo", "Fecha pedido;Fecha prometida;Fecha entrega"
    told = [f"{people};{days};Importe;Puntuación (0-10);Comentario;Tienda"]
    for i in range(1, 7):
        arrived = "" if i == 6 else f"1{i}/01/2026"
        told.append(
            f"P{i};C{i};José Núñez {i};j{i}@x.example;0{i}/01/2026;13/01/2026;{arrived};1.24{i},92;"
            f"{i + 3};El paquete llegó algo tarde;Sur"
        )
    brought = bring(write(tmp_path, "pedidos.csv", *told))

    answers = [event for event in brought.events if event["metric"]]
    assert [(event["name"], event["score"], event["scale_max"]) for event in answers[:2]] == [
        ("survey answered", 4, 10), ("survey answered", 5, 10),
    ]  # fmt: skip
    assert [f"{event['occurred_at']:%d}" for event in answers] == ["11", "12", "13", "14", "15", "06"]
    assert {event["text"] for event in answers} == {"El paquete llegó algo tarde"}
    bought = [event for event in brought.events if event["name"] == "purchase"]
    assert bought[0]["amount"] == 1241.92 and {event["metric"] for event in bought} == {None}
    assert brought.customers[0]["name"] == "José Núñez 1" and brought.customers[0]["email"] == "j1@x.example"
    assert bought[0]["properties"] == '{"Tienda":"Sur"}'


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([1, 5, 3], (1, 5, 0)),
        ([9, 10, 7, 8, 11], (0, 10, 1)),
        ([3, 5, 4, 2, 1, 99], (1, 5, 1)),
        ([3, None, 4, 7], None),  # three answers and a word are too few to tell
        ([3, None, 4, 7, 6], (1, 7, 1)),
        ([3, 4.5, 2.5, 1.5], None),  # means of several answers are no answers
        ([5, 60, 70, 80, 90], None),
        ([*range(1, 6)] * 20 + [0], (1, 5, 1)),  # a 0 for "no answer" is not the bottom of 0-10
        ([*range(1, 6)] * 4 + [8], (0, 10, 0)),  # but among few it may be
    ],
)
def test_answers_are_on_the_scale_of_the_great_majority(
    values: list[float | None], scale: tuple[int, int, int] | None
) -> None:
    found = scale_of(values)
    assert (found and (found.low, found.high, found.odd)) == scale


def test_one_score_off_its_scale_is_left_out_alone_and_shown_beforehand(tmp_path: Path) -> None:
    rows = [f"c{i},2026-01-{i:02},{score}" for i, score in enumerate((9, 10, 7, 11, 8, 3, 6), 1)]
    file = write(tmp_path, "opiniones.csv", "cliente,fecha,puntuacion", *rows)
    found = recognised(file)
    why = next(guess for guess in found.guesses if guess.role == "score")
    assert (why.reason, dict(why.facts)) == ("scale-mostly", {"low": "0", "high": "10", "odd": "1", "n": "7"})
    shown = preview(found.mapping, assign(found.mapping, [look_at(file)], "test"), tmp_path / "work")
    assert [(one.row, one.field, one.value) for one in shown.rejects] == [(5, "puntuacion", "11")]
    brought = bring(file)
    assert brought.values("score") == [9, 10, 7, 8, 3, 6] and len(brought.rejects) == 1


def test_one_amount_that_is_no_number_is_left_out_alone(tmp_path: Path) -> None:
    amounts = ("1.302,37", "995,68", "gratis", "12,00", "7,50")
    rows = [f"c{i};0{i}/02/2026;2{i}/02/2026;{amount}" for i, amount in enumerate(amounts, 1)]
    brought = bring(write(tmp_path, "pedidos.csv", "cliente;fecha pedido;fecha prometida;importe", *rows))
    assert brought.values("amount") == [1302.37, 995.68, 12.0, 7.5]
    assert [(row["row"], row["field"], row["value"]) for row in brought.rejects] == [("4", "importe", "gratis")]


def test_a_survey_export_keeps_a_question_some_saw_and_did_not_answer(tmp_path: Path) -> None:
    answers = ("9", "10", "-99", "7", "8")
    rows = [f"R{i},2026-01-0{i},{answer}" for i, answer in enumerate(answers, 1)]
    brought = bring(write(tmp_path, "q.csv", "ResponseId,RecordedDate,Q1 recommend", *rows))
    assert brought.values("score") == [9, 10, 7, 8]
    assert [(row["row"], row["value"]) for row in brought.rejects] == [("4", "'-99")]  # as no spreadsheet runs it


def test_the_preview_counts_rows_whose_cells_do_not_fit_the_header(tmp_path: Path) -> None:
    rows = ("ana;2026-01-01;well", "bo;2026-01-02;late; and broken", "eva;2026-01-03;well")
    file = write(tmp_path, "a.csv", "customer;date;comment", *rows)
    found = recognised(file)
    shown = preview(found.mapping, assign(found.mapping, [look_at(file)], "test"), tmp_path / "work")
    assert (len(shown.events), shown.rejected, shown.misshapen, shown.rows) == (2, 1, 1, 3)


def test_what_a_proposal_lacks_is_said(tmp_path: Path) -> None:
    assert recognised(write(tmp_path, "a.csv", "customer,plan", "ana,gold", "bo,silver")).missing == ("when",)
    assert recognised(write(tmp_path, "b.csv", "fecha,importe", "2026-01-01,3", "2026-01-02,4")).missing == ("who",)
    assert recognised(write(tmp_path, "c.csv", "customer,date", "a,01/02/2026", "b,03/04/2026")).missing == ("order",)


def test_dates_written_in_several_ways_are_asked_about_and_not_passed_over(tmp_path: Path) -> None:
    days = ("2026-01-05", "17/02/2026", "ayer", "2026-02-01", "5 de marzo de 2026")
    rows = [f"c{place},{day},{9 - place}" for place, day in enumerate(days)]
    found = recognised(write(tmp_path, "a.csv", "cliente,fecha,nps", *rows))
    assert found.missing == ("mixed",) and found.mapping.events[0].when.columns == ("fecha",)
    assert ("when", "dates-mixed") in [(guess.role, guess.reason) for guess in found.guesses]


def test_a_preset_that_was_asked_for_says_which_columns_the_file_lacks(tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", "Unique id,channel_name,category", "1,chat,returns")
    look = look_at(file)
    with pytest.raises(Problem, match=r"a.csv: the column “.+” is missing. The file has: Unique id, channel_name"):
        assign(by_preset("contact-centre", [look]).mapping, [look], "Contact centre")


def test_an_unknown_preset_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="contact-centre, segment-export, reviews, survey-responses, events"):
        by_preset("olits", [look_at(write(tmp_path, "a.csv", "a,b", "1,2"))])


def test_several_unknown_files_are_joined_by_their_keys(tmp_path: Path) -> None:
    folder = tmp_path / "tienda"
    folder.mkdir()
    orders = ("p1,c1,2026-01-01", "p2,c2,2026-01-02", "p3,c2,2026-01-03")
    write(folder, "pedidos.csv", "pedido_id,cliente_id,fecha_pedido", *orders)
    write(folder, "pagos.csv", "pedido_id,importe,medio", "p1,10,card", "p1,5,voucher", "p2,7,card")
    answers = ("v1,p1,2026-01-05,9", "v2,p2,2026-01-06,2", "v3,p3,2026-01-07,10")
    write(folder, "valoraciones.csv", "valoracion_id,pedido_id,fecha,nps", *answers)
    write(folder, "clientes.csv", "id,nombre,ciudad", "c1,Ana,Vigo", "c2,Bo,Lugo")
    found = recognised(folder)
    assert (found.name, found.missing) == ("proposal", ("joined",))
    assert {(join.to, join.source) for join in found.mapping.joins} == {
        ("pedidos", "pagos"),
        ("valoraciones", "pedidos"),
    }
    assert parse(found.toml, "proposed") == found.mapping
    brought = bring(folder)
    assert len(brought.events) == 6
    bought = next(event for event in brought.events if event["subject_id"] == "p1" and event["score"] is None)
    assert json.loads(bought["properties"])["importe"] == 15
    answered = next(event for event in brought.events if event["subject_id"] == "p1" and event["score"] is not None)
    assert (answered["customer_id"], answered["score"]) == ("c1", 9)
    assert {(c["customer_id"], c["name"], c["traits"]) for c in brought.customers} == {
        ("c1", "Ana", '{"ciudad":"Vigo"}'), ("c2", "Bo", '{"ciudad":"Lugo"}'),
    }  # fmt: skip
