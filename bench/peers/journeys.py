"""Run by bench/journeys.py inside bench/.venv: how long the peers take for the same questions, as JSON of seconds."""

import json
import os
import sys
import time
from collections.abc import Callable

os.environ["RETENTIONEERING_NO_TRACK"] = "1"  # nothing is reported to anybody

import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore]


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    events = pd.read_parquet(sys.argv[1])
    took: dict[str, float] = {}

    import pm4py

    log = pm4py.format_dataframe(events.copy(), case_id="case_id", activity_key="step", timestamp_key="occurred_at")
    took["pm4py flow"] = seconds(lambda: pm4py.discover_performance_dfg(log)) + seconds(lambda: pm4py.discover_dfg(log))
    took["pm4py variants"] = seconds(lambda: pm4py.get_variants(log))

    from retentioneering.eventstream.eventstream import Eventstream

    events["occurred_at"] = events["occurred_at"].dt.tz_localize(None)
    schema = {"path_cols": ["case_id"], "event_col": "step", "timestamp_col": "occurred_at"}
    stream = Eventstream(events, schema)
    from retentioneering.tools.transition_matrix import TransitionMatrix

    def flow() -> None:
        for values in ("count", "unique_paths", "time_median"):
            TransitionMatrix(stream).fit(values)

    took["retentioneering flow"] = seconds(flow)
    print(json.dumps(took))


if __name__ == "__main__":
    main()
