"""A classifier that learns from labelled texts by several views of them at once: kernel ridge over their likeness.

Each view says how alike two texts are; the likenesses are summed by weights, and one linear system is solved. Leaving
each text out in turn costs nothing extra (the residual of text i is alpha_i / inverse_ii), so the weights, the ridge
and the softness of the probabilities are chosen on what the classifier did not see, from a sample where there are many
texts. Ten examples a label are enough to start; ten thousand take a minute on one core.

Kept as arrays and JSON in one .npz, never as a pickle. The rows learned from are part of it.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve

from vivencia.understand.text.bert import Floats
from vivencia.understand.text.language import languages
from vivencia.understand.text.views import Rows, Scaled, Terms, likeness

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
SAMPLE = 2_500  # texts from which weights are chosen
FEW_EXAMPLES = 20  # a label, up to which its name teaches too
FEW_LABELS = 10  # up to here labels' chances are shifted so that small labels count as much as large ones
NEIGHBOURS = 3  # with ten, of a label of ten examples some must be another label's
NEIGHBOURS_MANY = 10  # where there are more texts than SAMPLE: some are nearly the same, and three are always close
SLACK = 2.0  # with 6, a third to half of the unknown texts are taken for known where there are three labels
SLACK_MANY = 6.0  # where there are more texts than SAMPLE: with 2, 8 % of CLINC150's known texts are rejected, not 6 %
SLACK_ABROAD = 6.0  # for what is asked in a language nobody taught in: it is less like the examples, and still known
SPOKEN = 0.2  # of the texts learned from: taught in that language
WORTH_IT = 0.004  # of macro-F1: a smaller gain on the sample is chance
RIDGES = (0.03, 0.15, 0.6, 2.0)
DEEP, DEEP_FEW = 2.0, 8.0  # how much more an encoder's last block counts than the ones before; with few examples
ENGLISH_FEW = 2.5  # how much more the English encoder counts than the others; with few examples, where there is one
_TERMS = ("words", "letters")


@dataclass(frozen=True)
class Part:
    """One view's share. sharpness: 0 = the cosine itself."""

    view: str
    weight: float
    sharpness: float


@dataclass(frozen=True)
class Recipe:
    """What is chosen by leaving out: the parts, the ridge; and how good it was."""

    parts: tuple[Part, ...]
    ridge: float
    left_out_accuracy: float = math.nan


