"""What an event is about (an order, a ticket, a case of a process log), as one text that names it and nothing else."""

import ibis.expr.types as ir

SEPARATOR = "\x1f"  # between the parts of a key
PROCESS_CASE = "case"  # the kind of subject that only its own log can name


def subject_key(events: ir.Table) -> ir.StringValue:
    """Kind, source where it takes one to tell, and id; null where an event is about nothing.

    The cases of a process log are numbered by the log itself: case 7 of another log is another case. Orders and tickets
    are the same whoever tells of them.
    """
    kind = events.subject_kind.fill_null("")
    told_by = (kind == PROCESS_CASE).ifelse(events.source, "")
    return kind + SEPARATOR + told_by + SEPARATOR + events.subject_id
