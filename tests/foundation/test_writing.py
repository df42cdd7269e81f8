"""Numbers are rounded, never cut."""

from decimal import Decimal

import pytest
from django.utils import translation

from vivencia.foundation.writing import number_format


@pytest.mark.parametrize(
    ("value", "decimals", "english", "spanish"),
    [
        (89.97, 0, "90", "90"),
        (2.876, 2, "2.88", "2,88"),
        (-0.06, 1, "-0.1", "-0,1"),
        (1234567.5, 0, "1,234,568", "1.234.568"),
        (Decimal("82.79"), 1, "82.8", "82,8"),
        ("4.10", 2, "4.10", "4,10"),
        (20000, None, "20,000", "20.000"),
    ],
)
def test_a_number_is_rounded_and_written_as_the_language_does(
    value: float | Decimal | str, decimals: int | None, english: str, spanish: str
) -> None:
    for language, said in (("en", english), ("es", spanish)):
        with translation.override(language):
            assert number_format(value, decimals, force_grouping=True) == said
