"""What figures can be grouped and filtered by.

`period:day|week|month|quarter`, `touchpoint`, `channel`, `employee`, `segment`, `promise` (the state of the case:
kept, broken, overdue, open, withdrawn), `property:<key>` of the event, `trait:<key>` of the customer; any other word
is the name of a property.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics import periods
from vivencia.measure.metrics.lived import Lived
from vivencia.understand.json_text import json_text

Kind = Literal["period", "column", "segment", "promise", "property", "trait"]
COLUMNS = {"touchpoint": "touchpoint", "channel": "channel", "employee": "employee_id", "employee_id": "employee_id"}
DIMENSIONS = ("period:day|week|month|quarter", *list(COLUMNS)[:3], "segment", "promise", "property:KEY", "trait:KEY")


@dataclass(frozen=True)
class Dimension:
    """One thing to group by. `asked`: as it was asked for, and as the figure's group names it."""

    asked: str
    kind: Kind
    key: str

    @property
    def grain(self) -> periods.Grain:
        return next(grain for grain in periods.GRAINS if grain == self.key)

    def text(self, value: Any) -> str | None:
        """A group's value as people and addresses write it."""
        if value is None:
            return None
        return periods.label(self.grain, int(value)) if self.kind == "period" else str(value)

    def value(self, text: str | None) -> Any:
        """A group's value as the engine holds it: the inverse of `text`."""
        if text is None or self.kind != "period":
            return text
        return periods.number_from(self.grain, text)


def dimension(asked: str) -> Dimension:
    """Read a dimension's name. Raises ValueError, naming what is allowed, for an unknown period."""
    kind, colon, key = asked.partition(":")
    if asked in periods.GRAINS:
        return Dimension(asked, "period", asked)
    if kind == "period":
        if key not in periods.GRAINS:
            raise ValueError(f"{asked!r} is no period; allowed: {', '.join('period:' + g for g in periods.GRAINS)}")
        return Dimension(asked, "period", key)
    if asked in COLUMNS:
        return Dimension(asked, "column", COLUMNS[asked])
    if asked in ("segment", "promise"):
        return Dimension(asked, "segment" if asked == "segment" else "promise", asked)
    if colon and kind in ("property", "trait") and key:
        return Dimension(asked, "trait" if kind == "trait" else "property", key)
    if not asked.strip():
        raise ValueError(f"an empty dimension; allowed: {', '.join(DIMENSIONS)}")
    return Dimension(asked, "property", asked)


def grain_of(dimensions: Sequence[Dimension]) -> periods.Grain | None:
    """The one period asked for. Raises ValueError where there are several."""
    grains = [one.grain for one in dimensions if one.kind == "period"]
    if len(grains) > 1:
        raise ValueError("group by one period at a time")
    return grains[0] if grains else None


def column(place: int) -> str:
    """The name of the column that holds the value of the dimension at this place."""
    return f"group_{place}"


def attach(observed: ir.Table, dimensions: Sequence[Dimension], lived: Lived) -> ir.Table:
    """Observations with one more column a dimension (`group_0`, ...); joined only with what these dimensions need."""
    kinds = {one.kind for one in dimensions}
    if kinds & {"segment", "trait"}:
        people = lived.customers.select(who=_.customer_id, who_segment=_.segment, who_traits=_.traits)
        observed = observed.left_join(people, observed.customer_id == people.who).drop("who")
    if "promise" in kinds and "case_state" not in observed.columns:
        cases = lived.case_states.select(case_kind=_.subject_kind, case_id=_.subject_id, case_state=_.state)
        same = [observed.subject_id == cases.case_id, observed.subject_kind.identical_to(cases.case_kind)]
        observed = observed.left_join(cases, same).drop("case_kind", "case_id")
    return observed.mutate(**{column(place): _value(observed, one, lived) for place, one in enumerate(dimensions)})


def _value(observed: ir.Table, one: Dimension, lived: Lived) -> ir.Value:
    if one.kind == "period":
        return periods.number(one.grain, lived.clock.local_seconds(observed.observed_at))
    if one.kind == "column":
        return observed[one.key]
    if one.kind == "segment":
        return observed.who_segment
    if one.kind == "promise":
        return observed.case_state
    return json_text(observed.properties if one.kind == "property" else observed.who_traits, one.key)
