"""How long the pages take over ten million events, as a browser loads them, against a page that reads no events.

    python -m bench.pages [--events 10000000] [--keep FOLDER]

Builds a ledger of synthetic customers, starts the product on it and signs in. A page's time is that of everything a
browser fetches to show it: the document, then every part that loads itself (`hx-get` on load), as many at a time as a
browser would, until nothing is left to load. What is asked for again and again while something runs (progress) is not
part of the page. Each page is asked for once cold (nobody has asked since the data came), then warm; at last a
thousand events arrive, and it is measured how long pages take meanwhile and when they show them.

The floor is the page about Vivencia itself, which reads no event: what Django, the frame and the connection take here.
"""

import argparse
import html
import http.cookiejar
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from bench.company import fill, happened
from vivencia.foundation.ledger.schema import EVENTS
from vivencia.foundation.ledger.store import open_ledger

PAGES = {
    "overview": "",
    "customers": "customers/",
    "customers, searched": "customers/?q=ana77",
    "customers, by order number": "customers/?q=order-4711-1",
    "customers in trouble": "customers/?trouble=on&sort=revenue",
    "a customer": "customers/one/c4711",
    "journeys": "journeys/",
    "journeys of a segment": "journeys/?segment=c:plus",
    "journeys of three months": "journeys/?since=2026-04-01&until=2026-06-30",
    "journeys of orders": "journeys/?case=subject",
    "journeys, a step": "journeys/detail/?step=delivery",
    "phases and lanes": "journeys/lanes/",
    "variants": "journeys/variants/",
    "funnel": "journeys/funnel/?step=web+visit&step=purchase&step=delivery",
    "comparison": "journeys/compare/?segment=c:plus&b_segment=c:private",
    "metrics": "metrics/",
    "csat": "metrics/csat/",
    "csat of phone": "metrics/csat/?dim=channel&segment=company:plus",
    "csat's customers": "metrics/csat/rows/?g.channel=phone",
    "promises kept": "metrics/promise_kept/",
    "repurchase": "metrics/repurchase/",
    "moments": "moments/",
    "a moment": "moments/csat/",
    "sources": "sources/",
}
FLOOR = "settings/about/"
BEHIND = "viv-since"  # what a page wears that does not show the newest data yet
TIMES = 5
AT_ONCE = 6  # connections a browser opens to one server
EMAIL, PASSWORD = "bench@example.org", "a-long-bench-password"
MAKE_ADMINISTRATOR = f"""
import django; django.setup()
from vivencia.foundation.upgrades import ensure_database; ensure_database()
from vivencia.foundation.models import Role, User
User.objects.create_user(email={EMAIL!r}, password={PASSWORD!r}, role=Role.ADMINISTRATOR)
"""


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
        for _ in range(240):
            try:
                urllib.request.urlopen(address, timeout=5)
                break
            except OSError:
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait(60)


class Browser:
    """Signed in, like a person; loads whole pages."""

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

    def seconds(self, path: str) -> tuple[float, int]:
        """How long the whole page takes, and of how many pieces it was made."""
        begun, pieces = time.perf_counter(), 0
        waiting = [self.address + path]
        with ThreadPoolExecutor(AT_ONCE) as connections:
            while waiting:
                told = list(connections.map(self.fetch, waiting))
                pieces += len(told)
                waiting = [urllib.parse.urljoin(self.address, part) for said in told for part in parts(said)]
        return time.perf_counter() - begun, pieces

    def fetch(self, address: str) -> str:
        request = urllib.request.Request(address, headers={"HX-Request": "true"} if "/part/" in address else {})
        answer = self.opener.open(request, timeout=900)
        said: str = answer.read().decode()
        assert "sign-in" not in answer.geturl(), f"{address} sent us away"
        return said


def parts(page: str) -> list[str]:
    """The addresses of what the page loads by itself."""
    found = []
    for tag in re.findall(r"<[a-z-]+\b[^>]*\bhx-get=[^>]*>", page):
        trigger = re.search(r'hx-trigger="([^"]*)"', tag)
        address = re.search(r'hx-get="([^"]*)"', tag)
        if address and trigger and re.search(r"\b(load|revealed|intersect)\b", trigger.group(1)):
            found.append(html.unescape(address.group(1)))
    return found


