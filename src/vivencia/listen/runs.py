"""An import's life: started, executed, undone, replaced.

`execute` may be killed at any moment and called again: what a killed import left in the ledger is taken out first,
and its rows then go in with one atomic step, so nothing is lost and nothing doubled.
"""

import errno
import hashlib
import json
import logging
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path

import duckdb
import pyarrow as pa
from django.db import transaction
from django.utils import timezone, translation

from vivencia.foundation import audit
from vivencia.foundation.home import home
from vivencia.foundation.ledger.change import Appended
from vivencia.foundation.ledger.disk import LedgerBusyError, only_one
from vivencia.foundation.ledger.schema import ALIASES, CUSTOMERS, EVENTS
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Act, User
from vivencia.foundation.organisation import organisation
from vivencia.listen import unchanged, wording
from vivencia.listen.imports.assign import assign
from vivencia.listen.imports.events import Batch
from vivencia.listen.imports.mapping import Mapping, parse
from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers.registry import files_at
from vivencia.listen.imports.readers.table import Look
from vivencia.listen.imports.recognise import Recognised
from vivencia.listen.imports.take_in import Taken, look_at, take_in
from vivencia.listen.imports.watch import Progress
from vivencia.listen.models import ImportRun, State

logger = logging.getLogger("vivencia.imports")
PATIENCE_SECONDS = 5.0
STORING = 0.8  # the share of the work after which rows go into the ledger


class WrongStateError(ValueError):
    """What was asked cannot be done with an import in its present state."""


@dataclass(frozen=True)
class Looked:
    """The files at a path, each looked at."""

    path: Path
    looks: tuple[Look, ...]


def look(path: Path) -> Looked:
    """Look at the file, or at all files in the folder. Raises Problem."""
    looks = tuple(look_at(file) for file in files_at(path))
    if not any(one.rows for one in looks):
        raise Problem("no-rows", file=looks[0].name)
    return Looked(path, looks)


def start(looked: Looked, recognised: Recognised, *, by: object = None, replaces: ImportRun | None = None) -> ImportRun:
    """Make an import ready to be executed; one of the same files that was interrupted is taken up again."""
    if replaces is not None and replaces.state != State.DONE:
        raise WrongStateError("Only an import that was brought in can be replaced")
    mark = _fingerprint(looked, recognised.toml, replaces)
    unfinished = ImportRun.objects.filter(fingerprint=mark, state__in=[State.STAGED, State.RUNNING]).first()
    if unfinished is not None and not is_at_work(unfinished):
        return unfinished
    return stage(looked, recognised, by=by, replaces=replaces)


def stage(
    looked: Looked,
    recognised: Recognised,
    *,
    by: object = None,
    replaces: ImportRun | None = None,
    batch: str = "",
    is_upload: bool = False,
) -> ImportRun:
    """Record an import that is not executed yet."""
    return ImportRun.objects.create(
        batch=batch or new_batch(),
        title=_title(looked, recognised, is_upload=is_upload),
        path=str(looked.path.resolve()),
        is_upload=is_upload,
        recognised=recognised.name,
        mapping=recognised.toml,
        fingerprint=_fingerprint(looked, recognised.toml, replaces),
        files=[_described(one) for one in looked.looks],
        guesses=_guessed(recognised),
        missing=list(recognised.missing),
        language=translation.get_language() or "en",
        by=by if isinstance(by, User) and by.pk else None,
        replaces=replaces,
    )


def new_batch() -> str:
    """A batch id nobody has."""
    return f"import-{uuid.uuid4().hex}"


def folder_of(run: ImportRun) -> Path:
    """The import's own folder: uploads, work and rejects."""
    return folder_for(run.batch)


def folder_for(batch: str) -> Path:
    return home() / "imports" / batch


def rejects_of(run: ImportRun) -> Path | None:
    """The file of what was left out, where there is one."""
    file = folder_of(run) / "rejects.csv"
    return file if file.exists() else None


def is_at_work(run: ImportRun) -> bool:
    """Whether some process is executing this import now."""
    folder = folder_of(run)
    if run.state != State.RUNNING or not folder.exists():
        return False
    try:
        with only_one(folder / "lock", "the import", timeout_seconds=0):
            return False
    except LedgerBusyError:
        return True


def is_interrupted(run: ImportRun) -> bool:
    """Whether it was being executed by a process that is no more. Executing it again finishes it."""
    return run.state == State.RUNNING and run.stage != "waiting" and run.recognised != "demo" and not is_at_work(run)


def enqueue(run: ImportRun) -> None:
    """Let the worker execute the import. Does nothing where it runs already or is finished."""
    from vivencia.listen.jobs import execute_import

    startable = [State.STAGED, State.FAILED, *([State.RUNNING] if is_interrupted(run) else [])]
    moved = ImportRun.objects.filter(pk=run.pk, state__in=startable).update(
        state=State.RUNNING, stage="waiting", share=0, problem=None, started_at=timezone.now()
    )
    if moved:
        execute_import.enqueue(run.pk)


