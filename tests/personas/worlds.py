"""People made up, whose groups are known because they were planted; and people without any."""

from collections.abc import Callable

import numpy as np

from vivencia.understand.personas.finding.features import Feature, Ints, People


def planted(
    seed: int, k: int, n: int, *, told: int = 8, noise: int = 6, apart: float = 1.5, missing: float = 0.15,
    shape: str = "normal", shares: tuple[float, ...] | None = None,
) -> tuple[People, Ints]:  # fmt: skip
    """`told` numbers and a category that differ between k groups, `noise` numbers that do not."""
    random = np.random.default_rng(seed)
    weights = np.array(shares or np.ones(k)) / np.sum(shares or np.ones(k))
    group = random.choice(k, n, p=weights)
    columns: dict[str, np.ndarray] = {}
    for place in range(told + noise):
        centre = random.normal(0, apart, k) if place < told else np.zeros(k)
        columns[f"number {place}"] = shaped(centre[group] + random.normal(size=n), shape, random)
    likely = random.dirichlet(np.full(4, 0.7), k)
    columns["kind"] = np.array([f"kind {random.choice(4, p=likely[one])}" for one in group], dtype=object)
    return people(columns, missing, random), group


def shaped(values: np.ndarray, shape: str, random: np.random.Generator) -> np.ndarray:
    if shape == "skewed":
        return np.asarray(np.exp(0.7 * values))
    return random.poisson(np.exp(0.7 * values)).astype(float) if shape == "counts" else values


def without_groups(seed: int, shape: str, n: int = 1_200, width: int = 10) -> People:
    """Independent, correlated, skewed, counted, heavy-tailed or yes-and-no: but nobody belongs to anything."""
    random = np.random.default_rng(seed)
    normal = random.normal(size=(n, width))
    common = random.normal(size=(n, 2)) @ random.normal(size=(2, width))
    shapes: dict[str, Callable[[], np.ndarray]] = {
        "independent": lambda: normal,
        "correlated": lambda: normal + common,
        "skewed": lambda: np.exp(0.7 * normal + 0.5 * common),
        "counts": lambda: random.poisson(
            random.gamma(1.2, 2.0, n)[:, None] * random.dirichlet(np.ones(width)) * 4
        ).astype(float),
        "heavy-tailed": lambda: normal / np.sqrt(random.chisquare(5, n) / 5)[:, None],
        "yes and no": lambda: (random.random((n, width)) < random.uniform(0.1, 0.9, width)).astype(float),
    }
    values = shapes[shape]()
    columns = {f"number {place}": np.array(values[:, place]) for place in range(width)}
    columns["kind"] = np.array(
        [f"kind {one}" for one in random.choice(4, n, p=random.dirichlet(np.ones(4)))], dtype=object
    )
    return people(columns, 0.15, random)


def people(columns: dict[str, np.ndarray], missing: float, random: np.random.Generator) -> People:
    """With values gone missing here and there."""
    n = len(next(iter(columns.values())))
    for values in columns.values():
        values[random.random(n) < missing] = None if values.dtype == object else np.nan
    features = tuple(
        Feature(key, "category" if values.dtype == object else "number") for key, values in columns.items()
    )
    return People([f"p{place}" for place in range(n)], features, columns)
