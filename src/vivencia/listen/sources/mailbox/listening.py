"""Looking into mailboxes: each new message becomes one event, each report of returned mail a word to outreach.

Exactly once: the uid up to which a folder has been read moves on in the transaction that puts the event into the
inbox, and the event's id is made of the Message-ID, so that neither a crash nor a moved message tells it twice.
"""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from vivencia.foundation import inbox
from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.sealed import UnreadableSecretError, unseal
from vivencia.listen.models import ReturnedMail
from vivencia.listen.sources import people, reasons
from vivencia.listen.sources.mailbox import imap
from vivencia.listen.sources.mailbox.imap import Fetched, MailboxError, Place
from vivencia.listen.sources.mailbox.letters import Letter, letter, parse
from vivencia.listen.sources.mailbox.reports import Report, reports
from vivencia.listen.sources.models import Mailbox

logger = logging.getLogger("vivencia.sources")


def look(now: Callable[[], datetime] = timezone.now) -> int:
    """Look into every mailbox in use; returns how many messages were new. One that cannot be read says so itself."""
    return sum(_looked_into(mailbox, now) for mailbox in Mailbox.objects.filter(active=True))


def place_of(mailbox: Mailbox) -> Place:
    """Raises MailboxError where the password must be entered again."""
    try:
        password = unseal(mailbox.sealed_password)
    except UnreadableSecretError as problem:
        raise MailboxError(reasons.PASSWORD_SEALED) from problem
    return Place(mailbox.host, mailbox.port, mailbox.security, mailbox.user, password, mailbox.folder)


def start_from_now(mailbox: Mailbox) -> None:
    """Have a mailbox begin with what comes from now on: old mail stays what it is. Raises MailboxError."""
    with imap.opened(place_of(mailbox)) as folder:
        mailbox.uid_validity, mailbox.last_uid = folder.uid_validity, folder.newest_uid()


def _looked_into(mailbox: Mailbox, now: Callable[[], datetime]) -> int:
    count, problem = 0, ""
    try:
        count = _read_on(mailbox)
    except MailboxError as trouble:
        problem = str(trouble)[:300]
        if problem != mailbox.problem:
            logger.warning("Mailbox %s: %s", mailbox.pk, problem)
    except Exception as trouble:  # noqa: BLE001  # what one mailbox suffers from must not keep us from the others
        problem = reasons.UNEXPECTED % {"kind": type(trouble).__name__}
        logger.error("Mailbox %s: %s", mailbox.pk, problem)  # no traceback: it could quote what somebody wrote
    Mailbox.objects.filter(pk=mailbox.pk).update(looked_at=now(), problem=problem)
    return count


def _read_on(mailbox: Mailbox) -> int:
    count = 0
    with imap.opened(place_of(mailbox)) as folder:
        if (
            folder.uid_validity != mailbox.uid_validity
        ):  # the server numbers anew: ids keep what is known from repeating
            _renumbered(mailbox, folder.uid_validity)
        read = open_ledger().read()
        for fetched in folder.after(mailbox.last_uid):
            if (said := _readable(mailbox, fetched)) is None:
                Mailbox.objects.filter(pk=mailbox.pk).update(last_uid=fetched.uid, skipped=F("skipped") + 1)
            else:
                _take(mailbox, fetched, said, read)
            mailbox.last_uid = fetched.uid
            count += 1
    return count


@dataclass(frozen=True)
class _Said:
    """What a message says: reports of returned mail, or a letter."""

    reports: list[Report]
    letter: Letter | None


def _readable(mailbox: Mailbox, fetched: Fetched) -> _Said | None:
    """What it says; None where it is so malformed that it cannot be read: anybody can send such a thing, once."""
    try:
        message = parse(fetched.raw)
        told = reports(message)
        return _Said(told, None if told else letter(message, fetched.received_at))
    except Exception as trouble:  # noqa: BLE001  # the library trips over malformed mail in ever new ways
        logger.warning("Mailbox %s: message %s is skipped (%s)", mailbox.pk, fetched.uid, type(trouble).__name__)
        return None


def _renumbered(mailbox: Mailbox, uid_validity: int) -> None:
    Mailbox.objects.filter(pk=mailbox.pk).update(uid_validity=uid_validity, last_uid=0)
    mailbox.uid_validity, mailbox.last_uid = uid_validity, 0


@transaction.atomic
def _take(mailbox: Mailbox, fetched: Fetched, said: _Said, read: Read) -> None:
    told, heard = said.reports, said.letter
    if told:
        _pass_on(told, fetched.received_at)
        counted = "returned"
    elif heard is None or heard.by_machine or not heard.sender or heard.sender == mailbox.user.lower():
        counted = "skipped"
    else:
        inbox.put([_event(mailbox, heard, read)])
        counted = "heard"
    Mailbox.objects.filter(pk=mailbox.pk).update(last_uid=fetched.uid, **{counted: F(counted) + 1})


def _pass_on(told: list[Report], at: datetime) -> None:
    ReturnedMail.objects.bulk_create(
        ReturnedMail(
            what=one.what,
            message_id=one.message_id[:200],
            address=one.address[:320],
            status=one.status,
            said=one.said,
            at=at,
        )
        for one in told
    )


def _event(mailbox: Mailbox, heard: Letter, read: Read) -> dict[str, Any]:
    source = f"mailbox:{mailbox.pk}"
    known = people.by_address([heard.sender], read).get(heard.sender)
    return {
        "event_id": "mail-" + hashlib.blake2b(heard.message_id.encode(), digest_size=16).hexdigest(),
        "customer_id": known or people.make_known(heard.sender, heard.sender_name, source),
        "occurred_at": heard.at,
        "name": "email received",
        "touchpoint": mailbox.touchpoint,
        "channel": "email",
        "text": heard.text or heard.subject,
        "subject_kind": "thread",
        "subject_id": heard.thread,
        "source": source,
        "properties": {"subject": heard.subject, "attachments": heard.attachments, "mailbox": mailbox.name},
    }
