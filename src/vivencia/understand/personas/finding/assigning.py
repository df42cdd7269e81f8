"""A model of groups, and whose person is: the same person always goes to the same group, whoever comes along with them.

A person belongs to the group it is likeliest to come from, by distances to the centres in units of how much people of
one group differ, and by the groups' sizes. Where no group is likelier than not, or too little is known of the person,
it belongs to none.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from vivencia.understand.personas.finding.features import Floats, Ints, Matrix, People, Scaling, matrix
from vivencia.understand.personas.finding.grouping import distances

NONE = -1
LIKELY = 0.5
KNOWN = 0.25  # share of the features (but two at least) that must be known of a person
AT_ONCE = 50_000


@dataclass(frozen=True)
class Model:
    """`centres` groups × columns; `spread`: variance a column within groups; `shares` of the groups;
    `offered`: the groups that are personas; the others are people in none.
    """

    scalings: tuple[Scaling, ...]
    centres: Floats
    spread: float
    shares: Floats
    offered: tuple[int, ...]


@dataclass(frozen=True)
class Assigned:
    """`group` of each person (NONE: -1), and how `likely` it is, 0 to 1."""

    group: Ints
    likely: Floats


def assign(model: Model, people: People) -> Assigned:
    """Whose each person is; groups that are not offered count as none."""
    parts = [_assigned(model, people.only(rows)) for rows in _blocks(len(people))]
    return Assigned(np.concatenate([part.group for part in parts]), np.concatenate([part.likely for part in parts]))


def likelihoods(data: Matrix, model: Model) -> Floats:
    """How likely each person is of each group, people × groups, rows summing to 1."""
    log = np.log(np.maximum(model.shares, 1e-9)) - distances(data, model.centres) / (2 * model.spread)
    told = np.exp(log - log.max(axis=1, keepdims=True))
    return np.asarray(told / told.sum(axis=1, keepdims=True))


def to_json(model: Model) -> dict[str, Any]:
    """As it is stored."""
    return {
        "scalings": [asdict(one) for one in model.scalings],
        "centres": model.centres.tolist(),
        "spread": model.spread,
        "shares": model.shares.tolist(),
        "offered": list(model.offered),
    }


def from_json(stored: Mapping[str, Any]) -> Model:
    """The inverse of `to_json`."""
    told = [
        Scaling(**{**one, "levels": tuple(one["levels"]), "shares": tuple(one["shares"])}) for one in stored["scalings"]
    ]
    return Model(
        tuple(told),
        np.array(stored["centres"], np.float64),
        float(stored["spread"]),
        np.array(stored["shares"], np.float64),
        tuple(stored["offered"]),
    )


def _blocks(n: int) -> list[Ints]:
    return [np.arange(begin, min(begin + AT_ONCE, n)) for begin in range(0, max(n, 1), AT_ONCE)]


def _assigned(model: Model, people: People) -> Assigned:
    data = matrix(people, model.scalings)
    told = likelihoods(data, model)
    group = told.argmax(axis=1)
    likely = told[np.arange(len(group)), group]
    enough = data.features_known >= max(2, int(np.ceil(KNOWN * len(model.scalings))))
    hers = enough & (likely >= LIKELY) & np.isin(group, model.offered)
    return Assigned(np.where(hers, group, NONE).astype(np.int64), likely)
