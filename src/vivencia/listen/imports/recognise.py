"""What the files somebody brought are: a preset, a process log, a survey, our own form, or a guess."""

from collections.abc import Sequence
from dataclasses import dataclass

from vivencia.listen.imports import shelf
from vivencia.listen.imports.assign import assign, fits
from vivencia.listen.imports.fuller import fuller
from vivencia.listen.imports.guesses import Guess
from vivencia.listen.imports.mapping import Mapping
from vivencia.listen.imports.mapping_text import write
from vivencia.listen.imports.own_form import completed, with_scores
from vivencia.listen.imports.problems import N_, Problem
from vivencia.listen.imports.processes import process_mapping
from vivencia.listen.imports.propose import propose
from vivencia.listen.imports.readers.table import Look
from vivencia.listen.imports.surveys import is_survey, survey_mapping
from vivencia.listen.imports.together import propose_together

SURVEY = "survey-responses"
PROCESS = "process-log"
# The most telling first: our own form would fit many files.
ORDER = ("olist", "contact-centre", "segment-export", "reviews")
OWN_FORM = "events"


@dataclass(frozen=True)
class Recognised:
    """What files are taken for: a preset's name (or `process-log`, `proposal`), the mapping and why."""

    name: str
    mapping: Mapping
    toml: str
    guesses: tuple[Guess, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether it can be imported without a person looking at it first."""
        return not self.missing


NO_ANSWERS = N_("no answers on a scale, or no date of the answer, were found in its columns.")
PRESETS = (*ORDER, SURVEY, OWN_FORM)
TITLES = {
    "olist": N_("Olist marketplace"),
    "contact-centre": N_("Contact centre"),
    "segment-export": N_("Segment export"),
    "reviews": N_("Reviews and social posts"),
    SURVEY: N_("Survey answers"),
    OWN_FORM: N_("Events, one a row"),
    PROCESS: N_("Process log"),
    "proposal": N_("Proposed mapping"),
    "mapping": N_("A mapping of your own"),
}


def recognise(looks: Sequence[Look]) -> Recognised:
    """What these files are. Raises nothing: where it is not certain, `missing` says what to tell."""
    for name in ORDER:
        if fits(shelf.preset(name), looks):
            return _shelved(name)
    first = looks[0]
    process = process_mapping(first) if len(looks) == 1 else None
    if process is not None and first.kind in ("xes", "ocel"):
        return Recognised(PROCESS, process, write(process))
    if fits(shelf.preset(OWN_FORM), looks):
        return _own_form(looks)
    if process is not None:
        rated = with_scores(process, first)
        return Recognised(PROCESS, rated, write(rated))
    if len(looks) == 1 and is_survey(first) and (found := survey_mapping(first)):
        return Recognised(SURVEY, found[0], write(found[0]), tuple(found[1]))
    return proposed(looks)


def by_preset(name: str, looks: Sequence[Look]) -> Recognised:
    """A preset that was asked for. Raises Problem where there is none of that name or the files are others."""
    if name not in PRESETS:
        raise Problem("unknown-preset", value=name, allowed=", ".join(PRESETS))
    if name != SURVEY:
        return _shelved(name)
    found = survey_mapping(looks[0])
    if found is None:
        raise Problem("wrong-preset", file=looks[0].name, value=name, why=NO_ANSWERS)
    return Recognised(SURVEY, found[0], write(found[0]), tuple(found[1]))


def _own_form(looks: Sequence[Look]) -> Recognised:
    """Our own form, with what its other columns say by their names: a score that names no metric, a comment, who the
    customers are."""
    own = shelf.preset(OWN_FORM)
    told = completed(own, assign(own, looks, OWN_FORM))
    return _shelved(OWN_FORM) if told == own else Recognised(OWN_FORM, told, write(told))


def _shelved(name: str) -> Recognised:
    return Recognised(name, shelf.preset(name), shelf.text(name))


def proposed(looks: Sequence[Look]) -> Recognised:
    """A mapping from names and contents; of several files, a person must say whether they belong together so."""
    looks = [fuller(look) for look in looks]
    found = propose(looks[0]) if len(looks) == 1 else propose_together(looks)
    return Recognised("proposal", found.mapping, write(found.mapping), found.guesses, found.missing)
