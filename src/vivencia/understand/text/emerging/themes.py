"""Themes nobody named beforehand: texts that say much the same, found without labels and named by their own words.

Embeddings are centred (what all texts of a company share says nothing), reduced by principal components and grouped
by density (HDBSCAN, Campello et al. 2013), which leaves what belongs nowhere in no theme. A theme's words are those
that stand in it and not elsewhere: c-TF-IDF (Grootendorst, arXiv 2203.05794). Found again later, a theme keeps its key
where its centre has hardly moved, so that its counts make one series.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vivencia.understand.text.emerging.stopwords import STOPWORDS

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

MOST_TEXTS = 6_000  # grouped at once; density grows with the square of them, the rest find their theme by its centre
DIRECTIONS = 12  # principal components kept: more of them make everything equally far apart
LEAST_TEXTS = 60  # fewer show no themes
LEAST_MEMBERS = 8
CORE = 0.5  # of the density at a theme's heart that its founding texts must have around them
LEAST_WORDS = 3  # that mean something, for a text to found a theme
WORDS = 5  # kept to name a theme
NEAREST = 5  # verbatims that stand for it
SAME_CENTRE = 0.85  # cosine above which an earlier theme is found again
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True)
class Theme:
    """Texts that say much the same. `centre` is a unit vector in the centred space; a text belongs where its cosine to
    it is at least `reach`. words: the most telling first. nearest: places in the texts given. size: how many belong."""

    words: tuple[str, ...]
    nearest: tuple[int, ...]
    centre: Floats
    reach: float
    size: int


@dataclass(frozen=True)
class Themes:
    """What was found: `member[i]` is the place of text i's theme in `themes`, or -1. `mean` centres later texts."""

    themes: tuple[Theme, ...]
    member: Whole
    mean: Floats


def discover(texts: Sequence[str], embeddings: Floats, mean: Floats | None = None) -> Themes:
    """Themes, the largest first. embeddings: (texts, d), any length of vectors. The same texts give the same themes.

    mean: what to centre by; the mean of these texts where nothing is said. Raises ValueError where there are not as
    many embeddings as texts.
    """
    if len(texts) != len(embeddings):
        raise ValueError(f"{len(texts)} texts, but {len(embeddings)} embeddings")
    units, mean = centred(embeddings, mean)
    groups = _groups(texts, units)
    if not groups:
        return Themes((), np.full(len(texts), -1), mean)
    centres = np.array([_unit(units[group].mean(axis=0)) for group in groups])
    reach = np.array([float(np.quantile(units[g] @ c, 0.1)) for g, c in zip(groups, centres, strict=True)])
    member = belonging(units, centres, reach)
    sizes = np.bincount(member[member >= 0], minlength=len(groups))
    words = telling_words(texts, [np.flatnonzero(member == each) for each in range(len(groups))])
    order = [each for each in np.argsort(-sizes, kind="stable") if sizes[each] and words[each]]
    themes = tuple(
        Theme(
            words=words[each],
            nearest=_nearest(texts, units, member == each, centres[each]),
            centre=centres[each],
            reach=float(reach[each]),
            size=int(sizes[each]),
        )
        for each in order
    )
    places = np.full(len(groups) + 1, -1)  # the last one is where -1 points
    places[order] = np.arange(len(order))
    return Themes(themes, places[member], mean)


def centred(embeddings: Floats, mean: Floats | None = None) -> tuple[Floats, Floats]:
    """Unit vectors around the mean of all (or the mean given), and that mean."""
    embeddings = np.asarray(embeddings, dtype=float)
    middle = embeddings.mean(axis=0) if mean is None else mean
    return _unit(embeddings - middle), middle


def belonging(units: Floats, centres: Floats, reach: Floats) -> Whole:
    """For each centred unit vector the place of the nearest centre within its reach, or -1."""
    if not len(centres):
        return np.full(len(units), -1)
    near = units @ centres.T
    best = near.argmax(axis=1)
    return np.where(near[np.arange(len(units)), best] >= reach[best], best, -1)


