"""The canvas of journey maps in a real browser: the keyboard alone, two people at once, a map of any size, paper."""

from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Stage, enter
from tests.browser.looking import Looks, axe_findings, sticks_out, window

DESK, PHONE = Looks("en", "light", 1366), Looks("en", "dark", 390)

# The canvas's drawing and the server's, with what has no order put in one.
SAME = """async () => {
  const element = document.querySelector("viv-journey-canvas");
  const told = await (await fetch(location.pathname + "state/")).json();
  const plain = (it) => JSON.stringify([it.phases, it.lanes,
    it.steps.map((one) => [one.key, one.phase, one.name, one.goal]),
    it.links.map((one) => one.source + ">" + one.target + one.kind).sort(),
    it.notes.map((one) => one.step + one.lane + one.text).sort()]);
  return plain(element.drawing()) === plain(told.drawing);
}"""

SCROLL = """async (times) => {
  const view = document.querySelector(".viv-map-view");
  const most = view.scrollWidth - view.clientWidth;
  for (let at = 1; at <= times; at += 1) {
    view.scrollLeft = (most * at) / times;
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  }
}"""

ZOOM = """async (times) => {
  for (let at = 0; at < times; at += 1) {
    document.querySelector(`.viv-map-tools button[aria-label="${at % 2 ? "Larger" : "Smaller"}"]`).click();
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  }
}"""

MOVE = """async (times) => {
  const element = document.querySelector("viv-journey-canvas");
  for (let at = 0; at < times; at += 1) {
    element.shift({ of: "step", key: "s2" }, at % 2 ? -1 : 1);
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  }
}"""

EDIT = """(times) => {
  const element = document.querySelector("viv-journey-canvas");
  const key = element.drawing().steps[3].key;
  for (let at = 1; at <= times; at += 1) {
    element.do({ do: "set", of: "step", key, field: "name", value: "Name " + at });
    document.querySelector(".viv-map-view").getBoundingClientRect();
  }
}"""


def new_map(page: Page, stage: Stage, beginning: str) -> None:
    page.goto(stage.url + "/plan/maps/new/")
    page.get_by_role("button", name=beginning).click()
    page.wait_for_url("**/plan/maps/*/")
    expect(page.locator(".viv-map-card").first).to_be_visible()


def keys(page: Page, *pressed: str) -> None:
    for one in pressed:
        page.keyboard.press(one)


def test_a_map_is_drawn_with_the_keyboard_alone_and_undone_after_a_reload(browser: Browser, stage: Stage) -> None:
    with window(browser, DESK) as opened:
        page = opened.page
        enter(page, stage.url)
        new_map(page, stage, "Buy and receive")
        grid, voice = page.get_by_role("grid"), page.locator("viv-journey-canvas [aria-live]")
        grid.focus()
        keys(page, "ArrowRight", "Enter")
        page.keyboard.type("Asks somebody who knows")
        keys(page, "Enter", "Alt+ArrowRight")
        expect(voice).to_have_text("Moved: Asks somebody who knows, now 1 of 3 in Choose and pay")
        keys(page, "ArrowDown", "Delete", "ArrowUp", "Delete")
        expect(voice).to_have_text("Removed: Asks somebody who knows. Undo brings it back.")
        keys(page, "Insert")
        page.keyboard.type("A new step")
        keys(page, "Enter", "Control+z")
        expect(voice).to_have_text("Undone")
        expect(page.locator(".viv-map-saving")).to_have_text("Saved")
        assert page.evaluate(SAME)
        page.reload()
        expect(page.locator(".viv-map-name", has_text="Asks somebody who knows")).to_have_count(0)
        expect(page.get_by_role("button", name="Undo")).to_be_enabled()
        keys(page, "Control+z")  # nothing has the focus after a reload: the new step with its ways
        expect(voice).to_have_text("Undone")
        expect(page.locator(".viv-map-saving")).to_have_text("Saved")
        page.get_by_role("button", name="Undo").click()  # then the removal
        expect(page.locator(".viv-map-saving")).to_have_text("Saved")
        expect(page.locator(".viv-map-name", has_text="Asks somebody who knows")).to_be_visible()
        assert axe_findings(page) == []
        assert opened.complaints == []


def test_two_people_draw_at_once_and_both_see_both(browser: Browser, stage: Stage) -> None:
    with window(browser, DESK) as ana, window(browser, DESK) as luis:
        for one in (ana, luis):
            enter(one.page, stage.url)
        new_map(ana.page, stage, "Subscribe and stay")
        luis.page.goto(ana.page.url)
        for opened, step, text in ((ana, "trial", "Tries it for a week"), (luis, "renew", "Renews, and knows why")):
            edit = {"do": "set", "of": "step", "key": step, "field": "name", "value": text}
            opened.page.evaluate("(edit) => document.querySelector('viv-journey-canvas').do(edit)", edit)
        for opened in (ana, luis):
            opened.page.wait_for_function(
                "() => { const names = document.querySelector('viv-journey-canvas').drawing().steps.map((s) => s.name);"
                "return names.includes('Tries it for a week') && names.includes('Renews, and knows why'); }"
            )
            assert opened.page.evaluate(SAME)


