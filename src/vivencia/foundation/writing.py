"""Numbers and months as the reader's language writes them, and what somebody typed read by the same rules."""

import re
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


_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "BRL": "R$"}


def currency_sign(currency: str) -> str:
    """How an amount's currency (ISO 4217) is written beside it: EUR is €. One without a sign of its own keeps its code,
    and so does a currency that is spoken of without an amount."""
    return _SIGNS.get(currency, currency)


def month(day: date) -> str:
    """The month and year of a day, short: Nov 2026, nov 2026 (months are not capitalised in Spanish)."""
    return str(formats.date_format(day, formats.get_format("SHORT_DATE_FORMAT").replace("j ", "")))


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
