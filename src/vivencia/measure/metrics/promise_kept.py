"""Promises kept: did the company do what it said by when it said?"""

import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.lived import Lived, Window
from vivencia.measure.metrics.metric import ORDER, Metric, Variant
from vivencia.measure.metrics.periods import seconds
from vivencia.measure.metrics.reductions import Quantile, Share
from vivencia.measure.metrics.words import N_
from vivencia.understand.promises import promises


def _promised(lived: Lived) -> ir.Table:
    """Promises with the columns of the event that made them; by `promise` they group by the promise's kind."""
    carried = promises(lived.events, lived.as_of, ("channel", "employee_id", "properties"), names=lived.names)
    return carried.mutate(case_state=_.promise)


def _observed(promised: ir.Table, value: ir.Value, observed_at: ir.Value) -> ir.Table:
    return promised.mutate(value=value, observed_at=observed_at)


def fulfilled(lived: Lived, window: Window) -> ir.Table:
    """Fulfilled promises, in the period they were fulfilled in."""
    done = _promised(lived).filter(_.fulfilled_at.notnull())
    return _observed(done, (done.state == "kept").ifelse(1, 0), done.fulfilled_at)


def due(lived: Lived, window: Window) -> ir.Table:
    """Promises that were fulfilled or are past due, in the period they were due in; not those cancelled before."""
    decided = _promised(lived).filter(~_.state.isin(["open", "withdrawn"]))
    return _observed(decided, (decided.state == "kept").ifelse(1, 0), decided.promised_at)


def lateness(lived: Lived, window: Window) -> ir.Table:
    """Seconds late of the promises that were fulfilled late, in the period they were fulfilled in."""
    late = _promised(lived).filter(_.state == "broken")
    return _observed(late, seconds(late.fulfilled_at) - seconds(late.promised_at), late.fulfilled_at)


METRIC = Metric(
    name="promise_kept",
    title=N_("Promises kept"),
    question=N_("Do we do what we said, by when we said it?"),
    feed=N_("events that promise a time (a promise with promised_at), and the events that fulfil them"),
    better="up",
    counterweights=("csat", "conversion", "resolution_time"),
    aliases=("promise_kept_rate", "promises_kept", "promise", "promises", "on_time"),
    variants=(
        Variant(
            "fulfilled",
            N_("Of what was fulfilled, in time"),
            N_(
                "Share of fulfilled promises that were fulfilled by the promised moment. Base: promises fulfilled, in "
                "the period of their fulfilment; promises not fulfilled yet are left out (see the variant “due”)."
            ),
            "%",
            fulfilled,
            Share(),
        ),
        Variant(
            "due",
            N_("Of what was due, in time"),
            N_(
                "Share of promises fulfilled by the promised moment. Base: promises fulfilled or past due, in the "
                "period they were due; one past due and never fulfilled counts as broken; one "
                "cancelled before it was due does not count."
            ),
            "%",
            due,
            Share(),
        ),
        Variant(
            "hours_late",
            N_("How late, when late"),
            N_("Median hours from the promised to the actual moment. Base: promises fulfilled late."),
            "h",
            lateness,
            Quantile(share=0.5, unit_seconds=3600),
            ORDER,
        ),
    ),
)
