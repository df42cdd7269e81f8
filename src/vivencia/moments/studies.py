"""Studies: asked for once for each version of the ledger and each question, run in the background, remembered."""

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import ibis
import pyarrow as pa
from django.db import models, transaction
from django.utils import timezone

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Act, AuditEntry, User
from vivencia.foundation.organisation import organisation
from vivencia.measure.metrics.periods import midnight
from vivencia.moments.chain import study as run_chain
from vivencia.moments.findings import Findings, from_json, to_json
from vivencia.moments.lived import micros, take
from vivencia.moments.models import MomentStudy, State
from vivencia.moments.occasions import NotEnoughDataError, Period
from vivencia.moments.outcomes import OUTCOMES, outcome_named
from vivencia.understand import segments
from vivencia.understand.models import Segment
from vivencia.understand.now import as_of

KEPT = 5  # studies remembered of each question


@dataclass(frozen=True)
class Question:
    """What a study is about: `segment` "" = everybody; `since` and `until`: days of the outcomes, both included, on the
    company's clock."""

    outcome: str
    segment: str = ""
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for an unknown outcome or a period that ends before it begins."""
        outcome_named(self.outcome)
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"since {self.since} is after until {self.until}")

    @property
    def period(self) -> Period:
        return Period(_midnight(self.since), _midnight(self.until + timedelta(days=1) if self.until else None))


def _midnight(day: date | None) -> int | None:
    return micros(midnight(day, organisation().time_zone)) if day else None


def usual_outcome() -> str:
    """The score that most answers are about; repurchase where nobody was asked."""
    read = open_ledger().read()

    def count() -> dict[str, int]:
        scored = read.events.filter(ibis._.score.notnull()).group_by("metric").aggregate(n=ibis._.count())
        rows = read.to_arrow(scored).to_pylist()
        return {row["metric"]: row["n"] for row in rows if row["metric"]}

    counted: dict[str, int] = read.remember("moments-answers-by-metric", count)
    asked = {name: counted.get(name, 0) for name, outcome in OUTCOMES.items() if outcome.asked}
    most = max(asked, key=lambda name: asked[name])
    return most if asked[most] else "repurchase"


def latest(question: Question, version: str | None = None) -> MomentStudy | None:
    """The newest finished study of a question, at this version of the ledger or (None) at any.

    At any: not one asked for before an import was undone, for it may rest on what has been taken out again.
    """
    known = _of(question).filter(state__in=(State.DONE, State.EMPTY))
    if version:
        return known.filter(ledger_version=version).first()
    undone = AuditEntry.objects.filter(act=Act.IMPORT_UNDONE).first()
    if undone:
        known = known.filter(models.Q(asked_at__gt=undone.at) | models.Q(ledger_version=open_ledger().read().version))
    return known.first()


def under_way(question: Question, version: str) -> MomentStudy | None:
    """The study of this question that waits or runs, if any."""
    return _of(question).filter(ledger_version=version, state__in=(State.QUEUED, State.RUNNING)).first()


def failed(question: Question, version: str) -> MomentStudy | None:
    """The newest study of this question at this version, if it failed."""
    newest = _of(question).filter(ledger_version=version).first()
    return newest if newest and newest.state == State.FAILED else None


def _of(question: Question) -> "models.QuerySet[MomentStudy]":
    """Studies of a question; of a segment saved here, those since it last changed."""
    asked = _ever(question)
    saved = _saved(question.segment)
    return asked.filter(asked_at__gte=saved.changed_at) if saved else asked


def _ever(question: Question) -> "models.QuerySet[MomentStudy]":
    return MomentStudy.objects.filter(
        outcome=question.outcome, segment=question.segment, since=question.since, until=question.until
    )


def begin(question: Question, version: str, by: User | None = None) -> MomentStudy:
    """Ask for a study; one that is already under way is not asked for twice."""
    from vivencia.moments.jobs import run_study

    running = under_way(question, version)
    if running:
        return running
    made = _new(question, version, by)
    transaction.on_commit(lambda: run_study.enqueue(made.pk))
    return made


def again(question: Question, version: str, by: User | None = None) -> MomentStudy:
    """Forget what is known of this question at this version and ask anew."""
    _of(question).filter(ledger_version=version, state__in=(State.DONE, State.EMPTY, State.FAILED)).delete()
    return begin(question, version, by)


def _new(question: Question, version: str, by: User | None) -> MomentStudy:
    return MomentStudy.objects.create(
        outcome=question.outcome,
        segment=question.segment,
        since=question.since,
        until=question.until,
        ledger_version=version,
        asked_by=by,
    )


def at_once(question: Question, *, anew: bool = False) -> MomentStudy:
    """The study at the ledger's present version, run here and now unless it is remembered and not wanted `anew`."""
    version = open_ledger().read().version
    known = None if anew else latest(question, version)
    if known:
        return known
    made = _new(question, version, None)
    run(made.pk)
    made.refresh_from_db()
    return made


