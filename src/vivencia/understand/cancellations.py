"""Cancellations: which events take back what was promised, told by their names in English and Spanish.

"Order cancelled" and "pedido cancelado por el cliente" cancel the order they are about; "coupon cancelled" and "order
item cancelled" cancel something else, whatever they are about. So what is left of the name without the verb must be
nothing, the kind of the event's subject, or a word for what people order, book or sign (`THINGS`).

Where cancelling is itself what was promised (a contract will be ended by Friday), the event that says so keeps a
promise and takes none back.
"""

import re
from collections.abc import Collection

import ibis
import ibis.expr.types as ir

THINGS = (
    "order", "purchase", "sale", "booking", "reservation", "appointment", "contract", "subscription", "delivery",
    "shipment", "policy", "pedido", "compra", "venta", "reserva", "reservación", "reservacion", "cita", "contrato",
    "suscripción", "suscripcion", "entrega", "envío", "envio", "póliza", "poliza",
)  # fmt: skip
_SAYS = "cancell?ed|cancelad[oa]|anulad[oa]"
_HINTS = ("ancel", "nulad")  # what a cancelling name contains: cheaper to look for in every event
_VERB = rf"({_SAYS})\b(\s+(by|por)\b.*|\s*[:;,.(].*)?$|({_SAYS})\b"  # who did it and why is no part of the thing
_FILL = r"\b(the|el|la|was|is|has been|ha sido|fue|es|status|state|estado)\b:?"
_PROMISED = r"\b(cancel|anul|baja\b)"


def says_cancelled(events: ir.Table, names: Collection[str] | None = None) -> ir.BooleanValue:
    """Whether an event says that something was cancelled, other than what its own `promise` was about.

    names: those that occur (or more), where the caller knows them: each is then read once, and not every event's.
    """
    if names is not None:
        found = [name for name in names if re.search(_SAYS, name.lower())]
        return events.name.isin(found) & ~_promised_to_cancel(events) if found else ibis.literal(False)
    name = events.name.lower()
    hinted = name.contains(_HINTS[0]) | name.contains(_HINTS[1])
    return hinted & name.re_search(_SAYS) & ~_promised_to_cancel(events)


def is_cancellation(events: ir.Table, names: Collection[str] | None = None) -> ir.BooleanValue:
    """Whether an event takes back what was promised: of the kind it names as its `promise`, else about its subject.

    names: as for `says_cancelled`.
    """
    thing = _plain(_plain(events.name).re_replace(_VERB, " ").re_replace(_FILL, " "))
    own = thing == _plain(events.subject_kind.fill_null(""))
    about_it = events.subject_id.notnull() & (own | thing.isin(["", *THINGS]))
    return events.promised_at.isnull() & says_cancelled(events, names) & (events.promise.notnull() | about_it)


def _promised_to_cancel(events: ir.Table) -> ir.BooleanValue:
    return events.promise.lower().re_search(_PROMISED).fill_null(False)


def _plain(text: ir.StringValue) -> ir.StringValue:
    return text.lower().re_replace(r"[\s_-]+", " ").strip()
