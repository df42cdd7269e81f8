"""`vivencia serve`: the web server and the worker together, until somebody stops them."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

THREADS = 12  # of which the API takes at most eight at a time (listen.api.limits)
START_WITHIN_SECONDS = 60.0
STOP_WITHIN_SECONDS = 15.0
ANOTHER_WORKER = 3  # the worker's exit code where the data folder has one already


class AddressTakenError(OSError):
    """Something else listens where we were asked to."""


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @property
    def url(self) -> str:
        """Where a browser on this machine finds us."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104  # compared, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"


def serve(address: Address, processes: int, ready: Callable[[], None]) -> int:
    """Run both until one is told to stop or the web server ends; returns the web server's exit code.

    ready: called when the pages can be opened. Raises AddressTakenError where the address is in use.
    """
    _ensure_free(address)
    for asked_to_stop in (signal.SIGTERM, signal.SIGINT):  # a shell may have set SIGINT to be ignored
        signal.signal(asked_to_stop, _as_interrupt)
    os.environ.setdefault("VIVENCIA_SERVED_AT", address.url)  # begins links in messages until somebody says better
    web, worker = _start(_gunicorn(address, processes)), _start(_OUR_WORKER)
    try:
        if _answers(web, address):
            ready()
        while web.poll() is None:
            worker = _kept_alive(worker)
            time.sleep(0.5)
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(web, worker)
    return web.returncode


_OUR_WORKER = [sys.executable, "-c", "from vivencia.cli import main; main()", "worker"]


def _gunicorn(address: Address, processes: int) -> list[str]:
    host = f"[{address.host}]" if ":" in address.host else address.host
    options = ["--worker-class", "gthread", "--workers", str(processes), "--threads", str(THREADS)]
    quiet = ["--log-level", "warning", "--graceful-timeout", "5", "--timeout", "120"]
    application = "vivencia.project.wsgi:application"
    return [sys.executable, "-m", "gunicorn", *options, *quiet, "--bind", f"{host}:{address.port}", application]


def _ensure_free(address: Address) -> None:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address.host, address.port))
        except OSError as problem:
            raise AddressTakenError(f"{address.host}:{address.port} cannot be used: {problem.strerror}") from problem


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  # our own commands
        command,
        start_new_session=True,  # Ctrl-C reaches us alone, and we stop both in order
        preexec_fn=_end_with_parent,  # no threads run yet
    )


def _end_with_parent() -> None:
    """On Linux, have the kernel stop a child whose parent was killed without a chance to do so."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _answers(web: subprocess.Popen[bytes], address: Address) -> bool:
    deadline = time.monotonic() + START_WITHIN_SECONDS
    while web.poll() is None and time.monotonic() < deadline:
        try:
            with closing(
                socket.create_connection((address.url.split("/")[2].rsplit(":", 1)[0].strip("[]"), address.port), 1)
            ):
                return True
        except OSError:
            time.sleep(0.1)
    return False


def _kept_alive(worker: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
    """The worker, started anew where it died; where another has the data folder, that one is enough."""
    code = worker.poll()
    if code is None or code == ANOTHER_WORKER:
        return worker
    time.sleep(1)
    return _start(_OUR_WORKER)


def _stop(*children: subprocess.Popen[bytes]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()


def _as_interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt
