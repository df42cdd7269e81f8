"""Issues: what customers brought to the company, when it answered, and whether that settled it.

An issue is what `subject_id` names in events called as the rules say ("issue reported", "issue responded", "issue
solved", ...). Events of one issue count from its first report on: an answer dated before the question is a mistake in
the source and is not an answer.
"""

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.lived import Lived, in_order
from vivencia.measure.metrics.periods import DAY, seconds

_CARRIED = ("customer_id", "event_id", "touchpoint", "channel", "properties")


def issues(lived: Lived) -> ir.Table:
    """One row an issue, with the observation columns of its first report (`employee_id`: who first responded) and

    `reported_at`, `responded_at`, `solved_at` (the last time), `again_at` (the customer came back), `escalated`.
    """
    told = _from_the_report_on(lived)
    subject = ["subject_kind", "subject_id"]
    responses = told.mutate(
        first_response=ibis.cases((told.responded, told.occurred_at)).min().over(ibis.window(group_by=subject))
    )
    responder = ibis.cases((_.responded & (_.occurred_at == _.first_response), _.employee_id))
    return responses.group_by(*subject).aggregate(
        observed_at=_.reported_at.min(),
        reported_at=_.reported_at.min(),
        responded_at=_.first_response.min(),
        solved_at=ibis.cases((_.solved, _.occurred_at)).max(),
        again_at=ibis.cases((_.again & (_.occurred_at > _.reported_at), _.occurred_at)).min(),
        escalated=_.escalated.cast("int8").max(),
        employee_id=ibis.coalesce(responder.min(), ibis.cases((_.report, _.employee_id)).min()),
        **{name: ibis.cases((_.report, _[name])).min() for name in _CARRIED},
    )


def ever_again(lived: Lived) -> bool:
    """Whether any issue had a further contact: whether any has an `again_at`, for a fraction of the work."""
    rules = lived.rules
    contacts = lived.named(rules.issue_again + rules.issue_reported).filter(_.subject_id.notnull())
    told = contacts.mutate(reported_at=ibis.cases((lived.is_named(rules.issue_reported), contacts.occurred_at)))
    each = told.group_by("subject_kind", "subject_id").aggregate(first=_.reported_at.min(), last=_.occurred_at.max())
    return bool(lived.to_arrow(each.filter(_.last > _.first).limit(1)).num_rows)


def _from_the_report_on(lived: Lived) -> ir.Table:
    """Issue events at or after their issue's first report, with what each of them is."""
    rules, events = lived.rules, lived.events
    told = events.select(
        *_CARRIED, "employee_id", "subject_kind", "subject_id", "occurred_at", "seq",
        reported=lived.is_named(rules.issue_reported),
        responded=lived.is_named(rules.issue_responded),
        solved=lived.is_named(rules.issue_solved),
        again=lived.is_named(rules.issue_again + rules.issue_reported),
        escalated=lived.is_named(rules.issue_escalated),
    )  # fmt: skip
    told = told.filter(_.subject_id.notnull() & (_.responded | _.solved | _.again | _.escalated))
    subject = ["subject_kind", "subject_id"]
    told = told.mutate(
        reported_at=ibis.cases((_.reported, _.occurred_at)).min().over(ibis.window(group_by=subject)),
        place=ibis.row_number().over(ibis.window(group_by=[*subject, "reported"], order_by=in_order())),
    )
    return told.mutate(report=_.reported & (_.place == 0)).filter(_.occurred_at >= _.reported_at)


def settled_at_once(lived: Lived) -> ir.Table:
    """Issues whose days to come back have passed, with `value`: 1 where the first contact settled it."""
    days = lived.rules.recontact_days
    told = issues(lived).filter(seconds(_.reported_at) <= int(lived.as_of.timestamp()) - days * DAY)
    handled = ibis.coalesce(told.responded_at, told.solved_at)
    came_back = (seconds(told.again_at) <= seconds(handled) + days * DAY).fill_null(False)
    return told.mutate(value=(handled.notnull() & ~came_back).ifelse(1, 0))
