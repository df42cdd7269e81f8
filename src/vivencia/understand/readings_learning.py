"""Learning from what people here taught: proposed with the measured change, used once somebody has accepted it.

Feelings are learned from corrections and from the company's own scores beside comments (stars, NPS); intents from
examples and corrections. A fifth of the examples is kept aside, and both the model in use and the new one are asked
about it.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone
from ibis import _ as it

from vivencia.foundation import traces
from vivencia.foundation.home import home
from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import open_ledger
from vivencia.understand import readings
from vivencia.understand.reading_models import Correction, IntentExample, TextModel
from vivencia.understand.text import heads, stack
from vivencia.understand.text.encoders import Encoder
from vivencia.understand.text.heads import Example
from vivencia.understand.text.personal import mask
from vivencia.understand.text.reader import Reader
from vivencia.understand.text.seeds import seeds
from vivencia.understand.text.views import vectors

ASIDE = 5  # one of so many examples is not learned from
ENOUGH = 20  # examples, before a change can be measured
MOST_SCORES = 1_500
LEAST_AN_INTENT = 2
PUT_ASIDE = (TextModel.State.REPLACED, TextModel.State.TAKEN_BACK, TextModel.State.REFUSED)
_WEIGHTS = {"correction": 2.0, "score": 0.5}


class NotEnoughError(ValueError):
    """Too little was taught to learn from; the message says how much is needed. count: how many examples there are."""

    def __init__(self, message: str, count: int) -> None:
        super().__init__(message)
        self.count = count


def learn(model: TextModel) -> None:
    """Learn, measure, and propose; what is wrong is kept with the model."""
    try:
        parts, version, count, measured = _feelings() if model.kind == TextModel.Kind.FEELINGS else _intents()
    except NotEnoughError as problem:
        failed = TextModel.objects.filter(pk=model.pk)
        failed.update(state=TextModel.State.FAILED, problem=str(problem), examples=problem.count)
        return
    keep(model, parts)
    TextModel.objects.filter(pk=model.pk).update(
        state=TextModel.State.PROPOSED, version=version, examples=count, measured=measured
    )


def keep(model: TextModel, parts: dict[str, stack.Classifier]) -> None:
    for part, learned in parts.items():
        file = readings.own_file(model, part)
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(".partial")
        learned.save(partial)
        partial.replace(file)


def decide(model: TextModel, *, accept: bool, by: Any) -> bool:
    """Accept or refuse a proposal; False where somebody else has decided already."""
    with transaction.atomic():
        state = TextModel.State.ACCEPTED if accept else TextModel.State.REFUSED
        waiting = TextModel.objects.filter(pk=model.pk, state=TextModel.State.PROPOSED)
        if not waiting.update(state=state, decided_by=by, decided_at=timezone.now()):
            return False
        if accept:
            older = TextModel.objects.filter(kind=model.kind, state=TextModel.State.ACCEPTED).exclude(pk=model.pk)
            older.update(state=TextModel.State.REPLACED)
    return True


def use_again(model: TextModel, by: Any) -> bool:
    """Let a model read that was learned before, in the place of the one in use; False where it cannot (any more)."""
    with transaction.atomic():
        waiting = TextModel.objects.filter(pk=model.pk, state__in=PUT_ASIDE)
        if not is_there(model) or not waiting.update(
            state=TextModel.State.ACCEPTED, decided_by=by, decided_at=timezone.now()
        ):
            return False
        others = TextModel.objects.filter(kind=model.kind, state=TextModel.State.ACCEPTED).exclude(pk=model.pk)
        others.update(state=TextModel.State.REPLACED)
    return True


def take_back(model: TextModel, by: Any) -> TextModel | None:
    """Undo the acceptance of the model in use; returns the one that reads instead, None where it is the shipped one.

    That is the one it replaced, if its files are there still. Raises ValueError where the model is not in use.
    """
    with transaction.atomic():
        now = timezone.now()
        in_use = TextModel.objects.filter(pk=model.pk, state=TextModel.State.ACCEPTED)
        if not in_use.update(state=TextModel.State.TAKEN_BACK, decided_by=by, decided_at=now):
            raise ValueError("not in use")
        earlier = TextModel.objects.filter(kind=model.kind, state=TextModel.State.REPLACED).order_by("-decided_at")
        before = next((each for each in earlier if is_there(each)), None)
        if before is not None:
            TextModel.objects.filter(pk=before.pk).update(state=TextModel.State.ACCEPTED, decided_by=by, decided_at=now)
    return before


def restore() -> int:
    """Learn accepted models anew whose files an erasure removed; returns how many."""
    gone = [model for model in TextModel.objects.filter(state=TextModel.State.ACCEPTED) if not is_there(model)]
    for model in gone:
        try:
            parts, version, count, _measured = _feelings() if model.kind == TextModel.Kind.FEELINGS else _intents()
        except NotEnoughError as problem:
            TextModel.objects.filter(pk=model.pk).update(state=TextModel.State.FAILED, problem=str(problem))
            continue
        keep(model, parts)
        TextModel.objects.filter(pk=model.pk).update(version=version, examples=count)
    return len(gone)


def is_there(model: TextModel) -> bool:
    """Whether what was learned is still kept: erasing a person removes what may have learned from their words."""
    parts = readings.FEELINGS if model.kind == TextModel.Kind.FEELINGS else ("intents",)
    return all(readings.own_file(model, part).exists() for part in parts)


Learned = tuple[dict[str, stack.Classifier], str, int, dict[str, Any]]


def _feelings() -> Learned:
    read = open_ledger().read()
    examples = [*scored(read), *corrected(read, ("sentiment", "emotion")), *_topics(read)]
    if len(examples) < ENOUGH:
        raise NotEnoughError(f"{len(examples)} corrections and scored comments; {ENOUGH} are needed", len(examples))
    now, encoders = readings.reader(), readings.encoders().encoders
    aside = [each for each in examples if is_aside(each.text)]
    tried = heads.learn(encoders, [each for each in examples if not is_aside(each.text)])
    measured = _change(now, Reader(encoders, tried), [each for each in aside if each.kind == "sentiment"])
    learned = heads.learn(encoders, examples)
    parts = {"sentiment": learned.sentiment, "emotion": learned.emotion, "topic": learned.topic}
    return parts, learned.version, len(examples), measured


def _change(now: Reader, then: Reader, asked: Sequence[Example]) -> dict[str, Any]:
    if not asked:
        return {"n": 0}
    seen = vectors([each.text for each in asked], now.encoders)
    texts, true = [each.text for each in asked], [each.label for each in asked]
    told: dict[str, Any] = {"n": len(asked)}
    for name, models in (("before", now), ("after", then)):
        head = models.heads.sentiment
        told[name] = _quality(true, [head.labels[best] for best in head.log_chances(texts, seen).argmax(axis=1)])
    return told


def _quality(true: Sequence[str], said: Sequence[str]) -> dict[str, float]:
    labels = sorted({*true, *said})
    first, second = (np.array([labels.index(each) for each in some]) for some in (true, said))
    return {"accuracy": round(float((first == second).mean()), 4), "macro_f1": round(stack.macro_f1(first, second), 4)}


def _intents() -> Learned:
    pairs = [(each.text, each.intent.path) for each in IntentExample.objects.select_related("intent")]
    pairs += [(each.text, each.label) for each in corrected(open_ledger().read(), ("intent",)) if each.label]
    pairs = list(dict.fromkeys(pairs))
    counts = {path: sum(each == path for _text, each in pairs) for _text, path in pairs}
    pairs = [(text, path) for text, path in pairs if counts[path] >= LEAST_AN_INTENT]
    if len({path for _text, path in pairs}) < 2:
        raise NotEnoughError(f"at least two intents with {LEAST_AN_INTENT} examples each are needed", len(pairs))
    encoders = readings.encoders().encoders
    texts, paths = [text for text, _path in pairs], [path for _text, path in pairs]
    learned = _taught(texts, paths, encoders)
    measured = _intents_change(pairs)
    told = hashlib.sha256(repr((pairs, [each.name for each in encoders])).encode()).hexdigest()[:12]
    return {"intents": learned}, told, len(pairs), measured


def _taught(texts: Sequence[str], paths: Sequence[str], encoders: Sequence[Encoder]) -> stack.Classifier:
    """Our seeds stand beside the examples: they show what people say who want none of this. Names teach, too."""
    named = stack.as_examples(paths)
    texts, paths = [*texts, *(text for text, _path in named)], [*paths, *(path for _text, path in named)]
    both = vectors([*texts, *(seed.text for seed in seeds())], encoders)
    own = {name: block[: len(texts)] for name, block in both.items()}
    return stack.train(
        texts, paths, own, even=False, beside={name: block[len(texts) :] for name, block in both.items()}
    )


def _intents_change(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What is known of the examples kept aside: by the model in use, and by one that learned from the others."""
    aside = [pair for pair in pairs if is_aside(pair[0])]
    rest = [pair for pair in pairs if not is_aside(pair[0])]
    if not aside or len({path for _text, path in rest}) < 2:
        return {"n": 0}
    now = readings.reader()
    tried = _taught([text for text, _path in rest], [path for _text, path in rest], now.encoders)
    texts, true = [text for text, _path in aside], [path for _text, path in aside]
    seen = vectors(texts, now.encoders)
    told: dict[str, Any] = {"n": len(aside)}
    for name, head in (("before", now.intents), ("after", tried)):
        if head is not None:
            told[name] = _quality(true, [head.labels[best] for best in head.log_chances(texts, seen).argmax(axis=1)])
    return told


