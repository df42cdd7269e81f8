"""Personal data in what people write is put out of sight, and nothing else."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivencia.understand.text import personal
from vivencia.understand.text.personal import Kind, mask


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("write to ana.ruiz+shop@mail.example.org please", "write to [email] please"),
        ("mi tarjeta 4111 1111 1111 1111 no va", "mi tarjeta [card] no va"),
        ("card 5500-0000-0000-0004", "card [card]"),
        ("IBAN ES91 2100 0418 4502 0005 1332 gracias", "IBAN [account] gracias"),
        ("to GB82WEST12345698765432 today", "to [account] today"),
        ("DNI 12345678Z", "DNI [identity]"),
        ("12.345.678-Z", "[identity]"),
        ("NIE X1234567L", "NIE [identity]"),
        ("mi dni es 12345678A", "mi dni es [identity]"),  # a wrong letter, but they say that it is theirs
        ("meu cpf 529.982.247-25", "meu cpf [identity]"),
        ("llámame al 612 345 678", "llámame al [phone]"),
        ("+34 91 123 45 67", "[phone]"),
        ("call (202) 555-0143", "call [phone]"),
        ("ring +44 20 7946 0958", "ring [phone]"),
        ("vivo en la calle Mayor 12, 3º B, 28013 Madrid y nada", "vivo en la [address] y nada"),
        ("Avda. de la Constitución, 5", "[address]"),
        ("I live at 221B Baker Street, London NW1 6XE", "I live at [address]"),
        ("123 Main St, Springfield, IL 62704", "[address]"),
        ("Avda. de la Constitución nº 4, 41001 Sevilla. Sin timbre", "[address]. Sin timbre"),
        ("1600 Pennsylvania Avenue NW, Washington, DC 20500", "[address]"),
        ("PO Box 1234, Austin, TX 78701", "[address]"),
        ("SSN 078-05-1120", "SSN [identity]"),
        ("NI number AB 12 34 56 C", "NI number [identity]"),
        ("mi pasaporte es AAB123456", "mi pasaporte es [identity]"),
        ("número de la Seguridad Social 281234567840", "número de la Seguridad Social [identity]"),
        ("matrícula 1234 BCD", "matrícula [identity]"),
        ("nacida el 12/03/1985 en Lugo", "nacida el [identity] en Lugo"),
        ("caduca 12/27, CVV 123", "caduca 12/27, CVV [account]"),
        ("sort code 20-00-00 account 55779911", "sort code [account] account [account]"),
        ("desde 192.168.1.20", "desde [identity]"),
        ("me llamo Ana Ruiz y espero", "me llamo [name] y espero"),
        ("my name is John Smith, hello", "my name is [name], hello"),
        ("hablé con Marta", "hablé con [name]"),
        ("Mrs Robinson was rude", "Mrs [name] was rude"),
        ("Todo bien. Un saludo, Juan", "Todo bien. Un saludo, [name]"),
    ],
)
def test_what_tells_who_somebody_is_goes_out_of_sight(said: str, masked: str) -> None:
    assert mask(said) == masked


@pytest.mark.parametrize(
    "said",
    [
        "pedido 612345678 sin llegar",
        "order number 4111111111111112",
        "el 12/03/2024 a las 10:30 pagué 1.234,56 €",
        "El Corte Inglés de San Sebastián es genial",
        "Santiago de Compostela es bonita",
        "12345678A",
        "la versión 4.2.0.1 falla",
        "matrícula cerrada el 12/03/2024",
        "el pin de la pantalla, 3 veces",
        "cuenta 3 euros",
        "ES91 2100 0418 4502 0005 1333",
        "Soy Español y muy feliz",
        "I am Happy",
        "10 de 10",
        "",
    ],
)
def test_what_only_looks_like_it_stays(said: str) -> None:
    assert mask(said) == said


def test_finds_never_overlap_and_stand_in_order() -> None:
    text = "Soy Ana Ruiz, ana@example.org, 612 345 678, calle Mayor 1, 4111 1111 1111 1111"
    found = personal.find(text)
    assert [each.kind for each in found] == [Kind.NAME, Kind.EMAIL, Kind.PHONE, Kind.ADDRESS, Kind.CARD]
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_the_reader_can_be_told_in_their_own_language() -> None:
    assert mask("a@b.org", dict.fromkeys(Kind, "•")) == "•"


@given(st.text())
def test_masking_never_fails_and_never_leaves_an_address(text: str) -> None:
    assert "ana@example.org" not in mask(f"{text} ana@example.org {text}")


@given(st.integers(0, 10**15 - 1))
def test_of_ten_check_digits_one_is_right(number: int) -> None:
    assert sum(personal.luhn(f"{number:015}{digit}") for digit in range(10)) == 1


@given(st.integers(0, 10**8 - 1))
def test_one_letter_belongs_to_an_identity_number(number: int) -> None:
    assert sum(personal.dni(f"{number:08}", letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 1
