"""Weighting answers so that who answered looks like who was asked. Pure: rows in, weights out.

Raking (iterative proportional fitting; Deming and Stephan 1940): each answer's weight is multiplied, trait by trait,
until the weighted shares of every trait's values are those of everybody asked. It repairs what the traits can see:
where people with the same traits answer or stay silent because of what they think, no weighting helps.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from scipy import stats

Row = Mapping[str, str]
FEWEST = 5  # answers of a trait's value; rarer values are read as one
REST = "\u2026"
MOST_TRAITS = 4
LARGEST_WEIGHT = 5.0  # of the mean: one person does not speak for more
ROUNDS = 200
CLOSE = 1e-9
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Weighted:
    """`weights`: one an answer, mean 1. `traits`: what was weighted by; empty: nothing could be, and all are 1.

    `n_effective`: how many unweighted answers would be as certain (Kish): (Σw)² / Σw².
    """

    weights: tuple[float, ...]
    traits: tuple[str, ...]
    n_effective: float


@dataclass(frozen=True)
class Mean:
    """A weighted mean with its 95 % interval; None where there are fewer than five answers."""

    value: float | None
    low: float | None
    high: float | None
    n: int


def rake(answered: Sequence[Row], asked: Sequence[Row], traits: Sequence[str]) -> Weighted:
    """Weights for the answers. `asked` holds everybody who was asked, those who answered among them.

    Values with fewer than `FEWEST` answers are joined; a trait that then has one value is not used. Weights are cut
    at `LARGEST_WEIGHT` times their mean.
    """
    weights = [1.0] * len(answered)
    coded = {one: _joined(answered, asked, one) for one in traits}
    used = [one for one in traits if len(set(coded[one][0])) > 1][:MOST_TRAITS]
    if not used:
        return Weighted(tuple(weights), (), float(len(answered)))
    for _round in range(ROUNDS):
        before = list(weights)
        for one in used:
            weights = _fitted(weights, *coded[one])
        if max(abs(new - old) for new, old in zip(weights, before, strict=True)) < CLOSE:
            break
    weights = _cut(weights)
    total, squares = fsum(weights), fsum(weight * weight for weight in weights)
    return Weighted(tuple(weights), tuple(used), total * total / squares)


def _joined(answered: Sequence[Row], asked: Sequence[Row], trait: str) -> tuple[list[str], Counter[str]]:
    """Each answer's value of a trait and how many people asked have it, rare and unanswered values as one."""
    counted = Counter(row.get(trait, "") for row in answered)
    common = {value for value, n in counted.items() if n >= FEWEST}
    mine = [value if (value := row.get(trait, "")) in common else REST for row in answered]
    theirs = Counter(value if (value := row.get(trait, "")) in common else REST for row in asked)
    if 0 < mine.count(REST) < FEWEST or REST not in mine:  # too few to stand for the rest: they go with the most common
        most = max(common, key=lambda value: (counted[value], value), default=REST)
        mine = [most if value == REST else value for value in mine]
        theirs[most] += theirs.pop(REST, 0)
    return mine, theirs


def _fitted(weights: Sequence[float], values: Sequence[str], asked: Counter[str]) -> list[float]:
    total, people = fsum(weights), sum(asked.values())
    held: dict[str, float] = {}
    for weight, value in zip(weights, values, strict=True):
        held[value] = held.get(value, 0.0) + weight
    factor = {value: total * asked[value] / people / held[value] for value in held}
    return [weight * factor[value] for weight, value in zip(weights, values, strict=True)]


def _cut(weights: Sequence[float]) -> list[float]:
    mean = fsum(weights) / len(weights)
    cut = [min(weight, LARGEST_WEIGHT * mean) for weight in weights]
    scale = len(cut) / fsum(cut)
    return [weight * scale for weight in cut]


def mean(values: Sequence[float], weights: Sequence[float]) -> Mean:
    """The weighted mean; interval by linearisation (the ratio estimator's variance) with Student's t.

    An NPS is the mean of 100, 0 and −100, a share the mean of 100 and 0. With equal weights it is the plain mean.
    """
    n = len(values)
    if n < FEWEST:
        return Mean(None, None, None, n)
    total = fsum(weights)
    middle = fsum(weight * value for weight, value in zip(weights, values, strict=True)) / total
    spread = fsum((weight * (value - middle)) ** 2 for weight, value in zip(weights, values, strict=True))
    error = sqrt(n / (n - 1) * spread) / total
    half = float(stats.t.ppf(0.5 + CONFIDENCE / 2, n - 1)) * error
    return Mean(middle, middle - half, middle + half, n)


def uneven(answered: Sequence[Row], asked: Sequence[Row], trait: str) -> float:
    """How differently a trait's values answer: Cramér's V between the value and having answered, 0 to 1."""
    yes, whole = (Counter(row.get(trait, "") for row in rows) for rows in (answered, asked))
    people, answers = sum(whole.values()), sum(yes.values())
    if not 0 < answers < people:
        return 0.0
    share = answers / people
    chi_square = fsum((yes[value] - n * share) ** 2 / (n * share * (1 - share)) for value, n in whole.items())
    return sqrt(chi_square / people)
