"""How a column writes dates, and the DuckDB expression that reads them.

ISO 8601 is read by a cast; everything else by `strptime` patterns, first by those the sample shows (few, so fast),
then by all of the same order, so that a rarer way of writing further down is still understood.
"""

import re
from calendar import month_abbr, month_name
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Final

from vivencia.listen.imports.readers.table import literal

_TIMES: Final = (
    "",
    " %H:%M:%S",
    " %H:%M",
    " %I:%M:%S %p",
    " %I:%M %p",
    "T%H:%M:%S",
    " %H:%M:%S.%f",
    ", %H:%M:%S",
    ", %H:%M",
)
_DAYS: Final = {
    # Two-digit years first: %Y would take "23" for the year 23.
    "dmy": ("%d/%m/%y", "%d-%m-%y", "%d.%m.%y", "%d-%b-%y", "%d %b %y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y",
            "%d-%b-%Y", "%d %b %Y", "%d %B %Y"),
    "mdy": ("%m/%d/%y", "%m-%d-%y", "%m/%d/%Y", "%m-%d-%Y", "%b %d %Y", "%b %d, %Y", "%B %d, %Y"),
    "ymd": ("%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"),
}  # fmt: skip
PATTERNS: Final = {order: tuple(day + time for day, time in product(days, _TIMES)) for order, days in _DAYS.items()}
_MARKS: Final = {
    pattern: re.sub(r"[^/.:,-]", "", re.sub("%.", "", pattern)) for each in PATTERNS.values() for pattern in each
}
SHOWN: Final = {
    "iso": "2026-11-30 18:45",
    "dmy": "30/11/2026 18:45",
    "mdy": "11/30/2026 6:45 PM",
    "ymd": "2026/11/30 18:45",
    "epoch": "1796064300",
}
_MONTHS: Final = (
    ("ene", "jan"), ("abr", "apr"), ("ago", "aug"), ("dic", "dec"), ("fev", "feb"), ("mai", "may"), ("out", "oct"),
    ("set", "sep"), ("dez", "dec"),
)  # fmt: skip
_ISO: Final = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?)?\s?(Z|UTC|[+-]\d{2}(:?\d{2})?)?")
_EPOCH: Final = re.compile(r"-?\d{9,10}(\.\d+)?|\d{13}")
_DIRECTIVES: Final = {
    "%d": "(?:0?[1-9]|[12][0-9]|3[01])",
    "%m": "(?:0?[1-9]|1[0-2])",
    "%y": "[0-9]{2}",
    "%Y": "[0-9]{4}",
    "%H": "(?:[01]?[0-9]|2[0-3])",
    "%I": "(?:0?[1-9]|1[0-2])",
    "%M": "[0-5]?[0-9]",
    "%S": "[0-5]?[0-9]",
    "%f": "[0-9]{1,6}",
    "%p": "[ap]m",
    "%b": "(?:" + "|".join(month_abbr[1:]) + ")",
    "%B": "(?:" + "|".join(month_name[1:]) + ")",
    " ": r"\s+",
}
_NINES: Final = str.maketrans("012345678", "9" * 9)
_DIGITS: Final = frozenset("9#")  # in a shape
_ZONED: Final = r"(Z|UTC|[+-]\d{2}(:?\d{2})?)$"


@dataclass(frozen=True)
class Dates:
    """How one column writes dates."""

    order: str  # iso, dmy, mdy, ymd, epoch, or a pattern that was declared
    patterns: tuple[str, ...] = ()  # those the sample shows
    share: float = 1.0  # of the sampled values, how many are dates when read so
    ambiguous: bool = False  # day first and month first read the sample equally well

    @property
    def shown(self) -> str:
        """An example of the form, for people."""
        return SHOWN.get(self.order, self.order)


def detect(values: Sequence[str], declared: str = "auto") -> Dates:
    """How the sampled values write dates; `declared` (an order or a pattern) is taken at its word.

    >>> detect(["31/12/2026", "01/02/2026"]).order
    'dmy'
    """
    if "%" in declared:
        return Dates(declared, (declared,))
    orders = ("iso", "dmy", "mdy", "ymd", "epoch") if declared == "auto" else (declared,)
    sampled = list(values)[:1000]
    if not sampled:
        return Dates(orders[0], PATTERNS.get(orders[0], ())[:1])
    shapes = _by_shape(sampled)
    if orders[0] == "iso" and _reading(shapes, "iso").count == len(sampled):
        return Dates("iso")
    read = {order: _reading(shapes, order) for order in orders}
    best = max(orders, key=lambda order: read[order].count)
    counts = {order: reading.count for order, reading in read.items()}
    ambiguous = declared == "auto" and 0 < counts["dmy"] == counts["mdy"] == counts[best]
    return Dates(best, read[best].patterns, counts[best] / len(sampled), ambiguous)


