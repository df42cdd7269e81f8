"""Who may make surveys makes, publishes, shares and ends them; nobody else does; a published version never changes."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.surveys.asking import NPS, WORDS, published, whole
from vivencia.foundation.models import Role, User
from vivencia.listen.surveys import surveys
from vivencia.listen.surveys.models import Link, State, Survey
from vivencia.listen.surveys.names import told_apart
from vivencia.listen.surveys.questionnaire import write
from vivencia.listen.surveys.starters import STARTERS

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Callable[..., Client]:
    def enter(role: str = Role.ANALYST, language: str = "en") -> Client:
        client = Client(HTTP_ACCEPT_LANGUAGE=language)
        client.force_login(User.objects.create_user(f"{role}@example.org", role=role))
        return client

    return enter


def test_a_survey_begins_with_a_starter_and_goes_live_when_published(browser: Callable[..., Client]) -> None:
    client = browser()
    made = client.post(reverse("survey-new"), {"starter": "nps"})
    survey = Survey.objects.get()
    assert made.headers["Location"] == reverse("survey", args=[survey.pk])
    assert client.get(reverse("survey-page", args=[survey.slug])).status_code == 404
    shared = client.post(reverse("survey-publish", args=[survey.pk]), follow=True).content.decode()
    assert "Version 1 is published" in shared and "widget.js" in shared
    assert client.get(reverse("survey-page", args=[survey.slug])).status_code == 200


def test_the_builder_keeps_drafts_and_says_what_is_wrong_where(browser: Callable[..., Client]) -> None:
    client, survey = browser(language="es"), published()
    document = write(whole(NPS, WORDS))
    document["questions"][0]["text"]["en"] = ""
    address = reverse("survey-save", args=[survey.pk])
    said = client.post(address, json.dumps(document), content_type="application/json").json()
    assert said["problems"] == [
        {"question": "nps", "part": "text.en", "where": "Pregunta (Inglés)", "text": "Falta el texto en inglés."}
    ]
    refused = client.post(reverse("survey-publish", args=[survey.pk]), follow=True)
    assert "Falta el texto en inglés." in refused.content.decode()
    assert survey.versions.count() == 1
    for broken in ("[]", "{", json.dumps({"questions": [{"key": "1"}]}), "[" * 5000):
        assert client.post(address, broken, content_type="application/json").status_code == 422


def test_the_preview_shows_the_draft_in_each_language_and_takes_no_answers(browser: Callable[..., Client]) -> None:
    client, survey = browser(), published()
    survey.draft["questions"][0]["text"]["es"] = "¿Y ahora?"
    survey.save()
    page = client.get(reverse("survey-preview", args=[survey.pk]) + "?lang=es&at=nps")
    assert "¿Y ahora?" in page.content.decode() and "<script" not in page.content.decode()
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    last = client.get(reverse("survey-preview", args=[survey.pk]) + "?lang=en&at=end").content.decode()
    assert "We read it" in last


def test_a_version_never_changes_and_publishing_nothing_new_makes_none() -> None:
    survey = published()
    version = survey.versions.get()
    with pytest.raises(TypeError):
        version.save()
    assert surveys.publish(survey, by=None) == version
    surveys.save_draft(survey, write(whole(NPS)))
    assert surveys.publish(survey, by=None).number == 2
    assert surveys.difference(version.document, survey.draft)[0] == ("why", "", "removed")


def test_a_survey_is_paused_resumed_archived_and_taken_out_again(browser: Callable[..., Client]) -> None:
    client, survey = browser(), published()
    for verb, state in (("pause", "paused"), ("resume", "live"), ("archive", "archived"), ("restore", "paused")):
        client.post(reverse("survey-move", args=[survey.pk]), {"verb": verb})
        assert Survey.objects.get().state == state
    client.post(reverse("survey-move", args=[survey.pk]), {"verb": "explode"})
    assert Survey.objects.get().state == State.PAUSED


def test_sites_links_and_codes_lead_to_the_survey(browser: Callable[..., Client]) -> None:
    client, survey = browser(), published()
    client.post(reverse("survey-sites", args=[survey.pk]), {"sites": "https://shop.example/\nhttp://localhost:8000"})
    client.post(reverse("survey-sites", args=[survey.pk]), {"sites": "https://a.example; script-src *"})
    assert Survey.objects.get().sites == ["https://shop.example", "http://localhost:8000"]
    client.post(reverse("survey-make-link", args=[survey.pk]), {"way": "group", "label": "Sol"})
    link = Link.objects.get()
    shown = client.get(reverse("survey-share", args=[survey.pk])).content.decode()
    assert reverse("survey-link", args=[link.token]) in shown
    client.post(reverse("survey-end-link", args=[survey.pk, link.pk]))
    assert Client().get(reverse("survey-link", args=[link.token])).status_code == 410
    assert client.get(reverse("survey-qr", args=[survey.pk, "svg"])).content.startswith(b"<?xml")
    assert client.get(reverse("survey-qr", args=[survey.pk, "png"])).content.startswith(b"\x89PNG")
    assert client.get(reverse("survey-qr", args=[survey.pk, "exe"])).status_code == 404


@pytest.mark.parametrize("name", ["survey", "survey-share", "survey-ask", "survey-versions", "survey-preview"])
def test_strangers_and_those_who_may_not_ask_see_nothing_of_it(name: str, browser: Callable[..., Client]) -> None:
    address = reverse(name, args=[published().pk])
    assert Client().get(address).headers["Location"].startswith("/sign-in/")
    assert browser(Role.VIEWER).get(address).status_code == 403
    assert browser(Role.ANALYST).get(address).status_code == 200


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_starter_has_a_name_and_pages_in_the_readers_language(
    language: str, browser: Callable[..., Client]
) -> None:
    page = browser(language=language).get(reverse("survey-new")).content.decode()
    assert ("Esfuerzo tras una gestión" in page) == (language == "es")
    assert page.count('name="starter"') == len(STARTERS)


def test_surveys_of_the_same_name_are_told_apart_by_when_they_were_made() -> None:
    one, two, three, other = (published(NPS, name=name) for name in ("Shop", "Shop", "Shop", "Web"))
    noon = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    for survey, made in ((one, noon), (two, noon + timedelta(hours=2)), (three, noon + timedelta(days=3))):
        Survey.objects.filter(pk=survey.pk).update(made_at=made)
    with translation.override("en"):
        told = told_apart(Survey.objects.all())
    assert told[other.source] == "Web"
    assert told[three.source].startswith("Shop · ") and ":" not in told[three.source]
    assert len(set(told.values())) == 4
    assert ":" in told[one.source] and ":" in told[two.source]
