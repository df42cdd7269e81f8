"""How good the models are: learned from one labelled file, asked about another."""

import csv
import io
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vivencia.understand.text import stack
from vivencia.understand.text.bert import Floats
from vivencia.understand.text.encoders import Encoder, open_encoders
from vivencia.understand.text.language import languages
from vivencia.understand.text.stack import Classifier, Ints, Numbers
from vivencia.understand.text.views import vectors

TASKS = ("intent", "sentiment", "emotion", "scope")
TEXTS = ("text", "texto", "tweet", "comment", "comentario", "review", "utterance", "sentence", "verbatim", "message")
LABELS: Mapping[str, tuple[str, ...]] = {
    "intent": ("intent", "category", "label", "intencion", "intención", "class"),
    "scope": ("intent", "category", "label", "intencion", "intención", "class"),
    "sentiment": ("sentiment", "polarity", "polaridad", "label", "sentimiento", "class", "stars", "rating", "score"),
    "emotion": ("emotion", "emocion", "label", "class"),
}
OUTSIDE = ("oos", "out_of_scope", "out-of-scope", "out of scope", "none", "unknown", "ood")
REJECTED = 0.05
_ENGLISH_ENOUGH = 0.8


class UnusableFileError(ValueError):
    """The file cannot be evaluated with; the message says why, naming what there is."""


@dataclass(frozen=True)
class Labelled:
    """Texts with their labels; `skipped`: rows left out because one of the two is missing."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    skipped: int = 0


@dataclass(frozen=True)
class Evaluation:
    """accuracy and macro_f1 are 0 to 1, over the texts in scope; what is about scope is None for other tasks.

    oos_recall: of the texts out of scope, the share called unknown by the threshold that calls 5 % of the asked
    in-scope texts unknown; in_scope_accuracy_kept: the share of in-scope texts kept and told rightly by it.
    oos_recall_own and rejected_own: the same by the threshold chosen on the training texts alone.
    texts_per_second: encoding and classifying the asked texts, by the clock on the wall. skipped: rows of both files
    without a text or a label. never_taught: asked texts whose label the file to learn from does not have.
    """

    task: str
    trained_on: int
    asked: int
    labels: int
    accuracy: float
    macro_f1: float
    texts_per_second: float
    training_seconds: float
    encoders: tuple[str, ...]
    mixture: Mapping[str, float]
    skipped: int = 0
    never_taught: int = 0
    auroc: float | None = None
    oos_recall: float | None = None
    in_scope_accuracy_kept: float | None = None
    oos_recall_own: float | None = None
    rejected_own: float | None = None


def labelled(file: Path, task: str, text_column: str = "", label_column: str = "", language: str = "") -> Labelled:
    """A CSV's texts and labels; columns are guessed where they are not named. `language` keeps rows of one `lang`.

    Raises UnusableFileError.
    """
    rows = _rows(file)
    columns = [name for name in rows[0] if name]
    text = _column(columns, text_column, TEXTS, file, "texts")
    label = _column(columns, label_column, LABELS[task], file, "labels", taken=text)
    if language:
        rows = _spoken(rows, columns, language, file)
    pairs = [((row[text] or "").strip(), (row[label] or "").strip()) for row in rows]
    kept = [(said, each) for said, each in pairs if said and each]
    if not kept:
        raise UnusableFileError(f"{file} has no row with both a text ({text}) and a label ({label})")
    kept = _stars(kept) if task == "sentiment" else kept
    return Labelled(tuple(said for said, _label in kept), tuple(each for _said, each in kept), len(pairs) - len(kept))


def _rows(file: Path) -> list[dict[str, str | None]]:
    """A CSV's rows, whether commas, semicolons or tabs part the columns, in UTF-8 or as Windows writes."""
    try:
        data = file.read_bytes()
    except OSError as problem:
        raise UnusableFileError(f"{file} cannot be read: {problem.strerror}") from None
    try:
        told = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        told = data.decode("cp1252", errors="replace")
    if "\0" in told:
        raise UnusableFileError(f"{file} is not a CSV file")
    head = told.partition("\n")[0]
    parted = max(",;\t", key=head.count)
    try:
        rows = list(csv.DictReader(io.StringIO(told, newline=""), delimiter=parted))
    except csv.Error as problem:
        raise UnusableFileError(f"{file}: {problem}") from None
    if not rows:
        raise UnusableFileError(f"{file} has no rows")
    return rows


def _spoken(
    rows: Sequence[dict[str, str | None]], columns: Sequence[str], language: str, file: Path
) -> list[dict[str, str | None]]:
    """The rows in a language; all of them where no column says which."""
    column = next((name for name in columns if name.lower() in ("lang", "language", "idioma")), "")
    found = [row for row in rows if not column or row[column] == language]
    if not found:
        others = sorted({row[column] or "" for row in rows})
        raise UnusableFileError(f"{file} has no row in {language!r}; its languages are: {', '.join(others[:10])}")
    return found


