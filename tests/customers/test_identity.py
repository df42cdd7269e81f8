"""Several ids, one person."""

from vivencia.foundation.ledger.reading import Read
from vivencia.understand import identity


def test_any_id_leads_to_the_person(read: Read) -> None:
    assert identity.canonical(read, "ana") == "ana"
    assert identity.canonical(read, "app-7") == "ana"
    assert identity.canonical(read, "dario") == "dario", "known from the customer list alone"
    assert identity.canonical(read, "nobody") is None


def test_the_other_ids_come_with_the_reason(read: Read) -> None:
    (other,) = identity.ids_of(read, "ana")

    assert (other.id, other.reason) == ("app-7", "Signed in to the app with the same e-mail address")
    assert identity.ids_of(read, "bruno") == []


def test_an_unknown_id_brings_what_looks_like_it(read: Read) -> None:
    assert identity.near(read, "carlla")[0] == "carla"
    assert "app-7" in identity.near(read, "app-8")
    assert identity.near(read, "zzzzzzzz") == []
