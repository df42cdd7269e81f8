"""What is known of people, as columns of mixed kinds, and the matrix that groups are looked for in.

A missing value stays missing: it takes no part in a distance. It is never zero, and never filled in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Family = Literal["do", "need", "feel"]
Kind = Literal["number", "category"]
Floats: TypeAlias = NDArray[np.floating[Any]]
Ints: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]

RARE = 0.02  # a category fewer people have is told together with the other rare ones
OTHER = "…"  # the name of those
SKEWED = 1.5  # from this skewness on, a number that is never negative is looked at on a logarithmic scale
FAR = 4.0  # standard deviations: farther out is as far as this, so that no single person makes a group
KNOWN_OF = 0.05  # a feature known of fewer people tells groups of people we know, not of people
SAME = 0.9  # two numbers correlated more strongly are one: the first stays
ONE_VALUE = 0.99  # a feature on which more people agree tells nobody apart


@dataclass(frozen=True)
class Feature:
    """A column. `key` names it for whoever made it ("channel:app"); `family`: what people do, need or feel."""

    key: str
    kind: Kind = "number"
    family: Family = "do"


@dataclass(frozen=True)
class People:
    """One row a person: `ids`, and a column a feature: numbers (NaN: not known) or texts (None: not known)."""

    ids: Sequence[str]
    features: tuple[Feature, ...]
    columns: Mapping[str, NDArray[np.generic]]

    def __len__(self) -> int:
        return len(self.ids)

    def only(self, rows: Ints) -> "People":
        """These rows, in this order."""
        ids = [self.ids[row] for row in rows]
        return People(ids, self.features, {key: column[rows] for key, column in self.columns.items()})


@dataclass(frozen=True)
class Scaling:
    """How one feature becomes columns of the matrix: kept with a model, so that people who come later fit in.

    number: (log1p where `logarithm`) less `center`, divided by `spread`, cut at FAR. category: a column a level, less
    its share, all divided by `spread`, so that a category weighs as much as a number.
    """

    key: str
    kind: Kind
    logarithm: bool = False
    center: float = 0.0
    spread: float = 1.0
    levels: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()

    @property
    def width(self) -> int:
        return 1 if self.kind == "number" else len(self.levels)


@dataclass(frozen=True)
class Matrix:
    """`values` people × columns, 0 where not `known`; `owner[j]` is the place of column j's feature in `scalings`."""

    values: Floats
    known: Mask
    owner: Ints
    scalings: tuple[Scaling, ...] = field(default=())

    @cached_property
    def weights(self) -> Floats:
        """1 where known, 0 where not."""
        return self.known.astype(self.values.dtype)

    @cached_property
    def both(self) -> Floats:
        """Values and weights side by side."""
        return np.hstack([self.values, self.weights])

    @cached_property
    def complete(self) -> bool:
        return bool(self.known.all())

    def only(self, rows: Ints) -> "Matrix":
        return Matrix(self.values[rows], self.known[rows], self.owner, self.scalings)

    @property
    def features_known(self) -> Ints:
        """How many features are known of each person."""
        first = np.unique(self.owner, return_index=True)[1]
        return np.asarray(self.known[:, first].sum(axis=1), np.int64)


def scalings(people: People) -> tuple[Scaling, ...]:
    """How to scale each feature that can tell people apart; the others are left out."""
    found = [one for feature in people.features if (one := _scaling(people, feature)) is not None]
    return tuple(_without_doubles(people, found))


def matrix(people: People, how: Sequence[Scaling]) -> Matrix:
    """The people as the scalings see them."""
    blocks = [_columns(people.columns[one.key], one) for one in how]
    values = np.hstack([block for block, _known in blocks]) if blocks else np.zeros((len(people), 0))
    known = np.hstack([known for _block, known in blocks]) if blocks else np.zeros((len(people), 0), np.bool_)
    owner = np.repeat(np.arange(len(how)), [one.width for one in how]).astype(np.int64)
    return Matrix(values.astype(np.float32), known, owner, tuple(how))


