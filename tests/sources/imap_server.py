"""A small IMAP4rev1 server (RFC 3501) for tests: real sockets, real literals, one folder of messages in memory."""

import re
import socketserver
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Folder:
    """Messages by uid. `validity`: changed when the server numbers anew."""

    messages: dict[int, bytes] = field(default_factory=dict)
    validity: int = 7
    commands: list[str] = field(default_factory=list)
    name: str = "INBOX"
    password: str = "secret-7"
    port: int = 0

    def deliver(self, raw: bytes) -> int:
        uid = max(self.messages, default=0) + 1
        self.messages[uid] = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        return uid


class _Talk(socketserver.StreamRequestHandler):
    folder: Folder

    def handle(self) -> None:
        self._say("* OK ready")
        while line := self.rfile.readline():
            tag, command, rest = [*line.decode().strip().split(" ", 2), "", ""][:3]
            self.folder.commands.append(f"{command} {rest}".strip())
            getattr(self, f"_{command.lower()}", self._unknown)(tag, rest)
            if command.upper() == "LOGOUT":
                return

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def _unknown(self, tag: str, rest: str) -> None:
        self._say(f"{tag} BAD unknown command")

    def _capability(self, tag: str, rest: str) -> None:
        self._say("* CAPABILITY IMAP4rev1")
        self._say(f"{tag} OK done")

    def _login(self, tag: str, rest: str) -> None:
        right = rest.replace('"', "") == f"hola {self.folder.password}"
        self._say(f"{tag} OK in" if right else f"{tag} NO [AUTHENTICATIONFAILED] no")

    def _authenticate(self, tag: str, rest: str) -> None:
        self._say("+ ")
        said = b64decode(self.rfile.readline()).decode()
        right = said == f"\0hola\0{self.folder.password}"
        self._say(f"{tag} OK in" if right else f"{tag} NO [AUTHENTICATIONFAILED] no")

    def _examine(self, tag: str, rest: str) -> None:
        if rest.strip('"') != self.folder.name:
            self._say(f"{tag} NO no such folder")
            return
        self._say(f"* {len(self.folder.messages)} EXISTS")
        self._say(f"* OK [UIDVALIDITY {self.folder.validity}] numbered so")
        self._say(f"{tag} OK [READ-ONLY] opened")

    def _uid(self, tag: str, rest: str) -> None:
        what, _space, more = rest.partition(" ")
        (self._search if what == "SEARCH" else self._fetch)(tag, more)

    def _search(self, tag: str, rest: str) -> None:
        first = int(re.findall(r"\d+", rest)[0])
        last = max(self.folder.messages, default=0)
        found = [uid for uid in self.folder.messages if uid >= first or uid == last]
        self._say(f"* SEARCH {' '.join(map(str, found))}".rstrip())
        self._say(f"{tag} OK done")

    def _fetch(self, tag: str, rest: str) -> None:
        uid = int(rest.split(" ")[0])
        if (raw := self.folder.messages.get(uid)) is not None:
            date = '"01-Jun-2026 10:00:00 +0000"'
            self._say(f"* 1 FETCH (UID {uid} INTERNALDATE {date} BODY[]<0> {{{len(raw)}}}")
            self.wfile.write(raw + b")\r\n")
        self._say(f"{tag} OK done")

    def _logout(self, tag: str, rest: str) -> None:
        self._say("* BYE")
        self._say(f"{tag} OK bye")


@contextmanager
def imap_server() -> Iterator[Folder]:
    """On a free port of this machine, for as long as the block runs. Its user is hola, password secret-7."""
    folder = Folder()
    talk = type("Talk", (_Talk,), {"folder": folder})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), talk) as server:
        server.daemon_threads = True
        folder.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield folder
        finally:
            server.shutdown()
