"""The server messages leave by: how it is reached, as whom we write, and one conversation with it.

`Conversation` is the only place that speaks SMTP. What the server says becomes one of three answers: taken, not now,
never.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from typing import Final

from vivencia.foundation.models import Setting
from vivencia.foundation.sealed import UnreadableSecretError, seal, unseal

KEY = "outgoing-mail"
SECURITY: Final = ("starttls", "tls", "none")
TIMEOUT_SECONDS = 20
NEVER = 500  # SMTP replies from here on are final
# Enhanced codes (RFC 3463) and plain ones that say the address itself is wrong, not the message or the hour.
NO_SUCH_ADDRESS = ("5.1.", "5.2.1", "5.4.4")
PLAIN_NO_SUCH_ADDRESS = frozenset({550, 551, 553})
ABOUT_CONTENT = ("5.7.", "5.6.", "5.3.4")


@dataclass(frozen=True)
class MailServer:
    """`sealed_password`: as `foundation.sealed` keeps it. `footer`: who writes, as the law of the place asks it."""

    host: str
    port: int = 587
    security: str = "starttls"
    user: str = ""
    sealed_password: str = ""
    sender: str = ""
    sender_name: str = ""
    reply_to: str = ""
    bounces_to: str = ""
    footer: str = ""

    def __post_init__(self) -> None:
        if self.security not in SECURITY:
            raise ValueError(f"security is {self.security!r}; allowed: {', '.join(SECURITY)}")

    @property
    def envelope_sender(self) -> str:
        """Where mail that cannot be delivered is returned to."""
        return self.bounces_to or self.sender

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]


class UnreachableError(Exception):
    """The server cannot be spoken to: the message says why and what to do."""


class NotNowError(Exception):
    """The server asks to try this message later."""


@dataclass
class NeverError(Exception):
    """The server refuses this message for good. `bad_address`: because nobody is at that address."""

    said: str
    bad_address: bool

    def __str__(self) -> str:
        return self.said


def load() -> MailServer | None:
    """As the company set it; None where it has not."""
    row = Setting.objects.filter(key=KEY).first()
    if row is None or not row.value.get("host"):
        return None
    known = {name: value for name, value in row.value.items() if name in MailServer.__dataclass_fields__}
    return MailServer(**known)


def save(server: MailServer) -> None:
    Setting.objects.update_or_create(key=KEY, defaults={"value": asdict(server)})


def with_password(server: MailServer, password: str) -> MailServer:
    return MailServer(**{**asdict(server), "sealed_password": seal(password)})


class Conversation:
    """One connection over which many messages go."""

    def __init__(self, server: MailServer, smtp: smtplib.SMTP) -> None:
        self._server, self._smtp = server, smtp

    def send(self, letter: EmailMessage, to: str) -> None:
        """Returns when the server has taken the message over.

        Raises NotNowError, NeverError, and UnreachableError where the connection broke.
        """
        try:
            self._smtp.send_message(letter, from_addr=self._server.envelope_sender, to_addrs=[to])
        except smtplib.SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            raise _refusal(code, said, to) from None
        except smtplib.SMTPSenderRefused as refused:
            if refused.smtp_code < NEVER:
                raise _refusal(refused.smtp_code, refused.smtp_error, to) from None
            raise UnreachableError(f"the server does not let us write as {self._server.envelope_sender}") from None
        except smtplib.SMTPResponseException as refused:
            raise _refusal(refused.smtp_code, refused.smtp_error, to, about_content=True) from None
        except smtplib.SMTPNotSupportedError:
            raise NeverError("the server cannot write to addresses with such letters", bad_address=False) from None
        except (OSError, smtplib.SMTPException) as broken:
            raise UnreachableError(_plain(broken)) from broken


@contextmanager
def conversation(server: MailServer) -> Iterator[Conversation]:
    """Connect, secure and sign in. Raises UnreachableError saying which of these failed."""
    smtp = _connected(server)
    try:
        _secure(server, smtp)
        _sign_in(server, smtp)
        yield Conversation(server, smtp)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()


def _connected(server: MailServer) -> smtplib.SMTP:
    try:
        if server.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=context)
        return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    except ssl.SSLError as problem:
        raise UnreachableError(f"{_where(server)}: the encrypted connection failed ({_plain(problem)})") from problem
    except (OSError, smtplib.SMTPException) as problem:
        raise UnreachableError(f"{_where(server)} cannot be reached ({_plain(problem)})") from problem


def _secure(server: MailServer, smtp: smtplib.SMTP) -> None:
    if server.security != "starttls":
        return
    try:
        smtp.starttls(context=ssl.create_default_context())
    except smtplib.SMTPNotSupportedError as problem:
        words = "offers no STARTTLS; choose TLS, or none on a trusted network"
        raise UnreachableError(f"{_where(server)} {words}") from problem
    except (OSError, smtplib.SMTPException) as problem:
        raise UnreachableError(f"{_where(server)}: the encrypted connection failed ({_plain(problem)})") from problem


def _where(server: MailServer) -> str:
    return f"{server.host}:{server.port}"


def _sign_in(server: MailServer, smtp: smtplib.SMTP) -> None:
    if not server.user:
        return
    where = _where(server)
    try:
        smtp.login(server.user, unseal(server.sealed_password))
    except UnreadableSecretError as problem:
        raise UnreachableError(f"the password for {where} was {problem}") from problem
    except smtplib.SMTPAuthenticationError as problem:
        raise UnreachableError(f"{where} refuses the user name or password") from problem
    except (OSError, smtplib.SMTPException) as problem:
        raise UnreachableError(f"{where} cannot be signed in to ({_plain(problem)})") from problem


def _refusal(code: int, said: bytes | str, to: str, *, about_content: bool = False) -> NotNowError | NeverError:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    text = " ".join(text.replace(to, "…").split())[:300]
    if code < NEVER:
        return NotNowError(f"{code} {text}")
    bad = any(mark in text for mark in NO_SUCH_ADDRESS) if about_content else is_bad_address(code, text)
    return NeverError(f"{code} {text}", bad_address=bad)


def is_bad_address(code: int, text: str) -> bool:
    """Whether a final refusal is about the address; one about content or reputation says nothing against it."""
    if any(mark in text for mark in NO_SUCH_ADDRESS):
        return True
    return code in PLAIN_NO_SUCH_ADDRESS and not any(mark in text for mark in ABOUT_CONTENT)


def _plain(problem: BaseException) -> str:
    text = " ".join(str(problem).split())
    return text[:200] or type(problem).__name__
