"""One Chromium for all tests that look at pages: a second driver in one process would refuse to start."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium_path(playwright: Playwright) -> str | None:
    """$CHROMIUM, else what the system has, else playwright's own (None)."""
    found = os.environ.get("CHROMIUM") or next((path for path in map(shutil.which, NAMES) if path), None)
    if found or Path(playwright.chromium.executable_path).exists():
        return found
    pytest.fail("No Chromium here: install it (apt install chromium), or set CHROMIUM to its path", pytrace=False)


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        path = chromium_path(playwright)
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()