def found_again(new: Sequence[Floats], earlier: Sequence[Floats]) -> list[int | None]:
    """For each new centre the place of the earlier one it is, each earlier one given to its nearest new one only."""
    if not len(new) or not len(earlier):
        return [None] * len(new)
    near = np.array(new) @ np.array(earlier).T
    again: list[int | None] = [None] * len(new)
    for place in np.argsort(-near, axis=None):
        one, other = divmod(int(place), near.shape[1])
        if near[one, other] < SAME_CENTRE:
            break
        if again[one] is None and other not in again:
            again[one] = other
    return again


def telling_words(texts: Sequence[str], groups: Sequence[Whole]) -> list[tuple[str, ...]]:
    """Each group's words and pairs of words, the most telling first: frequent in the group, rare in the others."""
    counts = [Counter(term for place in group for term in set(_terms(texts[place]))) for group in groups]
    everywhere: Counter[str] = Counter()
    for one in counts:
        everywhere.update(one)
    usual = sum(everywhere.values()) / max(len(groups), 1)
    return [_most_telling(one, everywhere, usual, len(group)) for one, group in zip(counts, groups, strict=True)]


def _most_telling(one: Counter[str], everywhere: Counter[str], usual: float, members: int) -> tuple[str, ...]:
    scores = {
        term: n / members * np.log1p(usual / everywhere[term]) for term, n in one.items() if n >= 2 or members < 4
    }
    chosen: list[str] = []
    for term in sorted(scores, key=lambda term: (-scores[term], term)):
        if not any(term in other.split() or other in term.split() for other in chosen):
            chosen.append(term)
        if len(chosen) == WORDS:
            break
    return tuple(chosen)


def _terms(text: str) -> list[str]:
    words = [word for word in _WORD.findall(text.lower()) if word not in STOPWORDS]
    return words + [f"{one} {other}" for one, other in pairwise(words) if one != other]


def _says_something(text: str) -> bool:
    return len({word for word in _WORD.findall(text.lower()) if word not in STOPWORDS}) >= LEAST_WORDS


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Floats = vectors / np.maximum(lengths, 1e-12)
    return unit


def _groups(texts: Sequence[str], units: Floats) -> list[Whole]:
    """Groups of places. What was said often word for word counts once, and "very good" says nothing to group by."""
    first = {text.strip().lower(): place for place, text in reversed(list(enumerate(texts))) if _says_something(text)}
    places = np.array(sorted(first.values()))
    if len(places) < LEAST_TEXTS:
        return []
    if len(places) > MOST_TEXTS:
        places = np.sort(np.random.default_rng(0).choice(places, MOST_TEXTS, replace=False))
    from sklearn.cluster import HDBSCAN  # a second to import, for the worker only
    from sklearn.decomposition import PCA

    reduced = PCA(min(DIRECTIONS, len(places) - 1), random_state=0).fit_transform(units[places])
    least = max(LEAST_MEMBERS, len(places) // 200)
    density = HDBSCAN(
        min_cluster_size=least, min_samples=LEAST_MEMBERS // 2, cluster_selection_method="leaf", copy=True
    )
    found = density.fit_predict(_unit(reduced))
    core = density.probabilities_ >= CORE  # the others fell in from the edge and would blur the centre
    return [places[core & (found == label)] for label in range(found.max() + 1)]


def _nearest(texts: Sequence[str], units: Floats, inside: NDArray[np.bool_], centre: Floats) -> tuple[int, ...]:
    """The members nearest to the centre, each wording once."""
    places = np.flatnonzero(inside)
    chosen: dict[str, int] = {}
    for place in places[np.argsort(-(units[places] @ centre), kind="stable")]:
        chosen.setdefault(texts[place].strip().lower(), int(place))
        if len(chosen) == NEAREST:
            break
    return tuple(chosen.values())
