"""What the texts in the ledger say: read within seconds of arriving, read anew when the models change.

A reading is a row of the ledger's `readings`, one an event; corrections people made stand above what the models read.
"""

import functools
import json
import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from ibis import _ as it

from vivencia.foundation.home import home
from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.schema import READINGS
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.foundation.writing import number_format
from vivencia.understand import reading_own, voice_words
from vivencia.understand.reading_models import Correction, Intent, TextModel
from vivencia.understand.text import heads, stack
from vivencia.understand.text.bert import Floats
from vivencia.understand.text.encoders import OWN, Opened, open_encoders
from vivencia.understand.text.reader import Reader, Reading, Topic

logger = logging.getLogger("vivencia.readings")

AT_A_TIME = 500  # texts between two writes: what came in meanwhile is seen soon
SHIPPED = ("e5", "use")
FEELINGS = ("sentiment", "emotion", "topic")
MOST_SAID = 160  # letters of a correction


def models_folder() -> Path:
    """Where graphs and learned models are kept; VIVENCIA_TEXT_MODELS names another place for the graphs."""
    return Path(os.environ.get("VIVENCIA_TEXT_MODELS") or home() / "models")


def encoders() -> Opened:
    """The shipped encoders and the company's own; made ready on first use, which takes some seconds."""
    own = os.environ.get("VIVENCIA_TEXT_OWN_MODEL", "")
    return open_encoders((*SHIPPED, f"{OWN}{own}") if own else SHIPPED, models_folder())


def own_file(model: TextModel, part: str) -> Path:
    """Where a learned model is kept; erasing a person removes these files, and they are learned anew."""
    return home() / "models" / f"own-{model.pk}-{part}.npz"


def in_use(kind: str) -> TextModel | None:
    return TextModel.objects.filter(kind=kind, state=TextModel.State.ACCEPTED).first()


def reader() -> Reader:
    """The models that read now: the shipped ones, or those the company taught and accepted."""
    feelings, intents = in_use(TextModel.Kind.FEELINGS), in_use(TextModel.Kind.INTENTS)
    return _reader(str(home()), *(_known(model) for model in (feelings, intents)))


def _known(model: TextModel | None) -> tuple[int, str] | None:
    """Which files a model consists of now; None where they are not there (any more)."""
    if model is None:
        return None
    parts = FEELINGS if model.kind == TextModel.Kind.FEELINGS else ("intents",)
    return (model.pk, model.version) if all(own_file(model, part).exists() for part in parts) else None


@functools.lru_cache(maxsize=2)
def _reader(_home: str, feelings: tuple[int, str] | None, intents: tuple[int, str] | None) -> Reader:
    opened = encoders()
    if feelings is None:
        learned = heads.shipped(opened.encoders, models_folder())
    else:
        parts = [stack.load(own_file(TextModel(pk=feelings[0]), part)) for part in FEELINGS]
        learned = heads.Heads(parts[0], parts[1], parts[2], feelings[1])
    if intents is None:
        return Reader(opened.encoders, learned)
    return Reader(opened.encoders, learned, stack.load(own_file(TextModel(pk=intents[0]), "intents")), intents[1])


def read_new(
    ledger: Ledger | None = None,
    most: int = AT_A_TIME,
    models: Reader | None = None,
    beside: Callable[[Sequence[str], Mapping[str, Floats]], object] | None = None,
) -> int:
    """Read up to so many texts that these models have not read, the newest first; returns how many.

    beside: gets the events and what the encoders saw in their words, before the readings are written.
    """
    ledger = ledger or open_ledger()
    models = models or reader()
    read = ledger.read()
    rows = read.to_arrow(unread(read, *reading_own.names(models.model)).limit(most)).to_pylist()
    if rows:
        found, blocks = models.seen([row["text"] for row in rows])
        if beside is not None:
            beside([row["event_id"] for row in rows], blocks)
        found, model = reading_own.improved(found, models.model, models.intents.labels if models.intents else ())
        ledger.put_readings(_table(rows, found, model))
    return len(rows)


def unread(read: Read, *models: str) -> Any:
    """Events with words that none of the models has read: `event_id`, `text`, `batch_id`."""
    worded = read.events.filter(it.text.notnull() & (it.text.strip() != ""))
    done = read.readings.filter(it.model.isin(models)).select(done_id=it.event_id)
    left = worded.anti_join(done, worded.event_id == done.done_id)
    return left.order_by(left.occurred_at.desc()).select("event_id", "text", "batch_id")


def readings_of(rows: Sequence[Mapping[str, Any]], models: Reader) -> pa.Table:
    """Events' rows (`event_id`, `text`, `batch_id`) as READINGS, corrected where somebody corrected them."""
    return _table(rows, models.read([row["text"] for row in rows]), models.model)


