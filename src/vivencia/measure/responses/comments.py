"""What people wrote, with the score beside it and, once they are there, the feeling and topics read in it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import ibis
import pyarrow as pa
from django.urls import reverse

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.vocabulary import title
from vivencia.listen.surveys import people, piping
from vivencia.listen.surveys.models import Response
from vivencia.listen.surveys.questionnaire import Question, Questionnaire, said
from vivencia.understand.calling import called
from vivencia.understand.situations import is_bad
from vivencia.understand.text.personal import mask

FEWEST_OF_EMPLOYEES = 5


@dataclass(frozen=True)
class Comment:
    """One text. `words` None: nobody without the right to personal data may see it before it is masked."""

    event_id: str
    asked: str
    words: str | None
    score: str = ""
    tone: str = "neutral"
    at: datetime | None = None
    href: str = ""
    who: str = ""
    channel: str = ""
    sentiment: int | None = None
    emotion: str = ""
    topics: tuple[tuple[str, int | None], ...] = field(default=())


def comments(
    it: Questionnaire, responses: Sequence[Response], read: Read, language: str, *, personal: bool, unnamed: bool
) -> list[Comment]:
    """Newest first. `personal`: the reader may see texts as they were written; `unnamed`: of employees."""
    if unnamed and len(responses) < FEWEST_OF_EMPLOYEES:
        return []
    found = [one for response in responses for one in _of(it, response, language, unnamed=unnamed)]
    if unnamed:  # not in the ledger, so nothing is read in them
        return found if personal else [replace(one, words=mask(one.words or "")) for one in found]
    known = readings(read, [one.event_id for one in found])
    named = names(read, [one.who for one in found if one.who])
    return [
        _read(replace(one, who=named.get(one.who, "")), known.get(one.event_id), personal=personal) for one in found
    ]


def names(read: Read, customer_ids: Sequence[str]) -> dict[str, str]:
    """What to call these people, by id."""
    known = people.find(set(customer_ids), read)
    return {one: called(known[one].name if one in known else None, one) for one in customer_ids}


def _of(it: Questionnaire, response: Response, language: str, *, unnamed: bool) -> list[Comment]:
    found = []
    for question in it.questions:
        written = _written(question, response.answers.get(question.key))
        if not written:
            continue
        about = it.question(question.about) if question.about in response.answers else None
        score = response.answers.get(about.key) if about else None
        key = about.key if about else question.key
        found.append(Comment(
            event_id=f"survey-{response.key}-{key}",
            asked=piping.fill(said(question.text, language), piping.values(it, response.answers, {}, language)),
            words=written,
            score=_score(about, score),
            tone=_tone(about, score),
            at=None if unnamed else response.finished_at or response.changed_at,
            href="" if unnamed or not response.customer_id else reverse("customer", args=[response.customer_id]),
            who="" if unnamed else response.customer_id,
            channel=response.channel,
        ))  # fmt: skip
    return found


def _written(question: Question, answer: Any) -> str:
    if question.kind == "text" and answer:
        return str(answer)
    return str(answer.get("other") or "") if question.kind == "choice" and isinstance(answer, dict) else ""


def _score(about: Question | None, score: Any) -> str:
    if about is None or about.ends is None or score is None:
        return ""
    return f"{title(about.metric)}: {score}/{about.ends[1]}"


def _tone(about: Question | None, score: Any) -> str:
    if about is None or about.ends is None or score is None:
        return "neutral"
    if is_bad(about.metric, float(score), float(about.ends[1])):
        return "pain"
    return "gain" if score >= about.ends[1] - (1 if about.ends[1] > 5 else 0) else "neutral"


def readings(read: Read, event_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What was read in these events' texts, by event; an event nobody has read yet is left out."""
    if not event_ids:
        return {}
    wanted = ibis.memtable(pa.table({"event_id": pa.array(sorted(set(event_ids)), pa.string())}))
    rows = read.to_arrow(read.readings.semi_join(wanted, "event_id"))
    return {row["event_id"]: row for row in rows.to_pylist()}


def _read(comment: Comment, reading: dict[str, Any] | None, *, personal: bool) -> Comment:
    if reading is None:
        return comment if personal else replace(comment, words=None)
    told = json.loads(reading["topics"]) if reading.get("topics") else []
    topics = tuple((title(str(one.get("topic"))), one.get("sentiment")) for one in told if isinstance(one, dict))
    words = comment.words if personal else reading.get("masked")
    emotion = reading.get("emotion") or ""
    return replace(comment, words=words, sentiment=reading.get("sentiment"), topics=topics, emotion=emotion)
