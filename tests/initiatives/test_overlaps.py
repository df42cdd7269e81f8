"""What counts the same money twice is pointed out."""

from hypothesis import given
from hypothesis import strategies as st

from vivencia.plan.initiatives.overlaps import Claimant, alike, left, overlaps


def one(key: int, **changes: object) -> Claimant:
    title = f"number {key}{'abcdefgh'[key]}xyz"
    told: dict[str, object] = {"title": title, "claim": "", "share": 100.0, "place": "", "metric": "csat"}
    return Claimant(key=key, **{**told, **changes})  # type: ignore[arg-type]


def test_two_cannot_both_claim_the_whole_of_a_gap() -> None:
    first, second = one(1, claim="map:1:delivery:promise"), one(2, claim="map:1:delivery:promise")

    (found,) = overlaps(first, [second])

    assert (found.other, found.reason, found.claimed) == (2, "over_claimed", 200.0)


def test_two_may_share_a_gap_as_long_as_it_is_not_more_than_the_whole() -> None:
    first, second = one(1, claim="gap", share=60.0), one(2, claim="gap", share=40.0)

    assert [found.reason for found in overlaps(first, [second])] == ["same_gap"]
    assert left("gap", [first]) == 40.0
    assert left("gap", [first, second]) == 0.0


def test_the_same_metric_at_the_same_place_and_nearly_the_same_name_are_pointed_out() -> None:
    first = one(1, title="Cut the waiting time", place="call")
    place, name, neither = one(2, place="call"), one(3, title="Cut waiting times"), one(4, title="Teach the shops")

    found = overlaps(first, [neither, name, place])

    assert [(overlap.other, overlap.reason) for overlap in found] == [(2, "same_place"), (3, "alike")]


def test_an_initiative_does_not_overlap_with_itself() -> None:
    assert overlaps(one(1, claim="gap"), [one(1, claim="gap")]) == []


@given(st.text(), st.text())
def test_likeness_is_symmetric_and_between_nothing_and_all(a: str, b: str) -> None:
    assert 0 <= alike(a, b) == alike(b, a) <= 1
