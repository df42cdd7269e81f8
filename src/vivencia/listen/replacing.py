"""What replaces an import is read as it was: with its mapping, and with what was corrected in it."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from vivencia.listen import wording
from vivencia.listen.imports.assign import assign, renamed
from vivencia.listen.imports.guesses import Guess
from vivencia.listen.imports.mapping import parse
from vivencia.listen.imports.mapping_text import write
from vivencia.listen.imports.preview import try_on
from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers.table import Look
from vivencia.listen.imports.recognise import Recognised, recognise
from vivencia.listen.imports.take_in import look_again
from vivencia.listen.models import ImportRun


def as_before(old: ImportRun, looks: Sequence[Look]) -> Recognised:
    """The mapping of the import that is replaced, for these files. Raises Problem where they no longer fit it."""
    before = parse(old.mapping, old.title)
    mapping = renamed(before, looks)
    with TemporaryDirectory(prefix="vivencia-replacing-") as folder:
        try_on(mapping, look_again(assign(mapping, looks, old.title), mapping), Path(folder))
    toml = old.mapping if mapping == before else write(mapping)
    return Recognised(old.recognised, mapping, toml, guesses_of(old))


def taken_for(old: ImportRun | None, looks: Sequence[Look]) -> tuple[Recognised, str]:
    """What files are taken for, and where they cannot be read as the import they replace was: why, in words."""
    if old is None:
        return recognise(looks), ""
    try:
        return as_before(old, looks), ""
    except Problem as problem:
        return recognise(looks), wording.problem(problem)


def guesses_of(run: ImportRun) -> tuple[Guess, ...]:
    """Why the columns of a proposed mapping were chosen."""
    return tuple(
        Guess(one["role"], one["column"], one["reason"], tuple(dict(one["facts"]).items())) for one in run.guesses
    )
