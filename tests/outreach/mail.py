"""A real SMTP server for tests: what it takes is read back as messages; what it is told to refuse it refuses."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


class Server:
    """`refuse`: address -> the reply to RCPT. `letters`: what came, oldest first."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.envelopes: list[Any] = []
        self.refuse: dict[str, str] = {}
        self.port = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        if reply := self.refuse.get(address):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        await asyncio.sleep(0)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.envelopes.append(envelope)
        return "250 OK: taken over"


def _knows(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    known = isinstance(given, LoginPassword) and given.login == b"cx" and given.password == b"secret-7"
    return AuthResult(success=known, handled=known)


@contextmanager
def smtp_server(**options: Any) -> Iterator[Server]:
    """On a free port of this machine, for as long as the block runs."""
    server = Server()
    with socket.socket() as free:  # aiosmtpd cannot tell which port it was given for port 0
        free.bind(("127.0.0.1", 0))
        server.port = free.getsockname()[1]
    controller = Controller(
        server, hostname="127.0.0.1", port=server.port, authenticator=_knows, auth_require_tls=False, **options
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
