"""What lies beside the steps: promises made on the way, and what people said in their own words.

Both are Arrow tables whose `case` is the number of a journey in a journey table and whose `step` is a step's code there
(-1: at no step), so that any selection of journeys selects them too.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _

from vivencia.understand.journeys.build import ToArrow
from vivencia.understand.journeys.table import Ints, JourneyTable, Mask
from vivencia.understand.promises import promises
from vivencia.understand.subjects import subject_key

_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Kept:
    """What became of the promises at one step: kept, broken (fulfilled late), overdue, or still open."""

    kept: int
    broken: int
    overdue: int
    open: int

    @property
    def due(self) -> int:
        return self.kept + self.broken + self.overdue


@dataclass(frozen=True)
class Said:
    """One remark: in which journey, by whom (None: unknown), when, at which step (None: at none), and its score."""

    case: int
    customer_id: str | None
    at: datetime
    step: str | None
    score: float | None
    scale_max: float | None
    text: str


def promised(events: ir.Table, to_arrow: ToArrow, table: JourneyTable, as_of: datetime) -> pa.Table:
    """One row a promise: `case`, `step`, `promised_at`, `fulfilled_at` (microseconds; far future: never).

    Withdrawn ones are left out. The step is where promises of that kind are usually fulfilled (a delivery promise
    belongs to the delivery, though it was given at the purchase), or where it was made when none ever is.
    """
    made = promises(events, as_of, ("source",)).filter(_.state != "withdrawn")
    rows = to_arrow(made.select("promise", "touchpoint", "promised_at", "fulfilled_at", case_key=_key(made, table)))
    found = pa.table(
        {
            "case": _cases(rows, table),
            "step": _places(rows, _usual_place(events, to_arrow), table),
            "promised_at": rows["promised_at"].cast(pa.int64()),
            "fulfilled_at": rows["fulfilled_at"].cast(pa.int64()).fill_null(int(_NEVER)),
        }
    )
    return found.filter(pc.greater_equal(found["case"], 0))


def _places(rows: pa.Table, usual: dict[str, str], table: JourneyTable) -> Ints:
    """The code of the step each promise belongs to: where its kind is usually fulfilled, else where it was made."""
    made_at = _codes(rows["touchpoint"], table)
    kinds = rows["promise"].unique().to_pylist()
    places = np.array([table.steps.index(usual[kind]) if usual.get(kind) in table.steps else -1 for kind in kinds])
    kind = np.asarray(pc.index_in(rows["promise"], value_set=pa.array(kinds, pa.string())).to_numpy(), np.int64)
    place = np.append(places, -1).astype(np.int64)[kind]
    return np.where(place >= 0, place, made_at)


def _codes(names: pa.ChunkedArray, table: JourneyTable) -> Ints:
    """The steps' codes, -1 for what is no step."""
    found = pc.index_in(names.cast(pa.string()), value_set=pa.array(table.steps, pa.string()))
    return np.asarray(found.fill_null(-1).to_numpy(), np.int64)


def kept_by_step(promised: pa.Table, table: JourneyTable, mask: Mask, as_of: datetime) -> dict[str, Kept]:
    """Promises of the selected journeys, by step."""
    now = int(as_of.timestamp() * 1_000_000)
    case, step, due, done = (promised[name].to_numpy() for name in ("case", "step", "promised_at", "fulfilled_at"))
    mine = mask[case] & (step >= 0)
    step, due, done = step[mine], due[mine], done[mine]
    fulfilled = done < _NEVER
    states = (fulfilled & (done <= due), fulfilled & (done > due), ~fulfilled & (due < now), ~fulfilled & (due >= now))
    counts = [np.bincount(step[state], minlength=len(table.steps)) for state in states]
    return {
        table.steps[i]: Kept(*(int(count[i]) for count in counts))
        for i in range(len(table.steps))
        if any(count[i] for count in counts)
    }


def words(events: ir.Table, to_arrow: ToArrow, table: JourneyTable) -> pa.Table:
    """One row a remark, newest first: `case`, `step`, `at`, `score`, `scale_max`, `text`."""
    told = events.filter(events.text.notnull() & (events.text.strip() != ""))
    chosen = told.select("touchpoint", "name", "occurred_at", "score", "scale_max", "text", case_key=_key(told, table))
    rows = to_arrow(chosen.order_by([ibis.desc("occurred_at"), "text"]))
    found = pa.table(
        {
            "case": _cases(rows, table),
            "step": _codes(pc.coalesce(rows["touchpoint"], rows["name"]), table),
            "at": rows["occurred_at"].cast(pa.int64()),
            "score": rows["score"],
            "scale_max": rows["scale_max"],
            "text": rows["text"].cast(pa.large_string()),
        }
    )
    return found.filter(pc.greater_equal(found["case"], 0))


def said(
    words: pa.Table,
    table: JourneyTable,
    mask: Mask,
    *,
    at_step: str | None = None,
    worst_first: bool = True,
    limit: int,
) -> tuple[int, list[Said]]:
    """How many remarks the selected journeys made (at one step), and the first of them: worst scores, then newest."""
    mine = mask[words["case"].to_numpy()]
    if at_step is not None:
        mine = mine & (words["step"].to_numpy() == table.code(at_step))
    rows = np.flatnonzero(mine)
    if worst_first:
        score = np.asarray(words["score"].to_numpy(), np.float64)[rows]
        rows = rows[np.argsort(score, kind="stable")]  # without a score: last
    picked = words.take(pa.array(rows[:limit])).to_pylist()
    return len(rows), [_said(row, table) for row in picked]


def _said(row: dict[str, Any], table: JourneyTable) -> Said:
    case, step, at = row["case"], row["step"], row["at"]
    return Said(
        case=case,
        customer_id=table.person_ids[int(table.person[case])].as_py(),
        at=datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at),
        step=table.steps[step] if step >= 0 else None,
        score=row["score"],
        scale_max=row["scale_max"],
        text=row["text"],
    )


def _usual_place(events: ir.Table, to_arrow: ToArrow) -> dict[str, str]:
    """Kind of promise -> the touchpoint at which most promises of that kind are fulfilled."""
    done = events.filter(events.promise.notnull() & events.promised_at.isnull() & events.touchpoint.notnull())
    counted = done.group_by("promise", "touchpoint").aggregate(n=done.count()).order_by(["n", ibis.desc("touchpoint")])
    return {row["promise"]: row["touchpoint"] for row in to_arrow(counted).to_pylist()}  # the most common comes last


def _cases(rows: pa.Table, table: JourneyTable) -> Ints:
    """The number of each row's journey, -1 where it has none."""
    wanted, keys = rows["case_key"].cast(pa.large_string()), table.case_keys.cast(pa.large_string())
    return np.asarray(pc.index_in(wanted, value_set=keys).fill_null(-1).to_numpy(), np.int64)


def _key(rows: ir.Table, table: JourneyTable) -> ir.StringValue:
    return rows.customer_id if table.case == "customer" else subject_key(rows)
