"""Steps as people name them: as the data store them, or as pages show them in any language Vivencia speaks."""

import difflib
from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from vivencia.foundation.speaking import CODES
from vivencia.foundation.vocabulary import say

NEAREST = 5


def stored(named: Sequence[str], steps: Sequence[str]) -> tuple[str, ...]:
    """The stored names of the steps somebody named. Raises ValueError, in the reader's language, with the nearest."""
    return tuple(_stored(name, steps) for name in named)


def _stored(name: str, steps: Sequence[str]) -> str:
    if name in steps:
        return name
    said = _said(steps)
    found = [step for step in steps if _plain(step) == _plain(name)] or said.get(_plain(name), [])
    if len(found) == 1:
        return found[0]
    if not steps:
        raise ValueError(_("There are no journeys here yet, so there are no steps."))
    near = found or _nearest(_plain(name), said) or sorted(steps)
    about = {"step": name, "near": ", ".join(_shown(step) for step in near)}
    if found:
        raise ValueError(_("“%(step)s” is the name of several steps; say which: %(near)s") % about)
    if len(near) == len(steps):
        raise ValueError(_("There is no step “%(step)s”. There are: %(near)s") % about)
    raise ValueError(_("There is no step “%(step)s”. The nearest: %(near)s") % about)


def _said(steps: Sequence[str]) -> dict[str, list[str]]:
    """Each name a step goes by, and the steps that do."""
    said: dict[str, list[str]] = {}
    for code in (None, *CODES):
        with translation.override(code or translation.get_language()):
            for step in steps:
                for name in (_plain(step), _plain(say(step))):
                    if step not in said.setdefault(name, []):
                        said[name].append(step)
    return said


def _nearest(name: str, said: dict[str, list[str]]) -> list[str]:
    close = difflib.get_close_matches(name, said, n=NEAREST, cutoff=0.6)
    within = [known for known in said if len(name) > 2 and name in known]
    return list(dict.fromkeys(step for known in (*close, *within) for step in said[known]))[:NEAREST]


def _shown(step: str) -> str:
    """As the reader's language has it, with the stored name where that is another."""
    known = say(step)
    return step if _plain(known) == _plain(step) else f"{known} ({step})"


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())
