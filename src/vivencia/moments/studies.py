"""Studies: what is known of a question, asked for, run in the background, remembered. `freshness` says when anew."""

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.metadata import version

import ibis
import polars as pl
from django.db import models, transaction
from django.utils import timezone

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Act, AuditEntry, User
from vivencia.foundation.numbers import whole
from vivencia.foundation.organisation import organisation
from vivencia.measure.metrics.periods import midnight
from vivencia.moments import erasing, sides
from vivencia.moments.chain import Studied
from vivencia.moments.chain import study as run_chain
from vivencia.moments.findings import Findings, Moment, from_json, to_json
from vivencia.moments.lived import micros, take
from vivencia.moments.models import MomentSides, MomentStudy, MomentWitness, State
from vivencia.moments.occasions import NotEnoughDataError, Period
from vivencia.moments.outcomes import OUTCOMES, outcome_named
from vivencia.understand import segments
from vivencia.understand.models import Segment
from vivencia.understand.now import as_of
from vivencia.understand.segment_choices import choices

KEPT = 5  # studies remembered of each question
PRODUCT = version("vivencia")  # another Vivencia may find otherwise
LONGEST_SILENCE = timedelta(hours=1)
ASKED_OF_LATE = timedelta(days=30)


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
    """The newest finished study of a question, by this Vivencia at this version of the ledger or (None) whichever.

    Whichever: not one asked for before an import was undone, for it may rest on what has been taken out again.
    """
    known = _of(question).filter(state__in=(State.DONE, State.EMPTY))
    if version:
        return known.filter(ledger_version=version, product_version=PRODUCT).first()
    undone = AuditEntry.objects.filter(act=Act.IMPORT_UNDONE).first()
    if undone:
        known = known.filter(models.Q(asked_at__gt=undone.at) | models.Q(ledger_version=open_ledger().read().version))
    return known.first()


def newest(question: Question) -> MomentStudy | None:
    """The study of this question that was asked for last, however it went."""
    return _of(question).first()


def under_way(question: Question) -> MomentStudy | None:
    """The study of this question that waits or runs, if any."""
    return _under_way().filter(pk__in=_of(question).values("pk")).first()


def any_under_way() -> bool:
    return _under_way().exists()


def _under_way() -> "models.QuerySet[MomentStudy]":
    """One that has not moved for long was cut off and will not go on."""
    waiting = models.Q(state=State.QUEUED)
    return MomentStudy.objects.filter(
        waiting | models.Q(state=State.RUNNING, touched_at__gt=timezone.now() - LONGEST_SILENCE)
    )


def failed(question: Question) -> bool:
    """Whether the newest study of this question failed."""
    last = newest(question)
    return last is not None and last.state == State.FAILED


def standing_questions() -> list[Question]:
    """What is always kept up to date: the usual score, buying again, and what else people asked about of late."""
    since = timezone.now() - ASKED_OF_LATE
    whole = MomentStudy.objects.filter(segment="", since=None, until=None, asked_by__isnull=False, asked_at__gte=since)
    names = [usual_outcome(), "repurchase", *whole.order_by("outcome").values_list("outcome", flat=True).distinct()]
    return [Question(name) for name in dict.fromkeys(names)]


def usual_seconds() -> float | None:
    """How long the last study that found something took; None where there was none."""
    last = MomentStudy.objects.filter(state=State.DONE, seconds__isnull=False).first()
    return last.seconds if last else None


def events_in(read: Read) -> int:
    """How many events the ledger holds."""

    def count() -> int:
        return int(read.to_arrow(read.events.count().name("n").as_table())["n"][0].as_py())

    told: int = read.remember("moments-events", count)
    return told


def _of(question: Question) -> "models.QuerySet[MomentStudy]":
    """Studies of a question; of a segment saved here, those since it last changed."""
    asked = _ever(question)
    saved = _saved(question.segment)
    return asked.filter(asked_at__gte=saved.changed_at) if saved else asked


def _ever(question: Question) -> "models.QuerySet[MomentStudy]":
    return MomentStudy.objects.filter(
        outcome=question.outcome, segment=question.segment, since=question.since, until=question.until
    )


def begin(question: Question, at: str, by: User | None = None) -> MomentStudy:
    """Ask for a study of the ledger's version `at`; one that is already under way is not asked for twice."""
    from vivencia.moments.jobs import run_study

    running = under_way(question)
    if running:
        return running
    made = _new(question, at, by)
    transaction.on_commit(lambda: run_study.enqueue(made.pk))
    return made


def _new(question: Question, at: str, by: User | None) -> MomentStudy:
    return MomentStudy.objects.create(
        outcome=question.outcome,
        segment=question.segment,
        since=question.since,
        until=question.until,
        ledger_version=at,
        product_version=PRODUCT,
        asked_by=by,
    )