def agreed(ambiguous: Dates, others: Sequence[Dates]) -> Dates:
    """Day or month first as another column of the same file has it, where one column alone cannot tell."""
    for other in others:
        if other.order in ("dmy", "mdy") and not other.ambiguous and other.share >= 0.9:
            if other.order == ambiguous.order:
                return replace(ambiguous, ambiguous=False)
            return Dates(other.order, PATTERNS[other.order])
    return ambiguous


def expression(raw: str, dates: Dates, zone: str) -> str:
    """SQL that reads the text expression `raw` as a time in UTC; null where it is none.

    Times without a zone of their own are in `zone`.
    """
    if dates.order == "epoch":
        number = f"TRY_CAST({raw} AS DOUBLE)"
        seconds = f"CASE WHEN abs({number}) > 1e11 THEN {number} / 1000 ELSE {number} END"
        return f"CASE WHEN isfinite({number}) AND abs({number}) < 1e14 THEN to_timestamp({seconds}) END"
    if dates.order == "iso":
        return _iso(raw, zone)
    everything = PATTERNS.get(dates.order, (dates.order,))
    first = f"try_strptime({raw}, {_listed(dates.patterns or everything)})"
    if everything == dates.patterns:
        return _in_zone(first, zone)
    rest = f"try_strptime({_english(raw)}, {_listed(everything)})"
    return _in_zone(f"coalesce({first}, {rest})", zone)


def _iso(raw: str, zone: str) -> str:
    with_zone = f"TRY_CAST({raw} AS TIMESTAMPTZ)"
    if zone == "UTC":  # the session's own
        return with_zone
    without = _in_zone(f"TRY_CAST({raw} AS TIMESTAMP)", zone)
    zoned = f"length({raw}) > 12 AND regexp_matches({raw}, {literal(_ZONED)})"
    return f"CASE WHEN {zoned} THEN {with_zone} ELSE {without} END"


def _in_zone(naive: str, zone: str) -> str:
    return f"timezone({literal(zone)}, {naive})"


def _english(raw: str) -> str:
    """Spanish and Portuguese month names as `strptime` knows them."""
    lowered = f"lower({raw})"
    for theirs, ours in _MONTHS:
        lowered = f"replace({lowered}, {literal(theirs)}, {literal(ours)})"
    return f"replace({lowered}, ' de ', ' ')"


def _listed(patterns: Sequence[str]) -> str:
    return "[" + ", ".join(literal(pattern) for pattern in patterns) + "]"


@dataclass(frozen=True)
class _Reading:
    """How many values an order reads, and by which patterns."""

    count: int
    patterns: tuple[str, ...] = ()


def _by_shape(values: Sequence[str]) -> dict[str, list[str]]:
    """Values of the same build together: "31/12/2026" and "01/02/2026" are both "9/9/#"."""
    alike: dict[str, list[str]] = {}
    for value in values:
        alike.setdefault(value.translate(_NINES), []).append(value)
    shapes: dict[str, list[str]] = {}
    for build, found in alike.items():
        shape = re.sub(r"\d{1,2}", "9", re.sub(r"\d{4}", "#", re.sub(r"[^\W\d_]+", "a", build)))
        shapes.setdefault(shape, []).extend(found)
    return shapes


def _reading(shapes: dict[str, list[str]], order: str) -> _Reading:
    if order in ("iso", "epoch"):
        build = _ISO if order == "iso" else _EPOCH
        return _Reading(sum(build.fullmatch(value) is not None for values in shapes.values() for value in values))
    count, used = 0, set()
    for shape, values in shapes.items():
        if not _DIGITS & set(shape):
            continue
        marks = re.sub(r"[^/.:,-]", "", shape)  # no directive reads a mark: only patterns with the same ones can fit
        candidates = [pattern for pattern in PATTERNS[order] if _MARKS[pattern] == marks]
        probes = [_english_word(value) for value in values] if "a" in shape else values
        fitting = [pattern for pattern in candidates if any(_is(probe, pattern) for probe in probes[:20])]
        used.update(fitting)
        count += sum(any(_is(probe, pattern) for pattern in fitting) for probe in probes)
    return _Reading(count, tuple(pattern for pattern in PATTERNS[order] if pattern in used))


def _is(value: str, pattern: str) -> bool:
    """Whether the pattern reads the value; the 31st of a short month passes here, and is refused when it is read."""
    return _build(pattern).fullmatch(value) is not None


@cache
def _build(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(%.|\s+)", pattern)
    return re.compile("".join(_DIRECTIVES.get(part, re.escape(part)) for part in parts), re.IGNORECASE | re.ASCII)


def _english_word(value: str) -> str:
    lowered = value.lower().replace(" de ", " ")
    for theirs, ours in _MONTHS:
        lowered = lowered.replace(theirs, ours)
    return lowered
