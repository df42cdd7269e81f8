"""People answer without scripts, once, in their language; what they say stands in the ledger and in metrics."""

import json
import time
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.surveys.asking import MAY_WE, NPS, WORDS, Person, published, t
from vivencia.foundation import erasure, inbox
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import InboxEvent, Role, User
from vivencia.listen import consent
from vivencia.listen.models import Consent
from vivencia.listen.surveys import answering, apart, chores, throttle, tokens
from vivencia.listen.surveys.models import Link, Response, State, Survey, Way
from vivencia.listen.surveys.questionnaire import Option, Question
from vivencia.measure.metrics.computing import compute
from vivencia.measure.metrics.lived import Lived
from vivencia.understand import voices

pytestmark = pytest.mark.django_db


def page_of(survey: Survey, query: str = "") -> str:
    return reverse("survey-page", args=[survey.slug]) + query


def personal(survey: Survey, customer: str = "C-1", **told: Any) -> Link:
    return Link.objects.create(survey=survey, way=Way.PERSONAL, customer_id=customer, channel="email", **told)


def events() -> list[dict[str, Any]]:
    """What waits in the inbox, in the order it was put there."""
    return [one.event for one in InboxEvent.objects.order_by("pk")]


def test_an_answer_with_its_comment_is_one_event_with_everything_it_is_about() -> None:
    survey = published()
    link = personal(survey, subject_kind="order", subject_id="O-9", touchpoint="delivery", employee_id="E-3")
    person = Person(reverse("survey-link", args=[link.token]))
    person.send(nps="3")
    assert "Why 3?" in person.html
    person.send(why="Late & broken")
    person.send(better=["price"])
    person.send(contact="yes")
    assert "Thank you" in person.html and "We read it" in person.html
    score, better, contact = [one for one in events() if one["name"] == "survey answered"]
    assert score["event_id"] == f"survey-{answering.key_for(link)}-nps"
    assert {name: score[name] for name in ("metric", "score", "scale_max", "text", "customer_id")} == {
        "metric": "nps", "score": 3.0, "scale_max": 10.0, "text": "Late & broken", "customer_id": "C-1",
    }  # fmt: skip
    assert (score["touchpoint"], score["channel"], score["source"]) == ("delivery", "email", "survey:shop")
    assert (score["subject_kind"], score["subject_id"], score["employee_id"]) == ("order", "O-9", "E-3")
    assert (better["metric"], better["properties"]["answer"]) == (None, "Price")
    assert contact["properties"]["answer_codes"] == "yes"
    agreed = Consent.objects.get()
    assert (agreed.customer_id, agreed.purpose, agreed.given) == ("C-1", "service", True)
    assert "May we write?" in agreed.proof


def test_a_consent_left_without_a_tick_reads_as_asked_and_not_agreed_and_takes_nothing_back(client: Client) -> None:
    client.force_login(User.objects.create_user("lead@example.org", role=Role.CX_LEAD))
    survey = published(WORDS, MAY_WE)
    person = Person(reverse("survey-link", args=[personal(survey).token]))
    person.send(why="Fine")
    person.send()  # no tick
    inbox.drain()
    assert not Consent.objects.exists()
    page = client.get(reverse("customer", args=["C-1"])).content.decode()
    assert ", did not agree" in page and "Nobody has asked them" not in page
    assert "Asked, did not agree" in client.get(reverse("person-messages", args=["C-1"])).content.decode()
    consent.give("C-1", "service", "On the phone", timezone.now())
    assert ", did not agree" not in client.get(reverse("customer", args=["C-1"])).content.decode()


def test_metrics_and_the_person_have_the_score_once_the_inbox_is_drained() -> None:
    survey = published()
    for score in ("10", "9", "9", "2", "8"):
        person = Person(page_of(survey))
        person.send(nps=score)
        person.send()
        if score == "2":
            person.send()
    inbox.drain()
    read = open_ledger().read()
    figure = compute("nps", Lived(read.events, read.customers, timezone.now()), where={"property:survey": "shop"})[0]
    assert (figure.value, figure.n) == (40.0, 5)


def test_an_answer_sent_twice_counts_once_and_a_finished_response_stays_as_it_is() -> None:
    survey = published(NPS)
    person = Person(page_of(survey))
    fields = person.fields
    for score in ("9", "1"):
        person.client.post(reverse("survey-answer"), {**fields, "a-nps": score})
    assert Response.objects.get().answers == {"nps": 9}
    assert [one["score"] for one in events()] == [9.0]


def test_a_personal_link_is_used_once_and_goes_on_where_it_was_left() -> None:
    survey = published()
    link = personal(survey)
    address = reverse("survey-link", args=[link.token])
    Person(address).send(nps="9")
    later = Person(address)
    assert "Why 9?" in later.html
    later.send(why="Fast")
    later.send()
    assert "answered already" in Person(address).html
    assert Response.objects.count() == 1


