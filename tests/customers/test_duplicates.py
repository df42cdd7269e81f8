"""People who may be in here twice: what speaks for it, what against, and how sure that is."""

import json

import pytest

from vivencia.understand.duplicates import Pair, email_key, name_key, pairs, person, phone_key, ruled


def row(who: str, name: str = "", email: str = "", phone: str = "", **traits: object) -> dict[str, object]:
    return {"customer_id": who, "name": name, "email": email, "phone": phone, "traits": json.dumps(traits)}


FIRST, LAST = ("María", "José", "Ana", "Luis", "Eva"), ("García", "López", "Ruiz", "Sanz")
CROWD = [
    row(f"c{i}", f"{first} {last}", f"{first}.{last}{i}@example.org", f"6{i:08d}", city="Sevilla", cp=f"41{i % 40:03d}")
    for i, (first, last, _) in enumerate((first, last, turn) for first in FIRST for last in LAST for turn in range(3))
]


def found(*records: dict[str, object], apart: tuple[tuple[str, str], ...] = ()) -> dict[tuple[str, str], Pair]:
    return {(one.one, one.other): one for one in pairs([person(each) for each in [*CROWD, *records]], apart=apart)}


def test_a_rare_name_with_the_same_birthday_is_one_person_a_common_name_alone_is_not() -> None:
    seen = found(
        row("x", "Melisenda Urrutikoetxea", birthday="1980-02-03"),
        row("y", "Urrutikoetxea, Melisenda", birthday="1980-02-03"),
        row("m1", "María García", cp="41999"), row("m2", "María García", cp="28001"),
    )  # fmt: skip
    assert seen["x", "y"].chance > 0.95
    assert seen["x", "y"].agree == ("name", "birthday")
    assert ("m1", "m2") not in seen


def test_the_same_address_written_otherwise_is_the_same() -> None:
    seen = found(row("x", "Ana Sanz", "Ana.Sanz+shop@gmail.com"), row("y", "", "anasanz@googlemail.com"))
    assert seen["x", "y"].agree == ("email",)


def test_what_differs_speaks_against_and_is_told() -> None:
    seen = found(
        row("x", "Pau Vila", phone="+34 600 000 999", birthday="1990-01-01"),
        row("y", "Pau Vila", phone="600000999", birthday="1961-05-09"),
        row("z", "Pau Vila", phone="0034600000999"),
    )
    assert seen["x", "z"].chance > seen.get(("x", "y"), Pair("", "", 0, (), (), ())).chance
    assert seen["x", "z"].differ == ()


def test_a_slip_of_the_pen_is_told_as_alike() -> None:
    seen = found(row("x", "Nerea Etxeberria", phone="611222333"), row("y", "Nerea Etxebarria", phone="611222333"))
    assert seen["x", "y"].alike == ("name",)


def test_a_name_without_its_second_surname_is_alike_and_no_other_name() -> None:
    said = {"email": "lucia.ferrer@correo.example"}
    seen = found(row("x", "Lucía Ferrer Gil", **said), row("y", "Lucia Ferrer", **said), row("z", "Ana Gil", **said))
    assert (seen["x", "y"].alike, seen["x", "y"].differ) == (("name",), ())
    assert ("x", "z") not in seen or seen["x", "z"].differ == ("name",)


def test_an_office_s_address_joins_nobody() -> None:
    office = [row(f"o{i}", f"Person{i} Number{i}", "info@office.example") for i in range(9)]
    assert not any(one.startswith("o") and other.startswith("o") for one, other in found(*office))


def test_two_of_whom_somebody_said_they_are_two_are_not_offered_again() -> None:
    twins = (row("x", "Melisenda Urruti", "m@example.org"), row("y", "Melisenda Urruti", "m@example.org"))
    assert ("x", "y") in found(*twins)
    assert ("x", "y") not in found(*twins, apart=(("x", "y"),))


def test_a_crowd_with_common_names_has_nobody_twice() -> None:
    assert found() == {}


def test_a_rule_joins_verified_addresses_and_others_only_where_told_to() -> None:
    people = [
        person(row("a", email="x@example.org", email_verified=True)),
        person(row("b", email="X@example.org", email_verified=True)),
        person(row("c", email="x@example.org")),
    ]  # fmt: skip
    assert [(one.one, one.other) for one in ruled(people, {"email": "verified"})] == [("a", "b")]
    assert len(ruled(people, {"email": "always"})) == 3
    assert ruled(people, {"email": "verified"}, apart=[("a", "b")]) == []


@pytest.mark.parametrize(
    ("key", "said", "expected"),
    [
        (email_key, "no address", ""), (email_key, None, ""), (phone_key, "12 34", ""), (phone_key, None, ""),
        (name_key, "Ana", ""), (name_key, "Núñez, José", "jose nunez"), (phone_key, "+34 (612) 34-56-78", "612345678"),
    ],
)  # fmt: skip
def test_what_says_nothing_is_not_compared(key, said, expected) -> None:  # type: ignore[no-untyped-def]
    assert key(said) == expected
