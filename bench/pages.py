"""How long the pages take over ten million events, warm, against a page that reads no events.

    python -m bench.pages [--events 10000000] [--keep FOLDER]

Builds a ledger of synthetic customers, starts the product on it, signs in and asks for every page in the menu: once
cold, then warm. The peer is the page about Vivencia itself, which reads no event: what Django, the frame and the
connection take on this machine.
"""

import argparse
import http.cookiejar
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from vivencia.foundation.ledger.schema import EVENTS
from vivencia.foundation.ledger.store import open_ledger

TOUCHPOINTS = np.array(
    ["web search", "web visit", "store visit", "purchase", "payment", "shipping", "delivery", "call", "chat",
     "return", "loyalty", "survey"]
)  # fmt: skip
CHANNELS = np.array(["web", "app", "store", "phone", "chat"])
START = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp() * 1_000_000)
YEAR_MICROSECONDS = 365 * 86_400 * 1_000_000
PAGES = ["", "customers/", "journeys/", "metrics/", "metrics/csat/", "moments/", "sources/"]
FLOOR = "settings/about/"
EMAIL, PASSWORD = "bench@example.org", "a-long-bench-password"
MAKE_ADMINISTRATOR = f"""
import django; django.setup()
from vivencia.foundation.upgrades import ensure_database; ensure_database()
from vivencia.foundation.models import Role, User
User.objects.create_user(email={EMAIL!r}, password={PASSWORD!r}, role=Role.ADMINISTRATOR)
"""


def chunk(first: int, rows: int, seed: int) -> pa.Table:
    """Rows of synthetic events, ten a customer on average."""
    draw = np.random.default_rng(seed)
    customer = draw.integers(first // 10, (first + rows) // 10, rows)
    step = draw.integers(0, len(TOUCHPOINTS), rows)
    when = START + draw.integers(0, YEAR_MICROSECONDS, rows)
    asked = step == len(TOUCHPOINTS) - 1
    spent = step == 3
    known: dict[str, object] = {
        "event_id": np.char.add("e", np.arange(first, first + rows).astype(str)),
        "customer_id": np.char.add("c", customer.astype(str)),
        "occurred_at": when,
        "received_at": when,
        "seq": np.arange(first, first + rows),
        "name": TOUCHPOINTS[step],
        "touchpoint": TOUCHPOINTS[step],
        "channel": CHANNELS[draw.integers(0, len(CHANNELS), rows)],
        "amount": pa.array(draw.gamma(2, 30, rows).round(2), mask=~spent),
        "metric": pa.array(np.full(rows, "csat"), mask=~asked),
        "score": pa.array(draw.integers(1, 6, rows).astype(float), mask=~asked),
        "scale_max": pa.array(np.full(rows, 5.0), mask=~asked),
        "source": np.full(rows, "bench"),
        "batch_id": np.full(rows, "bench"),
    }
    columns = [
        pa.array(known[field.name]).cast(field.type) if field.name in known else pa.nulls(rows, field.type)
        for field in EVENTS
    ]
    return pa.table(columns, schema=EVENTS)


def fill(home: Path, events: int) -> None:
    ledger, size = open_ledger(home), 1_000_000
    for number, first in enumerate(range(0, events, size)):
        ledger.append(chunk(first, min(size, events - first), number))
        print(f"  {first + size:,} events", end="\r", file=sys.stderr, flush=True)


@contextmanager
def serving(home: Path, port: int) -> Iterator[str]:
    environment = {
        **os.environ,
        "VIVENCIA_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "vivencia.project.settings",
        "VIVENCIA_LOG_LEVEL": "ERROR",
    }
    if not (home / "vivencia.sqlite3").exists():
        subprocess.run([sys.executable, "-c", MAKE_ADMINISTRATOR], env=environment, check=True)
    command = [sys.executable, "-c", "from vivencia.cli import main; main()", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(address, timeout=5)
                break
            except OSError:
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait(30)


class Browser:
    """Signed in, like a person; fetches a page and says how many seconds that took."""

    def __init__(self, address: str) -> None:
        self.address = address
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)
        page = self.opener.open(f"{address}sign-in/", timeout=60).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None, "the sign-in page has no form"
        form = {"csrfmiddlewaretoken": token.group(1), "username": EMAIL, "password": PASSWORD}
        request = urllib.request.Request(f"{address}sign-in/", urllib.parse.urlencode(form).encode())
        request.add_header("Referer", f"{address}sign-in/")
        self.opener.open(request, timeout=120)

    def seconds(self, path: str) -> float:
        begun = time.perf_counter()
        answer = self.opener.open(self.address + path, timeout=600)
        answer.read()
        assert "sign-in" not in answer.geturl(), f"{path} sent us away"
        return time.perf_counter() - begun


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--port", type=int, default=8931)
    parser.add_argument("--keep", type=Path, help="build the ledger here, or use the one that is here")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vivencia-bench-") as folder:
        home = chosen.keep or Path(folder)
        if not (home / "ledger").exists():
            home.mkdir(parents=True, exist_ok=True)
            fill(home, chosen.events)
        with serving(home, chosen.port) as address:
            browser = Browser(address)
            floor = statistics.median(browser.seconds(FLOOR) for _ in range(5))
            print(f"{'page':<24}{'cold s':>10}{'warm s':>10}{'x floor':>10}   floor {floor:.3f} s ({FLOOR})")
            for page in PAGES:
                cold = browser.seconds(page)
                warm = statistics.median(browser.seconds(page) for _ in range(5))
                print(f"{'/' + page:<24}{cold:>10.2f}{warm:>10.3f}{warm / floor:>10.1f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
