"""How good the models are: learned from one labelled file, asked about another."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vivencia.understand.text import stack
from vivencia.understand.text.bert import Floats
from vivencia.understand.text.encoders import Encoder, open_encoders
from vivencia.understand.text.labelled import N_, Labelled, UnusableFileError, listed
from vivencia.understand.text.language import languages
from vivencia.understand.text.reader import Reader
from vivencia.understand.text.seeds import seeds
from vivencia.understand.text.stack import Classifier, Ints, Numbers
from vivencia.understand.text.views import vectors

FEELINGS = ("negative", "neutral", "positive")
TASKS = ("intent", "sentiment", "emotion", "scope")
OUTSIDE = (
    "oos", "ood", "outofscope", "outofdomain", "none", "unknown", "ninguno", "ninguna", "desconocido", "desconocida",
    "fueradealcance", "fueradeambito", "fueradedominio",
)  # fmt: skip
REJECTED = 0.05
_ENGLISH_ENOUGH = 0.8


@dataclass(frozen=True)
class Evaluation:
    """accuracy and macro_f1 are 0 to 1, over the texts in scope; what is about scope is None for other tasks.

    oos_recall: of the texts out of scope, the share called unknown by the threshold that calls 5 % of the asked
    in-scope texts unknown; in_scope_accuracy_kept: the share of in-scope texts kept and told rightly by it.
    oos_recall_own and rejected_own: the same by the threshold chosen on the training texts alone.
    texts_per_second: encoding and classifying the asked texts, by the clock on the wall; texts_per_processor_second: by
    a core's time at work, which others' work on the machine hardly changes. skipped: rows of both files
    without a text or a label. never_taught: asked texts whose label the file to learn from does not have.
    """

    task: str
    trained_on: int
    asked: int
    labels: int
    accuracy: float
    macro_f1: float
    texts_per_second: float
    texts_per_processor_second: float
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


def evaluate(task: str, learn: Labelled, ask: Labelled, folder: Path) -> Evaluation:
    """Learn from one, ask about the other. Texts labelled out of scope teach nothing, whichever file they are in.

    Raises UnusableFileError.
    """
    began = time.perf_counter()
    keep = [place for place, label in enumerate(learn.labels) if not _outside(task, label)]
    texts, labels = [learn.texts[place] for place in keep], [learn.labels[place] for place in keep]
    if len(set(labels)) < 2:
        if not labels:
            raise UnusableFileError(N_("the file to learn from has no label within the scope"))
        few = N_("the file to learn from needs at least two different labels; it has only: %(labels)s")
        raise UnusableFileError(few, labels=labels[0])
    if not set(ask.labels) & {*labels, *(each for each in ask.labels if _outside(task, each))}:
        apart = N_("the two files have no label in common: %(taught)s; and: %(asked)s")
        raise UnusableFileError(apart, taught=listed(sorted(set(labels))), asked=listed(sorted(set(ask.labels))))
    encoders, count = suited(texts, ask.texts, folder), len(texts)
    learned = _learned(task, texts, labels, encoders)
    trained, worked = time.perf_counter(), time.process_time()
    seen = vectors(ask.texts, encoders)
    logs = learned.log_chances(ask.texts, seen)
    took, worked = time.perf_counter() - trained, time.process_time() - worked
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
        texts_per_processor_second=len(ask.texts) / max(worked, 1e-9),
        training_seconds=trained - began,
        encoders=tuple(each.name for each in encoders),
        skipped=learn.skipped + ask.skipped,
        never_taught=int((~np.isin(ask.labels, learned.labels) & known).sum()),
        mixture={part.view: round(part.weight, 3) for part in learned.recipe.parts},
        **scope,
    )


def _learned(task: str, texts: list[str], labels: list[str], encoders: Sequence[Encoder]) -> Classifier:
    """As where a company teaches: with few examples intents' names teach, too, and for the scope our seeds stand
    beside, which show what people say who want none of this."""
    if task not in ("intent", "scope") or len(texts) > stack.FEW_EXAMPLES * len(set(labels)):
        return stack.train(texts, labels, vectors(texts, encoders))
    named = stack.as_examples(labels)
    texts, labels = [*texts, *(text for text, _label in named)], [*labels, *(label for _text, label in named)]
    beside = vectors([seed.text for seed in seeds()], encoders) if task == "scope" else None
    return stack.train(texts, labels, vectors(texts, encoders), beside=beside)


def as_read(task: str, ask: Labelled, reader: Reader) -> Evaluation:
    """How often the models in use are right, by the whole reading (masking, language, topics and all). The labels are
    FEELINGS for "sentiment", the reader's own names for "emotion". Raises UnusableFileError."""
    known = FEELINGS if task == "sentiment" else reader.heads.emotion.labels
    if not set(ask.labels) & set(known):
        unlike = N_("the models in use know the labels %(known)s; none of them is in the file, which has: %(labels)s")
        raise UnusableFileError(unlike, known=", ".join(known), labels=listed(sorted(set(ask.labels))))
    began, worked = time.perf_counter(), time.process_time()
    readings = reader.read(ask.texts)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    said = [FEELINGS[each.sentiment + 1] if task == "sentiment" else each.emotion for each in readings]
    return Evaluation(
        task=task,
        trained_on=0,
        asked=len(ask.texts),
        labels=len(known),
        accuracy=float((np.array(said) == np.array(ask.labels)).mean()),
        macro_f1=_macro_f1(ask.labels, said),
        texts_per_second=len(ask.texts) / max(took, 1e-9),
        texts_per_processor_second=len(ask.texts) / max(worked, 1e-9),
        training_seconds=0.0,
        encoders=tuple(each.name for each in reader.encoders),
        mixture={},
        skipped=ask.skipped,
        never_taught=sum(label not in known for label in ask.labels),
    )


def suited(texts: Sequence[str], asked: Sequence[str], folder: Path) -> tuple[Encoder, ...]:
    """e5 and USE for all; MiniLM too where both those learned from and those asked about are English."""
    english = all(_share_of_english(each) >= _ENGLISH_ENOUGH for each in (texts, asked))
    return open_encoders(("e5", "use", "minilm") if english else ("e5", "use"), folder).encoders


def _share_of_english(texts: Sequence[str]) -> float:
    sample = [text for text in texts[:: max(1, len(texts) // 300)] if len(text) > 20]
    return sum(found == "en" for found in languages(sample)) / max(1, len(sample))


def _outside(task: str, label: str) -> bool:
    return task == "scope" and "".join(filter(str.isalpha, label.lower())) in OUTSIDE


def _scope(
    learned: Classifier, ask: Labelled, seen: Mapping[str, Floats], known: Ints, right: Ints
) -> dict[str, float | None]:
    familiar = learned.familiarity(ask.texts, seen)
    if known.all() or not known.any():
        return {}
    chosen = float(np.quantile(familiar[known], REJECTED))
    kept = learned.known(ask.texts, seen, REJECTED)
    return {
        "auroc": auroc(familiar[known], familiar[~known]),
        "oos_recall": float((familiar[~known] < chosen).mean()),
        "in_scope_accuracy_kept": float((right[known] & (familiar[known] >= chosen)).mean()),
        "oos_recall_own": float((~kept[~known]).mean()),
        "rejected_own": float((~kept[known]).mean()),
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
