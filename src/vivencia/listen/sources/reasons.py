"""Why a message or a mailbox could not be read. Kept in English, shown in the reader's language.

What is stored and logged is the English sentence with its facts in place; `told` finds which sentence it was.
"""

import re
from typing import Final

from vivencia.listen.imports.problems import N_

NOTHING_THERE: Final = N_("nothing lies at %(where)s")
TOO_MANY: Final = N_("%(count)s things in one message; allowed: %(allowed)s")
NO_NAME: Final = N_("what happened is not said: nothing lies at %(where)s")
NO_TURNS: Final = N_("no list of turns lies at %(where)s")
NO_NUMBER: Final = N_("%(field)s is %(value)s; it must be a number")
NOT_FINITE: Final = N_("%(field)s is %(value)s; it must be a finite number")
NO_TIME: Final = N_("%(field)s is %(value)s; it must be a time such as 2026-03-01T09:30:00Z")
CANNOT_LIST: Final = N_("the server cannot list the messages of the folder")
CANNOT_FETCH: Final = N_("the server does not hand out a message it has listed")
BROKE_OFF: Final = N_("the conversation broke off (%(why)s)")
NOT_ENCRYPTED: Final = N_("%(where)s: the encrypted connection failed (%(why)s)")
NOT_REACHED: Final = N_("%(where)s cannot be reached (%(why)s)")
NO_SUCH_SERVER: Final = N_("%(host)s cannot be reached: there is no server of this name")
NOBODY_LISTENS: Final = N_("%(where)s cannot be reached: nobody listens there; is the port right?")
NO_ANSWER: Final = N_("%(where)s cannot be reached: no answer in time; are name, port and encryption right?")
NO_STARTTLS: Final = N_("%(where)s: STARTTLS failed (%(why)s)")
REFUSED: Final = N_("%(host)s refuses the user name or password")
NO_FOLDER: Final = N_("there is no folder %(folder)s")
PASSWORD_SEALED: Final = N_("the password was sealed with another secret key; enter it again")
SECRET_SEALED: Final = N_("the secret was sealed with another secret key; enter it again")
UNEXPECTED: Final = N_("unexpected trouble (%(kind)s)")
NO_COLUMN: Final = N_("there is no column for the %(column)s; it may be called %(names)s")
NO_LIST: Final = N_("it holds no list of turns")
NOT_UTF8: Final = N_("its letters are not UTF-8; save it as UTF-8")
TOO_DEEP: Final = N_("it is nested too deeply")
NOT_READABLE: Final = N_("it cannot be read (%(why)s)")
ANSWERED: Final = N_("answered %(status)s")

ALL: Final = (
    NO_NAME, NO_TURNS, NOTHING_THERE, TOO_MANY, NO_NUMBER, NOT_FINITE, NO_TIME, CANNOT_LIST, CANNOT_FETCH, BROKE_OFF,
    NOT_ENCRYPTED, NO_STARTTLS, NO_SUCH_SERVER, NOBODY_LISTENS, NO_ANSWER, NOT_REACHED, REFUSED, NO_FOLDER,
    PASSWORD_SEALED, SECRET_SEALED, UNEXPECTED, ANSWERED, NO_COLUMN, NO_LIST, NOT_UTF8, TOO_DEEP, NOT_READABLE,
)  # fmt: skip


def facts_of(kept: str) -> tuple[str, dict[str, str]]:
    """Which sentence `kept` is, and its facts; ("", {}) where it is none of ours."""
    for sentence in ALL:
        if found := re.fullmatch(_pattern(sentence), kept, re.DOTALL):
            return sentence, found.groupdict()
    return "", {}


def _pattern(sentence: str) -> str:
    return re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+?)", re.escape(sentence))
