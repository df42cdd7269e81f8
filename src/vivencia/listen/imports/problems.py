"""What can be wrong with a file, a mapping or a row, said so that its owner can mend it.

A problem is a code with facts. The English text here is also the message id: `listen.wording` translates it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


def N_(text: str) -> str:  # noqa: N802  # gettext's own name for a marker
    """Mark a text for the catalogue; it is translated where it is shown."""
    return text


Fact = str | int | float


class Problem(Exception):  # noqa: N818  # in this trade "a problem" is the word
    """Nothing of this file (or mapping) can be used. `code` is stable; `facts` fill the text."""

    def __init__(self, code: str, **facts: Fact) -> None:
        self.code, self.facts = code, facts
        super().__init__(text_of(code, facts))


class Reason(StrEnum):
    """Why one row, or one event of a row, was left out."""

    NOT_A_DATE = "not-a-date"
    NOT_A_NUMBER = "not-a-number"
    MISSING = "missing"
    OUT_OF_SCALE = "out-of-scale"
    BEFORE_OTHER = "before-other"
    OUT_OF_TIME = "out-of-time"
    REPEATED_KEY = "repeated-key"
    WRONG_WIDTH = "wrong-width"
    NOT_JSON = "not-json"
    NOT_TEXT = "not-text"


TEXTS: Final[Mapping[str, str]] = {
    # rows
    Reason.NOT_A_DATE: N_("not a date in the form this column has"),
    Reason.NOT_A_NUMBER: N_("not a number in the form this column has"),
    Reason.MISSING: N_("empty, but needed"),
    Reason.OUT_OF_SCALE: N_("outside the scale of the question"),
    Reason.BEFORE_OTHER: N_("earlier than “%(other)s”, which must come first"),
    Reason.OUT_OF_TIME: N_("a date no event can have"),
    Reason.REPEATED_KEY: N_("the same key as an earlier row, with other contents"),
    Reason.WRONG_WIDTH: N_("the row has not as many fields as the header, or a quotation mark is wrong"),
    Reason.NOT_JSON: N_("the line is not a JSON object"),
    Reason.NOT_TEXT: N_("the row contains bytes that are not text"),
    # files
    "not-found": N_("%(file)s: there is no such file or folder."),
    "not-readable": N_(
        "%(file)s: the file cannot be read. Look whether it is still there and whether Vivencia may read it."
    ),
    "no-files": N_("%(file)s: no file here that can be imported. Allowed: %(allowed)s."),
    "unknown-kind": N_("%(file)s: files of this kind cannot be imported. Allowed: %(allowed)s."),
    "empty": N_("%(file)s: the file is empty."),
    "no-rows": N_("%(file)s: there is a header, but no row under it."),
    "binary": N_("%(file)s: this is not text (a byte with value 0 at position %(position)s). Allowed: %(allowed)s."),
    "long-line": N_(
        "%(file)s: line %(row)s is longer than %(limit)s MB, so this is hardly a table. "
        "Allowed: lines of up to %(limit)s MB, ended by a line break."
    ),
    "encoding": N_("%(file)s: row %(row)s: the bytes are not %(encoding)s. Name the encoding. Allowed: %(allowed)s."),
    "unknown-encoding": N_("%(file)s: “%(encoding)s” is not an encoding. Allowed: %(allowed)s."),
    "truncated": N_(
        "%(file)s: the compressed file ends too early: it was cut off on its way. Copy or download it again."
    ),
    "damaged": N_("%(file)s: the file is damaged, or it is not what its name says. Copy or export it again."),
    "too-large-inside": N_(
        "%(file)s: unpacked, this file is larger than %(limit)s MB, the most that is allowed. It was not imported."
    ),
    "log-too-large": N_(
        "%(file)s: this log is larger than %(limit)s MB, the most that is read of this kind. "
        "Split it, or export it as XES, CSV or Parquet, which have no such limit."
    ),
    "disk-full": N_("There is no space left on the server's disk. Nothing was brought in. Make room and try again."),
    "cannot-be-read-so": N_(
        "The files cannot be read in this way. Look at the columns chosen last; what exactly is wrong is in the "
        "server's log."
    ),
    "unexpected": N_(
        "Something unexpected happened, and nothing was brought in. What exactly is in the server's log, "
        "under import %(run)s. Trying again does no harm."
    ),
    "repeated-header": N_(
        "%(file)s: row %(row)s: the column “%(field)s” appears twice in the header. Allowed: every column once."
    ),
    "missing-column": N_("%(file)s: the column “%(field)s” is missing. The file has: %(allowed)s."),
    "missing-file": N_(
        "%(file)s: the mapping needs a file named “%(field)s”, which is not there. There are: %(allowed)s."
    ),
    "bad-xml": N_("%(file)s: line %(row)s is not well-formed XML. Export the file again."),
    "unsafe-xml": N_("%(file)s: XML with entity declarations is refused, because it can be made to exhaust a machine."),
    "bad-json": N_("%(file)s: line %(row)s is not well-formed JSON. Export the file again."),
    "not-ocel": N_(
        "%(file)s: neither an OCEL 2.0 log nor a list of objects. Allowed: an object with the keys %(allowed)s, "
        "or [{…}, {…}]."
    ),
    "nothing-usable": N_(
        "%(file)s: not one row could be used; %(count)s were rejected. The first: row %(row)s, column “%(field)s”, "
        "value “%(value)s”: %(why)s."
    ),
    "replaced-already": N_(
        "%(file)s: this import has been replaced or taken out meanwhile, so nothing can take its place. "
        "Import the files as new ones, or replace the import that holds now."
    ),
    "circular-join": N_(
        "%(file)s: the table “%(field)s” would learn from itself. Allowed: joins that lead from one table to another."
    ),
    "nothing-left": N_("A mapping needs at least one event, customer or other id."),
    "unrecognised": N_(
        "%(file)s: it is not certain enough what this file says. A mapping is proposed below; complete it, save it and "
        "import with --mapping FILE. Missing: %(missing)s."
    ),
    # mappings
    "bad-toml": N_("%(file)s: line %(row)s is not well-formed TOML. Allowed: key = value, [tables.…], [[events]]."),
    "unknown-key": N_("%(file)s: “%(field)s” is not known here. Allowed: %(allowed)s."),
    "missing-key": N_("%(file)s: “%(field)s” is missing."),
    "wrong-type": N_("%(file)s: “%(field)s” must be %(allowed)s."),
    "wrong-value": N_("%(file)s: “%(field)s” is “%(value)s”. Allowed: %(allowed)s."),
    "unknown-table": N_(
        "%(file)s: “%(field)s” names the table “%(value)s”, which is not described. Allowed: %(allowed)s."
    ),
    "unknown-preset": N_("There is no preset “%(value)s”. Allowed: %(allowed)s."),
    "wrong-preset": N_("%(file)s: these are not the files of the preset “%(value)s”: %(why)s"),
}


def text_of(code: str, facts: Mapping[str, Fact]) -> str:
    """The English text of a code, filled with its facts."""
    return TEXTS[code] % facts