def _table(
    rows: Sequence[Mapping[str, Any]],
    found: Sequence[Reading],
    model: str,
    corrected: Mapping[str, Mapping[str, str]] | None = None,
) -> pa.Table:
    """As READINGS. corrected: as `corrections`, where others than those that are kept are to be heeded."""
    now = timezone.now()
    if corrected is None:
        corrected = corrections([row["event_id"] for row in rows])
    told = [
        _row(row, _corrected(reading, corrected.get(row["event_id"], {})), model, now)
        for row, reading in zip(rows, found, strict=True)
    ]
    return pa.Table.from_pylist(told, schema=READINGS)


def _row(event: Mapping[str, Any], reading: Reading, model: str, now: Any) -> dict[str, Any]:
    return {
        "event_id": event["event_id"],
        "language": reading.language,
        "sentiment": reading.sentiment,
        "strength": round(reading.strength, 4),
        "emotion": reading.emotion,
        "intent": reading.intent,
        "intent_certainty": None if reading.intent_certainty is None else round(reading.intent_certainty, 4),
        "topics": json.dumps([{"topic": one.topic, "sentiment": one.sentiment} for one in reading.topics]),
        "masked": reading.masked,
        "model": model,
        "read_at": now,
        "batch_id": event["batch_id"],
    }


