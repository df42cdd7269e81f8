"""Numbers as the reader's language writes them, rounded."""

from decimal import Decimal

from django.utils import formats


def number_format(value: float | Decimal | str, decimals: int | None = None, *, force_grouping: bool = False) -> str:
    """A number in the page's language with `decimals` places (None: as many as it has).

    Django's own cuts: 89.97 without decimals is its 89. This rounds, to the nearest of what is left.
    """
    if decimals is not None:
        value = Decimal(f"{Decimal(value) if isinstance(value, str) else value:.{decimals}f}")
    return str(formats.number_format(value, decimals, force_grouping=force_grouping))


def whole(text: str | None, most: int = 2**31 - 1) -> int | None:
    """The whole number an address or a form says, from 0 to `most`; None for anything else, however long it is.

    Only plain digits count: `int()` alone takes signs and other alphabets, fails on 4,300 digits, and hands a database
    numbers it cannot hold.
    """
    if not text or len(text) > 18 or not (text.isascii() and text.isdigit()):
        return None
    return number if (number := int(text)) <= most else None
