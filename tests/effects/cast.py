"""Small studies whose answer is known by hand."""

import numpy as np

from vivencia.moments.effects.units import Candidate, Effect, FloatArray, Study, Units


def lottery(n: int = 2_000, *, size: float = 12.0, seed: int = 5) -> Units:
    """One exposure drawn by lot, one that does nothing; the outcome known of everybody; money-free and unconfounded."""
    draw = np.random.default_rng(seed)
    lived = (draw.random(n) < 0.5).astype(float)
    idle = (draw.random(n) < 0.4).astype(float)
    outcome = 50 + size * lived + draw.normal(0, 20, n)
    return Units(
        outcome=outcome,
        kind="score",
        candidates=(Candidate("lived", lived, 0.2, "a"), Candidate("idle", idle, 0.6, "b")),
    )


def difference(units: Units, j: int) -> float:
    exposed = units.candidates[j].exposed
    return float(units.outcome[exposed == 1].mean() - units.outcome[exposed == 0].mean())


def of(study: Study, key: str) -> Effect:
    return next(effect for effect in study.effects if effect.key == key)


def found(study: Study) -> set[str]:
    return {effect.key for effect in study.effects if effect.q_value is not None and effect.q_value <= 0.05}


def known(value: float | None) -> float:
    assert value is not None
    return value


def flip(n: int, chance: FloatArray | float, draw: np.random.Generator) -> FloatArray:
    return (draw.random(n) < chance).astype(float)