def corrections(event_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """event -> field -> what a person said."""
    found: dict[str, dict[str, str]] = {}
    for each in Correction.objects.filter(event_id__in=list(event_ids)):
        found.setdefault(each.event_id, {})[each.field] = each.value
    return found


def by_hand() -> set[str]:
    """The events of whose words somebody here has said what they mean; few beside all there are."""
    return set(Correction.objects.values_list("event_id", flat=True))


def _corrected(reading: Reading, said: Mapping[str, str]) -> Reading:
    if "sentiment" in said:
        reading = replace(reading, sentiment=int(said["sentiment"]))
    if "emotion" in said:
        reading = replace(reading, emotion=said["emotion"])
    if "intent" in said:
        reading = replace(reading, intent=said["intent"] or None, intent_certainty=1.0)
    if "topic" in said:
        reading = replace(reading, topics=tuple(Topic(*each) for each in topics_said(said["topic"])))
    return reading


def topics_said(value: str) -> list[tuple[str, int]]:
    """ "delivery:-1 price:1" as (topic, feeling) pairs. Raises ValueError where it is not that."""
    pairs = [each.rpartition(":") for each in value.split()]
    return [(topic, int(feeling)) for topic, _colon, feeling in pairs]


def topics_written(topics: Iterable[tuple[str, int]]) -> str:
    """The other way round, in one order, so that equal topics are written alike."""
    return " ".join(f"{topic}:{feeling}" for topic, feeling in sorted(topics))


def correct(event: Mapping[str, Any], said: Mapping[str, str], by: Any, ledger: Ledger | None = None) -> None:
    """Keep what a person says an event's text means, and put it into its reading at once.

    event: `event_id`, `customer_id`, `text`, `batch_id`. Raises ValueError naming what is allowed, and
    LedgerBusyError; both have changed nothing.
    """
    for field, value in said.items():
        _check(field, value)
    ledger = ledger or open_ledger()
    ledger.put_readings(_said_of(ledger.read(), event, said))  # first: where the ledger is busy, nothing is changed
    with transaction.atomic():
        for field, value in said.items():
            Correction.objects.update_or_create(
                event_id=event["event_id"],
                field=field,
                defaults={"value": value, "customer_id": event["customer_id"] or "", "made_by": by},
            )


def _said_of(read: Read, event: Mapping[str, Any], said: Mapping[str, str]) -> pa.Table:
    """What was read in an event's text, corrected; the models are opened only where nothing was read yet."""
    rows = read.to_arrow(read.readings.filter(it.event_id == event["event_id"])).to_pylist()
    row = (rows or readings_of([event], reader()).to_pylist())[0] | {"read_at": timezone.now()}
    said = {**corrections([event["event_id"]]).get(event["event_id"], {}), **said}
    if "sentiment" in said:
        row["sentiment"] = int(said["sentiment"])
    if "emotion" in said:
        row["emotion"] = said["emotion"]
    if "intent" in said:
        row |= {"intent": said["intent"] or None, "intent_certainty": 1.0}
    if "topic" in said:
        row["topics"] = json.dumps([{"topic": name, "sentiment": felt} for name, felt in topics_said(said["topic"])])
    return pa.Table.from_pylist([{name: row[name] for name in READINGS.names}], schema=READINGS)


def take_back(event: Mapping[str, Any], ledger: Ledger | None = None) -> int:
    """Forget what people said an event's text means: it reads as the models read it; returns how many fields.

    Raises LedgerBusyError, having changed nothing, so that it can be tried again.
    """
    made = Correction.objects.filter(event_id=event["event_id"])
    if not made.exists():
        return 0
    models = reader()
    (ledger or open_ledger()).put_readings(_table([event], models.read([event["text"]]), models.model, {}))
    return made.delete()[0]


def _check(field: str, value: str) -> None:
    allowed = {"sentiment": ("-1", "0", "1"), "emotion": tuple(voice_words.EMOTIONS)}
    if field not in Correction.Field.values:
        raise ValueError(f"{field} cannot be corrected; allowed: {', '.join(Correction.Field.values)}")
    if field in allowed and value not in allowed[field]:
        raise ValueError(f"{field} is {value!r}; allowed: {', '.join(allowed[field])}")
    if field == Correction.Field.INTENT and value and not Intent.objects.filter(path=value).exists():
        raise ValueError(f"intent is {value!r}; allowed: the intents named here, or none")
    if field == Correction.Field.TOPIC:
        wrong = [each for each in topics_said(value) if each[0] not in voice_words.TOPICS or each[1] not in (-1, 0, 1)]
        if wrong or len(value) > MOST_SAID:
            raise ValueError(f"topics are {value!r}; allowed: {', '.join(voice_words.TOPICS)}, each with -1, 0 or 1")


def of_events(read: Read, event_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The readings of these events, by event; `topics` as a list of (topic, sentiment)."""
    rows = read.to_arrow(read.readings.filter(it.event_id.isin(list(event_ids)))).to_pylist() if event_ids else []
    return {row["event_id"]: row | {"topics": topics_of(row["topics"])} for row in rows}


def topics_of(told: str | None) -> list[tuple[str, int]]:
    return [(each["topic"], each["sentiment"]) for each in json.loads(told or "[]")]


def emotions(read: Read) -> Any:
    """`event_id`, `emotion`, `sentiment` of every text read: what colours a journey by what people felt."""
    return read.readings.select("event_id", "emotion", "sentiment")


def waits(read: Read) -> int:
    """How many texts no model has read at all: cheap, for the models are not opened, and counted once a version."""

    def compute() -> int:
        worded = read.events.filter(it.text.notnull() & (it.text.strip() != ""))
        left = worded.anti_join(read.readings, worded.event_id == read.readings.event_id)
        counted: int = read.to_arrow(left.count())["value"][0].as_py()
        return counted

    waiting: int = read.remember("understand/texts-waiting/1", compute, with_readings=True)
    return waiting


def has_words(read: Read) -> bool:
    """Whether there is a text at all, be it that models read it which are in use no longer."""

    def compute() -> bool:
        return bool(read.to_arrow(read.readings.limit(1)).num_rows)

    anything: bool = waits(read) > 0 or read.remember("understand/texts-read/1", compute, with_readings=True)
    return anything


def state(read: Read | None = None) -> dict[str, Any]:
    """What reads, why something does not, and how far reading has come."""
    read = read or open_ledger().read()
    opened, models = encoders(), reader()
    waiting = read.to_arrow(unread(read, *reading_own.names(models.model)).count())["value"][0].as_py()
    done = read.to_arrow(read.readings.count())["value"][0].as_py()
    return {
        "encoders": list(opened.names), "missing": opened.missing, "model": models.model, "read": done,
        "waiting": waiting,
    }  # fmt: skip


def read_now(text: str) -> Reading:
    """One text as it would be read if it came in now."""
    models = reader()
    return reading_own.improved(models.read([text]), models.model, models.intents.labels if models.intents else ())[0][
        0
    ]


def told(reading: Reading) -> list[tuple[str, str]]:
    """A reading in the reader's words: (what, what it says)."""
    unknown = _("none of the known ones")
    topics = [f"{voice_words.topic(one.topic)} ({voice_words.feeling(one.sentiment)})" for one in reading.topics]
    said = [
        (_("Language"), voice_words.language(reading.language) if reading.language else _("not known")),
        (_("Feeling"), _felt(reading)),
        (_("Emotion"), str(voice_words.EMOTIONS[reading.emotion])),
    ]
    if reading.intent_certainty is not None:
        sure = _("certainty %(share)s %%") % {"share": number_format(round(100 * reading.intent_certainty))}
        said.append((_("Intent"), f"{reading.intent or unknown} ({sure})"))
    return [*said, (_("Topics"), ", ".join(topics) or _("none")), (_("Text"), reading.masked)]


def _felt(reading: Reading) -> str:
    """Neither good nor bad has no strength worth telling."""
    if reading.sentiment == 0:
        return voice_words.feeling(0)
    strength = _("strength %(share)s %%") % {"share": number_format(round(100 * reading.strength))}
    return f"{voice_words.feeling(reading.sentiment)} ({strength})"
