"""The imports' texts in the reader's language: problems, reasons, guesses and presets."""

from django.utils.translation import gettext

from vivencia.listen.imports.guesses import REASONS, Guess
from vivencia.listen.imports.problems import TEXTS, Fact, Problem
from vivencia.listen.imports.propose import MISSING
from vivencia.listen.imports.recognise import NO_ANSWERS, TITLES
from vivencia.listen.imports.rejects import Reject


def problem(error: Problem) -> str:
    """What is wrong, naming file, field and what is allowed."""
    return problem_of(error.code, error.facts)


def problem_of(code: str, facts: dict[str, Fact]) -> str:
    """The same from a stored problem."""
    facts = {"run": "", **facts}
    code = code if code in TEXTS else "unexpected"
    said = {name: gettext(value) if value in _LATER else value for name, value in facts.items()}
    return gettext(TEXTS[code]) % said


def reason(reject: Reject) -> str:
    """Why a row was left out."""
    return gettext(TEXTS[reject.reason]) % {"other": reject.other}


def guess(one: Guess) -> str:
    """Why a column is taken for what it is."""
    return gettext(REASONS[one.reason]) % dict(one.facts)


def missing(key: str) -> str:
    """What a proposed mapping still needs."""
    return gettext(MISSING[key])


def title(recognised: str) -> str:
    """What files were taken for."""
    return gettext(TITLES.get(recognised, recognised))


_LATER = frozenset({*TEXTS.values(), NO_ANSWERS})
