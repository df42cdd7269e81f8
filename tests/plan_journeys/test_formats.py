"""Maps as files: what comes out comes in again, what is broken is told by its element, paper holds everything."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plan_journeys.shop import drawing, step
from vivencia.foundation.models import Role
from vivencia.plan.journeys import format_pages, format_words, maps, papers
from vivencia.plan.journeys.branches import forks
from vivencia.plan.journeys.drawing import (
    THENS,
    Cell,
    Comment,
    Drawing,
    DrawingError,
    Expectations,
    Lane,
    Link,
    Phase,
    Step,
    arranged,
    from_json,
    to_json,
)
from vivencia.plan.journeys.formats import cjml, ocel, paper, picture, rows, workbook
from vivencia.plan.journeys.formats.errors import MOST_BYTES, FormatError
from vivencia.plan.journeys.formats.grid import Box, Column, Expected, Grid, Heading, Line, Row, Words
from vivencia.plan.journeys.models import JourneyMap

Browser = Callable[..., Client]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def read_any(content: bytes, name: str) -> list[Drawing]:
    return format_pages.read(io.BytesIO(content), name, len(content))


def example() -> Drawing:
    """A target with everything in it."""
    steps = (
        Step("buy", "during", "Buy & pay", "purchase", ("web", "app"), goal="To be done quickly", team="Shop"),
        Step("wait", "after", "Wait", optional=True),
        Step("get", "after", "Get it", "delivery", ("courier",), expectations=Expectations(promise_share=0.98)),
    )
    return arranged(
        Drawing(
            "Order to door", "en", "target", "Ana", (Phase("during", "Buying"), Phase("after", "Receiving", "after")),
            steps, (Link("buy", "wait"), Link("wait", "get"), Link("get", "buy", "loop", 0.1)),
            (Lane("touchpoint", "Touchpoint", "touchpoint"), Lane("feel", "Feeling", "emotion")),
            (Cell("get", "feel", "At last <b>", 0.8),), (Comment("c1", "Why?", "Eva", "2026-01-01T00:00:00Z", "buy"),),
        )
    )  # fmt: skip


# --- JSON


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_drawing_survives_json_whole(data: st.DataObject) -> None:
    text = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
    share, channels = st.none() | st.floats(0, 1), st.lists(text, max_size=2)
    keys = [f"s{n}" for n in range(data.draw(st.integers(0, 5)))]
    expected = st.builds(
        Expectations, waiting_seconds=st.none() | st.floats(0, 1e9), promise=text, promise_share=share,
        score=st.none() | st.floats(-10, 10), pass_share=share, human_reachable=st.none() | st.booleans(),
    )  # fmt: skip
    steps = tuple(
        Step(key, "p", data.draw(text), data.draw(st.none() | text.filter(bool)), tuple(data.draw(channels)),
             data.draw(st.booleans()), data.draw(st.sampled_from(THENS)), data.draw(expected), goal=data.draw(text))
        for key in keys
    )  # fmt: skip
    links = tuple(Link(a, b, "loop", data.draw(share)) for a in keys for b in keys if data.draw(st.booleans()))
    drawn = Drawing(data.draw(text), phases=(Phase("p", "P"),), steps=steps, links=links)
    assert from_json(json.loads(json.dumps(to_json(drawn)))) == arranged(drawn)


# --- CJML


def test_a_target_written_as_cjml_keeps_what_cjml_can_say() -> None:
    content = cjml.write(example(), customer="Customer", company="Shop Ltd")
    assert content.startswith(b"<?xml") and b'<CJML version="2.0">' in content
    (back,) = cjml.read(content, language="en")
    assert (back.title, back.kind, back.persona, back.phases) == ("Order to door", "target", "Ana", example().phases)
    assert [(one.key, one.phase, one.name) for one in back.steps] == [
        ("buy", "during", "Buy & pay"), ("wait", "after", "Wait"), ("get", "after", "Get it"),
    ]  # fmt: skip
    assert [one.channels for one in back.steps] == [("web",), (), ("courier",)]
    assert (back.steps[0].goal, back.steps[0].team) == ("To be done quickly", "Shop")
    assert cjml.read(cjml.write(back, customer="C", company="S"), language="en") == [back], (
        "and from then on everything"
    )


def test_a_lived_journey_keeps_how_it_felt() -> None:
    (back,) = cjml.read(cjml.write(replace(example(), kind="lived"), customer="C", company="S"), language="en")
    assert back.kind == "lived"
    assert back.cell("get", "emotion") == Cell("get", "emotion", "At last <b>", 0.8)


def test_cjml_of_other_tools_is_read() -> None:
    """As the public example writes it: no phases, a receiver, an actor who is only referred to by an id."""
    told = b"""<CJML version="2.0"><actualJourney><journeyID>AJ1</journeyID><actors>
      <endUser actorID="Eva"><actorName>Eva</actorName></endUser>
      <serviceProvider actorID="Shop"><companyName>Shop</companyName></serviceProvider></actors><touchpoints>
      <actualCommunicationPoint><touchpointID>T1</touchpointID><compliance>failing</compliance>
        <initiator><refersTo actorIDref="Shop"/><initiatorLabel>Sends the bill</initiatorLabel></initiator>
        <receiver><refersTo actorIDref="Eva"/><receiverLabel>Gets the bill</receiverLabel></receiver>
        <channel><channelName>Letter</channelName></channel>
        <touchpointExperience><experienceDescription>Cross</experienceDescription>
          <experienceRating>2</experienceRating></touchpointExperience></actualCommunicationPoint>
      <actualAction><touchpointID>T2</touchpointID><initiator><refersTo actorIDref="Eva"/>
        <initiatorLabel>Pays</initiatorLabel></initiator></actualAction></touchpoints></actualJourney></CJML>"""
    (drawn,) = cjml.read(told, language="en")
    assert [one.name for one in drawn.steps] == ["Gets the bill", "Pays"], "a step is what the customer lives"
    assert drawn.steps[0].team == "Shop" and drawn.steps[0].channels == ("Letter",)
    said = {cell.lane: (cell.text, cell.feeling) for cell in drawn.notes}
    assert said == {"receiver": ("Sends the bill", None), "compliance": ("failing", None), "emotion": ("Cross", -0.5)}


POINT = "<plannedAction><initiator><refersTo actorIDref='A'/></initiator></plannedAction>"
ACTORS = "<actors><endUser actorID='A'/></actors>"


@pytest.mark.parametrize(
    ("content", "place", "code"),
    [
        ("nonsense", "XML", "not_xml"),
        ("<CJML version='2.0'><plannedJourney>", "XML", "not_xml"),
        ("<html/>", "<html>", "not_this"),
        ("<CJML version='1.0'/>", "CJML/@version", "version"),
        ("<CJML version='2.0'/>", "CJML", "missing"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><CJML/>", "<!DOCTYPE>", "forbidden"),
        ("<CJML><plannedJourney/></CJML>", "plannedJourney[1]/touchpoints", "missing"),
        ("<CJML><plannedJourney><actors><endUser/></actors><touchpoints/></plannedJourney></CJML>",
         "plannedJourney[1]/actors/endUser[1]/@actorID", "missing"),
        (f"<CJML><plannedJourney>{ACTORS}<touchpoints><step/></touchpoints></plannedJourney></CJML>",
         "plannedJourney[1]/touchpoints/step[1]", "not_this"),
        (f"<CJML><plannedJourney>{ACTORS}<touchpoints>{POINT}<plannedAction/></touchpoints></plannedJourney></CJML>",
         "plannedJourney[1]/touchpoints/plannedAction[2]/initiator", "missing"),
        (f"<CJML><plannedJourney><actors/><touchpoints>{POINT}</touchpoints></plannedJourney></CJML>",
         "plannedJourney[1]/touchpoints/plannedAction[1]/initiator/refersTo/@actorIDref", "unknown"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_cjml_is_told_by_its_element(content: str, place: str, code: str) -> None:
    with pytest.raises(FormatError) as told:
        cjml.read(content.encode(), language="en")
    assert (told.value.place, told.value.code) == (place, code)


def test_a_file_that_is_too_large_is_not_read() -> None:
    with pytest.raises(FormatError, match="too_large"):
        cjml.read(b" " * (MOST_BYTES + 1), language="en")


# --- OCEL


def lived(path: str, case: str, customer: str | None = None, channel: str | None = "web") -> list[ocel.Lived]:
    return [ocel.Lived(one, NOON + timedelta(hours=n), case, customer, channel) for n, one in enumerate(path.split())]


def test_lived_journeys_are_written_as_ocel_2() -> None:
    told = json.loads(ocel.write([*lived("buy get", "o1", "eva"), *lived("buy", "o2", None, None)], kind="order"))
    assert [one["name"] for one in told["objectTypes"]] == ["order", "customer"]
    assert [one["name"] for one in told["eventTypes"]] == ["buy", "get"]
    assert told["events"][0] == {
        "id": "e1", "type": "buy", "time": "2026-01-01T12:00:00Z", "attributes": [{"name": "channel", "value": "web"}],
        "relationships": [
            {"objectId": "order:o1", "qualifier": "journey"}, {"objectId": "customer:eva", "qualifier": "customer"},
        ],
    }  # fmt: skip
    ids = {one["id"] for one in told["objects"]}
    assert ids == {"order:o1", "order:o2", "customer:eva"}
    assert all(one["objectId"] in ids for event in told["events"] for one in event["relationships"])


def test_the_usual_flow_of_a_log_becomes_a_target() -> None:
    journeys = [lived("buy pay get", f"o{n}") for n in range(8)] + [
        lived("buy pay call get", "o8"),
        lived("buy pay call call get", "o9"),
    ]
    content = ocel.write([event for one in journeys for event in one], kind="order")
    drawn = ocel.read(io.BytesIO(content), language="en", title="From a log")
    assert [(one.touchpoint, one.optional) for one in drawn.steps] == [
        ("buy", False), ("pay", False), ("call", True), ("get", False),
    ]  # fmt: skip
    ways = {(one.source, one.target): one.kind for one in drawn.links}
    assert ways["buy", "pay"] == ways["pay", "get"] == ways["call", "get"] == "next"
    assert ways["pay", "call"] == "optional" and ways["call", "call"] == "loop"


def test_alternatives_and_steps_in_any_order_are_told_from_short_cuts_in_a_log() -> None:
    paid = ("card", "cash")
    both = ("pack print", "print pack")
    journeys = [lived(f"buy {paid[n % 2]} ask {both[n // 2 % 2]} send", f"o{n}") for n in range(12)]
    content = ocel.write([event for one in journeys for event in one], kind="order")
    drawn = ocel.read(io.BytesIO(content), language="en", title="From a log")
    found = {one.step: (one.then, {branch.link.target for branch in one.branches}) for one in forks(drawn)}
    assert found["buy"] == ("one", {"card", "cash"}), "who pays by card does not pay in cash"
    assert found["ask"] == ("all", {"pack", "print"}), "packed and printed, in either order"
    assert {one.kind for one in drawn.links} == {"next"}


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"{", "JSON"), (b"[]", "JSON"), (b'{"ocel:events": {}}', "ocel:events"), (b"{}", "objects"),
        (b'{"objects": [], "events": {}}', "events"), (b'{"objects": [1], "events": []}', "objects[0]"),
        (b'{"objects": [], "events": []}', "events"), (b'{"objects": [{"id": "a"}], "events": []}', "objects[0].type"),
        (b'{"objects": [], "events": [{"id": "e", "type": "t", "time": "soon"}]}', "events[0].time"),
        (b'{"objects": [], "events": [{"id": "e", "type": "t", "relationships": 1}]}', "events[0].relationships"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_ocel_is_told_by_its_element(content: bytes, place: str) -> None:
    with pytest.raises(FormatError) as told:
        ocel.read(io.BytesIO(content), language="en", title="t")
    assert told.value.place == place


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(document=st.dictionaries(st.text(max_size=3), json_values, max_size=4), indent=st.sampled_from([None, 1]))
def test_a_document_read_piece_by_piece_says_what_it_says_when_read_whole(
    document: dict[str, object], indent: int | None
) -> None:
    content = io.BytesIO(json.dumps(document, ensure_ascii=False, indent=indent).encode("utf-8", "replace"))
    whole, told = json.loads(content.getvalue()), dict[str, object]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "PIECE", 3)
        for name, number, row in rows.rows(content):
            if number < 0:
                told[name] = row
            else:
                told[name].append(row)  # type: ignore[attr-defined]
    assert told == whole


@pytest.mark.parametrize(
    "content", [b'{"a": [1, 2', b'{"a": x}', b'{"a": "no end', b'{"a": [1] "b": 2}', b'{"a": 1} 2', b'{"a": "\xff"}']
)
def test_what_is_no_json_is_told_wherever_it_stands(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    for piece in (2, 1000):
        monkeypatch.setattr(rows, "PIECE", piece)
        with pytest.raises(FormatError, match="not_json"):
            list(rows.rows(io.BytesIO(content)))


@pytest.mark.parametrize("junk", [b"{}" + b"1" * 9000, b'"a"' + b"1" * 9000, b"0" + b"1" * 9000, b"1." + b"0" * 9000])
def test_no_more_than_a_row_is_held_of_what_never_ends(junk: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "PIECE", 50)
    monkeypatch.setattr(rows, "LONGEST_ROW", 200)
    content = io.BytesIO(b'{"objects": [], "events": [' + junk)
    with pytest.raises(FormatError, match="not_json"):
        list(rows.rows(content))
    assert content.tell() < 1500


def test_the_journeys_of_a_log_are_of_what_there_is_more_of() -> None:
    """Every event of an order is its customer's too."""
    journeys = [lived("buy get", f"o{n}", f"eva{n // 2}") for n in range(4)]
    drawn = ocel.read(
        io.BytesIO(ocel.write([one for path in journeys for one in path], kind="order")), language="en", title="t"
    )
    assert [(one.source, one.target) for one in drawn.links] == [("buy", "get")], (
        "no way back from one order to the next"
    )