def first_moment(browser: Browser) -> str | None:
    """The address of the first moment found; None while there is none."""
    found = re.search(r'href="/(moments/csat/[^"]+)"', browser.fetch(f"{browser.address}moments/?outcome=csat"))
    return html.unescape(found.group(1)) if found else None


def until_quiet(browser: Browser, seconds: float) -> None:
    """Wait until nothing is being worked out in the background that pages ask for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        said = [browser.fetch(browser.address + path) for path in ("", "moments/", "journeys/")]
        if not any('hx-trigger="every' in each or BEHIND in each for each in said):
            return
        time.sleep(5)


def measured(browser: Browser, floor: float) -> dict[str, dict[str, float]]:
    print(f"{'page':<28}{'pieces':>8}{'cold s':>10}{'warm s':>10}{'x floor':>10}   floor {floor:.3f} s ({FLOOR})")
    told = {}
    for name, path in PAGES.items():
        if name == "a moment":
            found = first_moment(browser)
            if found is None:
                print(f"{name:<28}{'':>8}   none found")
                continue
            path = found
        cold, pieces = browser.seconds(path)
        warm = statistics.median(browser.seconds(path)[0] for _ in range(TIMES))
        print(f"{name:<28}{pieces:>8}{cold:>10.2f}{warm:>10.3f}{warm / floor:>10.1f}", flush=True)
        told[name] = {"pieces": pieces, "cold": cold, "warm": warm}
    return told


def arriving(browser: Browser, home: Path, limit_seconds: float) -> None:
    """A thousand events arrive by the inbox's way, one of them with words; when is it seen, and where?"""
    now = datetime.now(UTC)
    mark = f"arrived-{now:%H%M%S}"
    rows = happened(0, 1000, now).to_arrow_table().to_pylist()
    fresh = [
        {**row, "event_id": f"{mark}-{row['event_id']}", "amount": row["amount"] and float(row["amount"])}
        for row in rows
    ]
    fresh.append({**fresh[0], "event_id": mark, "customer_id": mark, "text": mark, "occurred_at": now, "metric": "csat",
                  "score": 1.0, "scale_max": 5.0, "name": "survey answered"})  # fmt: skip
    open_ledger(home).append(pa.Table.from_pylist(fresh, schema=EVENTS))
    seen: dict[str, tuple[str, Callable[[str], bool]]] = {
        "the customer's page": (f"customers/one/{mark}", lambda page: mark in page),
        "the overview": ("", lambda page: mark in page),
        "the list of customers": (f"customers/?q={mark}", lambda page: f"one/{mark}" in page),
        "journeys": ("journeys/", lambda page: BEHIND not in page),
        "metrics": ("metrics/", lambda page: BEHIND not in page),
    }
    begun, longest = time.monotonic(), 0.0
    while seen and time.monotonic() - begun < limit_seconds:
        for name, (path, there) in list(seen.items()):
            asked = time.monotonic()
            try:
                page = browser.fetch(browser.address + path)
            except urllib.error.HTTPError:
                page = BEHIND
            longest = max(longest, time.monotonic() - asked)
            if there(page):
                print(f"seen on {name:<24}{time.monotonic() - begun:>8.1f} s after a thousand events came")
                del seen[name]
        time.sleep(0.2)
    print(f"slowest page meanwhile  {longest:>8.2f} s" + "".join(f"; not seen on {name}" for name in seen))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--port", type=int, default=8931)
    parser.add_argument("--keep", type=Path, help="build the ledger here, or use the one that is here")
    parser.add_argument("--quiet-within", type=float, default=900, help="seconds to let background work finish first")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON at the end")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vivencia-bench-") as folder:
        home = chosen.keep or Path(folder)
        if not (home / "ledger").exists():
            home.mkdir(parents=True, exist_ok=True)
            fill(home, chosen.events)
        with serving(home, chosen.port) as address:
            browser = Browser(address)
            floor = statistics.median(browser.seconds(FLOOR)[0] for _ in range(TIMES))
            told = measured(browser, floor)
            until_quiet(browser, chosen.quiet_within)
            print("\nwhen the background is quiet")
            told = measured(browser, floor)
            arriving(browser, home, chosen.quiet_within)
    if chosen.json:
        print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
