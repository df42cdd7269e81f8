"""One conversation with an IMAP server: what is new in a folder since we last looked. It changes nothing there."""

import imaplib
import re
import socket
import ssl
from binascii import b2a_base64
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from vivencia.listen.sources import reasons

TIMEOUT_SECONDS = 30
AT_A_TIME = 200
LARGEST_BYTES = 20 << 20  # larger ones are read without their end: the words stand before the attachments
_UID = re.compile(rb"\bUID (\d+)")


class MailboxError(Exception):
    """The mailbox cannot be read: the message says why and what to do."""


@dataclass(frozen=True)
class Place:
    """Where a mailbox is and who we are there."""

    host: str
    port: int
    security: str  # tls, starttls or none
    user: str
    password: str
    folder: str = "INBOX"


@dataclass(frozen=True)
class Fetched:
    """One message as the server has it."""

    uid: int
    received_at: datetime
    raw: bytes


class Folder:
    """An opened folder. `uid_validity`: while it stays the same, a uid names the same message."""

    def __init__(self, imap: imaplib.IMAP4, uid_validity: int) -> None:
        self._imap, self.uid_validity = imap, uid_validity

    def newest_uid(self) -> int:
        """The highest uid there is; 0 in an empty folder."""
        return max(self._uids("1:*"), default=0)

    def after(self, uid: int) -> Iterator[Fetched]:
        """The next messages with a higher uid, the oldest first, at most AT_A_TIME of them."""
        # "n:*" names the last message even where its uid is lower: hence the comparison.
        wanted = sorted(one for one in self._uids(f"{uid + 1}:*") if one > uid)[:AT_A_TIME]
        for one in wanted:
            if (found := self._fetch(one)) is not None:
                yield found

    def _uids(self, which: str) -> list[int]:
        answer, found = self._imap.uid("SEARCH", "UID", which)
        if answer != "OK":
            raise MailboxError(reasons.CANNOT_LIST)
        return [int(each) for each in (found[0] or b"").split()]

    def _fetch(self, uid: int) -> Fetched | None:
        answer, parts = self._imap.uid("FETCH", str(uid), f"(UID INTERNALDATE BODY.PEEK[]<0.{LARGEST_BYTES}>)")
        if answer != "OK":
            raise MailboxError(reasons.CANNOT_FETCH)
        for part in parts:
            if isinstance(part, tuple) and (found := _UID.search(part[0])) and int(found[1]) == uid:
                return Fetched(uid, _received(part[0]), part[1])
        return None  # deleted between listing and fetching


def _received(described: bytes) -> datetime:
    local = imaplib.Internaldate2tuple(described)
    if local is None:
        return datetime.now(UTC)
    return datetime(*local[:6]).astimezone(UTC)  # imaplib tells it on this machine's own clock


@contextmanager
def opened(place: Place) -> Iterator[Folder]:
    """Connect, sign in, open the folder for reading only. Raises MailboxError saying which of these failed."""
    imap = _connected(place)
    try:
        _sign_in(imap, place)
        yield Folder(imap, _select(imap, place.folder))
    except (imaplib.IMAP4.error, OSError) as problem:
        raise MailboxError(reasons.BROKE_OFF % {"why": _plain(problem)}) from problem
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            imap.logout()


def _connected(place: Place) -> imaplib.IMAP4:
    where, context = f"{place.host}:{place.port}", ssl.create_default_context()
    try:
        if place.security == "tls":
            return imaplib.IMAP4_SSL(place.host, place.port, ssl_context=context, timeout=TIMEOUT_SECONDS)
        imap = imaplib.IMAP4(place.host, place.port, timeout=TIMEOUT_SECONDS)
    except ssl.SSLError as problem:
        raise MailboxError(reasons.NOT_ENCRYPTED % {"where": where, "why": _plain(problem)}) from problem
    except (imaplib.IMAP4.error, OSError) as problem:
        raise MailboxError(_not_reached(place, problem)) from problem
    if place.security == "starttls":
        try:
            imap.starttls(context)
        except (imaplib.IMAP4.error, OSError) as problem:
            imap.shutdown()
            raise MailboxError(reasons.NO_STARTTLS % {"where": where, "why": _plain(problem)}) from problem
    return imap


def _not_reached(place: Place, problem: Exception) -> str:
    """What happens every day in words of its own, the rest with what the network says."""
    where = f"{place.host}:{place.port}"
    match problem:
        case socket.gaierror():
            return reasons.NO_SUCH_SERVER % {"host": place.host}
        case ConnectionRefusedError():
            return reasons.NOBODY_LISTENS % {"where": where}
        case TimeoutError():
            return reasons.NO_ANSWER % {"where": where}
    return reasons.NOT_REACHED % {"where": where, "why": _plain(problem)}


def _sign_in(imap: imaplib.IMAP4, place: Place) -> None:
    said = f"\0{place.user}\0{place.password}".encode()
    try:
        if said.isascii():
            imap.login(place.user, place.password)
        else:  # LOGIN speaks ASCII only
            imap.authenticate("PLAIN", lambda _challenge: said)
    except imaplib.IMAP4.error as problem:
        raise MailboxError(reasons.REFUSED % {"host": place.host}) from problem


def _select(imap: imaplib.IMAP4, folder: str) -> int:
    quoted = '"' + encoded(folder).replace("\\", "\\\\").replace('"', '\\"') + '"'
    answer, _count = imap.select(quoted, readonly=True)
    if answer != "OK":
        raise MailboxError(reasons.NO_FOLDER % {"folder": repr(folder)})
    validity = imap.response("UIDVALIDITY")[1]
    return int(validity[0] or 0) if validity and validity[0] else 0


def encoded(folder: str) -> str:
    """A folder's name as IMAP writes it: modified UTF-7 (RFC 3501, 5.1.3)."""
    return _BEYOND_ASCII.sub(_in_base64, folder.replace("&", "&-"))


_BEYOND_ASCII = re.compile(r"[^ -~]+")


def _in_base64(found: re.Match[str]) -> str:
    return f"&{b2a_base64(found[0].encode('utf-16-be'), newline=False).decode().rstrip('=').replace('/', ',')}-"


def _plain(problem: BaseException) -> str:
    return " ".join(str(problem).split())[:200] or type(problem).__name__
