"""The same questions as Ibis expressions, for a company whose events live on a distributed engine.

`flow.py`, `variants.py` and `funnel.py` answer on one machine from the journey table; these answer on any Ibis back
end (seen equal on DuckDB and Apache Spark). Each takes `journey_events`, filtered to events that are steps.
"""

from datetime import timedelta

import ibis
import ibis.expr.types as ir

from vivencia.understand.journeys.build import Shape, StepKind, journey_events
from vivencia.understand.journeys.table import CaseKind
from vivencia.understand.subjects import SEPARATOR

NEVER = ibis.null("timestamp('UTC')")
ORDER = ("occurred_at", "seq", "event_id")


def steps(events: ir.Table, shape: Shape, case: CaseKind | None = None, step: StepKind = "touchpoint") -> ir.Table:
    """The steps of all journeys, each with `person`: the first customer its journey's steps name, or the case's own."""
    chosen = case or shape.case
    selected = journey_events(events, chosen, step, shape.without_touchpoints).drop("event", "thing")
    selected = selected.filter(selected.step.notnull())
    if chosen == "customer":
        return selected.mutate(person=selected.customer_id)
    named = selected.filter(selected.customer_id.notnull())
    place = ibis.row_number().over(group_by="case_id", order_by=ORDER)
    first = named.mutate(place=place).filter(ibis._.place == 0).select(of_case="case_id", named="customer_id")
    joined = selected.left_join(first, selected.case_id == first.of_case)
    return joined.mutate(
        person=ibis.ifelse(
            joined.named.notnull(), "known" + SEPARATOR + joined.named, "case" + SEPARATOR + joined.case_id
        )
    ).select(*selected.columns, "person")


def edges(steps: ir.Table) -> ir.Table:
    """`source`, `target`, `count`, `customers`, `journeys`, `median_dwell_seconds`: one row an edge."""
    following = ibis.window(group_by="case_id", order_by=ORDER)
    moves = steps.mutate(target=steps.step.lead().over(following), then=steps.occurred_at.lead().over(following))
    moves = moves.filter(moves.target.notnull())
    moves = moves.mutate(source=moves.step, dwell=moves.then.delta(moves.occurred_at, unit="microsecond"))
    return moves.group_by("source", "target").aggregate(
        count=moves.count(),
        customers=moves.person.nunique(),
        journeys=moves.case_id.nunique(),
        median_dwell_seconds=moves.dwell.cast("float64").median() / 1_000_000,
    )


def touchpoints(steps: ir.Table) -> ir.Table:
    """`touchpoint`, `count`, `customers`, `journeys`, `starts`, `ends`: one row a step."""
    inside = ibis.window(group_by="case_id", order_by=ORDER)
    placed = steps.mutate(
        before=steps.step.lag().over(inside), after=steps.step.lead().over(inside), touchpoint=steps.step
    )
    return placed.group_by("touchpoint").aggregate(
        count=placed.count(),
        customers=placed.person.nunique(),
        journeys=placed.case_id.nunique(),
        starts=placed.before.isnull().sum(),
        ends=placed.after.isnull().sum(),
    )


def variants(steps: ir.Table) -> ir.Table:
    """`steps` (an array of names) and `count`: one row a sequence."""
    placed = steps.mutate(place=ibis.row_number().over(group_by="case_id", order_by=ORDER))
    # Spark cannot collect in an order; it can sort what was collected.
    visits = ibis.struct({"place": placed.place, "step": placed.step}).collect().sort()
    paths = placed.group_by("case_id").aggregate(steps=visits.map(lambda visit: visit.step))
    return paths.group_by("steps").aggregate(count=paths.count())


def funnel(steps: ir.Table, wanted: tuple[str, ...], within: timedelta | None = None) -> ir.Table:
    """`reached_0`, `reached_1`, …: how many journeys reach each of the wanted steps; one row.

    What began latest began with the latest event before it, so a running maximum carries each chain's beginning on.
    """
    before = ibis.window(group_by="case_id", order_by=ORDER, preceding=(None, 1))
    placed = steps.mutate(began_0=ibis.ifelse(steps.step == wanted[0], steps.occurred_at, NEVER))
    for place, step in enumerate(wanted[1:], start=1):
        began = placed[f"began_{place - 1}"].max().over(before)
        placed = placed.mutate(chain=ibis.ifelse(placed.step == step, began, NEVER))
        if within is not None:
            in_time = placed.occurred_at.delta(placed.chain, unit="microsecond") <= within // timedelta(microseconds=1)
            placed = placed.mutate(chain=ibis.ifelse(in_time, placed.chain, NEVER))
        placed = placed.rename({f"began_{place}": "chain"})
    counts = {
        f"reached_{place}": placed.case_id.nunique(where=placed[f"began_{place}"].notnull())
        for place in range(len(wanted))
    }
    return placed.aggregate(**counts)
