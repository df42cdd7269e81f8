"""What is wrong with a file, as a sentence that names the element."""

import re

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from vivencia.plan.journeys import wording
from vivencia.plan.journeys.drawing import DrawingError
from vivencia.plan.journeys.formats import lists as lists_form
from vivencia.plan.journeys.formats.errors import FormatError

_CODES: dict[str, Promise | str] = {
    "too_large": lazy("The file is larger than %(detail)s MB."),
    "forbidden": lazy("%(place)s: documents that define entities or load others are not read."),
    "not_xml": lazy("This is no XML that can be read: %(detail)s."),
    "not_json": lazy("This is no JSON that can be read: %(detail)s."),
    "not_this": lazy("%(place)s stands where %(detail)s is expected."),
    "version": lazy("%(place)s: version %(detail)s cannot be read; 2.0 can."),
    "missing": lazy("%(place)s is missing."),
    "unknown": lazy("%(place)s names something that is not there: %(detail)s."),
    "not_xlsx": lazy("This is no workbook that can be read: %(detail)s."),
    "no_steps": lazy("No sheet has a list of steps: its first row needs the headings %(detail)s."),
    "no_rows": lazy("%(place)s has headings but no steps below them."),
    "too_many": lazy("%(place)s has more than %(detail)s entries."),
    "empty_cell": lazy("%(place)s is empty: every row needs a name for its step."),
    "twice": lazy("%(place)s: “%(detail)s” stands there twice."),
    "too_long": lazy("%(place)s is longer than %(detail)s characters."),
    "not_allowed": lazy("%(place)s: “%(detail)s” cannot stand there."),
    "not_a_number": lazy("%(place)s: “%(detail)s” cannot stand there; a number from %(low)s to %(high)s can."),
    "no_such_step": lazy("%(place)s: there is no step “%(detail)s”."),
    "not_a_list": lazy("%(place)s is no list."),
    "not_an_object": lazy("%(place)s is no object."),
    "not_a_time": lazy("%(place)s is no time: %(detail)s."),
    "empty": lazy("%(place)s: no event belongs to an object, so there is no journey in it."),
}


# What a drawing says is wrong with itself, in English, and the sentence for it.
_PROBLEMS: tuple[tuple[str, Promise | str], ...] = (
    (r"is missing", lazy("%(path)s is missing.")),
    (r"is no field", lazy("%(path)s is no field.")),
    (r"is no (?:list|object)", lazy("%(path)s has another shape than it should.")),
    (r"(?P<found>.+) stands there twice", lazy("%(path)s: %(found)s stands there twice.")),
    (r"there is no (?P<found>.+)", lazy("%(path)s: there is no %(found)s.")),
    (r"has (?P<found>\d+) (?:entries|characters|bytes|already)", lazy("%(path)s is too long: %(found)s.")),
    (r"is (?P<found>.+)", lazy("%(path)s: %(found)s cannot stand there.")),
)
_ALLOWED: tuple[tuple[str, Promise | str], ...] = (
    (r"a text", lazy("a text")),
    (r"a list", lazy("a list")),
    (r"an object", lazy("an object in braces")),
    (r"at most (?P<most>\d+)", lazy("at most %(most)s")),
    (r"a number from (?P<low>\S+) to (?P<high>\S+)", lazy("a number from %(low)s to %(high)s")),
    (r"(?:1 to 64 )?letters, digits.*", lazy("up to 64 letters, digits, dots, dashes and underscores")),
)


def wrong(error: FormatError | DrawingError) -> str:
    """The sentence, and what may stand there."""
    if isinstance(error, DrawingError):
        told = _said(_PROBLEMS, error.problem, path=error.path) or f"{error.path}: {error.problem}."
        allowed = [_said(_ALLOWED, one) or one for one in error.allowed]
    else:
        told, allowed = _of_file(error), [] if error.code == "not_a_number" else list(error.allowed)
    may = _("Allowed: %(these)s.") % {"these": ", ".join(allowed)}
    return f"{told} {may}" if allowed else told


def _said(sentences: tuple[tuple[str, Promise | str], ...], told: str, **names: str) -> str:
    for pattern, sentence in sentences:
        found = re.fullmatch(pattern, told)
        if found:
            return str(sentence) % {**names, **found.groupdict()}
    return ""


def _of_file(error: FormatError) -> str:
    detail = error.detail or _("nothing")
    if error.code == "missing" and error.detail:
        return _("%(place)s: %(detail)s is missing.") % {"place": error.place, "detail": error.detail}
    low, high = error.allowed if error.code == "not_a_number" else ("", "")
    return str(_CODES[error.code]) % {"place": error.place, "detail": detail, "low": low, "high": high}


def lists() -> lists_form.Names:
    """Headings and words of the lists in a workbook: written in the language that is active, read in every one."""
    known: dict[str, str] = {}
    means: dict[str, str] = {}
    for language in ("es", "en", get_language() or "en"):
        with translation.override(language):
            known |= {head.lower(): field for field, head in _heads().items()}
            means |= {word.lower(): code for code, word in _values().items()}
    fields = {field: field for field in (*lists_form.STEPS, *lists_form.WAYS)}
    yes = {"sí": "yes", "si": "yes", "x": "yes", "true": "yes", "1": "yes", "false": "no", "0": "no"}
    return lists_form.Names(_heads(), {**fields, **known}, _values(), {**yes, **means})


def _heads() -> dict[str, str]:
    told = {field: str(wording.FIELDS[field]) for field in lists_form.STEPS}
    told["name"] = pgettext("journey map", "Step")
    seconds = _("seconds")
    told["expectations.waiting_seconds"] += f" ({seconds})"
    for field in ("expectations.promise_share", "expectations.pass_share"):
        told[field] += " (%)"
    return {**told, "source": _("From step"), "target": _("To step"), "kind": _("Kind"), "share": _("Share") + " (%)"}


def _values() -> dict[str, str]:
    told = {**wording.WHENS, **wording.LINKS, **wording.THENS}
    return {
        **{code: str(word) for code, word in told.items()},
        "yes": wording.yes_no(True),
        "no": wording.yes_no(False),
    }
