"""Reviews and chats that come as files."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.utils import translation

from vivencia.foundation import inbox
from vivencia.foundation.ledger.store import open_ledger
from vivencia.listen.commands import import_
from vivencia.listen.sources.commands import chats

REVIEWS = """review_id,review_date,rating,text,platform,customer_id
r1,2026-05-01,2,Arrived broken,maps,ana
r2,2026-05-02,,Look at my new olive tree,social,
r3,2026-05-03,5,Lovely,maps,bruno
"""
CHATS = """conversation_id;who;text;time;email
1;customer;Where is my order?;2026-05-30T10:00:00Z;ana@correo.example
1;agent;On its way.;2026-05-30T10:01:00Z;
2;customer;Do you open on Sunday?;2026-05-30T11:00:00Z;
"""


@pytest.mark.django_db(transaction=True)
def test_a_file_of_reviews_is_recognised_and_a_post_without_stars_is_no_answer(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text(REVIEWS)
    done = CliRunner().invoke(import_, [str(file), "--json"])
    assert done.exit_code == 0, done.output
    read = open_ledger().read()
    rows = read.to_arrow(read.events.order_by("occurred_at")).to_pylist()
    assert [(row["metric"], row["score"], row["text"]) for row in rows] == [
        ("csat", 2.0, "Arrived broken"), (None, None, "Look at my new olive tree"), ("csat", 5.0, "Lovely"),
    ]  # fmt: skip
    assert {row["touchpoint"] for row in rows} == {"review"}


@pytest.mark.django_db
def test_a_file_of_chat_turns_becomes_contacts_once(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "chats.csv"
    file.write_text(CHATS)
    for _turn in range(2):
        done = CliRunner().invoke(chats, [str(file), "--json"])
        assert json.loads(done.output) == {"conversations": 2, "source": "chats"}
        inbox.drain()
    read = open_ledger().read()
    rows = read.to_arrow(read.events.order_by("occurred_at")).to_pylist()
    assert [row["text"] for row in rows] == ["Where is my order?", "Do you open on Sunday?"]


@pytest.mark.django_db
def test_what_is_no_transcript_is_refused_in_words(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "chats.csv"
    file.write_text(CHATS.replace("2026-05-30T10:00:00Z", "yesterday"))
    done = CliRunner().invoke(chats, [str(file)])
    assert done.exit_code == 2
    assert "conversation 1: occurred_at is 'yesterday'" in done.output
    file.write_text("a,b\n1,2\n")
    assert "there is no column for the conversation" in CliRunner().invoke(chats, [str(file)]).output


@pytest.mark.django_db
def test_all_that_is_wrong_with_a_transcript_is_said_at_once_and_in_spanish(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "chats.csv"
    file.write_text(CHATS.replace("2026-05-30T1", "ayer"))
    with translation.override("es"):
        said = CliRunner().invoke(chats, [str(file)]).output
        assert "chats.csv: no se ha incorporado nada" in said
        assert "conversación 1: occurred_at es 'ayer" in said and "conversación 2: occurred_at es 'ayer" in said
        file.write_bytes("conversation_id,who\n1,se\xf1or\n".encode("latin-1"))
        assert "guárdelo como UTF-8" in CliRunner().invoke(chats, [str(file)]).output
        file.with_suffix(".json").write_text("{nope")
        assert "no se puede leer (" in CliRunner().invoke(chats, [str(file.with_suffix(".json"))]).output


@pytest.mark.django_db
def test_words_over_several_lines_and_a_file_of_one_column_are_read(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "chats.csv"
    file.write_text('conversation_id,who,text,time\n1,customer,"Hello,\nit broke",2026-05-30T10:00:00Z\n')
    assert CliRunner().invoke(chats, [str(file)]).exit_code == 0
    inbox.drain()
    read = open_ledger().read()
    assert [row["text"] for row in read.to_arrow(read.events).to_pylist()] == ["Hello,\nit broke"]
    file.write_text("conversation_id\n1\n")
    assert "there is no column for the one who speaks" in CliRunner().invoke(chats, [str(file)]).output


@pytest.mark.parametrize("name", ["chats.json", "chats.jsonl"])
def test_a_file_nested_without_end_is_refused_in_words(home: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text("[" * 3_000)
    done = CliRunner().invoke(chats, [str(file), "--json"])
    assert done.exit_code == 2
    assert f"{name}: it is nested too deeply" in done.output
    with translation.override("es"):
        assert "está anidado a demasiada profundidad" in CliRunner().invoke(chats, [str(file)]).output