@dataclass(frozen=True)
class Classifier:
    """Learned: `alphas` (texts learned from, labels) over `banks`, each view's rows of those texts."""

    labels: tuple[str, ...]
    recipe: Recipe
    views: Mapping[str, Scaled | Terms]
    banks: Mapping[str, Rows]
    alphas: Floats
    softness: float  # scores are multiplied by it before the softmax
    shifts: Numbers  # added to the log-chances of the labels
    near: tuple[str, ...] = field(default=())  # views whose nearest neighbours tell known from unknown
    familiar: Numbers = field(default_factory=lambda: np.zeros(0))  # per cents of the left-out texts' familiarity
    neighbours: int = NEIGHBOURS  # how many of the nearest texts familiarity looks at
    unsure: float = 0.0  # of the familiarity of a left-out text, the standard error
    spoken: tuple[str, ...] = ()  # languages taught in; () where that is not known

    def log_chances(self, texts: Sequence[str], vectors: Mapping[str, Floats]) -> Numbers:
        """(texts, labels)"""
        rows = _rows(self.views, texts, vectors)
        scores = np.zeros((len(texts), len(self.labels)), np.float32)
        for start in range(0, len(texts), 2_000):  # so that the likeness to many texts learned from fits into memory
            some = slice(start, start + 2_000)
            scores[some] = _alike(self.recipe.parts, _cut(rows, some), self.banks) @ self.alphas
        return _log_softmax(np.asarray(scores, np.float64) * self.softness) + self.shifts

    def familiarity(self, texts: Sequence[str], vectors: Mapping[str, Floats]) -> Numbers:
        """How sure it is that a text is of one of the labels at all: the log of the best chance, and twenty times the
        mean cosine to the nearest texts learned from."""
        best = self.log_chances(texts, vectors).max(axis=1)
        return np.asarray(best + 20.0 * self._nearness(_rows(self.views, texts, vectors)))

    def threshold(self, rejected: float) -> float:
        """The familiarity below which a text is called unknown, so that about this share of known ones is, too."""
        return float(np.quantile(self.familiar, rejected)) if len(self.familiar) else -math.inf

    def known(self, texts: Sequence[str], vectors: Mapping[str, Floats], rejected: float) -> npt.NDArray[np.bool_]:
        """Whether each text is of one of the labels, by that threshold; a lower one for languages nobody taught in."""
        abroad = [bool(self.spoken) and spoken not in (None, *self.spoken) for spoken in languages(texts)]
        lower = np.where(abroad, (SLACK_ABROAD - SLACK) * self.unsure, 0.0)
        return np.asarray(self.familiarity(texts, vectors) >= self.threshold(rejected) - lower)

    def _nearness(self, rows: Mapping[str, Rows], *, own: bool = False) -> Numbers:
        """Mean cosine to the nearest; `own`: the rows are those learned from, each of which is nearest to itself."""
        found = []
        for view in self.near or ("words",):
            bank = self.banks[view]
            cosines = np.concatenate([likeness(part, bank, 0.0) for part in _slices(rows[view])])
            count = min(self.neighbours + own, cosines.shape[1])
            nearest = np.partition(cosines, -count, axis=1)[:, -count:]
            found.append((nearest.sum(axis=1) - own) / max(1, count - own))
        return np.asarray(np.mean(found, axis=0), np.float64)

    def save(self, file: Path) -> None:
        """One .npz."""
        told: dict[str, Any] = {
            "labels": self.labels,
            "parts": [[part.view, part.weight, part.sharpness] for part in self.recipe.parts],
            "ridge": self.recipe.ridge,
            "left_out_accuracy": self.recipe.left_out_accuracy,
            "softness": self.softness,
            "near": self.near,
            "familiar": self.familiar.tolist(),
            "neighbours": self.neighbours,
            "unsure": self.unsure,
            "spoken": self.spoken,
            "terms": {name: view.vocabulary for name, view in self.views.items() if isinstance(view, Terms)},
        }
        arrays: dict[str, Any] = {"alphas": self.alphas, "shifts": self.shifts, "told": np.array(json.dumps(told))}
        for name, view in self.views.items():
            if isinstance(view, Terms):
                arrays[f"{name}/idf"] = view.idf
            else:
                arrays[f"{name}/mean"], arrays[f"{name}/spread"] = view.mean, view.spread
            arrays |= _kept(name, self.banks[name])
        with file.open("wb") as out:
            np.savez_compressed(out, **arrays)


def load(file: Path) -> Classifier:
    """What `save` kept."""
    with np.load(file, allow_pickle=False) as kept:
        told = json.loads(str(kept["told"]))
        views: dict[str, Scaled | Terms] = {}
        banks: dict[str, Rows] = {}
        for name in {key.partition("/")[0] for key in kept.files if "/" in key}:
            if name in told["terms"]:
                views[name] = Terms(name == "letters", tuple(told["terms"][name]), kept[f"{name}/idf"])
                banks[name] = sparse.csr_matrix(
                    (kept[f"{name}/data"], kept[f"{name}/indices"], kept[f"{name}/indptr"]),
                    tuple(kept[f"{name}/shape"]),
                )
            else:
                views[name] = Scaled(kept[f"{name}/mean"], kept[f"{name}/spread"])
                banks[name] = kept[f"{name}/bank"]
        recipe = Recipe(tuple(Part(*each) for each in told["parts"]), told["ridge"], told["left_out_accuracy"])
        return Classifier(
            tuple(told["labels"]), recipe, views, banks, kept["alphas"], told["softness"], kept["shifts"],
            tuple(told["near"]), np.array(told["familiar"]), told.get("neighbours", NEIGHBOURS_MANY),
            told.get("unsure", 0.0), tuple(told.get("spoken", ())),
        )  # fmt: skip


