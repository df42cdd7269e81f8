"""A questionnaire says what is wrong with it, is the same after storing, and shows each person what concerns them."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.surveys.asking import BETTER, MAY_WE, NPS, WHY, posted, t, whole
from vivencia.listen.surveys import path, piping
from vivencia.listen.surveys.answers import Refused, take
from vivencia.listen.surveys.checking import problems
from vivencia.listen.surveys.questionnaire import Option, Question, Questionnaire, ShowIf, read, write
from vivencia.listen.surveys.starters import STARTERS
from vivencia.listen.surveys.surveys import difference

THREE = (Option("a", t("A")), Option("b", t("B")), Option("c", t("C")))
ROWS = (Option("x", t("X")), Option("y", t("Y")))


@pytest.mark.parametrize("starter", STARTERS.values(), ids=lambda one: one.key)
def test_every_starter_is_whole_in_both_languages_and_survives_storing(starter: Any) -> None:
    assert read(write(starter.questionnaire)) == starter.questionnaire
    wrong = problems(starter.questionnaire)
    assert not wrong if starter.key != "empty" else wrong


def test_what_is_wrong_is_said_with_its_question_and_what_is_allowed() -> None:
    it = whole(
        Question("first", "text", {"es": "¿Qué?"}),
        Question("second", "choice", t("Which {answer.later}?"), options=THREE[:1]),
        Question("second", "scale", t("How?"), high_end=1, show_if=(ShowIf("third", "is", "a"),)),
        Question("third", "consent", t("May we?"), show_if=(ShowIf("first", "at least", "3"),)),
        Question("fourth", "nps", t("How likely?")),
        Question("fifth", "text", t("Why?"), about="first", show_if=(ShowIf("fourth", "at most", "11"),)),
    )
    found = {(one.question, one.part): (one.code, one.facts) for one in problems(it)}
    assert found[("first", "text.en")][0] == "text-missing"
    assert found[("second", "text.en")][1]["allowed"] == "{name}, {first_name}, {company}, {subject}, {answer.first}"
    assert found[("second", "options")] == ("too-few-options", {"least": "2"})
    assert found[("second", "key")][0] == "key-twice"
    assert found[("second", "high_end")][0] == "scale-ends"
    assert found[("third", "purpose")][0] == "purpose-missing"
    assert found[("third", "show_if")] == ("condition-number", {"name": "first"})
    assert found[("fifth", "about")] == ("about-unknown", {"allowed": "second, fourth"})
    assert found[("fifth", "show_if")] == ("condition-value", {"name": "11", "allowed": "0–10"})


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "must be an object"),
        ({"languages": ["fr"]}, "allowed: es, en"),
        ({"questions": [{"key": "Ñ", "kind": "nps"}]}, "small letter"),
        ({"questions": [{"key": "a", "kind": "stars"}]}, "allowed: nps, csat"),
        ({"questions": [{"key": "a", "kind": "nps", "required": "yes"}]}, "true, false"),
        ({"questions": [{"key": "a", "kind": "scale", "high_end": 10**6}]}, "0 to 100"),
        ({"questions": [{"key": "a", "kind": "nps"}] * 61}, "at most 60"),
    ],
)
def test_a_document_of_another_shape_is_refused_naming_what_is_allowed(document: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read(document)


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["questions", "key", "kind"]), inner),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(anything)
def test_whatever_is_sent_as_a_questionnaire_is_read_or_refused(document: Any) -> None:
    try:
        it = read(document)
    except ValueError:
        return
    problems(it)
    assert read(write(it)) == it


def test_who_recommends_is_not_asked_what_was_wrong() -> None:
    it = whole(NPS, WHY, BETTER, MAY_WE)
    assert [one.key for one in path.visible(it, {"nps": 9})] == ["nps", "why"]
    assert [one.key for one in path.visible(it, {"nps": 6, "why": "late"})] == ["nps", "why", "better", "contact"]
    # a changed answer takes back what was said only because of it
    assert path.counted(it, {"nps": 9, "better": {"codes": ["price"], "other": ""}}) == {"nps": 9}


def test_a_page_ends_where_a_question_depends_on_an_answer_given_on_it() -> None:
    it = whole(NPS, WHY, BETTER, MAY_WE, display="page")
    first = path.next_page(it, {}, ())
    assert [one.key for one in first] == ["nps", "why"]
    assert [one.key for one in path.next_page(it, {"nps": 3, "why": "late"}, ("nps", "why"))] == ["better", "contact"]
    assert path.next_page(it, {"nps": 10}, ("nps", "why")) == ()


@pytest.mark.parametrize(
    ("question", "sent", "expected"),
    [
        (NPS, {"a-nps": "10"}, 10),
        (NPS, {"a-nps": "11"}, Refused("nps", "range")),
        (NPS, {"a-nps": "٣"}, Refused("nps", "range")),
        (NPS, {}, Refused("nps", "required")),
        (Question("ces", "ces", t("Easy?")), {"a-ces": "0"}, Refused("ces", "range")),
        (Question("f", "yes_no", t("Found?")), {"a-f": "no"}, False),
        (Question("f", "yes_no", t("Found?")), {"a-f": "perhaps"}, Refused("f", "choice")),
        (BETTER, {"a-better": ["price", "delivery"]}, {"codes": ["price", "delivery"], "other": ""}),
        (BETTER, {"a-better-other": "the box"}, {"codes": ["other"], "other": "the box"}),
        (BETTER, {"a-better": "weather"}, Refused("better", "choice")),
        (Question("c", "choice", t("?"), options=THREE), {"a-c": "b"}, "b"),
        (Question("c", "choice", t("?"), options=THREE), {"a-c": ["a", "b"]}, Refused("c", "choice")),
        (Question("r", "ranking", t("?"), options=THREE), {"a-r-a": "3", "a-r-b": "1", "a-r-c": "2"}, ["b", "c", "a"]),
        (
            Question("r", "ranking", t("?"), options=THREE),
            {"a-r-a": "1", "a-r-b": "1", "a-r-c": "2"},
            Refused("r", "ranking"),
        ),
        (Question("m", "matrix", t("?"), options=THREE, rows=ROWS), {"a-m-x": "c"}, {"x": "c"}),
        (
            Question("m", "matrix", t("?"), options=THREE, rows=ROWS, required=True),
            {"a-m-x": "c"},
            Refused("m", "rows"),
        ),
        (Question("t", "text", t("?")), {"a-t": "  a\0b  "}, "ab"),
        (Question("k", "consent", t("?"), purpose="p"), {}, False),
        (Question("k", "consent", t("?"), purpose="p", required=True), {}, Refused("k", "required")),
    ],
)
def test_what_is_sent_becomes_an_answer_or_a_reason(question: Question, sent: Any, expected: Any) -> None:
    assert take(question, posted(sent)) == expected


def test_texts_are_filled_in_and_close_up_where_nothing_is_known() -> None:
    known = {"first_name": "Ana", "answer.nps": "4"}
    assert piping.fill("{first_name|You}, why {answer.nps}?", known) == "Ana, why 4?"
    assert piping.fill("Hello {first_name}, why?", {}) == "Hello, why?"
    assert piping.fill("Hello {first_name|there}!", {}) == "Hello there!"


def test_versions_differ_by_what_was_changed() -> None:
    old, new = write(whole(NPS, WHY)), write(whole(WHY, Question("nps", "nps", t("Really?")), BETTER))
    assert difference(old, new) == [
        ("better", "", "added"),
        ("nps", "required", "changed"),
        ("nps", "text", "changed"),
        ("", "order", "moved"),
    ]


def test_the_first_question_can_be_answered_in_a_mail_only_where_everybody_sees_it() -> None:
    assert whole(NPS, WHY).first_score == NPS
    assert whole(WHY, NPS).first_score is None
    assert Questionnaire((), {}, ()).first_score is None
