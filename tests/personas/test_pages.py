"""The pages of personas: gallery, one persona with its map, designing one; for each role what it may."""

import html
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from vivencia.foundation.models import Role
from vivencia.understand import readings
from vivencia.understand.models import Segment
from vivencia.understand.personas import persona_words, showing
from vivencia.understand.personas.models import Evidence, Finding, Part, Persona, Statement

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]


def test_an_empty_house_says_how_to_fill_it(home: Path, browser: Browser) -> None:
    shown = browser().get(reverse("personas"))
    assert b"No customers yet" in shown.content
    assert reverse("sources").encode() in shown.content


def test_looking_for_personas_is_begun_once_and_shows_its_progress(in_town: Path, browser: Browser) -> None:
    client = browser()
    assert "Find personas" in client.get(reverse("personas")).content.decode()
    for _twice in range(2):
        assert client.post(reverse("personas-find")).status_code == 302
    assert Finding.objects.count() == 1
    assert "Waiting for its turn" in client.get(reverse("personas-progress")).content.decode()
    Finding.objects.update(state=Finding.State.DONE)
    assert client.get(reverse("personas-progress")).headers["HX-Refresh"] == "true"


def test_the_gallery_and_a_persona_read_well_in_spanish(found: list[Persona], browser: Browser) -> None:
    client = browser(language="es")
    gallery = client.get(reverse("personas")).content.decode()
    assert "3 personas entre 240 clientes" in gallery
    shown = client.get(reverse("persona", args=[found[0].pk])).content.decode()
    assert "Mapa de empatía" in shown
    assert "channel:" not in shown
    assert f"segment=s:{found[0].segment.pk}" in shown  # type: ignore[union-attr]