def execute(run: ImportRun, progress: Progress | None = None) -> ImportRun:
    """Bring the import's rows in. Returns the import, done; raises Problem where nothing of it can be used.

    Raises WrongStateError where it is finished, and LedgerBusyError where another process executes it.
    """
    folder = folder_of(run)
    with _held(run):
        run.refresh_from_db()
        if run.state in (State.DONE, State.UNDONE):
            raise WrongStateError(f"This import is {run.state}")
        if run.state != State.RUNNING:
            run.started_at = timezone.now()
        _move(run, state=State.RUNNING, stage="reading", share=0.0, problem=None, started_at=run.started_at)
        try:
            _bring_in(run, folder, _reporter(run, progress))
        except (Problem, OSError, ValueError, RuntimeError, MemoryError, duckdb.Error) as error:
            _fail(run, error)
            raise
        finally:
            shutil.rmtree(folder / "work", ignore_errors=True)
    return run


def undo(run: ImportRun, *, by: object = None) -> int:
    """Take what the import brought out of the ledger, but for what another import brought too; returns rows removed."""
    with _held(run):
        run.refresh_from_db()
        if run.state != State.DONE:
            raise WrongStateError("Only an import that was brought in can be undone")
        rows = open_ledger().undo(run.batch, unchanged.heirs(_others_in_force(run)))
        if ImportRun.objects.filter(pk=run.pk, state=State.DONE).update(state=State.UNDONE):
            audit.record(Act.IMPORT_UNDONE, by=by, run=run.pk, rows=rows)
    run.refresh_from_db()
    return rows


def discard(run: ImportRun) -> None:
    """Forget an import that was never brought in, and its files."""
    run.refresh_from_db()
    if run.state not in (State.STAGED, State.FAILED):
        raise WrongStateError("Only an import that is being prepared or failed can be thrown away")
    if run.state == State.FAILED:
        open_ledger().undo(run.batch)  # it may have failed after its rows were stored
    shutil.rmtree(folder_of(run), ignore_errors=True)
    run.delete()


def take_for(run: ImportRun, found: Recognised) -> None:
    """Take the files for something else than they were taken for."""
    guesses = _guessed(found)
    _move(run, recognised=found.name, mapping=found.toml, guesses=guesses, missing=list(found.missing))


def currency() -> str:
    """The company's, for amounts whose file names none."""
    return organisation().currency


def mapping_of(run: ImportRun) -> Mapping:
    """The import's mapping, with the company's currency where it names none. Raises Problem."""
    mapping = parse(run.mapping, f"{run.recognised}.toml")
    defaults = mapping.defaults
    if defaults.currency is None:
        defaults = replace(defaults, currency=currency())
    return replace(mapping, defaults=defaults)


def _bring_in(run: ImportRun, folder: Path, report: Progress) -> None:
    mapping = mapping_of(run)
    _still_there(run.replaces)
    looked = look(Path(run.path))
    work = folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    at = (run.started_at or timezone.now()).astimezone(UTC)
    batch = Batch(run.batch, mapping.source, at.isoformat())
    with translation.override(run.language):
        try:
            taken = take_in(mapping, assign(mapping, looked.looks, run.title), batch, work, report, say=wording.reason)
        finally:
            _keep_rejects(work / "rejects.csv", folder)
    report("storing", 1.0)
    appended = _store(run, taken, folder)
    if run.is_upload:
        shutil.rmtree(folder / "input", ignore_errors=True)
    act = Act.IMPORT_REPLACED if run.replaces_id else Act.IMPORTED
    audit.record(act, by=run.by, run=run.pk, events=appended.accepted, rejected=taken.rejected)


def _store(run: ImportRun, taken: Taken, folder: Path) -> Appended:
    """Events, customers and aliases in one step, in the place of the import that is replaced.

    What an earlier try of this import has stored goes in the same step, so that it is never missing in between.
    """
    if run.replaces is None:
        return _stored(run, taken, folder, {run.batch})
    with _held(run.replaces):
        _still_there(run.replaces)
        others = ImportRun.objects.filter(replaces=run.replaces).exclude(state=State.DONE)
        return _stored(run, taken, folder, {run.batch, run.replaces.batch, *others.values_list("batch", flat=True)})