def at_once(question: Question, *, anew: bool = False) -> MomentStudy:
    """The study at the ledger's present version, run here and now unless it is remembered and not wanted `anew`."""
    at = open_ledger().read().version
    known = None if anew else latest(question, at)
    if known:
        return known
    made = _new(question, at, None)
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
    MomentStudy.objects.filter(pk=pk).update(
        state=State.RUNNING,
        ledger_version=read.version,
        product_version=PRODUCT,
        events=events_in(read),
        progress=0.0,
        touched_at=timezone.now(),
    )
    try:
        made = _compute(read, row)
    except NotEnoughDataError as short:
        _finish(pk, began, state=State.EMPTY, reason=short.reason)
    except Exception:
        _finish(pk, began, state=State.FAILED)
        raise
    else:
        with transaction.atomic():
            _keep_people(row, made)
            _finish(pk, began, state=State.DONE, result=to_json(made.findings))
        gone = _erased_meanwhile(made)
        if gone:  # an erasure in the last moment could not see what was not kept yet
            erasing.forget(gone)
    _forget_old(row)


def _compute(read: Read, row: MomentStudy) -> Studied:
    def say(stage: str, progress: float) -> None:
        MomentStudy.objects.filter(pk=row.pk).update(stage=stage, progress=progress, touched_at=timezone.now())

    question = question_of(row)
    if read.horizon is None:
        raise NotEnoughDataError("nothing_lived")
    today = as_of(read.horizon, timezone.now())
    say("reading", 0.02)
    members = _members(read, row.segment, today)
    return run_chain(
        take(read, today, among=members),
        outcome_named(row.outcome),
        version=read.version,
        members=members,
        period=question.period,
        say=say,
    )


SAVED = "saved:"  # what a segment saved here is called in a question, before its number


class UnknownSegmentError(ValueError):
    """No segment has this name; `known`: those there are."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"no segment is called {name!r}; there are: {', '.join(known) or 'none'}")


def segment_named(name: str) -> str:
    """What a question calls the segment of this name: one saved here, or one the data name.

    Raises UnknownSegmentError.
    """
    if not name or _saved(name):
        return name
    saved = Segment.objects.filter(name__iexact=name).first()
    known = choices(open_ledger().read())["segments"]
    exact = next((one for one in known if one.lower() == name.lower()), None)
    if exact is None and saved is None:
        raise UnknownSegmentError(name, [*known, *Segment.objects.values_list("name", flat=True)])
    return exact if exact is not None else f"{SAVED}{saved.pk}" if saved else name


def _saved(segment: str) -> Segment | None:
    """The segment saved here that a question is about, if it is about one and there still is one."""
    number = whole(segment.removeprefix(SAVED))
    return Segment.objects.filter(pk=number or 0).first() if segment.startswith(SAVED) else None


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


def moment_of(question: Question, key: str) -> tuple[MomentStudy, Findings, Moment] | None:
    """One moment, as the latest study of the question found it; None where there is no such study or moment."""
    study = latest(question)
    findings = findings_of(study) if study else None
    moment = findings.moment(key) if findings else None
    return None if study is None or findings is None or moment is None else (study, findings, moment)


def _keep_people(row: MomentStudy, made: Studied) -> None:
    """Those of this study take the place of those of earlier ones; who was erased during the study is left out."""
    earlier, gone = _ever(question_of(row)), sorted(_erased_meanwhile(made))
    MomentWitness.objects.filter(study__in=earlier).delete()
    MomentSides.objects.filter(study__in=earlier).delete()
    stay = ~pl.col("customer_id").is_in(gone)
    MomentSides.objects.create(study=row, packed=sides.packed(made.sides.filter(stay)))
    shown = made.evidence.filter(stay)
    told = shown.with_columns(pl.col("at").replace(0, None), pl.col("subject_kind", "subject_id").fill_null(""))
    MomentWitness.objects.bulk_create(
        (MomentWitness(study=row, **person) for person in told.iter_rows(named=True)), batch_size=500
    )


def _erased_meanwhile(made: Studied) -> frozenset[str]:
    """People of a study who were erased and of whom nothing is known any more: they were while it was read. Somebody
    who was erased long ago and has come back since stays."""
    ledger, ids = open_ledger(), {*made.sides["customer_id"], *made.evidence["customer_id"]}
    erased = sorted(ledger.erased_among(ids - {None}))
    if not erased:
        return frozenset()
    read = ledger.read()
    back = read.events.filter(read.events.customer_id.isin(erased)).select("customer_id").distinct()
    return frozenset(erased) - {*read.to_arrow(back)["customer_id"].to_pylist()}


def witnesses_of(row: MomentStudy, key: str) -> list[MomentWitness]:
    """Who lived a proven moment, those who show it best first; none where a newer study has taken its place."""
    return list(row.witnesses.filter(key=key))


def side_of(row: MomentStudy, key: str, *, lived: bool) -> pl.DataFrame | None:
    """Everybody who lived a proven moment, or who did not (`sides.ABOUT`); None where a newer study has taken the
    place of this one, or it was made before people were kept."""
    held = MomentSides.objects.filter(study=row).first()
    return sides.side(bytes(held.packed), key, lived=lived) if held else None