def _column(columns: Sequence[str], wanted: str, usual: Sequence[str], file: Path, what: str, taken: str = "") -> str:
    if wanted and wanted not in columns:
        raise UnusableFileError(f"{file} has no column {wanted!r}; it has: {', '.join(columns)}")
    lower = {name.lower(): name for name in columns if name != taken}
    found = wanted or next((lower[name] for name in usual if name in lower), "")
    found = found or next((lower[name] for name in lower if any(each in name for each in usual)), "")
    if not found:
        raise UnusableFileError(f"which column of {file} holds the {what}? It has: {', '.join(columns)}")
    return found


def _stars(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Labels 1 to 5 are stars: 1 and 2 bad, 4 and 5 good, 3 in between."""
    if not {label.removesuffix(".0") for _text, label in pairs} <= set("12345"):
        return list(pairs)
    said = {"1": "negative", "2": "negative", "3": "neutral", "4": "positive", "5": "positive"}
    return [(text, said[label.removesuffix(".0")]) for text, label in pairs]


def evaluate(task: str, learn: Labelled, ask: Labelled, folder: Path) -> Evaluation:
    """Learn from one, ask about the other. Texts labelled out of scope teach nothing, whichever file they are in.

    Raises UnusableFileError.
    """
    began = time.perf_counter()
    keep = [place for place, label in enumerate(learn.labels) if not _outside(task, label)]
    texts, labels = [learn.texts[place] for place in keep], [learn.labels[place] for place in keep]
    if len(set(labels)) < 2:
        found = ", ".join(sorted(set(labels))) or "none"
        raise UnusableFileError(f"the file to learn from needs at least two different labels; it has: {found}")
    if not set(ask.labels) & {*labels, *(each for each in ask.labels if _outside(task, each))}:
        raise UnusableFileError("the two files have no label in common")
    encoders, count = suited(texts, ask.texts, folder), len(texts)
    if task in ("intent", "scope") and len(texts) <= stack.FEW_EXAMPLES * len(set(labels)):
        named = stack.as_examples(labels)
        texts, labels = [*texts, *(text for text, _label in named)], [*labels, *(label for _text, label in named)]
    learned = stack.train(texts, labels, vectors(texts, encoders))
    trained = time.perf_counter()
    seen = vectors(ask.texts, encoders)
    logs = learned.log_chances(ask.texts, seen)
    took = time.perf_counter() - trained
    known = np.array([not _outside(task, label) for label in ask.labels])
    said = np.array(learned.labels)[logs.argmax(axis=1)]
    right = said == np.array(ask.labels)
    scope = _scope(learned, ask, seen, known, right) if task == "scope" else {}
    return Evaluation(
        task=task,
        trained_on=count,
        asked=len(ask.texts),
        labels=len(learned.labels),
        accuracy=float(right[known].mean()) if known.any() else math.nan,
        macro_f1=_macro_f1([label for label, ok in zip(ask.labels, known, strict=True) if ok], list(said[known])),
        texts_per_second=len(ask.texts) / max(took, 1e-9),
        training_seconds=trained - began,
        encoders=tuple(each.name for each in encoders),
        skipped=learn.skipped + ask.skipped,
        never_taught=int((~np.isin(ask.labels, learned.labels) & known).sum()),
        mixture={part.view: round(part.weight, 3) for part in learned.recipe.parts},
        **scope,
    )


def suited(texts: Sequence[str], asked: Sequence[str], folder: Path) -> tuple[Encoder, ...]:
    """e5 and USE for all; MiniLM too where both those learned from and those asked about are English."""
    english = all(_share_of_english(each) >= _ENGLISH_ENOUGH for each in (texts, asked))
    return open_encoders(("e5", "use", "minilm") if english else ("e5", "use"), folder).encoders


def _share_of_english(texts: Sequence[str]) -> float:
    sample = [text for text in texts[:: max(1, len(texts) // 300)] if len(text) > 20]
    return sum(found == "en" for found in languages(sample)) / max(1, len(sample))


def _outside(task: str, label: str) -> bool:
    return task == "scope" and label.lower() in OUTSIDE


def _scope(
    learned: Classifier, ask: Labelled, seen: Mapping[str, Floats], known: Ints, right: Ints
) -> dict[str, float | None]:
    familiar = learned.familiarity(ask.texts, seen)
    if known.all() or not known.any():
        return {}
    chosen = float(np.quantile(familiar[known], REJECTED))
    own = learned.threshold(REJECTED)
    return {
        "auroc": auroc(familiar[known], familiar[~known]),
        "oos_recall": float((familiar[~known] < chosen).mean()),
        "in_scope_accuracy_kept": float((right[known] & (familiar[known] >= chosen)).mean()),
        "oos_recall_own": float((familiar[~known] < own).mean()),
        "rejected_own": float((familiar[known] < own).mean()),
    }


def auroc(higher: Numbers, lower: Numbers) -> float:
    """How often one of the first is above one of the second; ties count half (Mann-Whitney)."""
    ordered = np.sort(lower)
    below = np.searchsorted(ordered, higher, side="left")
    ties = np.searchsorted(ordered, higher, side="right") - below
    return float((below + ties / 2).mean() / len(lower))


def _macro_f1(true: Sequence[str], said: Sequence[str]) -> float:
    place = {label: number for number, label in enumerate(sorted({*true, *said}))}
    return stack.macro_f1(np.array([place[each] for each in true]), np.array([place[each] for each in said]))