def test_an_ended_link_a_paused_survey_and_a_draft_take_no_answers() -> None:
    survey = published()
    ended = personal(survey, expires_at=timezone.now())
    client = Client()
    assert client.get(reverse("survey-link", args=[ended.token])).status_code == 410
    person = Person(page_of(survey))
    Survey.objects.update(state=State.PAUSED)
    assert person.send(nps="3").status_code == 410
    assert client.get(page_of(survey)).status_code == 410
    Survey.objects.update(state=State.DRAFT)
    assert client.get(page_of(survey)).status_code == 404
    assert not Response.objects.exists()


def test_the_language_is_the_browsers_or_the_links_and_switches_without_losing_what_was_written() -> None:
    survey = published(WORDS, name="Words")
    spanish = Person(page_of(survey), Client(HTTP_ACCEPT_LANGUAGE="es-MX,es;q=0.9"))
    assert 'lang="es"' in spanish.html and "(es)" in spanish.html
    assert "Enviar" in spanish.html
    english = Person(page_of(survey, "?lang=en"), Client(HTTP_ACCEPT_LANGUAGE="es"))
    assert "(es)" not in english.html
    fields = {**english.fields, "a-why": "half a sent", "language": "es"}
    switched = english.client.post(reverse("survey-answer"), fields).content.decode()
    assert "(es)" in switched and "half a sent" in switched
    assert not Response.objects.exists()


def test_what_is_missing_or_impossible_is_asked_again_in_words() -> None:
    person = Person(page_of(published()))
    answer = person.send(nps="99")
    assert answer.status_code == 422
    assert "Please choose a number from 0 to 10." in person.html
    assert person.send().status_code == 422
    assert "Please answer this question." in person.html
    for impossible in ("0010999", "9" * 400, "9" * 5000, "³", "-1"):
        assert person.send(nps=impossible).status_code == 422
    assert events() == []


def test_going_back_and_answering_otherwise_takes_back_what_hung_on_it() -> None:
    person = Person(reverse("survey-link", args=[personal(published()).token]))
    person.send(nps="3")
    person.send(why="Late")
    person.open(reverse("survey-response", args=[Response.objects.get().pk]) + "?at=nps")
    assert 'value="3" checked' in person.html
    person.send(nps="10")
    assert "May we write?" in person.html  # what was wrong is not asked any more
    person.send()
    assert [one["score"] for one in events() if one["metric"] == "nps"] == [10.0]


def test_a_score_pressed_in_a_mail_is_there_when_the_page_opens_and_kept_when_the_person_goes_on() -> None:
    link = personal(published())
    person = Person(reverse("survey-link", args=[link.token]) + "?a=7")
    assert "Why 7?" in person.html
    assert Response.objects.get().answers == {}
    person.send(why="Fine")
    assert Response.objects.get().answers == {"nps": 7, "why": "Fine"}


def test_scanners_that_follow_every_link_of_a_mail_count_as_nobody_and_one_pressed_link_as_somebody() -> None:
    survey = published()
    scanned, pressed = personal(survey, "C-1"), personal(survey, "C-2")
    client = Client()
    for score in range(11):
        client.get(reverse("survey-link", args=[scanned.token]) + f"?a={score}")
    client.get(reverse("survey-link", args=[pressed.token]) + "?a=4")
    Response.objects.update(changed_at=timezone.now() - timedelta(hours=1))
    chores.settle_left()
    assert [(one["customer_id"], one["score"]) for one in events()] == [("C-2", 4.0)]


def test_what_somebody_answered_who_left_is_told_after_half_an_hour_and_the_rest_when_they_come_back() -> None:
    person = Person(page_of(published()))
    person.send(nps="9")
    chores.settle_left()
    assert events() == []
    Response.objects.update(changed_at=timezone.now() - timedelta(minutes=31))
    chores.settle_left()
    chores.settle_left()
    assert [(one["metric"], one["score"]) for one in events()] == [("nps", 9.0)]
    person.send(why="The advice")
    assert [(one["text"], one["properties"].get("about")) for one in events()[1:2]] == [("The advice", "nps")]


def test_who_is_not_known_is_asked_for_no_consent_that_nobody_could_keep() -> None:
    survey = published()
    kiosk = Link.objects.create(survey=survey, way=Way.KIOSK, channel="kiosk")
    for address in (page_of(survey), reverse("survey-link", args=[kiosk.token])):
        person = Person(address)
        assert "May we write?" not in person.html
        person.send(nps="10")
        person.send(why="The advice")
        assert "Thank you" in person.html and "May we write?" not in person.html
    page = page_of(survey, f"?customer=C-7&signature={tokens.signature(survey, 'C-7')}")
    known = Person(page)
    known.send(nps="10")
    known.send(why="The advice")
    assert "May we write?" in known.html
    known.send(contact="yes")
    assert Consent.objects.get().customer_id == "C-7"


