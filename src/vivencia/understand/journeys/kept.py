"""The journey table on disk: three Arrow tables remembered per ledger version, mapped into memory when read again."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vivencia.understand.journeys.table import Feedback, JourneyTable, Scale

Remember = Callable[[str, Callable[[], pa.Table]], pa.Table]


def kept(remember: Remember, key: str, build: Callable[[], JourneyTable]) -> JourneyTable:
    """The table of `key`, built once; `remember` is the ledger read's, so that erasure and age take it away too."""
    built: list[JourneyTable] = []

    def once() -> JourneyTable:
        if not built:
            built.append(build())
        return built[0]

    rows = remember(f"{key}-rows", lambda: _rows(once()))
    journeys = remember(f"{key}-journeys", lambda: _journeys(once()))
    people = remember(f"{key}-people", lambda: pa.table({"id": once().person_ids}))
    feedback = remember(f"{key}-feedback", lambda: _feedback(once()))
    return _table(rows, journeys, people, feedback)


def _rows(table: JourneyTable) -> pa.Table:
    said = {
        "case": table.case,
        "steps": table.steps,
        "channels": table.channels,
        "kinds": table.kinds,
        "scales": [(scale.metric, scale.high) for scale in table.scales],
        "left_out": table.left_out,
    }
    columns = {
        "step": table.step,
        "at": table.at,
        "channel": table.channel,
        "first": table.first.view(np.uint8),
        "first_move": table.first_move.view(np.uint8),
        "goes_on": table.goes_on.view(np.uint8),
    }
    return pa.table(columns).replace_schema_metadata({"journeys": json.dumps(said)})


def _journeys(table: JourneyTable) -> pa.Table:
    columns = {"begin": table.offsets[:-1], "person": table.person, "kind": table.kind, "key": table.case_keys}
    return pa.table(columns)


def _feedback(table: JourneyTable) -> pa.Table:
    said = table.feedback
    return pa.table({"case": said.case, "step": said.step, "scale": said.scale, "score": said.score})


def _table(rows: pa.Table, journeys: pa.Table, people: pa.Table, feedback: pa.Table) -> JourneyTable:
    said = json.loads(rows.schema.metadata[b"journeys"])
    return JourneyTable(
        case=said["case"],
        steps=tuple(said["steps"]),
        channels=tuple(said["channels"]),
        kinds=tuple(said["kinds"]),
        scales=tuple(Scale(metric, high) for metric, high in said["scales"]),
        step=_column(rows, "step"),
        at=_column(rows, "at"),
        channel=_column(rows, "channel"),
        first=_column(rows, "first").view(np.bool_),
        first_move=_column(rows, "first_move").view(np.bool_),
        goes_on=_column(rows, "goes_on").view(np.bool_),
        offsets=np.append(_column(journeys, "begin"), rows.num_rows).astype(np.int64),
        person=_column(journeys, "person"),
        kind=_column(journeys, "kind"),
        case_keys=_array(journeys, "key"),
        person_ids=_array(people, "id"),
        feedback=Feedback(*(_column(feedback, name) for name in ("case", "step", "scale", "score"))),
        left_out=said["left_out"],
    )


def _array(table: pa.Table, name: str) -> pa.Array:
    combined = table[name].combine_chunks()
    if isinstance(combined, pa.ChunkedArray):
        return combined.chunk(0) if combined.num_chunks else pa.array([], combined.type)
    return combined


def _column(table: pa.Table, name: str) -> NDArray[Any]:
    column: NDArray[Any] = _array(table, name).to_numpy()
    return column