def test_a_log_larger_than_other_files_may_be_is_read(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr(format_pages, "MOST_BYTES", 1000)
    content = ocel.write([event for n in range(20) for event in lived("buy get", f"o{n}")], kind="order")
    for start in (b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf" + b"\r\n" * 5000):
        assert [one.name for one in read_any(start + content, "log.json")[0].steps] == ["Buy", "Get"]
    with pytest.raises(FormatError, match="too_large"):
        read_any(b"<" + content, "map.xml")
    monkeypatch.setattr(format_pages, "MOST_BYTES_OF_LOG", 2000)
    with pytest.raises(FormatError, match="too_large"):
        read_any(content, "log.json")


# --- paper


def words() -> Words:
    return Words("optional", "Expected", "Lived", "Worth", "Page %(page)s of %(pages)s",
                 "steps %(first)s to %(last)s of %(n)s", "No steps yet", (("→", "there"),))  # fmt: skip


def grid(columns: int, lanes: int = 2, text: str = "said") -> Grid:
    expected = (Expected("Promises", "98 %", "85 %", "gap", "pain", "27,000 EUR"),)
    made = tuple(
        Column(n + 1, f"Step {n + 1} ñ €", "delivery", n % 2 == 1, expected, (("loop", "back again", "Step 1"),))
        for n in range(columns)
    )
    boxes = tuple(Box(text, (-1.0, 0.0, 1.0, None)[n % 4]) for n in range(columns))
    rows = tuple(Row(f"Lane {n}", boxes, emotion=n == 0) for n in range(lanes))
    return Grid(
        "Título & <más>", "about", (Heading("Phase", 0, columns),) if columns else (), made, rows, words(), "foot"
    )


def texts(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    try:
        found = []
        for number in range(len(document)):
            page = document[number]
            told = page.get_textpage()
            found.append(told.get_text_bounded())
            told.close()
            page.close()
        return found
    finally:
        document.close()


def test_every_step_and_every_lane_is_on_some_sheet_and_each_sheet_names_the_map() -> None:
    pages = texts(paper.pdf(grid(22)))
    assert len(pages) == 2, "strips of six, six, six and four steps, two on a sheet"
    assert all(any(f"{strip} " in one for one in pages) for strip in ("1–6", "7–12", "13–18", "19–22"))
    assert all("Título & <más>" in one and f"of {len(pages)}" in one for one in pages)
    assert all(any(f"{n}. Step {n} ñ €" in one for one in pages) for n in range(1, 23))


def test_a_long_map_is_printed_smaller_on_sheets_of_the_same_size() -> None:
    content = paper.pdf(grid(25), "a4")
    document = pypdfium2.PdfDocument(content)
    assert [round(one) for one in document[0].get_size()] == [842, 595]
    document.close()
    assert "8–14" in texts(content)[0], "seven steps side by side"


def test_a_picture_of_a_long_map_is_broken_into_rows() -> None:
    (one_row,), (rows,) = (texts(paper.wide(grid(columns))) for columns in (20, 60))
    assert "20. Step 20" in one_row and "1–" not in one_row
    assert "60. Step 60" in rows and "1–12" in rows


def test_lanes_that_do_not_fit_go_on_another_sheet_with_the_steps_repeated() -> None:
    pages = texts(paper.pdf(grid(3, lanes=14, text="a long thought " * 30)))
    assert len(pages) > 1
    assert all("1. Step 1" in one for one in pages)
    assert all(any(f"Lane {n}" in one for one in pages) for n in range(14))


def test_branches_stand_below_each_other_on_either_paper() -> None:
    columns = grid(4).columns
    forked = replace(grid(4), columns=(columns[0], columns[1], replace(columns[2], level=1), columns[3]),
                     lines=(Line(0, 1), Line(0, 2, said="30 %"), Line(1, 3), Line(2, 3, perhaps=True)))  # fmt: skip
    for size, wide in (("a3", 1190), ("a4", 841)):
        content = paper.pdf(forked, "a4" if size == "a4" else "a3")
        document = pypdfium2.PdfDocument(content)
        assert int(document[0].get_size()[0]) == wide
        document.close()
        assert "30 %" in texts(content)[0]


def test_a_map_without_steps_prints_and_a_word_without_end_is_broken() -> None:
    assert "No steps yet" in texts(paper.pdf(grid(0, 0)))[0]
    assert texts(paper.pdf(grid(2, text="x" * 3000)))


def test_the_same_map_gives_the_same_file() -> None:
    assert paper.pdf(grid(2)) == paper.pdf(grid(2))


def test_the_picture_holds_the_whole_map_and_stays_of_a_size_that_opens() -> None:
    small, large = picture.png(grid(2)), picture.png(grid(60, 3))
    assert small[:8] == large[:8] == b"\x89PNG\r\n\x1a\n"
    wide, high = (int.from_bytes(large[at : at + 4], "big") for at in (16, 20))
    assert wide > high and wide * high <= 61_000_000


# --- pages


@pytest.fixture
def target(at_the_shop: object, db: None) -> JourneyMap:
    return maps.create(drawing(step("purchase"), step("delivery", promise="delivery", promise_share=0.98)), by=None)


def branched() -> Drawing:
    drawn = drawing(step("purchase"), step("contact", promise_share=0.9), step("delivery", waiting_seconds=7200.0))
    first = replace(drawn.steps[0], then="all", channels=("web", "app"), optional=True, goal="Buy; quickly")
    links = (Link("purchase", "contact", "next", 0.7), Link("purchase", "delivery", "optional", 0.3))
    own = (Lane("goal", "", "goal"), Lane("touchpoint", "", "touchpoint"), Lane("risk", "Risk", "free"))
    drawn = replace(drawn, steps=(first, *drawn.steps[1:]), links=links, lanes=own)
    return arranged(replace(drawn, notes=(Cell("contact", "risk", "nobody answers"),)))


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_workbook_taken_out_comes_in_with_its_steps_ways_and_notes(db: None, language: str) -> None:
    drawn = branched()
    with translation.override(language):
        tables = papers.tables(drawn, [], "")
        content = workbook.xlsx(papers.grid_of(drawn, made=timezone.now()), "Map", tables)
    (back,) = read_any(content, "Order to door.xlsx")  # in whatever language it is read
    assert [replace(one, phase="p") for one in back.steps] == list(drawn.steps)
    assert (back.links, back.title, back.phases[0].name) == (drawn.links, drawn.title, "During")
    assert [(one.step, one.text) for one in back.notes] == [("contact", "nobody answers")]


def book(*rows: tuple[str, ...], ways: tuple[tuple[str, ...], ...] = ()) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        for name, table in (("Hoja", rows), ("Idas", ways)):
            sheet = made.add_worksheet(name)
            for at, row in enumerate(table):
                sheet.write_row(at, 0, row)
    return out.getvalue()


def test_a_hand_made_list_of_steps_becomes_a_map_and_unknown_columns_become_lanes(db: None) -> None:
    made = book(("Fase", "Paso", "Riesgo", "Espera"), ("Antes", "Busca", "se pierde"), ("", "Compra"))
    (drawn,) = read_any(made, "mapa.xlsx")
    assert [(one.name, drawn.phase(one.phase).name) for one in drawn.steps] == [("Busca", "Antes"), ("Compra", "Antes")]  # type: ignore[union-attr]
    assert [lane.name for lane in drawn.lanes] == ["Riesgo", "Espera"] and drawn.notes[0].text == "se pierde"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK no workbook", "no se puede leer"),
        (book(("Nombre",), ("Busca",)), "Ninguna hoja"),
        (
            book(
                ("Fase", "Paso"),
            ),
            "Hoja",
        ),
        (book(("Fase", "Paso"), ("Antes", "")), "Hoja!B2 (Paso)"),
        (book(("Fase", "Paso"), ("Antes", "Busca"), ("", "busca")), "Hoja!B3 (Paso)"),
        (book(("Paso", "No todos pasan por aquí"), ("Busca", "quizás")), "Hoja!B2 (No todos pasan por aquí): «quizás»"),
        (book(("Paso", "Puntuación, como mínimo"), ("Busca", "alta")), "un número de"),
        (book(("Paso",), ("Busca",), ways=(("Desde el paso", "Hasta el paso"), ("Busca", "Vuela"))), "Idas!B2"),
    ],
)
def test_what_is_wrong_with_a_workbook_is_told_by_its_cell_in_the_readers_language(
    db: None, content: bytes, told: str
) -> None:
    with translation.override("es"):
        with pytest.raises(FormatError) as wrong:
            read_any(content, "mapa.xlsx")
        assert told in format_words.wrong(wrong.value) and "llowed" not in format_words.wrong(wrong.value)


def test_what_is_wrong_with_a_json_map_is_told_in_spanish_too() -> None:
    documents = {
        "steps[0].phase": {"steps": [{"key": "a", "phase": "p"}]},
        "links": {"links": 3},
        "steps[0].then": {"phases": [{"key": "p"}], "steps": [{"key": "a", "phase": "p", "then": "some"}]},
        "colour": {"colour": "red"},
    }
    with translation.override("es"):
        for place, document in documents.items():
            with pytest.raises(DrawingError) as wrong:
                from_json(document)
            sentence = format_words.wrong(wrong.value)
            english = [word for word in (" is ", "llowed", "there is") if word in sentence]
            assert place in sentence and not english, sentence


def test_branches_travel_in_cjml_beside_what_other_tools_read() -> None:
    content = cjml.write(branched(), customer="Customer", company="Shop")
    (back,) = cjml.read(content, language="en")
    assert back.links == branched().links
    assert (back.steps[0].key, back.steps[0].optional, back.steps[0].then) == ("purchase", True, "all")


def test_every_form_is_taken_out_by_who_may_export(target: JourneyMap, browser: Browser) -> None:
    client = browser(Role.CX_LEAD)
    begins = {"pdf": b"%PDF", "png": b"\x89PNG", "xlsx": b"PK", "json": b"{", "cjml.xml": b"<?xml", "ocel.json": b"{"}
    for form, begin in begins.items():
        answer = client.get(f"/plan/maps/{target.pk}/files/map.{form}")
        assert answer.content.startswith(begin), form
        assert answer.headers["Content-Disposition"].endswith(f'.{form}"')
        if form == "xlsx":
            inside = zipfile.ZipFile(io.BytesIO(answer.content))
            assert b"Order to door" in inside.read("xl/sharedStrings.xml") and len(inside.namelist()) > 8
        if form == "ocel.json":
            told = json.loads(answer.content)
            assert {one["type"] for one in told["events"]} == {"purchase", "delivery"} and len(told["events"]) == 39
    assert client.get(f"/plan/maps/{target.pk}/files/map.exe").status_code == 404
    assert client.get("/plan/maps/999/files/map.pdf").status_code == 404


def test_who_may_not_export_gets_no_file(target: JourneyMap, browser: Browser) -> None:
    client = browser(Role.VIEWER)
    assert client.get(f"/plan/maps/{target.pk}/files/map.ocel.json").status_code == 403
    assert b"files/map." not in client.get(f"/plan/maps/{target.pk}/files/").content
    assert client.get("/plan/maps/import/").status_code == 403


def _send(client: Client, content: bytes, name: str) -> object:
    return client.post("/plan/maps/import/", {"file": SimpleUploadedFile(name, content)})


def test_a_file_comes_in_as_a_map_of_the_library(home: object, browser: Browser) -> None:
    client = browser(Role.CX_LEAD)
    assert client.get("/plan/maps/import/").status_code == 200
    _send(client, json.dumps(to_json(example())).encode(), "map.json")
    assert JourneyMap.objects.get().drawing == example()
    _send(client, cjml.write(example(), customer="C", company="S"), "map.xml")
    _send(client, ocel.write(lived("buy get", "o1"), kind="order"), "Log of May.json")
    assert [one.title for one in JourneyMap.objects.order_by("pk")] == ["Order to door", "Order to door", "Log of May"]
    assert all(lane.name for one in JourneyMap.objects.all() for lane in one.drawing.lanes)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"{", "a.json", "no JSON"),
        (b'{"steps": [{"key": "a", "phase": "x"}]}', "a.json", "steps[0].phase"),
        (b"<CJML version='3.0'/>", "a.xml", "CJML/@version"),
        (b"\x00\x01", "a.bin", "no JSON"),
        (b"[" * 100_000, "a.json", "no JSON"),
    ],
)
def test_a_broken_file_is_refused_by_its_element(
    content: bytes, name: str, words: str, home: object, browser: Browser
) -> None:
    answer = _send(browser(Role.CX_LEAD), content, name)
    assert answer.status_code == 422 and words in answer.content.decode()  # type: ignore[attr-defined]
    assert not JourneyMap.objects.exists()


def test_what_is_in_a_file_decides_how_it_is_read(db: None) -> None:
    assert read_any(b"  " + cjml.write(example(), customer="C", company="S"), "noname")[0].title == "Order to door"
    assert read_any(json.dumps(to_json(example())).encode(), "map.txt") == [example()]
