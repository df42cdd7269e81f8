"""People's own labelled files, as they come."""

from collections.abc import Callable
from pathlib import Path

import pytest

from vivencia.understand.text.labelled import Labelled, UnusableFileError, labelled

Read = Callable[..., Labelled]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def wrote(told: str, task: str, encoding: str = "utf-8", **options: object) -> Labelled:
        file = tmp_path / "some.csv"
        file.write_bytes(told.encode(encoding))
        return labelled(file, task, **options)  # type: ignore[arg-type]

    return wrote


FEELINGS = ("P", "N", "NEU")


@pytest.mark.parametrize(
    ("told", "task", "taught", "labels"),
    [
        ("id,event,tweet,offensive,emotion\n1,x,so good,NO,joy\n2,x,so bad,NO,anger\n", "emotion", (), "joy anger"),
        ("Emoción,Comentario\nalegría,qué bien\notros,nada\n", "emotion", ("joy", "others"), "joy others"),
        ("texto;polaridad\nbien;positivo\nmal, hoy;NEGATIVA\n", "sentiment", FEELINGS, "P N"),
        ("sentence|label\nni fu ni fa|0\nmal|-1\nbien|1\n", "sentiment", FEELINGS, "NEU N P"),
        ("text\tlabel\nni fu\t1\nmal, muy mal\t0\nbien\t2\n", "sentiment", FEELINGS, "NEU N P"),
        ("text,stars\nbad,1.0\nso so,3\ngood,5 stars\n", "sentiment", (), "negative neutral positive"),
        ("text,class\none,1\ntwo,2\nthree,3\n", "sentiment", (), "1 2 3"),
        ("text,label,label_text\nwhere,11,Card arrival\nhow old,1,age-limit\n", "intent", ("card_arrival", "age_limit"),
         "card_arrival age_limit"),
        ("review_id,review_score,review_title,review_message\na9,5,Bom,muito bom mesmo\nb8,1,Ruim,nao veio nada\n",
         "sentiment", (), "positive negative"),
    ],
)  # fmt: skip
def test_columns_and_labels_are_recognised(
    read: Read, told: str, task: str, taught: tuple[str, ...], labels: str
) -> None:
    assert read(told, task, taught=taught).labels == tuple(labels.split())


def test_a_file_without_names_and_with_stray_quotation_marks(read: Read) -> None:
    told = '7\tEs "el mejor, sin duda\tP\n8\tTodo va mal, muy mal\tN\n9\tni fu ni fa" la verdad\tP\n'
    found = read(told, "sentiment")
    assert (found.labels, found.texts[0]) == (("P", "N", "P"), 'Es "el mejor, sin duda')


def test_windows_files_languages_and_rows_left_out(read: Read) -> None:
    assert read("texto;intención\n¿dónde?;envío\n;x\n", "intent", "cp1252") == Labelled(("¿dónde?",), ("envío",), 1)
    assert read("text,intent\n¿dónde?,a\n", "intent", "utf-16").texts == ("¿dónde?",)
    assert read("text,intent,lang\nhola,a,Spanish\nhi,b,en\n", "intent", language="es").texts == ("hola",)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("", "is empty"),
        ("text,label\n", "has no rows"),
        ("text,label\na,\n", "no row with both"),
        ("foo,bar,baz\nwhat a fine day,1,2\nwhat a bad day,3,4\n", "holds the labels? It has: bar, baz"),
        ("one,two\n1,2\n", "holds the texts? It has: one, two"),
        ("PK\0\0", "not a CSV"),
    ],
)
def test_what_cannot_be_used_is_said(read: Read, told: str, why: str) -> None:
    with pytest.raises(UnusableFileError, match=why.replace("?", r"\?")):
        read(told, "intent")
