"""Closing the loop: answers that say something went wrong, until somebody here has answered the person."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from vivencia.foundation import inbox
from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.models import User
from vivencia.foundation.vocabulary import title
from vivencia.listen.surveys import path
from vivencia.listen.surveys.models import Response, Survey
from vivencia.measure.responses.comments import names
from vivencia.understand.situations import is_bad

NAME = "feedback answered"
LONGEST = 2_000


@dataclass(frozen=True)
class Waiting:
    """One person who told us that something went wrong. `may_write`: they agreed to be written to about it."""

    response: Response
    name: str
    scores: tuple[str, ...]
    words: str
    may_write: bool | None


def waiting(survey: Survey, read: Read) -> list[Waiting]:
    """Bad answers of known people that nobody has answered, the newest first."""
    told = Response.objects.filter(survey=survey, closed_at__isnull=True).exclude(customer_id="").exclude(told=[])
    found = [_waiting(one) for one in told.select_related("version").order_by("-changed_at")]
    named = names(read, [one.response.customer_id for one in found if one is not None])
    return [replace(one, name=named[one.response.customer_id]) for one in found if one is not None]


def _waiting(response: Response) -> Waiting | None:
    it = response.version.questionnaire
    answers = path.counted(it, response.answers)
    bad, words, may_write = [], [], None
    for question in it.questions:
        answer = answers.get(question.key)
        if answer is None:
            continue
        if question.ends and is_bad(question.metric, float(answer), float(question.ends[1])):
            bad.append(f"{title(question.metric)}: {answer}/{question.ends[1]}")
        elif question.kind == "yes_no" and question.scored and answer is False:
            bad.append(f"{title(question.key)}: {title('no')}")
        elif question.kind == "text":
            words.append(str(answer))
        elif question.kind == "consent":
            may_write = bool(answer)
    return Waiting(response, "", tuple(bad), "\n".join(words), may_write) if bad else None


@transaction.atomic
def close(response: Response, how: str, *, by: User | None, now: datetime) -> bool:
    """Somebody has answered the person: it stands on their timeline. False where that was said already."""
    kept = {"closed_at": now, "closed_by": by, "closed_with": how[:LONGEST]}
    if not Response.objects.filter(pk=response.pk, closed_at__isnull=True).update(**kept):
        return False
    link = response.link
    inbox.put(
        [
            {
                "event_id": f"survey-{response.pk}-closed",
                "customer_id": response.customer_id,
                "occurred_at": now,
                "name": NAME,
                "touchpoint": (link.touchpoint if link else "") or response.survey.touchpoint or "survey",
                "subject_kind": link.subject_kind or None if link else None,
                "subject_id": link.subject_id or None if link else None,
                "source": response.survey.source,
                "properties": {"survey": response.survey.slug, "response": str(response.pk), "how": how[:LONGEST]},
            }
        ]
    )
    return True
