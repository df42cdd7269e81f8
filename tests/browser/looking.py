"""One look at one page: what axe finds, what the console says, what sticks out, what was left in English."""

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
SEVERE = ("serious", "critical")


@dataclass(frozen=True)
class Looks:
    """How a page is looked at."""

    language: str
    theme: str
    width: int

    @property
    def name(self) -> str:
        return f"{self.language}, {self.theme}, {self.width} px"


LOOKS = [
    Looks("es", "dark", 390),
    Looks("en", "light", 1366),
    Looks("es", "light", 1366),
    Looks("en", "dark", 390),
]
BOTH_WAYS = LOOKS[:2]  # both languages, both themes, both widths; the longer words on the smaller screen


@dataclass
class Window:
    """A page with what its console said."""

    page: Page
    complaints: list[str] = field(default_factory=list)


@contextmanager
def window(browser: Browser, looks: Looks) -> Iterator[Window]:
    context = browser.new_context(
        viewport={"width": looks.width, "height": 844 if looks.width < 700 else 860},
        color_scheme="dark" if looks.theme == "dark" else "light",
        locale=looks.language,
        reduced_motion="reduce",
    )
    context.set_default_timeout(60_000)  # a busy machine is not a broken page
    opened = Window(context.new_page())
    opened.page.on("pageerror", lambda error: opened.complaints.append(f"error: {error}"))
    opened.page.on(
        "console",
        lambda said: (
            opened.complaints.append(f"{said.type}: {said.text}") if said.type in ("error", "warning") else None
        ),
    )
    yield opened
    context.close()


def settle(page: Page) -> None:
    """Until the parts a page asks for are there; not until the network is idle, as progress is asked for for ever."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(150)
    expect(page.locator(".htmx-request")).to_have_count(0, timeout=60_000)


def axe_findings(page: Page) -> list[str]:
    """Serious and critical findings of axe (WCAG 2.2 A and AA), one line each."""
    page.evaluate(AXE.read_text("utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    run = "tags => axe.run(document, {runOnly: tags, rules: {'target-size': {enabled: true}}})"  # else it sleeps
    result = page.evaluate(run, tags)
    return [
        f"{found['id']} ({found['impact']}): {node['target']} {node['html'][:160]} — {node['failureSummary'][:300]}"
        for found in result["violations"]
        if found["impact"] in SEVERE
        for node in found["nodes"][:3]
    ]


def sticks_out(page: Page) -> list[str]:
    """What makes the page wider than the window, if anything does."""
    return list(
        page.evaluate(
            """() => {
              if (document.documentElement.scrollWidth <= window.innerWidth) return [];
              return [...document.querySelectorAll('main *')]
                .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1 && !e.closest('.viv-table-wrap'))
                .slice(0, 5).map(e => e.outerHTML.slice(0, 140));
            }"""
        )
    )


def missing_icons(page: Page) -> list[str]:
    """Icons a page asks for that web/icons.json does not name: they would be holes."""
    wanted: list[str] = page.eval_on_selector_all(
        "svg.viv-icon use", "uses => uses.map(use => use.getAttribute('href').split('#')[1])"
    )
    return sorted(set(wanted) - set(json.loads((ROOT / "web" / "icons.json").read_text("utf-8"))))


@cache
def english_only() -> frozenset[str]:
    """Every msgid whose Spanish is another text, as long as it cannot be mistaken for data."""
    found: set[str] = set()
    for file in ROOT.glob("src/vivencia/*/locale/es/LC_MESSAGES/django.po"):
        for message in read_po(io.BytesIO(file.read_bytes()), locale="es"):
            ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
            for english in ids:
                if len(english) > 3 and "%" not in english and english not in str(message.string):
                    found.add(" ".join(english.split()))
    return frozenset(found)


COMMON_ENGLISH = re.compile(
    r"\b(the|and|with|which|what|their|your|there|from|this|that|have|has|not|yet)\b", re.IGNORECASE
)


def left_in_english(page: Page) -> list[str]:
    """Texts of a Spanish page that are a msgid, or that read like an English sentence and are no one's words."""
    texts: list[str] = page.evaluate(
        """() => {
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          const said = [];
          while (walker.nextNode()) {
            const parent = walker.currentNode.parentElement;
            if (parent.closest('script, style, .viv-quote, [lang="en"], code, pre, [data-words]')) continue;
            said.push(walker.currentNode.textContent);
          }
          for (const e of document.querySelectorAll('[aria-label], [title], [placeholder]'))
            for (const name of ['aria-label', 'title', 'placeholder'])
              if (e.hasAttribute(name) && !e.closest('[lang="en"], [data-words]')) said.push(e.getAttribute(name));
          return said;
        }"""
    )
    told = {" ".join(text.split()) for text in texts}
    return sorted(
        text for text in told if text in english_only() or len(set(map(str.lower, COMMON_ENGLISH.findall(text)))) >= 2
    )