def test_a_map_branches_by_the_keyboard_and_says_who_else_is_at_which_step(browser: Browser, stage: Stage) -> None:
    with window(browser, DESK) as opened:
        page = opened.page
        enter(page, stage.url)
        new_map(page, stage, "Buy and receive")
        page.get_by_role("grid").focus()
        keys(page, "ArrowRight", "ArrowRight", "/")
        page.keyboard.type("Pays on delivery")
        keys(page, "Enter", "ArrowLeft", "ArrowLeft", "Space")
        ways = page.get_by_role("complementary").get_by_label("After this step customers take")
        ways.select_option("all")
        expect(page.locator(".viv-map-arrows .is-then")).to_have_text("all of these ways, in any order")
        expect(page.locator(".viv-map-saving")).to_have_text("Saved")
        assert page.evaluate(SAME)
        page.evaluate("document.querySelector('viv-journey-canvas').people([{id: 7, name: 'Luis', step: 'pay'}])")
        expect(page.get_by_role("list", name="Also here")).to_have_text("Luisat “Pays”")
        expect(page.locator(".viv-map-step[data-step=pay] .viv-map-who")).to_have_text("Luis")
        assert axe_findings(page) == []
        assert opened.complaints == []


def test_a_map_of_twelve_phases_and_sixty_steps_stays_smooth(browser: Browser, stage: Stage) -> None:
    with window(browser, DESK) as opened:
        page = opened.page
        enter(page, stage.url)
        new_map(page, stage, "Blank sheet")
        page.evaluate("(edits) => document.querySelector('viv-journey-canvas').do(...edits)", _large_map())
        expect(page.locator(".viv-map-saving")).to_have_text("Saved")
        scrolled, edited = _busy(page, SCROLL, 60) / 2, _busy(page, EDIT, 20)  # two pictures a step of scrolling
        zoomed, moved = _busy(page, ZOOM, 6) / 2, _busy(page, MOVE, 6) / 2
        assert scrolled < 16, f"{scrolled:.1f} ms of computing for each picture while scrolling"
        assert edited < 50, f"{edited:.1f} ms of computing for each edit"
        assert zoomed < 50, f"{zoomed:.1f} ms of computing for each picture while zooming"
        assert moved < 50, f"{moved:.1f} ms of computing for each picture while a step is moved"
        assert page.locator(".viv-map-card").count() < 24


def _large_map() -> list[dict[str, Any]]:
    edits: list[dict[str, Any]] = []
    for number in range(12):
        part = {"key": f"p{number:02}", "name": f"Phase {number}", "when": "during"}
        edits.append({"do": "add", "of": "phase", "part": part, "after": f"p{number - 1:02}" if number else "after"})
    for number in range(60):
        phase = f"p{number // 5:02}"
        step: dict[str, Any] = {
            "key": f"s{number}",
            "phase": phase,
            "name": f"Step {number}",
            "touchpoint": None,
            "channels": ["web"],
            "optional": False,
            "expectations": {"waiting_seconds": 3600},
            "responsible": "",
            "team": "Logistics",
            "systems": ["ERP"],
            "policies": [],
            "goal": "To get on",
            "questions": "Why does it take so long?",
            "ideas": "",
        }
        after = f"s{number - 1}" if number % 5 else None
        edits.append({"do": "add", "of": "step", "part": step, "after": after})
    links = [{"source": f"s{n}", "target": f"s{n + 1}", "kind": "next", "share": None} for n in range(59)]
    return [*edits, *({"do": "add", "of": "link", "part": one, "after": None} for one in links)]


def _busy(page: Page, script: str, times: int) -> float:
    """Milliseconds the page's thread itself computes for each time: what else the machine does is not counted."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def seconds() -> float:
        told = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        return float(told["TaskDuration"])

    page.evaluate(script, times)  # once for what is made ready the first time
    before = seconds()
    page.evaluate(script, times)
    return 1000 * (seconds() - before) / times


def test_the_map_is_read_on_a_phone_and_printed_whole(browser: Browser, stage: Stage) -> None:
    with window(browser, PHONE) as opened:
        page = opened.page
        enter(page, stage.url)
        new_map(page, stage, "Order a part and keep working")
        page.locator(".viv-map-card").first.click()
        expect(page.get_by_role("complementary", name="Details")).to_be_visible()
        assert not sticks_out(page)
        page.emulate_media(media="print")
        expect(page.locator(".viv-sheet-table")).to_have_count(2)
        for words in ("Receives an invoice that matches", "Where a line fails offer an equivalent"):
            expect(page.locator(".viv-map-sheets").get_by_text(words)).to_be_visible()
        expect(page.locator(".viv-map-view")).to_be_hidden()
