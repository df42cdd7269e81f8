"""Numbers and months as the reader's language writes them."""

from datetime import date
from decimal import Decimal

from django.utils import formats


def number_format(value: float | Decimal | str, decimals: int | None = None, *, force_grouping: bool = False) -> str:
    """A number in the page's language with `decimals` places (None: as many as it has).

    Django's own cuts: 89.97 without decimals is its 89. This rounds, to the nearest of what is left.
    """
    if decimals is not None:
        value = Decimal(f"{Decimal(value) if isinstance(value, str) else value:.{decimals}f}")
    return str(formats.number_format(value, decimals, force_grouping=force_grouping))


def month(day: date) -> str:
    """The month and year of a day, short: Nov 2026, nov 2026 (months are not capitalised in Spanish)."""
    return str(formats.date_format(day, formats.get_format("SHORT_DATE_FORMAT").replace("j ", "")))
