"""Proof of effect: do 95 % intervals hold what was planted, and is nothing claimed where nothing was done?

    python -m bench.impact [replications] [part of a world's name] [seed]

Worlds with a known truth (tests/impact/worlds.py). `held`: how often the interval holds the truth; `claimed`: how
often an effect is claimed (interval without zero); `said`: how often the verdict is "worked" or "did not".
"""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from tests.impact import worlds

from vivencia.plan.impact.methods.choosing import estimate
from vivencia.plan.impact.methods.panel import Panel
from vivencia.plan.impact.methods.verdict import verdict

World = Callable[[np.random.Generator], tuple[Panel, float]]

NULL: dict[str, World] = {
    "staggered": partial(worlds.many),
    "staggered, swings last": partial(worlds.many, fading=0.85),
    "seasons and a bend for all": partial(worlds.many, season=12, bend=0.5, T=36, dates=(18, 24)),
    "few units": partial(worlds.many, treated=4, others=5, dates=(14,)),
    "many units": partial(worlds.many, treated=60, others=60),
    "two to compare with": partial(worlds.many, treated=20, others=2, dates=(12,)),
    "nobody never treated": partial(worlds.many, treated=20, others=0),
    "one treated": partial(worlds.few),
    "one treated, swings last": partial(worlds.few, fading=0.85),
    "one series": partial(worlds.line),
    "one series, no swings": partial(worlds.line, fading=0.0),
    "one series, swings last": partial(worlds.line, fading=0.8),
    "one series, short": partial(worlds.line, T=24, start=14),
    "one series, seasons": partial(worlds.line, season=12),
    "one series, trend changed well before": partial(worlds.line, bend=0.5, bend_at=16),
    "one series, trend changed shortly before": partial(worlds.line, bend=1.0, bend_at=24),
    "one series, trend changed weakly 6 before": partial(worlds.line, bend=0.3, bend_at=26),
    "one series, trend changed weakly 3 before": partial(worlds.line, bend=0.3, bend_at=29),
    "one series, trend changed later": partial(worlds.line, bend=0.5, bend_at=40),
    "by lot": partial(worlds.by_lot),
    "by lot, heavy tails": partial(worlds.by_lot, heavy=True, n=300),
}
PLANTED: dict[str, World] = {
    "staggered, growing, early ones gain more": partial(worlds.many, effect=1.0, growing=0.2),
    "few units, effect 2": partial(worlds.many, treated=4, others=5, dates=(14,), effect=2.0),
    "many units, growing": partial(worlds.many, treated=60, others=60, effect=0.5, growing=0.1),
    "one treated, effect 3": partial(worlds.few, effect=3.0),
    "one treated, swings last, effect 3": partial(worlds.few, effect=3.0, fading=0.85),
    "one series, seasons, effect 4": partial(worlds.line, effect=4.0, season=12),
    "one series, effect 3": partial(worlds.line, effect=3.0),
    "one series, short, effect 4": partial(worlds.line, T=24, start=14, effect=4.0),
    "one series, swings last, effect 4": partial(worlds.line, fading=0.8, effect=4.0),
    "one series, no swings, effect 2": partial(worlds.line, fading=0.0, effect=2.0),
    "one series, trend changed well before, effect 5": partial(worlds.line, bend=0.5, bend_at=16, effect=5.0),
    "by lot, effect 0.5": partial(worlds.by_lot, effect=0.5),
}


def measured(world: World, replications: int, seed: int = 1) -> dict[str, Any]:
    """How often the interval holds the truth, and how often an effect is claimed."""
    rng = np.random.default_rng(seed)
    held = claimed = said = 0
    widths, began = [], time.process_time()
    for _ in range(replications):
        panel, truth = world(rng)
        found = estimate(panel).result
        held += found.low <= truth <= found.high
        claimed += found.low > 0 or found.high < 0
        said += verdict(found).state != "cannot_tell"
        widths.append(found.high - found.low)
    return {
        "held": held / replications,
        "claimed": claimed / replications,
        "said": said / replications,
        "width": float(np.mean(widths)),
        "seconds": (time.process_time() - began) / replications,
        "n": replications,
    }


def main() -> None:
    replications = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    for kind, all_worlds in (("nothing done", NULL), ("planted", PLANTED)):
        for name, world in all_worlds.items():
            if only in name:
                print(json.dumps({"kind": kind, "world": name, **measured(world, replications, seed)}), flush=True)


if __name__ == "__main__":
    main()
