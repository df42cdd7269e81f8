"""Numbers and days as they come in, from addresses and forms. Pure, so that what knows nothing of pages reads them
the same way; what depends on the page's language is in `writing`."""

from datetime import date


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
