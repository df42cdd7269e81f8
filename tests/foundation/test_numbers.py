"""Numbers that come in are plain and bounded, and mean what the reader's language means by them."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from vivencia.foundation.numbers import day, whole
from vivencia.foundation.writing import as_typed, from_typed


@pytest.mark.parametrize("text", ["", None, "-1", "+1", "1.0", " 1", "٣", "²", "9" * 5000, str(2**31)])
def test_what_is_no_number_of_ours_is_none(text: str | None) -> None:
    assert whole(text) is None


def test_a_whole_number_is_read_up_to_the_most() -> None:
    assert (whole("0"), whole("007"), whole("10", most=10), whole("11", most=10)) == (0, 7, 10, None)


@pytest.mark.parametrize(
    ("text", "english", "spanish"),
    [
        ("1500", "1500", "1500"),
        ("1,500", "1500", "1.500"),
        ("1.500", "1.500", "1500"),
        ("1,5", "1.5", "1.5"),
        ("1.5", "1.5", "1.5"),
        ("1.234.567,5", "1234567.5", "1234567.5"),
        ("1,234,567.5", "1234567.5", "1234567.5"),
        ("1.234.567", "1234567", "1234567"),
        (" 12 000 ", "12000", "12000"),
        ("\N{MINUS SIGN}0.25", "-0.25", "-0.25"),
    ],
)
def test_a_typed_number_is_read_as_the_language_means_it(text: str, english: str, spanish: str) -> None:
    for language, meant in (("en", english), ("es", spanish)):
        with translation.override(language):
            assert from_typed(text) == Decimal(meant)


@pytest.mark.parametrize("text", ["", "nan", "inf", "1e5", "1,2,3", "1.2.3", "--1", "٣", "9" * 5000, "12,34.5.6"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # the text itself is all it says
        from_typed(text)


@given(st.floats(-1e12, 1e12) | st.decimals(-(10**9), 10**9, places=4))
def test_what_a_field_shows_is_read_back_as_it_was(value: float | Decimal) -> None:
    for language in ("en", "es"):
        with translation.override(language):
            assert type(value)(from_typed(as_typed(value))) == value


def test_a_day_is_one_somebody_may_have_lived() -> None:
    assert day("2027-03-31") == date(2027, 3, 31)
    assert [day(text) for text in (None, "", "31/03/2027", "2027-02-30", "0001-01-01", "9999-12-31")] == [None] * 6
