"""The vision: written in a guided start, versioned, compared, brought back, held against figures."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from vivencia.foundation.models import Role
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.models import Target
from vivencia.measure.reading import source
from vivencia.plan.vision import evidence, versions
from vivencia.plan.vision.comparing import differences, words
from vivencia.plan.vision.document import (
    BrandPromise,
    Measure,
    Proposition,
    Tone,
    Vision,
    Voice,
    from_json,
    keyed,
    to_json,
)
from vivencia.plan.vision.models import VisionVersion
from vivencia.plan.vision.questions import QUESTIONS
from vivencia.understand.models import Segment

KEPT = Measure("promise_kept", "due", "delivery", 95.0)
WHOLE = Vision(
    goal="Dinner with friends",
    vision="“They said Thursday and it came on Thursday.”",
    mission="Promise only days we can keep",
    refusals="No false urgency",
    promises=(BrandPromise("p1", "It comes when we said", KEPT), BrandPromise("p2", "We call back")),
    propositions=(Proposition("p3", "Parents", "The week's shopping during a nap"),),
    voice=Voice((Tone("plain", "We have lost your parcel.", "We regret any inconvenience."),), "tu", ("hurry",)),
)
texts = st.text(max_size=20)


def figure(value: float, low: float, high: float) -> Figure:
    return Figure("promise_kept", "due", {}, value, low, high, 100, "%", "")


def test_a_vision_goes_through_json_without_loss() -> None:
    assert from_json(to_json(WHOLE)) == WHOLE
    assert from_json({}) == Vision()


def test_promises_keep_their_keys_and_new_ones_get_their_own() -> None:
    promises = (BrandPromise("", "new"), BrandPromise("p1", "old"))

    more = keyed(Vision(promises=promises, propositions=(Proposition("", "a", "b"),)))

    assert [one.key for one in more.promises] == ["p2", "p1"]
    assert [one.key for one in more.propositions] == ["p3"]


@given(texts, texts)
def test_what_is_compared_can_be_put_together_again(before: str, after: str) -> None:
    pieces = words(before, after)

    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after


def test_a_difference_is_told_by_part_and_a_changed_target_is_one() -> None:
    higher = Measure("promise_kept", "due", "delivery", 98.0)
    promises = (BrandPromise("p1", "It comes when we said", higher),)
    after = replace(WHOLE, goal="Dinner with family", promises=promises)

    told = differences(WHOLE, after)

    assert [one.part for one in told] == ["goal", "promises", "promises"]
    assert [(piece.kind, piece.text) for piece in told[0].pieces][-2:] == [("removed", "friends"), ("added", "family")]
    assert (told[1].before, told[1].after) == (KEPT, higher)
    assert differences(WHOLE, WHOLE) == []


def test_a_promise_is_kept_when_the_whole_interval_says_so() -> None:
    assert evidence.state(KEPT, figure(97, 96, 98)) == "reached"
    assert evidence.state(KEPT, figure(92, 90, 94)) == "missed"
    assert evidence.state(KEPT, figure(95, 93, 97)) == "undecided"
    assert evidence.state(Measure("churn", "inactivity", "", 5.0), figure(3, 2, 4)) == "reached"  # less is better


@pytest.mark.django_db
def test_every_save_is_a_version_and_the_same_again_is_none() -> None:
    first = versions.save(WHOLE, None, after=0)
    assert versions.save(WHOLE, None, after=1) == first
    versions.save(Vision(goal="Another"), None, after=1, note="We listened")

    with pytest.raises(versions.MovedOnError):
        versions.save(WHOLE, None, after=1)
    again = versions.restore(first, None)

    assert [(one.number, one.restored) for one in VisionVersion.objects.all()] == [(3, 1), (2, None), (1, None)]
    assert again.vision == WHOLE
    assert versions.brand_voice().avoid == ("hurry",)


@pytest.mark.django_db
def test_the_guided_start_can_be_left_and_gone_on_with(lead: Client) -> None:
    assert b"Nothing is written yet" in lead.get("/plan/vision/").content
    lead.post("/plan/vision/start/1/", {"goal": "Dinner with friends", "later": "1"})

    assert b"Somebody has begun" in lead.get("/plan/vision/").content
    lead.post("/plan/vision/start/2/", {"vision": "It came on Thursday", "next": "1"})
    for step in range(3, len(QUESTIONS)):
        lead.post(f"/plan/vision/start/{step}/", {"next": "1"})
    done = lead.post(f"/plan/vision/start/{len(QUESTIONS)}/", {"tones-0-word": "plain", "finish": "1"})

    assert done.headers["Location"] == "/plan/vision/"
    (kept,) = VisionVersion.objects.all()
    assert (kept.vision.goal, kept.vision.vision) == ("Dinner with friends", "It came on Thursday")
    assert kept.vision.voice.tones == (Tone("plain"),)
    assert versions.draft() is None


def form(page: Any) -> dict[str, str]:
    """What a browser would send back of the page of changes."""
    told = {"after": str(page.context["after"])}
    for _question, fields in page.context["groups"]:
        if fields["kind"] == "text":
            told[fields["name"]] = fields["value"]
        for row in fields.get("rows", []):
            for name in ("key", "persona", "words", "measure", "kind", "target"):
                told[f"{fields['kind']}-{row.number}-{name}"] = getattr(row, name)
        for n, tone in fields.get("tones", []):
            told |= {f"tones-{n}-word": tone.word, f"tones-{n}-do": tone.do, f"tones-{n}-dont": tone.dont}
        if fields["kind"] == "voice":
            told |= {"avoid": fields["avoid"], "address": fields["address"]}
    return told


@pytest.mark.django_db
def test_saving_the_form_untouched_changes_nothing(lead: Client) -> None:
    versions.save(WHOLE, None, after=0)

    assert lead.post("/plan/vision/edit/", form(lead.get("/plan/vision/edit/"))).status_code == 302

    assert [one.vision for one in VisionVersion.objects.all()] == [WHOLE]


@pytest.mark.django_db
def test_two_people_who_change_it_at_once_lose_nothing(lead: Client) -> None:
    versions.save(WHOLE, None, after=0)
    mine = form(lead.get("/plan/vision/edit/")) | {"goal": "Mine"}
    versions.save(Vision(goal="Theirs"), None, after=1)

    refused = lead.post("/plan/vision/edit/", mine)

    assert refused.status_code == 422
    assert b"Mine" in refused.content
    assert b"Somebody else saved a version meanwhile" in refused.content


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [{"promises-0-target": "many"}, {"promises-0-target": "nan"}, {"propositions-1-persona": "Somebody"}]
)
def test_what_cannot_be_kept_is_said_and_the_rest_stays_in_the_form(lead: Client, wrong: dict[str, str]) -> None:
    versions.save(WHOLE, None, after=0)

    mine = {"vision": "They kept their word", "promises-1-words": "We call back"}
    answer = lead.post("/plan/vision/edit/", form(lead.get("/plan/vision/edit/")) | mine | wrong)

    assert answer.status_code == 422
    assert VisionVersion.objects.count() == 1
    shown = answer.content.decode()
    assert all(words in shown for words in (*mine.values(), *wrong.values()))


@pytest.mark.django_db
def test_a_wrong_number_in_the_guided_start_loses_none_of_what_was_typed(lead: Client) -> None:
    typed = {
        "promises-0-words": "It comes on the day we said",
        "promises-0-measure": "ces.mean",
        "promises-0-target": "lots",
    }
    answer = lead.post("/plan/vision/start/5/", typed)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "It comes on the day we said" in shown and 'value="lots"' in shown and 'value="ces.mean" selected' in shown


@pytest.mark.django_db
def test_a_promise_becomes_a_target_of_its_metric_once(lead: Client) -> None:
    versions.save(WHOLE, None, after=0)

    page = lead.get("/plan/vision/").content.decode()
    assert "Make it a target of the metric" in page and "nothing shows it yet" in page
    for _twice in range(2):
        lead.post("/plan/vision/target/p1/")

    (target,) = Target.objects.all()
    assert (target.metric, target.dimension, target.group, target.value) == ("promise_kept", "promise", "delivery", 95)
    assert "Make it a target of the metric" not in lead.get("/plan/vision/").content.decode()


@pytest.mark.django_db
def test_what_a_persona_gets_is_measured_among_its_people(lead: Client) -> None:
    parents = Segment.objects.create(name="Parents")
    shown = Proposition("p3", "Parents", "A nap's time", KEPT), Proposition("p4", "Nobody in the data", "", KEPT)

    told = [evidence.shown_of(one, source(), wait=False) for one in shown]

    assert evidence.segment_of("Parents", source()) == f"saved:{parents.pk}"
    assert [one.people for one in told if one] == ["of these people", "of everybody: no segment is called so"]
    assert told[0] is not None and f"segment=saved%3A{parents.pk}" in told[0].href


@pytest.mark.django_db
def test_versions_stand_side_by_side(lead: Client) -> None:
    versions.save(WHOLE, None, after=0)
    versions.save(Vision(goal="Another"), None, after=1)

    page = lead.get("/plan/vision/versions/?before=1&after=2").content.decode()

    assert "<ins>Another</ins>" in page and "<del>Dinner with friends</del>" in page


@pytest.mark.django_db
def test_who_only_sees_figures_reads_and_changes_nothing(signed_in: Callable[[str], Client]) -> None:
    first = versions.save(WHOLE, None, after=0)
    viewer = signed_in(Role.VIEWER)

    assert viewer.get("/plan/vision/").status_code == 200
    assert viewer.get("/plan/vision/versions/").status_code == 200
    for address in ("start/1/", "edit/", f"versions/{first.number}/restore/", "target/p1/"):
        assert viewer.post(f"/plan/vision/{address}").status_code == 403
