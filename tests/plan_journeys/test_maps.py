"""Maps that several people edit at once: nothing is lost, everybody sees the same, and each takes back their own."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.plan_journeys.test_drawing import SHOP
from tests.plan_journeys.test_operations import MAP, operations_on_maps
from vivencia.foundation import traces
from vivencia.foundation.models import Role, User
from vivencia.plan.journeys import maps, operations
from vivencia.plan.journeys.drawing import Cell, Comment, Drawing, DrawingError, Step
from vivencia.plan.journeys.maps import Edit
from vivencia.plan.journeys.models import JourneyMap, MapOperation, MapVersion
from vivencia.plan.journeys.operations import (
    Add,
    Belongings,
    Note,
    Operation,
    Remove,
    Set,
    VoidError,
    apply,
    meet,
    touches,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return User.objects.create_user("ana@example.org", role=Role.ANALYST, first_name="Ana")


@pytest.fixture
def luis() -> User:
    return User.objects.create_user("luis@example.org", role=Role.ANALYST, first_name="Luis")


@pytest.fixture
def shop(ana: User) -> JourneyMap:
    return maps.create(SHOP, by=ana)


def does(the_map: JourneyMap, by: User, operation: Operation, base: int | None = None) -> MapOperation:
    """One edit, by somebody who has seen everything (or everything up to `base`)."""
    seen = JourneyMap.objects.get(pk=the_map.pk).seq
    count = MapOperation.objects.count()
    return maps.edit(the_map.pk, Edit(f"token-{count:04}", seen if base is None else base, operation), by=by)


def now(the_map: JourneyMap) -> Drawing:
    return JourneyMap.objects.get(pk=the_map.pk).drawing


def name_of(the_map: JourneyMap, step: str) -> str:
    found = now(the_map).step(step)
    assert found is not None
    return found.name


def test_the_later_of_two_values_for_one_field_stands_and_the_earlier_is_pointed_out(
    shop: JourneyMap, ana: User, luis: User
) -> None:
    first = does(shop, ana, Set("step", "deliver", "name", "Parcel in a day"), base=0)
    second = does(shop, luis, Set("step", "deliver", "name", "Parcel in two days"), base=0)
    assert name_of(shop, "deliver") == "Parcel in two days"
    assert second.overwrote == first
    assert second.inverse is not None
    assert second.inverse["value"] == "Parcel in a day"
    third = does(shop, luis, Set("step", "deliver", "goal", "Have it"), base=0)
    assert third.overwrote is None


def test_an_edit_of_a_step_removed_meanwhile_has_no_effect_and_is_kept(shop: JourneyMap, ana: User, luis: User) -> None:
    does(shop, ana, Remove("step", "deliver"), base=0)
    late = does(shop, luis, Set("step", "deliver", "goal", "Have it on Friday"), base=0)
    assert (late.applied, late.why) == (False, "gone")
    assert late.document["value"] == "Have it on Friday"
    maps.undo(shop.pk, "undo-token", by=ana)
    assert now(shop) == MAP


def test_what_is_sent_twice_is_done_once(shop: JourneyMap, ana: User) -> None:
    edit = Edit("the-same-token", 0, Add("step", Step("pay", "buy", "Pay"), "choose"))
    assert maps.edit(shop.pk, edit, by=ana) == maps.edit(shop.pk, edit, by=ana)
    assert MapOperation.objects.count() == 1


def test_each_takes_back_their_own_and_does_it_again(shop: JourneyMap, ana: User, luis: User) -> None:
    does(shop, ana, Set("step", "choose", "name", "Look"))
    does(shop, luis, Set("step", "return", "name", "Give back"))
    does(shop, ana, Set("step", "choose", "name", "Compare"))
    assert maps.can(shop.pk, ana) == {"undo": True, "redo": False}
    maps.undo(shop.pk, "undo-0001", by=ana)
    assert name_of(shop, "choose") == "Look"
    maps.undo(shop.pk, "undo-0002", by=ana)
    assert (name_of(shop, "choose"), name_of(shop, "return")) == ("Choose", "Give back")
    assert maps.undo(shop.pk, "undo-0003", by=ana) is None
    maps.redo(shop.pk, "redo-0001", by=ana)
    maps.redo(shop.pk, "redo-0002", by=ana)
    assert name_of(shop, "choose") == "Compare"
    maps.undo(shop.pk, "undo-0004", by=ana)
    does(shop, ana, Set("step", "choose", "name", "Decide"))
    assert maps.redo(shop.pk, "redo-0003", by=ana) is None


def test_what_somebody_else_wrote_and_took_back_keeps_nobody_from_an_undo(
    shop: JourneyMap, ana: User, luis: User
) -> None:
    does(shop, ana, Set("step", "choose", "name", "Look"))
    does(shop, luis, Set("step", "choose", "name", "Search"))
    maps.undo(shop.pk, "undo-0001", by=luis)
    maps.undo(shop.pk, "undo-0002", by=ana)
    assert name_of(shop, "choose") == "Choose"
    does(shop, luis, Set("step", "choose", "name", "Search"))
    refused = maps.redo(shop.pk, "redo-0001", by=ana)
    assert refused is not None and refused.why == "touched", "what he wrote since stands"


def test_an_undo_never_takes_what_somebody_else_wrote(shop: JourneyMap, ana: User, luis: User) -> None:
    does(shop, ana, Add("step", Step("pay", "buy", "Pay"), "choose"))
    does(shop, luis, Set("step", "pay", "goal", "Pay as I like"))
    refused = maps.undo(shop.pk, "undo-0001", by=ana)
    assert refused is not None
    assert (refused.applied, refused.why) == (False, "touched")
    assert name_of(shop, "pay") == "Pay"
    assert maps.can(shop.pk, ana)["undo"] is False


def test_a_version_comes_back_and_that_is_undone_too(shop: JourneyMap, ana: User) -> None:
    version = maps.keep_version(shop, "As agreed in March", by=ana)
    does(shop, ana, Remove("phase", "receive"))
    maps.restore(version, "restore-1", by=ana)
    assert now(shop) == MAP
    maps.undo(shop.pk, "undo-0001", by=ana)
    assert [phase.key for phase in now(shop).phases] == ["buy"]


def test_every_earlier_state_can_be_seen_again(shop: JourneyMap, ana: User) -> None:
    does(shop, ana, Set("step", "choose", "name", "Look"))
    does(shop, ana, Remove("step", "deliver"))
    found = JourneyMap.objects.get(pk=shop.pk)
    assert maps.before(found, 0) == MAP
    assert maps.before(found, 1) == apply(MAP, Set("step", "choose", "name", "Look"))


def test_a_comment_is_signed_by_the_server_and_its_words_are_its_authors(
    shop: JourneyMap, ana: User, luis: User
) -> None:
    does(shop, ana, Add("comment", Comment("c9", "Really?", "The boss", "1999", "choose")))
    kept = next(one for one in now(shop).comments if one.key == "c9")
    assert kept.by == "Ana"
    assert kept.at > "2020"
    with pytest.raises(maps.NotYoursError):
        does(shop, luis, Set("comment", "c9", "text", "Yes."))
    does(shop, luis, Set("comment", "c9", "resolved", True))


def test_comments_that_come_along_with_a_step_are_signed_too(shop: JourneyMap, luis: User) -> None:
    forged = Belongings(comments=(Comment("c8", "I agree.", "The boss", "1999", "wait"),))
    does(shop, luis, Add("step", Step("wait", MAP.phases[0].key, "Wait"), None, forged))
    assert next(one.by for one in now(shop).comments if one.key == "c8") == "Luis"


def test_of_two_undos_at_once_the_second_takes_back_what_came_before(
    shop: JourneyMap, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("One", "Two"):
        does(shop, ana, Set("step", "deliver", "name", name))
    stacks = maps._stacks
    raced: list[int] = []

    def late(pk: int, by: User) -> tuple[list[int], list[int]]:
        found = stacks(pk, by)
        if not raced:
            raced.append(pk)
            maps.undo(pk, "undo-token-1", by=ana)
        return found

    monkeypatch.setattr(maps, "_stacks", late)
    maps.undo(shop.pk, "undo-token-2", by=ana)

    assert now(shop) == MAP
    assert len(stacks(shop.pk, ana)[1]) == 2


def test_a_value_that_may_not_stand_there_is_refused_and_not_recorded(shop: JourneyMap, ana: User) -> None:
    with pytest.raises(DrawingError):
        does(shop, ana, Set("step", "choose", "expectations.promise_share", 7))
    assert MapOperation.objects.count() == 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), operations_on_maps(), st.integers(0, 3)), max_size=8))
def test_any_interleaving_of_two_editors_converges_and_loses_nothing(
    ana: User, luis: User, turns: list[tuple[bool, Any, int]]
) -> None:
    shop = maps.create(SHOP, by=ana)
    for place, (anas, operation, behind) in enumerate(turns):
        edit = Edit(f"{shop.pk}-token-{place}", max(0, place - behind), operation)
        maps.edit(shop.pk, edit, by=ana if anas else luis)
    log = list(MapOperation.objects.filter(map=shop))
    assert [one.seq for one in log] == list(range(1, len(turns) + 1))
    drawing = MAP
    for one in log:  # whoever reads the log in order sees what the server has
        if one.applied:
            drawing = apply(drawing, operations.read(one.document))
    assert now(shop) == drawing
    for place, one in enumerate(log):
        operation = operations.read(one.document)
        later = [operations.read(other.document) for other in log[place + 1 :] if other.applied]
        gone = any(isinstance(other, Remove) or meet(touches(operation), touches(other)) for other in later)
        if isinstance(operation, Set) and one.applied and not gone:
            assert operations.inverse(drawing, operation) == _as_kept(operation)
        if not one.applied:
            assert one.why in ("gone", "twice")


def _as_kept(operation: Set) -> Operation:
    """The same value as the drawing holds it: nothing set is None."""
    kept = operation.value if operation.value != "" or "expectations" not in operation.field else None
    return Set(operation.of, operation.key, operation.field, kept)


def test_an_edit_without_effect_leaves_the_map_as_it_is(shop: JourneyMap, ana: User) -> None:
    does(shop, ana, Remove("step", "nothing-there"))
    assert now(shop) == MAP
    with pytest.raises(VoidError):
        operations.find(MAP, "step", "nothing-there")


def test_an_erased_person_is_named_in_no_map_and_its_history_still_reads(shop: JourneyMap, ana: User) -> None:
    does(shop, ana, Set("step", "deliver", "goal", "As eva@example.com said, not evan@example.com"))
    does(shop, ana, Note(Cell("deliver", "own", "eva@example.com")))
    maps.keep_version(JourneyMap.objects.get(pk=shop.pk), "In March", by=ana)
    assert traces.wipe({"Eva@Example.com", "7"}) == 4
    told = str(list(MapOperation.objects.values())) + str(list(MapVersion.objects.values())) + str(now(shop))
    assert "eva@example.com" not in told.replace("evan@example.com", "")
    step = now(shop).step("deliver")
    assert step is not None
    assert step.goal == "As … said, not evan@example.com"
    maps.undo(shop.pk, "undo-0001", by=ana)
    assert now(shop).cell("deliver", "own") is None


def test_what_was_erased_does_not_come_back_with_an_edit_under_way(
    shop: JourneyMap, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    does(shop, ana, Set("step", "deliver", "goal", "ana.perez@example.com wants it"))
    seen, erased = maps._done, list[int]()

    def meanwhile(*told: Any) -> Any:
        done = seen(*told)
        erased.append(0 if erased else traces.wipe({"ana.perez@example.com"}))
        return done

    monkeypatch.setattr(maps, "_done", meanwhile)
    does(shop, ana, Set("step", "deliver", "name", "Bring it"))
    step = now(shop).step("deliver")
    assert step is not None
    assert (step.name, step.goal) == ("Bring it", "… wants it")
    assert "ana.perez" not in str(list(MapOperation.objects.values_list("document", "inverse")))
    assert erased == [2, 0], "the edit found the map changed and was made again"