def _scaling(people: People, feature: Feature) -> Scaling | None:
    column = people.columns[feature.key]
    if feature.kind == "category":
        return _of_category(feature.key, column)
    numbers = np.asarray(column, np.float64)
    seen = numbers[np.isfinite(numbers)]
    if len(seen) < max(10, KNOWN_OF * len(numbers)):
        return None
    if np.unique(seen, return_counts=True)[1].max() > ONE_VALUE * len(seen):
        return None
    logarithm = bool(seen.min() >= 0 and _skewness(seen) > SKEWED)
    seen = np.log1p(seen) if logarithm else seen
    return Scaling(feature.key, "number", logarithm, float(seen.mean()), float(seen.std()))


def _of_category(key: str, column: NDArray[np.generic]) -> Scaling | None:
    seen = [value for value in column.tolist() if value is not None]
    if len(seen) < max(10, KNOWN_OF * len(column)):
        return None
    levels, counts = np.unique(np.array(seen, dtype=str), return_counts=True)
    shares = counts / len(seen)
    common = [(str(level), float(share)) for level, share in zip(levels, shares, strict=True) if share >= RARE]
    if len(common) < len(levels):
        common.append((OTHER, 1.0 - sum(share for _level, share in common)))
    if len(common) < 2 or max(share for _level, share in common) > ONE_VALUE:
        return None
    parts = np.array([share for _level, share in common])
    spread = float(np.sqrt((parts * (1 - parts)).sum()))
    return Scaling(key, "category", spread=spread, levels=tuple(level for level, _ in common), shares=tuple(parts))


def _columns(column: NDArray[np.generic], how: Scaling) -> tuple[Floats, Mask]:
    if how.kind == "number":
        raw = np.asarray(column, np.float64)
        known = np.isfinite(raw)
        safe = np.where(known, raw, 0.0)
        told = np.log1p(np.maximum(safe, 0.0)) if how.logarithm else safe
        scaled = np.clip((told - how.center) / how.spread, -FAR, FAR)
        return np.where(known, scaled, 0.0)[:, None], known[:, None]
    place = {level: at for at, level in enumerate(how.levels)}
    rare = place.get(OTHER, -1)
    codes = np.array([-2 if value is None else place.get(str(value), rare) for value in column.tolist()], np.int64)
    known = codes != -2
    indicators = (codes[:, None] == np.arange(len(how.levels))).astype(np.float64) - np.array(how.shares)
    return np.where(known[:, None], indicators / how.spread, 0.0), np.repeat(known[:, None], len(how.levels), axis=1)


def _without_doubles(people: People, found: Sequence[Scaling]) -> list[Scaling]:
    """Of what says the same only one stays: of numbers the first, of categories the one of fewer levels."""
    kept: list[Scaling] = []
    columns: dict[str, tuple[Floats, Mask]] = {}
    for one in sorted(found, key=lambda each: each.width):
        block, known = _columns(people.columns[one.key], one)
        same = _correlation if one.kind == "number" else _association
        others = [columns[other.key] for other in kept if other.kind == one.kind]
        if all(abs(same(block, known[:, 0], *other)) <= SAME for other in others):
            kept.append(one)
            columns[one.key] = block, known[:, 0]
    return sorted(kept, key=found.index)


def _correlation(one: Floats, one_known: Mask, other: Floats, other_known: Mask) -> float:
    both = one_known & other_known
    if both.sum() < 10 or one[both].std() == 0 or other[both].std() == 0:
        return 0.0
    return float(np.corrcoef(one[both, 0], other[both, 0])[0, 1])


def _association(one: Floats, one_known: Mask, other: Floats, other_known: Mask) -> float:
    """Cramér's V of two categories: 1 where the one of more levels says which level of the other it is."""
    both = one_known & other_known
    counts = (one[both] > 0).astype(np.float64).T @ (other[both] > 0).astype(np.float64)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return 0.0
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    chi = ((counts - expected) ** 2 / expected).sum()
    return float(np.sqrt(chi / counts.sum() / (min(counts.shape) - 1)))


def _skewness(seen: Floats) -> float:
    spread = seen.std()
    return float((((seen - seen.mean()) / spread) ** 3).mean()) if spread > 0 else 0.0