def is_aside(text: str) -> bool:
    """Whether an example is among those not learned from when a change is measured; always the same for a text."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % ASIDE == 0


def scored(read: Read, most: int = MOST_SCORES) -> list[Example]:
    """Comments with a score beside them, the newest, as examples of a feeling; as many of each as there are."""
    asked = read.events.filter(it.text.notnull() & (it.text.length() > 3) & it.score.notnull() & it.scale_max.notnull())
    rows = read.to_arrow(
        asked.order_by(it.occurred_at.desc()).select("text", "metric", "score", "scale_max").limit(4 * most)
    ).to_pylist()
    found: dict[str, list[Example]] = {"-1": [], "0": [], "1": []}
    for row in rows:
        label = str(feeling_of(row["metric"], row["score"], row["scale_max"]))
        if len(found[label]) < most // 3:
            found[label].append(Example("sentiment", mask(row["text"]), label, _WEIGHTS["score"]))
    return [each for some in found.values() for each in some]


def feeling_of(metric: str | None, score: float, scale_max: float) -> int:
    """A score as a feeling: NPS 0-6 bad, 9-10 good; on other scales the lowest two fifths bad, the highest good."""
    if metric in ("nps", "enps"):
        return -1 if score <= 6 else 1 if score >= 9 else 0
    share = (score - 1) / max(1.0, scale_max - 1)
    return -1 if share < 0.4 else 1 if share > 0.6 else 0


def corrected(read: Read, fields: Collection[str]) -> list[Example]:
    """What people corrected, with the events' words as they are in the ledger now, masked."""
    said = list(Correction.objects.filter(field__in=list(fields)))
    ids = sorted({each.event_id for each in said})
    rows = read.to_arrow(read.events.filter(it.event_id.isin(ids)).select("event_id", "text")) if ids else None
    texts = {row["event_id"]: row["text"] for row in rows.to_pylist() if row["text"]} if rows is not None else {}
    return [
        Example(each.field, mask(texts[each.event_id]), each.value, _WEIGHTS["correction"])
        for each in said
        if each.event_id in texts
    ]


def _topics(read: Read) -> list[Example]:
    """Corrected topics as examples: texts about one of them, or about none. What is about several teaches none."""
    said = [(each, readings.topics_said(each.label)) for each in corrected(read, ("topic",))]
    return [replace(each, label=topics[0][0] if topics else "") for each, topics in said if len(topics) < 2]


def ask_for(kind: str, by: Any) -> TextModel:
    """Have a model learned in the background."""
    from vivencia.understand.readings_jobs import learn_model  # the job imports this module

    model = TextModel.objects.create(kind=kind, asked_by=by)
    learn_model.enqueue(model.pk)
    return model


@traces.wiper
def _forget(marks: Collection[str]) -> int:
    """An erased person's corrections, and the models that may have learned from their words; these are learned anew."""
    gone = Correction.objects.filter(customer_id__in=list(marks)).delete()[0]
    for file in (home() / "models").glob("own-*.npz") if gone or _learned_from_customers() else ():
        file.unlink(missing_ok=True)
    return gone


def _learned_from_customers() -> bool:
    return TextModel.objects.filter(examples__gt=0).exists()
