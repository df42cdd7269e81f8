"""A port nobody listens on."""

import socket
from contextlib import closing


def free_port() -> int:
    """On loopback; free a moment ago."""
    with closing(socket.socket()) as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port