def train(
    texts: Sequence[str], labels: Sequence[str], vectors: Mapping[str, Floats], *, weights: Sequence[float] = (),
    given: Sequence[Recipe] = (), even: bool | None = None, beside: Mapping[str, Floats] | None = None,
) -> Classifier:  # fmt: skip
    """Learn the labels of the texts.

    vectors: the encoders' blocks of the same texts (`views.vectors`); none leaves words and letters. weights: how much
    each text counts (1 where nothing is said). given: recipes to choose from, instead of the usual ones.
    even: whether rare labels are to be found as readily as frequent ones; by itself where there are few labels.
    beside: blocks of other texts, of whatever labels; where there are few to learn from, they tell what is usual.
    Raises ValueError where there are fewer than two labels.
    """
    names = tuple(sorted(set(labels)))
    if len(names) < 2:
        raise ValueError(
            f"there must be at least two different labels to tell apart; found: {', '.join(names) or 'none'}"
        )
    which = _places(names, labels)
    views: dict[str, Scaled | Terms] = {
        name: Scaled.of(np.concatenate([block, beside[name]]) if beside else block) for name, block in vectors.items()
    }
    views |= {name: Terms.of(texts, letters=name == "letters") for name in _TERMS}
    banks = _rows(views, texts, vectors)
    counts = np.asarray(weights or np.ones(len(texts)), np.float64)
    even = len(names) <= FEW_LABELS if even is None else even
    if even:
        counts = counts * np.sqrt(len(which) / len(names) / np.bincount(which))[which]
    sample = _sample(which, SAMPLE)
    recipe, left_out = _best(given or recipes(vectors, len(texts) / len(names)), _cut(banks, sample), which[sample],
                             counts[sample], len(names))  # fmt: skip
    softness = _softness(left_out, which[sample])
    shifts = _even_shifts(_log_softmax(left_out * softness), which[sample]) if even else np.zeros(len(names))
    kernel = _alike(recipe.parts, banks, banks)
    alphas, _inverse = _solve(kernel, which, counts, recipe.ridge, len(names), leave_out=False)
    near = tuple(name for name in (_last("minilm", vectors), _last("e5", vectors), _last("use", vectors)) if name)
    used = {part.view for part in recipe.parts} | set(near or ("words",))
    many = len(texts) > SAMPLE
    learned = Classifier(
        names, recipe, {name: views[name] for name in used}, {name: banks[name] for name in used}, alphas, softness,
        shifts, near, neighbours=NEIGHBOURS_MANY if many else NEIGHBOURS,
    )  # fmt: skip
    near_to = learned._nearness(_cut(banks, sample), own=True)
    familiar = (_log_softmax(left_out * softness) + shifts).max(axis=1) + 20.0 * near_to
    slack = SLACK_MANY if many else SLACK  # few texts do not show all ways of saying it
    unsure = float(familiar.std()) / math.sqrt(len(familiar))
    return replace(
        learned,
        familiar=np.quantile(familiar, np.linspace(0, 1, 101)) - slack * unsure,
        unsure=unsure,
        spoken=_spoken(texts),
    )