def test_a_persona_says_what_is_not_read_yet_and_what_then_happens(
    found: list[Persona], browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser()
    for waiting, told in ((0, False), (7, True)):
        monkeypatch.setattr(readings, "waits", lambda _read, n=waiting: n)
        shown = client.get(reverse("persona", args=[found[0].pk])).content.decode()
        assert ("7 texts that customers wrote are not read yet" in shown) is told


def test_a_finding_among_a_sample_says_so(found: list[Persona], browser: Browser) -> None:
    client = browser()
    for people, told in ((240, False), (1_000_000, True)):
        Finding.objects.update(people=people)
        assert ("20,000 customers drawn by lot" in client.get(reverse("personas")).content.decode()) is told


def test_words_are_masked_for_who_may_not_read_personal_data_and_hidden_from_viewers(
    found: list[Persona], browser: Browser
) -> None:
    address = reverse("persona", args=[found[0].pk])
    lead, analyst, viewer = (
        browser(role).get(address).content.decode() for role in (Role.CX_LEAD, Role.ANALYST, Role.VIEWER)
    )
    assert "612 345 678" in lead
    assert "612 345 678" not in analyst
    assert "[telephone]" in analyst
    assert "In their words" not in viewer
    assert "Add a sentence" not in viewer


def test_a_sentence_is_an_assumption_until_there_is_evidence(found: list[Persona], browser: Browser) -> None:
    client, persona = browser(), found[0]
    client.post(reverse("persona-statement-add", args=[persona.pk]), {"part": "thinks", "text": "Prices are a game"})
    statement = Statement.objects.get(text="Prices are a game")
    page = reverse("persona", args=[persona.pk])
    assert "viv-said-assumed" in client.get(page).content.decode()
    offered = client.get(reverse("persona-evidence", args=[statement.pk]), {"q": "telephone"}).content.decode()
    event = offered.split('name="event" value="')[1].split('"')[0]
    client.post(reverse("persona-attach", args=[statement.pk]), {"event": event})
    assert Evidence.objects.get().customer_id
    assert "viv-said-assumed" not in client.get(page).content.decode()
    client.post(reverse("persona-detach", args=[Evidence.objects.get().pk]))
    client.post(reverse("persona-attach", args=[statement.pk]), {"note": "Interviews", "n": "8", "dated": "2026-05-02"})
    assert Evidence.objects.get().n == 8
    client.post(reverse("persona-statement", args=[statement.pk]), {"text": "Prices are a sport"})
    assert Statement.objects.get(pk=statement.pk).text == "Prices are a sport"
    client.post(reverse("persona-statement", args=[statement.pk]), {"delete": "1"})
    assert not Statement.objects.filter(pk=statement.pk).exists()


def test_a_draft_that_was_taken_away_stays_away(found: list[Persona], browser: Browser) -> None:
    draft = found[0].statements.filter(claim__isnull=False).first()
    assert draft is not None
    browser().post(reverse("persona-statement", args=[draft.pk]), {"delete": "1"})
    draft.refresh_from_db()
    assert draft.dropped


def test_a_designed_persona_with_a_rule_stands_beside_those_found(found: list[Persona], browser: Browser) -> None:
    stored = {"match": "all", "conditions": [{"kind": "segment", "values": ["app people"]}]}
    rule, client = Segment.objects.create(name="App people", stored=stored), browser()
    assert client.post(reverse("persona-new"), {"name": ""}).status_code == 422
    client.post(
        reverse("persona-new"), {"name": "Marta", "story": "In a hurry.", "goals": "Be done\nBe safe", "rule": rule.pk}
    )
    marta = Persona.objects.get(name="Marta")
    assert marta.portrait["n"] == 90
    assert marta.portrait["overlap"][0]["of_this"] > 0.95
    shown = client.get(reverse("persona", args=[marta.pk])).content.decode()
    assert "Be safe" in shown
    assert "Beside the personas found in the data" in shown
    client.post(reverse("persona-delete", args=[marta.pk]))
    assert not Persona.objects.filter(pk=marta.pk).exists()
    assert client.post(reverse("persona-delete", args=[found[0].pk])).status_code == 404


def test_a_found_persona_gets_a_name_and_its_segment_too(found: list[Persona], browser: Browser) -> None:
    browser().post(reverse("persona-edit", args=[found[0].pk]), {"name": "Rosa", "quote": "Just let me pay."})
    assert Segment.objects.get(persona=found[0]).name == "Rosa"


def test_the_segment_form_offers_personas_and_segments_are_told_by_their_names(
    found: list[Persona], browser: Browser
) -> None:
    client = browser(Role.ANALYST)
    row = client.get(reverse("segment-row"), {"kind": "persona"}).content.decode()
    assert f'value="{found[0].pk}:{found[0].finding_id}"' in row
    assert "Persona is" in client.get(reverse("segments")).content.decode()


@pytest.mark.parametrize("name", ["personas-find", "persona-statement-add"])
def test_who_may_only_look_changes_nothing(name: str, found: list[Persona], browser: Browser) -> None:
    arguments = [found[0].pk] if "statement" in name else []
    before = (Finding.objects.count(), Statement.objects.count())
    for role in (Role.VIEWER, Role.AGENT, Role.EXECUTIVE):
        answer = browser(role).post(reverse(name, args=arguments), {"part": Part.SAYS, "text": "So"})
        assert answer.status_code == 403
    assert before == (Finding.objects.count(), Statement.objects.count())


def test_rules_are_listed_in_the_readers_language(found: list[Persona], browser: Browser) -> None:
    names = [str(one.segment) for one in found]  # kept in the organisation's language
    with translation.override("es"):
        proposed = [persona_words.called(one) for one in found]
    assert not set(names) & set(proposed), "these are worded otherwise in Spanish"
    shown = html.unescape(browser(language="es").get(reverse("persona-new")).content.decode())
    assert all(name in shown for name in proposed) and not any(f">{name}<" in shown for name in names)


def test_what_is_spent_is_told_in_its_currency(found: list[Persona]) -> None:
    spent = [row for one in found for row in showing.rows(one) if row.label == "Spend per order"]
    assert spent and all("€" in row.value and "€" in row.rest for row in spent)
