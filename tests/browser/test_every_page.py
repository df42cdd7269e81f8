"""Every page people can reach, in Spanish and English, light and dark, on a phone and a desktop."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser

from tests.browser.conftest import Stage, enter
from tests.browser.looking import (
    BOTH_WAYS,
    LOOKS,
    Looks,
    Window,
    axe_findings,
    left_in_english,
    missing_icons,
    settle,
    sticks_out,
    window,
)
from tests.foundation.addresses import addresses

NOT_PAGES = ("/preferences/", "/sign-out/", "/favicon.ico", "/gallery/")


def fixed_pages() -> list[str]:
    """Addresses without parameters that a person may open."""
    return [each.path for each in addresses() if each.fixed and not each.path.startswith(NOT_PAGES)]


def looked_at(opened: Window, url: str, looks: Looks) -> list[str]:
    """What is wrong with this page, in words; nothing where it is no page (a download, a part, a detour)."""
    # The server closes a connection idle for two seconds, perhaps just as we ask on it: browsers ask again, so do we.
    first = opened.page.request.get(url, max_retries=3)
    if first.status == 405 or first.url != url or not first.body().lstrip().lower().startswith(b"<!doctype html"):
        return [] if first.status < 500 else [f"status {first.status}"]
    opened.complaints.clear()
    answer = opened.page.goto(url)
    assert answer is not None
    settle(opened.page)
    wrong = [f"status {answer.status}"] if answer.status >= 400 else []
    wrong += opened.complaints
    wrong += axe_findings(opened.page)
    wrong += [f"sticks out: {part}" for part in sticks_out(opened.page)]
    wrong += [f"no such icon: {name}" for name in missing_icons(opened.page)]
    if looks.language == "es":
        wrong += [f"in English: {text!r}" for text in left_in_english(opened.page)]
    return wrong


def pages_from(opened: Window, start: list[str], base: str) -> Iterator[str]:
    """The fixed pages, and for each address with parameters the first link to one that is seen."""
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        path = waiting.pop(0)
        route = route_of(path)
        if route is None or route in seen:
            continue
        seen.add(route)
        yield path
        hrefs: list[str] = opened.page.eval_on_selector_all("a[href]", "links => links.map(a => a.href)")
        waiting += [path_of(href) for href in hrefs if href.startswith(base)]


def path_of(href: str) -> str:
    parts = urlsplit(href)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def route_of(path: str) -> str | None:
    if path.startswith(NOT_PAGES):
        return None
    try:
        return resolve(urlsplit(path).path).route
    except Resolver404:
        return None


def walk(browser: Browser, stage: Stage, looks: Looks) -> dict[str, list[str]]:
    """Sign in, open every page, and gather what is wrong by address."""
    with window(browser, looks) as opened:
        enter(opened.page, stage.url)
        # The language follows the browser here, not what Ana chose on her first day.
        opened.page.context.add_cookies([{"name": "theme", "value": looks.theme, "url": stage.url}])
        opened.page.goto(urljoin(stage.url, "/account/"))
        if opened.page.locator("html").get_attribute("lang") != looks.language:
            opened.page.locator(".viv-me > summary").click()
            opened.page.locator(f"button[name=language][value={looks.language}]").click()
        found: dict[str, list[str]] = {}
        for path in pages_from(opened, fixed_pages(), stage.url):
            wrong = looked_at(opened, urljoin(stage.url, path), looks)
            if wrong:
                found[path] = wrong
        return found


def told(found: dict[str, list[str]]) -> str:
    return "\n".join(f"{path}\n" + "\n".join(f"    {each}" for each in wrong) for path, wrong in found.items())


@pytest.mark.parametrize("looks", BOTH_WAYS, ids=lambda looks: looks.name)
def test_every_page_with_data_is_fit_for_everyone(browser: Browser, stage: Stage, looks: Looks) -> None:
    found = walk(browser, stage, looks)
    assert not found, told(found)


@pytest.mark.parametrize("looks", BOTH_WAYS, ids=lambda looks: looks.name)
def test_every_page_without_data_is_fit_for_everyone(browser: Browser, empty_stage: Stage, looks: Looks) -> None:
    found = walk(browser, empty_stage, looks)
    assert not found, told(found)


@pytest.mark.parametrize("looks", LOOKS, ids=lambda looks: looks.name)
def test_pages_of_strangers_are_fit_for_everyone(browser: Browser, stage: Stage, looks: Looks) -> None:
    with window(browser, looks) as opened:
        found = {path: looked_at(opened, stage.url + path, looks) for path in ("/sign-in/", "/set-password/MQ/x-y/")}
        found["/set-password/MQ/x-y/"] = [each for each in found["/set-password/MQ/x-y/"] if "410" not in each]
    assert not any(found.values()), told(found)
