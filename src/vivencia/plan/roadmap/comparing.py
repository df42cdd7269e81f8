"""Two plans beside each other: what moved, what came in, what went out, and what that is worth."""

from dataclasses import dataclass
from datetime import date

from vivencia.plan.initiatives.quarters import later
from vivencia.plan.roadmap.assembling import quarter_name
from vivencia.plan.roadmap.models import Plan


@dataclass(frozen=True)
class Difference:
    """An initiative that is not where it was: the quarters it starts in, "" where it is not in that plan."""

    pk: str
    title: str
    before: str
    after: str


@dataclass(frozen=True)
class Comparison:
    """What one plan does otherwise than another. `more`: how much more it brings; None where the two were not made
    from the same initiatives, estimates and resources, for then their values say nothing of each other."""

    differences: list[Difference]
    more: float | None


def compared(before: Plan, after: Plan) -> Comparison:
    """`after` against `before`; initiatives in the order in which they start now, those that went out at the end."""
    titles = {each["key"]: each["title"] for plan in (before, after) for each in plan.problem["initiatives"]}
    then, now = _starts(before), _starts(after)
    moved = [key for key in titles if then.get(key) != now.get(key)]
    moved.sort(key=lambda key: (now.get(key, date.max), titles[key]))
    same = before.problem == after.problem and before.first_quarter == after.first_quarter
    return Comparison(
        [Difference(key, titles[key], _named(then.get(key)), _named(now.get(key))) for key in moved],
        after.report["value"] - before.report["value"] if same else None,
    )


def _starts(plan: Plan) -> dict[str, date]:
    return {key: later(plan.first_quarter, int(start)) for key, start in plan.starts.items()}


def _named(quarter: date | None) -> str:
    return "" if quarter is None else quarter_name(quarter)
