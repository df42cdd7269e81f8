"""Results say what people said, how sure that is, who said nothing, and whom we still owe an answer."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.surveys.asking import NPS, WORDS, Person, published, t
from vivencia.foundation import inbox
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Role, User
from vivencia.listen.models import OutgoingRequest, Standing
from vivencia.listen.surveys.models import Link, Response, Survey, Way
from vivencia.listen.surveys.questionnaire import Question
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.responses import asked_people, scores
from vivencia.understand.segment_answers import Answered
from vivencia.understand.segments import Definition, from_json, members, to_json

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Callable[..., Client]:
    def enter(role: str = Role.CX_LEAD, language: str = "en") -> Client:
        client = Client(HTTP_ACCEPT_LANGUAGE=language)
        client.force_login(User.objects.create_user(f"{role}@example.org", role=role))
        return client

    return enter


def invited(survey: Survey, number: int, segment: str) -> str:
    """Somebody whose invitation went out; the address of their link."""
    key, now = f"k-{number}", timezone.now()
    inbox.put_customers([{"customer_id": f"C-{number}", "name": f"Ana {number}", "segment": segment, "source": "crm"}])
    link = Link.objects.create(
        survey=survey, way=Way.PERSONAL, customer_id=f"C-{number}", channel="email", request_key=key
    )
    OutgoingRequest.objects.create(
        key=key, kind="survey", purpose="surveys", customer_id=f"C-{number}", channel="email", address="a@example.org",
        language="en", subject="s", text="t", source=survey.source, not_before=now, next_try_at=now,
        expires_at=now + timedelta(days=9), state=Standing.SENT, settled_at=now,
    )  # fmt: skip
    return reverse("survey-link", args=[link.token])


def answer(address: str, score: str, why: str = "") -> None:
    person = Person(address)
    person.send(nps=score)
    person.send(**({"why": why} if why else {}))


def company() -> Survey:
    """Twenty asked: of the gold half 8 answer with 10, of the plain half 5 answer with 2."""
    survey = published(NPS, WORDS_ABOUT)
    for number in range(20):
        gold = number % 2 == 0
        address = invited(survey, number, "gold" if gold else "plain")
        if gold and number < 16:
            answer(address, "10", "Lovely" if number == 0 else "")
        elif not gold and number < 10:
            answer(address, "2", "Late again" if number == 1 else "")
    inbox.drain()
    return survey


WORDS_ABOUT = Question("why", "text", t("Why?"), about="nps")


def test_the_page_has_the_score_its_weighted_twin_the_rate_the_words_and_whom_we_owe_an_answer(
    browser: Callable[..., Client],
) -> None:
    survey = company()
    people = asked_people.people_asked(survey, open_ledger().read())
    assert (len(people), sum(one.response is not None for one in people)) == (20, 13)
    found = asked_people.reweighted(people, NPS)
    assert found is not None and found.plain.value is not None and found.weighted.value is not None
    assert found.plain.value == pytest.approx(100 * (8 - 5) / 13)
    assert found.weighted.value == pytest.approx(0)  # half of those asked are gold
    rates = {rate.name: (rate.asked, rate.answered) for rate in asked_people.silences(people)[0].rates}
    assert list(rates.values()) == [(10, 8), (10, 5)]
    client = browser()
    page = client.get(reverse("survey-results", args=[survey.pk])).content.decode()
    for said in ("23.1", "65.0", "Late again", "Lovely", "Weighted by segment", "Ana 1<"):
        assert said in page, said
    assert "Waiting for an answer from us" in page
    groups = client.get("/metrics/nps/part/groups/").content.decode()
    assert 'value="segment"' in groups
    assert 'value="property:' not in groups, "what an answer is kept with is no group of people"


def test_an_answered_person_leaves_the_list_and_the_answer_stands_on_their_page(
    browser: Callable[..., Client],
) -> None:
    survey = published(NPS)
    person = Person(invited(survey, 1, "gold"))
    person.send(nps="2")
    client, key = browser(Role.AGENT), Response.objects.get().pk
    address = reverse("survey-close", args=[survey.pk, key])
    client.post(address, {"how": ""})
    assert Response.objects.get().closed_at is None
    for _again in range(2):
        client.post(address, {"how": "Called, sent a new one"})
    inbox.drain()
    page = client.get(reverse("survey-results", args=[survey.pk])).content.decode()
    assert "Waiting for an answer" not in page
    read = open_ledger().read()
    assert "Called, sent a new one" in client.get(reverse("customer", args=["C-1"])).content.decode()
    names = read.to_arrow(read.events_of("C-1").order_by("occurred_at"))["name"].to_pylist()
    assert names == ["survey answered", "feedback answered"]
    assert browser(Role.VIEWER).post(address, {"how": "x"}).status_code == 403


def test_whoever_may_not_see_people_sees_figures_only_and_texts_wait_until_they_are_masked(
    browser: Callable[..., Client],
) -> None:
    survey = published(NPS, WORDS_ABOUT)
    answer(invited(survey, 1, "gold"), "2", "Call me on 600 100 200")
    inbox.drain()
    address = reverse("survey-results", args=[survey.pk])
    assert "In their own words" not in browser(Role.VIEWER).get(address).content.decode()
    analyst = browser(Role.ANALYST)
    assert "600 100 200" not in analyst.get(address).content.decode()
    assert "600 100 200" not in analyst.get(reverse("survey-comments", args=[survey.pk])).content.decode()
    assert f"{reverse('voices')}?source=survey%3A{survey.slug}" in analyst.get(address).content.decode()
    exported = analyst.get(reverse("survey-rows", args=[survey.pk, "csv"])).content.decode()
    assert "600 100 200" not in exported
    assert "600 100 200" in browser(Role.CX_LEAD).get(address).content.decode()


def test_every_response_is_a_row_that_no_spreadsheet_runs(browser: Callable[..., Client]) -> None:
    survey = published(NPS, WORDS_ABOUT)
    answer(invited(survey, 1, "gold"), "2", "=1+1")
    client = browser()
    lines = client.get(reverse("survey-rows", args=[survey.pk, "csv"])).content.decode("utf-8-sig").splitlines()
    assert lines[0].endswith("nps,why")
    assert lines[1].endswith("2.0,'=1+1") and ",C-1,E-mail," in lines[1]
    book = client.get(reverse("survey-rows", args=[survey.pk, "xlsx"])).content
    assert "xl/worksheets/sheet2.xml" in ZipFile(io.BytesIO(book)).namelist()
    assert browser(Role.AGENT).get(reverse("survey-rows", args=[survey.pk, "csv"])).status_code == 403


def test_employees_are_shown_from_five_answers_on_and_never_row_by_row(browser: Callable[..., Client]) -> None:
    survey = published(Question("enps", "enps", t("Work here?"), required=True), WORDS, of_employees=True)
    client, address = browser(Role.ADMINISTRATOR), reverse("survey-results", args=[survey.pk])
    team = Link.objects.create(survey=survey, way=Way.GROUP, group="Floor")
    for n in range(5):
        if n == 4:
            inbox.drain()
            before = client.get(address).content.decode()
            assert "No time" not in before and "Fewer than five" in before
        person = Person(reverse("survey-link", args=[team.token]))
        person.send(enps="3")
        person.send(why="No time")
    inbox.drain()
    after = client.get(address).content.decode()
    assert "No time" in after and "100.0" in after
    assert client.get(reverse("survey-rows", args=[survey.pk, "csv"])).status_code == 403


def figure(name: str, n: int) -> Figure:
    value = 10.0 if n >= 5 else None
    return Figure("enps", "standard", {scores.OF_GROUP: name}, value, None, None, n, "points", "")


def test_a_single_hidden_group_takes_the_smallest_shown_one_with_it() -> None:
    """The whole is 18; showing 10 and 5 would tell the 3."""
    shown, hidden = scores.safe_groups([figure("a", 10), figure("b", 5), figure("c", 3)])
    assert [[one.n for one in part] for part in (shown, hidden)] == [[10], [3, 5]]
    shown, hidden = scores.safe_groups([figure("a", 10), figure("b", 4), figure("c", 3)])
    assert [[one.n for one in part] for part in (shown, hidden)] == [[10], [4, 3]]


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("at most", "6", ["C-2"]), ("at least", "9", ["C-1"]), ("is", "2", ["C-2"]), ("is not", "2", ["C-1"]),
        ("contains", "1", ["C-1"]),
    ],
)  # fmt: skip
def test_answers_make_segments(operator: str, value: str, expected: list[str]) -> None:
    survey = published(NPS)
    for number, score in ((1, "10"), (2, "2")):
        Person(invited(survey, number, "gold")).send(nps=score)
    invited(survey, 3, "gold")
    inbox.drain()
    definition = from_json(to_json(Definition((Answered("shop/nps", operator, value),))))
    read = open_ledger().read()
    found = read.to_arrow(members(read, definition, timezone.now()))["customer_id"].to_pylist()
    assert sorted(found) == expected


def test_a_condition_on_answers_names_what_is_allowed() -> None:
    with pytest.raises(ValueError, match="at least, at most"):
        Answered("shop/nps", "like", "2")
    with pytest.raises(ValueError, match="a number"):
        Answered("shop/nps", "at most", "two")


def test_the_segment_builder_offers_the_questions_people_answered(browser: Callable[..., Client]) -> None:
    survey = published(NPS)
    Person(invited(survey, 1, "gold")).send(nps="10")
    inbox.drain()
    client = browser()
    row = client.get(reverse("segment-row") + "?kind=answer").content.decode()
    assert "Shop: Would you recommend us?" in row
    sent: dict[str, Any] = {
        "name": "Fans", "match": "all", "row-1-kind": "answer", "row-1-question": "shop/nps",
        "row-1-operator": "at least", "row-1-value": "9",
    }  # fmt: skip
    assert client.post(reverse("segment-new"), sent).status_code == 302
    assert "at least “9”" in client.get(reverse("segments")).content.decode()
