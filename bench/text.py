"""How many short texts a second are read: `python bench/text.py [--texts 2000] [--json]`.

The whole reading is measured: masking, language, e5 and USE vectors, feeling, emotion, topics. The texts are the seeds,
each with a number of its own so that none comes twice. Wall-clock speed means something on a quiet machine only; the
speed by processor time is there for busy ones.
"""

import argparse
import json
import time

from vivencia.foundation.home import home
from vivencia.understand.text import heads
from vivencia.understand.text.encoders import open_encoders, threads
from vivencia.understand.text.reader import Reader
from vivencia.understand.text.seeds import seeds


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--texts", type=int, default=2_000)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    opened = open_encoders(("e5", "use"), home() / "models")
    reader = Reader(opened.encoders, heads.shipped(opened.encoders, home() / "models"))
    texts = [f"{seed.text} ({turn})" for turn in range(asked.texts // len(seeds()) + 1) for seed in seeds()][
        : asked.texts
    ]
    reader.read(texts[:100])
    wall, processor = time.perf_counter(), time.process_time()
    reader.read(texts)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    told = {
        "texts": len(texts),
        "threads": threads(),
        "texts_per_second": round(len(texts) / wall, 1),
        "texts_per_processor_second": round(len(texts) / processor, 1),
        "encoders": list(opened.names),
    }
    print(json.dumps(told) if asked.json else "\n".join(f"{name}: {value}" for name, value in told.items()))


if __name__ == "__main__":
    main()