def test_a_consent_without_which_nobody_may_go_on_is_asked_of_everybody() -> None:
    person = Person(page_of(published(replace(MAY_WE, show_if=(), required=True), NPS)))
    assert "May we write?" in person.html
    assert person.send().status_code == 422


def test_machines_are_told_apart_by_what_no_person_does(monkeypatch: pytest.MonkeyPatch) -> None:
    survey = published(NPS)
    person = Person(page_of(survey))
    trapped = person.client.post(reverse("survey-answer"), {**person.fields, "a-nps": "9", "website": "http://x"})
    assert trapped.headers["Location"] == reverse("survey-thanks")
    made_up = person.client.post(reverse("survey-answer"), {"page": "a:b:c", "a-nps": "9"})
    assert made_up.status_code == 400
    monkeypatch.setattr(tokens, "HUMAN_SECONDS", 60.0)
    assert person.send(nps="9").status_code == 422
    assert 'value="9" checked' in person.html
    assert not Response.objects.exists()


def test_a_page_left_open_for_days_asks_to_be_sent_once_more_with_everything_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = Person(page_of(published(NPS)))
    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 2 * tokens.VALID_SECONDS)
    assert person.send(nps="9").status_code == 422
    assert 'value="9" checked' in person.html
    person.send(nps="9")
    assert "Thank you" in person.html


def test_too_many_beginnings_from_one_address_are_put_off_but_nobody_with_a_personal_link(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(throttle, "BEGINNINGS", replace(throttle.BEGINNINGS, times=1))
    survey = published(NPS)
    assert Person(page_of(survey)).send(nps="9").status_code == 200
    refused = Person(page_of(survey)).send(nps="9")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "600")
    assert Person(reverse("survey-link", args=[personal(survey).token])).send(nps="9").status_code == 200


def test_only_a_site_that_signs_may_say_who_answers_and_only_allowed_sites_may_frame_it() -> None:
    survey = published(NPS)
    survey.sites = ["https://shop.example"]
    survey.save()
    signed = f"&customer=C-7&signature={tokens.signature(survey, 'C-7')}"
    for query in (signed, "&customer=C-7&signature=00", "&customer=C-7"):
        person = Person(page_of(survey, "?channel=widget&page=https://shop.example/help" + query))
        person.send(nps="9")
    assert [(one.customer_id, one.page) for one in Response.objects.order_by("started_at")] == [
        ("C-7", "https://shop.example/help"), ("", "https://shop.example/help"), ("", "https://shop.example/help"),
    ]  # fmt: skip
    framed = person.client.get(page_of(survey, "?channel=widget"))
    assert "frame-ancestors https://shop.example" in framed.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed.headers
    alone = person.client.get(page_of(survey))
    assert "frame-ancestors 'none'" in alone.headers["Content-Security-Policy"]


def test_a_kiosk_begins_anew_each_time_and_answers_by_one_tap() -> None:
    survey = published(NPS)
    kiosk = Link.objects.create(survey=survey, way=Way.KIOSK, group="Sol")
    address = reverse("survey-link", args=[kiosk.token])
    for score in ("3", "10"):
        person = Person(address)
        assert f'<button name="a-nps" value="{score}"' in person.html
        person.send(nps=score)
        assert f"url={address}" in person.html  # back to the beginning without scripts
    assert [(one.channel, one.group) for one in Response.objects.all()] == [("kiosk", "Sol")] * 2


def test_answers_of_employees_are_tied_to_no_person_and_to_no_minute() -> None:
    survey = published(Question("enps", "enps", t("Work here?")), WORDS, of_employees=True)
    team = Link.objects.create(survey=survey, way=Way.GROUP, group="Shop floor")
    person = Person(reverse("survey-link", args=[team.token]) + "?customer=C-1")
    person.send(enps="2")
    person.send(why="No time")
    (score,) = events()
    assert (score["customer_id"], score["properties"]["group"]) == (None, "Shop floor")
    assert score["occurred_at"].endswith(":00:00+00:00")


