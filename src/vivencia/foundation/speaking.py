"""Which language the command line speaks: the one asked for, else the terminal's, else English.

What `--json` prints is for programs and stays English whatever the terminal speaks.
"""

from collections.abc import Mapping

from django.utils.translation import gettext as _

CODES = ("en", "es")
_TOLD_BY = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts, as everywhere on a terminal


def language(asked: str | None, environment: Mapping[str, str], *, for_programs: bool = False) -> str:
    """`asked`: what --language says, or None; `for_programs`: whether JSON is printed."""
    if for_programs:
        return CODES[0]
    told = asked or next((environment[name] for name in _TOLD_BY if environment.get(name)), "")
    code = told.replace("-", "_").split("_")[0].split(".")[0].lower()
    return code if code in CODES else CODES[0]


def busy() -> str:
    """What is said where another process keeps the ledger for longer than a command waits."""
    return _("Another process is writing just now. Nothing was changed; try again in a moment.")
