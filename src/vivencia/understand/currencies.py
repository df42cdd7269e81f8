"""Which currency people's money is summed in: never is an amount in one added to an amount in another."""

import ibis.expr.types as ir
from ibis import _

from vivencia.foundation.ledger.reading import Read


def currencies(read: Read) -> list[str]:
    """The currencies of the amounts of known customers, the one of most amounts first: the one sums are in."""

    def compute() -> list[str]:
        found: list[str] = read.to_arrow(_by_amounts(read.events))["currency"].to_pylist()
        return found

    return list(read.remember("customers/currencies/1", compute))


def main_currency(events: ir.Table) -> ir.StringScalar:
    """The first of `currencies`, as part of a larger question; null where no amount names one."""
    return _by_amounts(events).limit(1).select("currency").as_scalar()


def _by_amounts(events: ir.Table) -> ir.Table:
    paid = events.filter(_.amount.notnull() & _.currency.notnull() & _.customer_id.notnull())
    return paid.group_by("currency").aggregate(n=_.count()).order_by([_.n.desc(), _.currency.asc()])
