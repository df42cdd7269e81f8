"""The steps lived within each occasion: the raw material of exposures. Nothing after the outcome is in here."""

import polars as pl

from vivencia.moments.lived import Lived
from vivencia.moments.occasions import Occasions

COLUMNS = ("at", "seq", "name", "touchpoint", "channel", "amount", "employee_id", "properties")


def steps_of(lived: Lived, drawn: Occasions) -> pl.DataFrame:
    """One row a unit and event lived in it, sorted by `unit`, `at`, `seq`: the columns above, `previous`, the name
    of the step before it in the unit, and `elapsed`, the microseconds since that (both null for the first).

    A case's steps are its own and what its customer lived meanwhile outside other cases of the same kind. Asking and
    answering are no steps.
    """
    lived_events = lived.events.filter(~pl.col("survey"))
    units = drawn.frame.select("unit", "person", "case", "kind", "start", "cutoff")
    if drawn.by == "case":
        rows = pl.concat([_own(lived_events, units), _meanwhile(lived_events, units)])
    else:
        rows = _within(lived_events.join(units.drop("case", "kind"), on="person"))
    ordered = rows.sort("unit", "at", "seq")
    return ordered.with_columns(previous=pl.col("name").shift().over("unit"), elapsed=pl.col("at").diff().over("unit"))


def _within(joined: pl.DataFrame) -> pl.DataFrame:
    inside = joined.filter((pl.col("at") >= pl.col("start")) & (pl.col("at") <= pl.col("cutoff")))
    return inside.select("unit", *COLUMNS)


def _own(events: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    return _within(events.drop("person", "kind").join(units.drop("person", "kind"), on="case"))


def _meanwhile(events: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    renamed = units.rename({"case": "own_case", "kind": "own_kind"})
    other = events.join(renamed, on="person").filter(pl.col("kind").ne_missing(pl.col("own_kind")))
    return _within(other)
