"""A moment as whole seconds since 1970, the same on either engine."""

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.common.deferred import deferrable

MICROSECONDS = 1_000_000
_MOMENT = ((dt.Timestamp(timezone="UTC"),), dt.int64)


@deferrable  # type: ignore[untyped-decorator]
def seconds(time: ir.TimestampValue) -> ir.IntegerValue:
    """Whole seconds since 1970 in UTC, fractions cut off before the engines can differ about them.

    Each engine's own count of microseconds: what Ibis makes of a truncation goes through DuckDB's calendars, which take
    as long for a million moments as everything else a metric does with them.
    """
    engines = {table.source.name for table in time.op().find(ops.DatabaseTable)}
    if not engines:  # a small table in memory, which may be joined to either engine's
        return time.truncate("s").epoch_seconds().cast("int64")
    count = unix_micros if "pyspark" in engines else epoch_us
    return (count(time) // MICROSECONDS).cast("int64")


@ibis.udf.scalar.builtin(signature=_MOMENT)  # type: ignore[untyped-decorator]
def epoch_us(time: object) -> int:
    """DuckDB's own."""
    raise NotImplementedError


@ibis.udf.scalar.builtin(signature=_MOMENT)  # type: ignore[untyped-decorator]
def unix_micros(time: object) -> int:
    """Spark's own."""
    raise NotImplementedError
