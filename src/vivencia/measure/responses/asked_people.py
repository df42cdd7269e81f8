"""Who was asked and who answered: the response rate, who is silent, the score as if all had answered alike."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import pyarrow as pa
from django.utils.translation import gettext as _

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.vocabulary import title, trait
from vivencia.listen.models import OutgoingRequest, Standing
from vivencia.listen.surveys.models import Link, Response, Survey, Way
from vivencia.listen.surveys.questionnaire import Question
from vivencia.listen.surveys.wording import LANGUAGES
from vivencia.measure.metrics.intervals import wilson
from vivencia.measure.responses import weighting

FEWEST_ASKED = 10  # of a group, for its response rate to be shown
MOST_VALUES = 8  # a trait with more is a name or a number, not a group
KNOWN_OF = 0.8  # of the people asked, for a trait to be used
UNKNOWN = ""


@dataclass(frozen=True)
class Person:
    """One person asked: their traits, and their response once they have finished it."""

    customer_id: str
    traits: dict[str, str]
    opened: bool
    response: Response | None


@dataclass(frozen=True)
class Rate:
    """The share that answered, in %, with its interval; None where too few were asked."""

    name: str
    asked: int
    answered: int
    value: float | None = None
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, name: str, asked: int, answered: int) -> "Rate":
        if asked < FEWEST_ASKED:
            return cls(name, asked, answered)
        low, high = wilson(answered, asked)
        return cls(name, asked, answered, 100 * answered / asked, 100 * low, 100 * high)


@dataclass(frozen=True)
class Silence:
    """Who does not answer: one trait with the response rate of each of its values."""

    trait: str
    rates: tuple[Rate, ...]


@dataclass(frozen=True)
class Reweighted:
    """The score of one question weighted to everybody asked, beside the plain one, with what was weighted by."""

    plain: weighting.Mean
    weighted: weighting.Mean
    traits: str
    asked: int
    n_effective: int


def people_asked(survey: Survey, read: Read) -> list[Person]:
    """Everybody whose invitation reached them, each once, with what is known of them. What came back asked nobody."""
    links = list(Link.objects.filter(survey=survey, way=Way.PERSONAL).exclude(request_key="").exclude(customer_id=""))
    gone = OutgoingRequest.objects.filter(source=survey.source, state=Standing.SENT)
    sent = set(gone.values_list("key", flat=True))
    responses = Response.objects.filter(survey=survey, finished_at__isnull=False, link__way=Way.PERSONAL)
    by_link = {one.link_id: one for one in responses.select_related("version")}
    traits = traits_of(read, [link.customer_id for link in links if link.request_key in sent])
    return [
        Person(
            link.customer_id,
            traits.get(link.customer_id, {}),
            link.opened_at is not None or link.pk in by_link,
            by_link.get(link.pk),
        )
        for link in links
        if link.request_key in sent
    ]


def traits_of(read: Read, customer_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Segment, language and traits of these people, as texts; what is not known is left out."""
    if not customer_ids:
        return {}
    wanted = ibis.memtable(pa.table({"customer_id": pa.array(sorted(set(customer_ids)), pa.string())}))
    rows = read.to_arrow(
        read.customers.semi_join(wanted, "customer_id").select("customer_id", "segment", "language", "traits")
    )
    return {row["customer_id"]: _traits(row) for row in rows.to_pylist()}


def _traits(row: dict[str, Any]) -> dict[str, str]:
    more = json.loads(row["traits"]) if row["traits"] else {}
    told = {"segment": row["segment"], "language": row["language"], **(more if isinstance(more, dict) else {})}
    return {key: str(value) for key, value in told.items() if isinstance(value, str | bool) and value != ""}


def usable(asked: Sequence[Person]) -> list[str]:
    """The traits that split people into a few groups and are known of most, those that answer most unevenly first."""
    rows = [one.traits for one in asked]
    answered = [one.traits for one in asked if one.response]
    names = {name for row in rows for name in row}
    fit = []
    for name in names:
        values = [row[name] for row in rows if name in row]
        if len(values) >= KNOWN_OF * len(rows) and 2 <= len(set(values)) <= MOST_VALUES:
            fit.append(name)
    return sorted(fit, key=lambda name: (-weighting.uneven(answered, rows, name), name))


def silences(asked: Sequence[Person]) -> list[Silence]:
    """Response rate by trait, for the traits that matter most."""
    found = []
    for name in usable(asked)[: weighting.MOST_TRAITS]:
        values = sorted({one.traits.get(name, UNKNOWN) for one in asked})
        rates = []
        for value in values:
            group = [one for one in asked if one.traits.get(name, UNKNOWN) == value]
            rates.append(Rate.of(_said(name, value), len(group), sum(one.response is not None for one in group)))
        found.append(Silence(_("Segment") if name == "segment" else trait(name), tuple(rates)))
    return found


def _said(name: str, value: str) -> str:
    """A trait's value as people read it."""
    if not value:
        return _("Not known")
    if name == "language" and value.split("-")[0] in ("es", "en"):
        return str(LANGUAGES[value.split("-")[0]])
    return {"True": _("Yes"), "False": _("No")}.get(value, title(value))


def reweighted(asked: Sequence[Person], question: Question) -> Reweighted | None:
    """The question's score weighted to everybody asked; None where too few answered or nothing can be weighted by."""
    answered = [one for one in asked if one.response and question.key in one.response.answers]
    if len(answered) < weighting.FEWEST or len(answered) == len(asked):
        return None
    found = weighting.rake([one.traits for one in answered], [one.traits for one in asked], usable(asked))
    if not found.traits:
        return None
    values = [points(question, one.response.answers[question.key]) for one in answered if one.response]
    return Reweighted(
        weighting.mean(values, [1.0] * len(values)),
        weighting.mean(values, found.weights),
        ", ".join((_("Segment") if name == "segment" else trait(name)).lower() for name in found.traits),
        len(asked),
        round(found.n_effective),
    )


def points(question: Question, answer: Any) -> float:
    """What one answer adds to its question's score: 100, 0 or −100 of an NPS, 100 or 0 of a share, else itself."""
    if question.kind in ("nps", "enps"):
        return 100.0 * (int(answer >= 9) - int(answer <= 6))
    if question.kind == "csat":
        return 100.0 * int(answer >= 4)
    return 100.0 * bool(answer) if question.kind == "yes_no" else float(answer)
