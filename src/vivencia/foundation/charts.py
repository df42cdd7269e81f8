"""A chart as data: `<viv-chart>` draws it and the table beside it gives the same numbers.

Build one in a view and show it with `{% chart it %}` (`{% load viv %}`):

    Chart(
        kind="line", label=_("Satisfaction by month"), unit="", decimals=2, low=1, high=5,
        series=(Series(_("Satisfaction"), tuple(Point(month, f.value, f.low, f.high, f.n) for ...)),),
    )
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

Kind = Literal["line", "bars", "stacked", "intervals"]
Tone = Literal["gain", "pain", "neutral", ""]
Text = str | Promise  # lazily translated strings are welcome


@dataclass(frozen=True)
class Point:
    """One value with its interval. `value` None: not enough data. `href` opens what is behind it."""

    label: Text
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    tone: Tone = ""
    href: str = ""


@dataclass(frozen=True)
class Series:
    """Points in the order they are drawn. All series of a chart have the same labels in the same order."""

    name: Text
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Chart:
    """`label` says in words what the chart shows: it is the caption and what a screen reader reads.

    line: values over time with the interval as a band · bars: horizontal, with whiskers · intervals: dots with
    their interval around a line at zero · stacked: horizontal shares. `zero` begins the value axis at zero;
    `low` and `high` fix its ends; `target` draws a line.
    """

    kind: Kind
    label: Text
    series: tuple[Series, ...]
    unit: str = ""
    decimals: int = 1
    target: float | None = None
    zero: bool = False
    low: float | None = None
    high: float | None = None

    @property
    def intervals_known(self) -> bool:
        return any(p.low is not None and p.high is not None for s in self.series for p in s.points)

    @property
    def counts_known(self) -> bool:
        return any(p.n is not None for s in self.series for p in s.points)

    @property
    def points(self) -> int:
        return sum(len(series.points) for series in self.series)

    def spec(self) -> dict[str, Any]:
        """What the island reads; lazy texts become strings."""
        spec: dict[str, Any] = _plain(asdict(self))
        spec["zero"] = self.zero or self.kind in ("bars", "stacked")
        if self.kind == "stacked" and self.unit == "%" and self.high is None:
            spec["high"] = 100
        spec["texts"] = {"target": _("Target"), "notEnough": _("not enough data"), "interval": _("to")}
        return spec


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Promise) else value


def sparkline(values: list[float | None], *, width: int = 120, height: int = 32) -> list[str]:
    """The SVG point lists of a small line; a gap in the values (None) begins a new one."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return []
    low, spread = min(known), (max(known) - min(known)) or 1.0
    step = width / (len(values) - 1)
    lines: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            lines.append([])
            continue
        lines[-1].append(f"{place * step:.1f},{height - 2 - (height - 4) * (value - low) / spread:.1f}")
    return [" ".join(line) for line in lines if line]