def _spoken(texts: Sequence[str]) -> tuple[str, ...]:
    found = [each for each in languages(texts[:: max(1, len(texts) // 300)]) if each]
    return tuple(sorted({each for each in found if found.count(each) >= SPOKEN * len(found)}))


def as_examples(labels: Iterable[str]) -> list[tuple[str, str]]:
    """Each label's own words as a text of it: "card_arrival" says something of what it is. Numbers say nothing."""
    named = {label: " ".join(re.findall(r"[^\W_]+", label)) for label in sorted(set(labels))}
    return [(words, label) for label, words in named.items() if re.search(r"[^\W\d_]{3}", words)]


def recipes(vectors: Mapping[str, Floats], examples: float) -> list[Recipe]:
    """Mixtures worth trying; `examples`: texts a label. Words and letters count for more the more there are."""
    blocks = sorted(vectors)
    if not blocks:
        words = (Part("words", 1.0, 0.0), Part("letters", 1.0, 0.0))
        return [Recipe(words, ridge) for ridge in (0.03, 0.1, 0.3, 1.0)]
    last = {name for encoder in {block.partition(".")[0] for block in blocks} if (name := _last(encoder, vectors))}
    few = examples <= FEW_EXAMPLES
    dense = {block: (DEEP_FEW if few else DEEP) if block in last else 1.0 for block in blocks}
    if few:
        dense = {
            block: weight * (ENGLISH_FEW if block.startswith("minilm") else 1.0) for block, weight in dense.items()
        }
    found = []
    for term in (0.0, 0.15) if few else (0.2, 0.5, 1.0):
        parts = [Part(block, weight / sum(dense.values()), 1.0) for block, weight in dense.items()]
        parts += [Part(name, term / 2, 0.0) for name in _TERMS if term]
        found += [Recipe(tuple(parts), ridge) for ridge in RIDGES]
    return found


def _last(encoder: str, vectors: Mapping[str, Floats]) -> str:
    """The deepest block of an encoder; "" where it has none."""
    return max((name for name in vectors if name.partition(".")[0] == encoder), default="")


def _places(names: Sequence[str], labels: Sequence[str]) -> Ints:
    place = {name: number for number, name in enumerate(names)}
    return np.array([place[label] for label in labels], np.int64)


def _rows(views: Mapping[str, Scaled | Terms], texts: Sequence[str], vectors: Mapping[str, Floats]) -> dict[str, Rows]:
    return {
        name: view.rows(texts) if isinstance(view, Terms) else view.rows(vectors[name]) for name, view in views.items()
    }


def _cut(rows: Mapping[str, Rows], some: Ints | slice) -> dict[str, Rows]:
    return {name: each[some] for name, each in rows.items()}


def _slices(rows: Rows) -> list[Rows]:
    return [rows[start : start + 2_000] for start in range(0, rows.shape[0], 2_000)] or [rows]


def _kept(name: str, bank: Rows) -> dict[str, Any]:
    if sparse.isspmatrix_csr(bank):
        parts = {"data": bank.data, "indices": bank.indices, "indptr": bank.indptr, "shape": np.array(bank.shape)}
        return {f"{name}/{part}": array for part, array in parts.items()}
    return {f"{name}/bank": bank}


def _alike(parts: Sequence[Part], rows: Mapping[str, Rows], banks: Mapping[str, Rows]) -> Floats:
    whole = np.float32(sum(part.weight for part in parts))
    total = None
    for part in parts:
        alike = likeness(rows[part.view], banks[part.view], part.sharpness)
        alike *= np.float32(part.weight) / whole
        total = alike if total is None else np.add(total, alike, out=total)
    if total is None:
        raise ValueError("a recipe needs at least one part")
    return total


def _sample(which: Ints, most: int) -> Ints:
    """At most so many places, every label's share of them; the same for the same labels."""
    if len(which) <= most:
        return np.arange(len(which))
    order = np.random.default_rng(7).permutation(len(which))
    turn = np.zeros(len(which), np.int64)
    seen: dict[int, int] = {}
    for place in order:
        label = int(which[place])
        turn[place] = seen[label] = seen.get(label, 0) + 1
    share = turn / np.bincount(which)[which]
    return np.sort(np.argsort(share, kind="stable")[:most])


def _best(
    choices: Sequence[Recipe], banks: Mapping[str, Rows], which: Ints, counts: Numbers, labels: int
) -> tuple[Recipe, Numbers]:
    """The recipe that tells most of the left-out texts rightly, and its left-out scores."""
    best: tuple[float, Recipe, Numbers] | None = None
    kernels: dict[tuple[Part, ...], Floats] = {}
    for recipe in choices:
        if recipe.parts not in kernels:
            kernels = {recipe.parts: _alike(recipe.parts, banks, banks)}
        alphas, inverse = _solve(kernels[recipe.parts], which, counts, recipe.ridge, labels, leave_out=True)
        scores = _coded(which, labels) - alphas / inverse[:, None]
        right = _quality(scores, which, labels)
        if best is None or right > best[0]:
            best = right, Recipe(recipe.parts, recipe.ridge, right), np.asarray(scores, np.float64)
    if best is None:
        raise ValueError("no recipe to choose from")
    return best[1], best[2]


def _quality(scores: Floats, which: Ints, labels: int) -> float:
    """Accuracy; where there are few labels, the mean of the labels' F1."""
    said = scores.argmax(axis=1)
    return float((said == which).mean()) if labels > FEW_LABELS else macro_f1(which, said)


def _coded(which: Ints, labels: int) -> Floats:
    coded = np.full((len(which), labels), -1.0 / max(1, labels - 1), np.float32)
    coded[np.arange(len(which)), which] = 1.0
    return coded


def _solve(
    kernel: Floats, which: Ints, counts: Numbers, ridge: float, labels: int, *, leave_out: bool
) -> tuple[Floats, Floats]:
    """The alphas, and the diagonal of the inverse where it is asked for."""
    system = kernel.copy() if leave_out else kernel
    system[np.diag_indices_from(system)] += (ridge / counts).astype(np.float32)
    factor = cho_factor(system, lower=True, overwrite_a=True, check_finite=False)
    coded = _coded(which, labels)
    if not leave_out:
        return np.asarray(cho_solve(factor, coded, check_finite=False), np.float32), np.zeros(0, np.float32)
    inverse = cho_solve(factor, np.eye(len(which), dtype=np.float32), overwrite_b=True, check_finite=False)
    return np.asarray(inverse @ coded, np.float32), np.asarray(np.diag(inverse), np.float32)


def _log_softmax(scores: Numbers) -> Numbers:
    even = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(even - np.log(np.exp(even).sum(axis=1, keepdims=True)))


def _softness(scores: Numbers, which: Ints) -> float:
    """What makes the chances of the left-out texts most likely."""
    rows = np.arange(len(which))
    choices = np.geomspace(0.5, max(1.0, min(64.0, 2.0 * math.sqrt(len(which)))), 29)  # few texts prove little
    return float(max(choices, key=lambda soft: _log_softmax(scores * soft)[rows, which].mean()))


def _even_shifts(logs: Numbers, which: Ints) -> Numbers:
    """What to add to each label's log-chance so that the mean of the labels' F1 is highest on left-out texts.

    First a part of what would make all labels equally likely, then label by label.
    """
    rarity = -np.log(np.bincount(which, minlength=logs.shape[1]) / len(which))
    rarity -= rarity.mean()

    def quality(shifts: Numbers) -> float:
        return macro_f1(which, (logs + shifts).argmax(axis=1))

    best = max((part * rarity for part in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)), key=quality)
    for step in (0.5, 0.25):
        for label in range(len(best)):
            sideways = [best + sign * step * np.eye(len(best))[label] for sign in (-1, 1)]
            tried = max(sideways, key=quality)
            if quality(tried) > quality(best) + WORTH_IT:
                best = tried
    return np.asarray(best)


def macro_f1(true: Ints, said: Ints) -> float:
    """The mean over the labels that occur of the harmonic mean of precision and recall."""
    found = []
    for label in np.unique(np.concatenate([true, said])):
        hits = float(((true == label) & (said == label)).sum())
        found.append(2 * hits / max(1.0, float((true == label).sum() + (said == label).sum())))
    return float(np.mean(found))
