"""How long does a search by meaning take? `python -m bench.meaning [--texts 1000000] [--json]`.

The exact product of a query with every vector, as kept on the disk, against its floor in the same run: reading those
bytes once (their sum). Random vectors serve: an exact product takes as long whatever they say.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from vivencia.understand.text.encoders import threads
from vivencia.understand.text.meaning import Vectors

WIDTH, A_PART = 896, 100_000


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--texts", type=int, default=200_000)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    draw = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        kept = Vectors(Path(folder))
        for start in range(0, asked.texts, A_PART):
            count = min(A_PART, asked.texts - start)
            kept.add([f"event-{start + each}" for each in range(count)], draw.normal(size=(count, WIDTH)).astype("f4"))
        held = kept.held()
        query = draw.normal(size=WIDTH).astype(np.float32)
        query /= np.linalg.norm(query)
        told = {
            "texts": asked.texts,
            "megabytes": round(sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6),
            "threads": threads(),
            "search": _best(lambda: held.cosines(query)),
            "floor": _best(lambda: [int(part.codes.sum(dtype=np.int64)) for part in held.parts]),
            "places": _best(held.table),
        }
    print(json.dumps(told) if asked.json else "\n".join(f"{name}: {value}" for name, value in told.items()))


def _best(do: Callable[[], object]) -> dict[str, float]:
    """The fastest of three, in seconds: by the clock on the wall, and of the processor."""
    walls, processors = [], []
    for _turn in range(3):
        wall, processor = time.perf_counter(), time.process_time()
        do()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return {"wall": round(min(walls), 3), "processor": round(min(processors), 3)}


if __name__ == "__main__":
    main()
