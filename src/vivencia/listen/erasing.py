"""What imports keep of people outside the ledger: names of files, messages, and uploads that wait to be brought in."""

from collections.abc import Collection, Iterator
from pathlib import Path

from vivencia.foundation import traces
from vivencia.listen import runs
from vivencia.listen.imports.assign import assign
from vivencia.listen.imports.mapping import Mapping, Value, parse
from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers.table import Look
from vivencia.listen.imports.take_in import values_in
from vivencia.listen.models import ImportRun, State

GONE = "…"


@traces.wiper
def forget(marks: Collection[str]) -> int:
    """Take the marks out of titles, paths and messages, and delete waiting uploads whose people are among them."""
    changed = 0
    for run in ImportRun.objects.all():
        changed += _forget_in(run, marks)
    for run in ImportRun.objects.filter(is_upload=True).exclude(state__in=[State.DONE, State.UNDONE]):
        changed += _forget_upload(run, frozenset(marks))
    return changed


def _forget_in(run: ImportRun, marks: Collection[str]) -> int:
    said = {"title": run.title, "path": run.path, "problem": run.problem, "files": run.files}
    without = {name: _without(value, marks) for name, value in said.items()}
    if without == said:
        return 0
    return ImportRun.objects.filter(pk=run.pk).update(**without)


def _without(value: object, marks: Collection[str]) -> object:
    match value:
        case dict():
            return {key: _without(each, marks) for key, each in value.items()}
        case list():
            return [_without(each, marks) for each in value]
        case str() if value in marks:
            return GONE
        case str():
            for mark in marks:
                if len(mark) >= traces.LONG_ENOUGH:
                    value = traces.as_a_word(mark).sub(GONE, value)
            return value
    return value


def _forget_upload(run: ImportRun, marks: frozenset[str]) -> int:
    """Longer ids and addresses have been searched for in the text itself; short ones are where the mapping says."""
    short = frozenset(mark for mark in marks if len(mark) < traces.LONG_ENOUGH)
    path = Path(run.path)
    if not short or not path.exists():
        return 0
    try:
        looks = runs.look(path).looks
        named = set(_naming(parse(run.mapping, run.title), looks, run.title))
        guilty = {look.file for look, column in named if short & values_in(look, column)}
    except (Problem, OSError):
        guilty = {path} if path.is_file() else set(path.iterdir())  # who cannot read it cannot say it names nobody
    for file in guilty:
        file.unlink(missing_ok=True)
    return len(guilty)


def _naming(mapping: Mapping, looks: tuple[Look, ...], title: str) -> Iterator[tuple[Look, str]]:
    """The columns that name people, each with its file."""
    assigned = assign(mapping, looks, title)
    values: list[tuple[str, Value | None]] = []
    values += [(event.table, value) for event in mapping.events for value in (event.customer, event.anonymous)]
    values += [(people.table, people.id) for people in mapping.customers]
    values += [(alias.table, value) for alias in mapping.aliases for value in (alias.id, alias.customer)]
    for table, value in values:
        for look in assigned.get(table, []):
            known = {column.strip().casefold(): column for column in look.columns}
            for name in value.columns if value is not None else ():
                if (column := known.get(name.strip().casefold())) is not None:
                    yield look, column
