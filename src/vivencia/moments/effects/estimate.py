"""`estimate`: from units to effects, the one function the rest of the house calls."""

from vivencia.moments.effects.units import Study, Units


def estimate(units: Units, *, level: float = 0.95, seed: int = 0) -> Study:
    """The effect of every candidate on the outcome, with everything needed to judge it. See `units.Study`."""
    raise NotImplementedError
