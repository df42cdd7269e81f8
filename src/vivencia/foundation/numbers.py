"""Numbers and days as they come in, from addresses and forms."""

import re
from datetime import date
from decimal import Decimal

from django.utils import formats


def whole(text: str | None, most: int = 2**31 - 1) -> int | None:
    """The whole number an address or a form says, from 0 to `most`; None for anything else, however long it is.

    Only plain digits count: `int()` alone takes signs and other alphabets, fails on 4,300 digits, and hands a database
    numbers it cannot hold.
    """
    if not text or len(text) > 18 or not (text.isascii() and text.isdigit()):
        return None
    return number if (number := int(text)) <= most else None


def day(text: str | None) -> date | None:
    """The day an address or a form says (2027-03-31); None for anything else, and for days nobody has lived or will.

    The ends of the calendar are left out, because the day before the first and after the last one is none.
    """
    try:
        told = date.fromisoformat(text or "")
    except ValueError:
        return None
    return told if 1800 <= told.year <= 2200 else None


_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_LONGEST = 400


def from_typed(text: str) -> Decimal:
    """The number somebody typed, with a comma or a point, grouped or not. Raises ValueError where it is none.

    A mark alone is the decimal one, unless the page's language groups by it and three digits follow: 1.500 is one and
    a half thousand in Spanish and one and a half in English.
    """
    told = re.sub(r"[\s'\N{RIGHT SINGLE QUOTATION MARK}]", "", text).replace("\N{MINUS SIGN}", "-")
    groups = str(formats.get_format("THOUSAND_SEPARATOR"))
    for mark, other in ((",", "."), (".", ",")):
        alone = other not in told
        grouped = re.fullmatch(rf"-?[0-9]{{1,3}}({re.escape(mark)}[0-9]{{3}})+({re.escape(other)}[0-9]+)?", told)
        if grouped and (not alone or told.count(mark) > 1 or mark == groups):
            told = told.replace(mark, "")
    told = told.replace(",", ".")
    if len(told) > _LONGEST or not _PLAIN.fullmatch(told):
        raise ValueError(text)
    return Decimal(told)


def as_typed(value: float | Decimal) -> str:
    """A number as the page's language writes it in a field: ungrouped, all its digits, and read back as it was."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    told = f"{exact:f}"
    told = told.rstrip("0").rstrip(".") if "." in told else told
    return told.replace(".", str(formats.get_format("DECIMAL_SEPARATOR")))