def run(pk: int) -> None:
    """Run a study and keep its findings. Running it again gives the same; one whose ledger moved on reads the newer."""
    row = MomentStudy.objects.filter(pk=pk).first()
    if row is None or row.state in (State.DONE, State.EMPTY):
        return
    began = time.monotonic()
    read = open_ledger().read()
    MomentStudy.objects.filter(pk=pk).update(state=State.RUNNING, ledger_version=read.version, progress=0.0)
    try:
        findings = _compute(read, row)
    except NotEnoughDataError as short:
        _finish(pk, began, state=State.EMPTY, reason=short.reason)
    except Exception:
        _finish(pk, began, state=State.FAILED)
        raise
    else:
        _finish(pk, began, state=State.DONE, result=to_json(findings))
    _forget_old(row)


def _compute(read: Read, row: MomentStudy) -> Findings:
    def say(stage: str, progress: float) -> None:
        MomentStudy.objects.filter(pk=row.pk).update(stage=stage, progress=progress, touched_at=timezone.now())

    question = question_of(row)
    if read.horizon is None:
        raise NotEnoughDataError("nothing_lived")
    today = as_of(read.horizon, timezone.now())
    say("reading", 0.02)
    made = run_chain(
        take(read, today),
        outcome_named(row.outcome),
        version=read.version,
        members=_members(read, row.segment, today),
        period=question.period,
        say=say,
    )
    evidence = made.evidence.to_arrow()
    read.remember(evidence_key(row.pk), lambda: evidence)
    return made.findings


SAVED = "saved:"  # what a segment saved here is called in a question, before its number


def _saved(segment: str) -> Segment | None:
    """The segment saved here that a question is about, if it is about one and there still is one."""
    number = segment.removeprefix(SAVED)
    return Segment.objects.filter(pk=number).first() if segment.startswith(SAVED) and number.isdecimal() else None


def _members(read: Read, segment: str, today: datetime) -> list[str] | None:
    """The people of a segment: one the data name, or one saved here; None = everybody."""
    if not segment:
        return None
    definition = segments.Definition((segments.InSegment((segment,)),))
    if segment.startswith(SAVED):
        saved = _saved(segment)
        if saved is None:
            return []
        definition = saved.definition
    people: list[str] = read.to_arrow(segments.members(read, definition, today))["customer_id"].to_pylist()
    return people


def _finish(pk: int, began: float, **fields: object) -> None:
    fields |= {"progress": 1.0, "seconds": time.monotonic() - began, "touched_at": timezone.now()}
    MomentStudy.objects.filter(pk=pk).update(**fields)


def _forget_old(row: MomentStudy) -> None:
    old = list(_ever(question_of(row)).values_list("pk", flat=True)[KEPT:])
    MomentStudy.objects.filter(pk__in=old).delete()


def question_of(row: MomentStudy) -> Question:
    return Question(row.outcome, row.segment, row.since, row.until)


def findings_of(row: MomentStudy) -> Findings | None:
    """What a finished study found; None where there was not enough data."""
    return from_json(row.result) if row.result else None


# Evidence is kept with the ledger's remembered results, not in the study: erasing a person takes it away


class EvidenceGoneError(LookupError):
    """The ledger has moved on since the study: run it again to see who."""


def evidence_key(pk: int) -> str:
    """Under which the ledger remembers a study's evidence."""
    return f"moment-evidence:{pk}"


def evidence(row: MomentStudy, read: Read) -> pa.Table:
    """Who lived the proven moments (`chain.Studied.evidence`); EvidenceGoneError where the ledger has changed since."""

    def gone() -> pa.Table:
        raise EvidenceGoneError

    if row.ledger_version != read.version:
        raise EvidenceGoneError
    told: pa.Table = read.remember(evidence_key(row.pk), gone)
    return told