def test_every_kind_of_question_is_asked_answered_and_told() -> None:
    options = (Option("a", t("Price")), Option("b", t("Speed")))
    survey = published(
        Question("found", "yes_no", t("Found it?"), scored=True),
        Question("trust", "scale", t("Trust?"), low_end=0, high_end=10),
        Question("order", "ranking", t("What matters?"), options=options),
        Question("rows", "matrix", t("Agree?"), options=options, rows=(Option("x", t("Staff")),)),
        display="page",
    )
    person = Person(page_of(survey))
    person.send(found="yes", trust="8", **{"order-a": "2", "order-b": "1", "rows-x": "b"})
    told = [(one["metric"], one["score"], one["scale_max"], one["properties"]["answer"]) for one in events()]
    assert told == [
        ("found", 1.0, 1.0, "yes"), ("trust", 8.0, 10.0, "8"), (None, None, None, "Speed, Price"),
        ("rows_x", 2.0, 2.0, "Speed"),
    ]  # fmt: skip


def test_answer_pages_are_small_and_need_no_script_from_anywhere_else() -> None:
    person = Person(page_of(published()))
    static = sum(len(b"".join(person.client.get(f"/static/surveys/answer.{kind}"))) for kind in ("css", "js"))
    assert len(person.page.content) + static < 50_000
    assert "http://" not in person.html and "https://" not in person.html


def test_erasing_a_person_takes_their_answers_and_links() -> None:
    survey = published(WORDS, MAY_WE)
    link = personal(survey)
    person = Person(reverse("survey-link", args=[link.token]))
    person.send(why="I am Ana Ruiz")
    person.send()
    other = Person(reverse("survey-link", args=[personal(survey, "C-2").token]))
    other.send(why="Other")
    inbox.drain()
    erasure.erase("C-1")
    assert [one.customer_id for one in Response.objects.all()] == ["C-2"]
    assert [one.customer_id for one in Link.objects.all()] == ["C-2"]
    assert "Ana Ruiz" not in json.dumps(events())


def test_strangers_find_no_response_by_guessing() -> None:
    survey = published()
    client = Client()
    assert client.get(reverse("survey-response", args=[uuid.uuid4()])).status_code == 404
    assert client.get(reverse("survey-link", args=["nonsense"])).status_code == 404
    assert client.get(page_of(survey).replace("shop", "nothing")).status_code == 404
    assert client.get(reverse("survey-answer")).status_code == 405


CSAT = Question("canteen", "csat", t("How is the canteen?"))
PLACE = Question("enps", "enps", t("Work here?"))


def told_of_customers() -> tuple[int, int]:
    """How many voices customers have, and how many answers about satisfaction."""
    read = open_ledger().read()
    scored = read.to_arrow(read.events.filter((read.events.metric == "csat") | read.events.metric.startswith("rows")))
    return voices.voices(read).num_rows, scored.num_rows


def test_what_colleagues_say_never_stands_among_customers() -> None:
    options = (Option("a", t("Yes")), Option("b", t("No")))
    rows = Question("rows", "matrix", t("Agree?"), options=options, rows=(Option("x", t("Staff")),))
    about = Question("because", "text", t("Why?"), about="enps")
    survey = published(PLACE, about, CSAT, WORDS, rows, of_employees=True, display="page")
    team = Link.objects.create(survey=survey, way=Way.GROUP, group="Till 3", employee_id="E-7")
    person = Person(reverse("survey-link", args=[team.token]))
    person.send(enps="2", because="My boss shouts", canteen="1", why="At me", **{"rows-x": "b"})
    (score,) = events()
    assert (score["metric"], score["score"], score["text"], score["employee_id"]) == ("enps", 2.0, None, None)
    inbox.drain()
    assert told_of_customers() == (0, 0)
    assert Response.objects.get().answers["why"] == "At me", "it stays in the survey's own results"


def test_what_earlier_versions_told_of_colleagues_is_taken_out_of_the_ledger() -> None:
    survey, customers = published(PLACE, CSAT, WORDS, of_employees=True), published(CSAT, name="Customers")
    said = {"occurred_at": timezone.now(), "name": "survey answered", "customer_id": None}
    old = {**said, "source": survey.source}
    inbox.put([
        {**old, "event_id": "1", "metric": "enps", "score": 2.0, "scale_max": 10.0, "text": "My boss shouts"},
        {**old, "event_id": "2", "metric": "canteen", "score": 1.0, "scale_max": 5.0},
        {**old, "event_id": "3", "text": "At me"},
        {**said, "event_id": "4", "source": customers.source, "metric": "csat", "score": 1.0, "text": "Too late"},
    ])  # fmt: skip
    inbox.drain()
    assert told_of_customers() == (2, 1)
    ledger = open_ledger()
    assert (apart.keep_colleagues_apart(ledger), apart.keep_colleagues_apart(ledger)) == (3, 0)
    assert told_of_customers() == (1, 1)
    read = ledger.read()
    kept = read.to_arrow(read.events.order_by("event_id").select("event_id", "score", "text")).to_pylist()
    assert kept == [
        {"event_id": "1", "score": 2.0, "text": None},
        {"event_id": "4", "score": 1.0, "text": "Too late"},
    ]
