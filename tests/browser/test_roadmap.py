"""The roadmap's timeline in a real browser: the best plan found by a click, a bar moved by keyboard and by mouse."""

import subprocess
import sys

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT, Stage, enter
from tests.browser.looking import Looks, axe_findings, sticks_out, window

# Two pieces of work that do not fit into one quarter together.
WORK = """
import django
django.setup()
from django.utils import timezone
from vivencia.plan.initiatives.models import Capacity, Initiative, Team
from vivencia.plan.initiatives.quarters import quarter_of
team = Team.objects.create(name="Timeline team")
Capacity.objects.create(team=team, quarter=quarter_of(timezone.localdate()), days=10)
for title, value in (("Faster web", 4000), ("True stock", 3000)):
    Initiative.objects.create(title=title, value=value, effort={str(team.pk): {"0": 8}})
"""


def planned(page: Page, stage: Stage) -> None:
    subprocess.run([sys.executable, "-c", WORK], env=stage.environment, cwd=ROOT, check=True)
    page.goto(stage.url + "/plan/roadmap/")
    page.get_by_role("button", name="Find the best plan").click()
    expect(page.locator(".viv-roadmap-bar[tabindex]")).to_have_count(2, timeout=120_000)


def test_a_bar_moves_by_keyboard_and_by_mouse_and_tells_what_that_costs(browser: Browser, stage: Stage) -> None:
    with window(browser, Looks("en", "light", 1366)) as opened:
        page = opened.page
        enter(page, stage.url)
        planned(page, stage)
        assert axe_findings(page) == [] and not sticks_out(page)

        page.get_by_role("slider", name="Faster web").press("ArrowRight")
        expect(page.locator(".viv-roadmap-status")).to_contain_text("Faster web would start in")
        page.keyboard.press("Enter")
        expect(page.locator(".viv-roadmap-loss")).to_contain_text("This change costs", timeout=30_000)

        page.get_by_role("link", name="Take it back").click()
        bar = page.get_by_role("slider", name="Faster web")
        bar.scroll_into_view_if_needed()
        box, width = bar.bounding_box(), page.locator("th[data-quarter]").first.bounding_box()
        assert box is not None and width is not None
        page.mouse.move(box["x"] + 10, box["y"] + 10)
        page.mouse.down()
        page.mouse.move(box["x"] + 10 + 2 * width["width"], box["y"] + 12, steps=4)
        page.mouse.up()
        expect(page.locator(".viv-roadmap-change")).to_contain_text("“Faster web” starts in", timeout=30_000)