def _stored(run: ImportRun, taken: Taken, folder: Path, gone: set[str]) -> Appended:
    ledger = open_ledger()
    read = ledger.read()
    customers, aliases = CUSTOMERS.empty_table(), ALIASES.empty_table()
    if taken.customers_file:
        customers = unchanged.new_customers(taken.customers_file, read, gone)
    if taken.aliases_file:
        aliases = unchanged.new_aliases(taken.aliases_file, read, gone)
    events: pa.Table | Path = taken.events_file or EVENTS.empty_table()
    # A correction is the last word on events: those of a like import do not stand in its way.
    heirs = unchanged.heirs(_others_in_force(run.replaces or run), ("customers", "aliases"))
    appended = ledger.replace(gone, events, customers, aliases, heirs)
    unchanged.forget(folder)
    for name, file, is_known in (
        ("events", taken.events_file, bool(appended.duplicates)),
        ("customers", taken.customers_file, customers.num_rows < taken.customers),
        ("aliases", taken.aliases_file, aliases.num_rows < taken.aliases),
    ):
        if file is not None and is_known:
            unchanged.remember(name, file, folder)
    with transaction.atomic():
        if run.replaces is not None:
            ImportRun.objects.filter(pk=run.replaces.pk).update(state=State.UNDONE)
        _done(run, taken, appended)
    return appended


def _done(run: ImportRun, taken: Taken, appended: Appended) -> None:
    _move(
        run,
        state=State.DONE,
        stage="",
        share=1.0,
        read=taken.rows,
        accepted=appended.accepted,
        rejected=taken.rejected,
        rejected_rows=taken.rejected_rows,
        duplicates=appended.duplicates,
        erased=appended.erased,
        customers=taken.customers,
        aliases=taken.aliases,
        finished_at=timezone.now(),
    )


def _still_there(replaced: ImportRun | None) -> None:
    """Raise Problem where the import to be replaced was replaced or taken out meanwhile."""
    if replaced is None:
        return
    replaced.refresh_from_db()
    if replaced.state != State.DONE:
        raise Problem("replaced-already", file=replaced.title)


def _others_in_force(run: ImportRun) -> list[tuple[str, Path]]:
    others = ImportRun.objects.filter(state=State.DONE).exclude(pk=run.pk).order_by("finished_at", "pk")
    return [(other.batch, folder_of(other)) for other in others]


@contextmanager
def _held(run: ImportRun) -> Iterator[None]:
    """Alone at an import. Who only asks whether it is at work holds it for a moment, too."""
    folder = folder_of(run)
    folder.mkdir(parents=True, exist_ok=True)
    with only_one(folder / "lock", "the import", timeout_seconds=PATIENCE_SECONDS):
        yield


def _keep_rejects(file: Path, folder: Path) -> None:
    kept = folder / "rejects.csv"
    kept.unlink(missing_ok=True)
    if file.exists():
        file.rename(kept)


def _fail(run: ImportRun, error: BaseException) -> None:
    if isinstance(error, Problem):
        said: dict[str, object] = {"code": error.code, "facts": error.facts}
    else:
        logger.exception("Import %s failed", run.pk)
        code = "disk-full" if getattr(error, "errno", None) == errno.ENOSPC else "unexpected"
        said = {"code": code, "facts": {"run": run.pk, "what": type(error).__name__}}
    _move(run, state=State.FAILED, stage="", problem=said, finished_at=timezone.now())


def _reporter(run: ImportRun, progress: Progress | None) -> Progress:
    def report(stage: str, done: float) -> None:
        share = STORING * done
        if stage != run.stage or abs(share - run.share) >= 0.01:
            _move(run, stage=stage, share=share)
        if progress is not None:
            progress(stage, share)

    return report


def _move(run: ImportRun, **changed: object) -> None:
    for name, value in changed.items():
        setattr(run, name, value)
    ImportRun.objects.filter(pk=run.pk).update(**changed)


def _described(one: Look) -> dict[str, object]:
    written = one.conventions
    return {
        "name": one.name,
        "kind": one.kind,
        "bytes": one.file.stat().st_size,
        "columns": len(one.columns),
        "encoding": written.encoding if written else None,
        "delimiter": written.delimiter if written else None,
        "decimal": written.decimal if written else None,
    }


def _guessed(found: Recognised) -> list[dict[str, object]]:
    return [
        {"role": one.role, "column": one.column, "reason": one.reason, "facts": dict(one.facts)}
        for one in found.guesses
    ]


def _title(looked: Looked, recognised: Recognised, *, is_upload: bool) -> str:
    if len(looked.looks) == 1:
        return looked.looks[0].name[:200]
    return wording.title(recognised.name) if is_upload else looked.path.name[:200]


def _fingerprint(looked: Looked, toml: str, replaces: ImportRun | None) -> str:
    files = [(one.name, one.file.stat().st_size, one.file.stat().st_mtime_ns) for one in looked.looks]
    told = json.dumps([str(looked.path.resolve()), files, toml, replaces.pk if replaces else None])
    return hashlib.sha256(told.encode()).hexdigest()
