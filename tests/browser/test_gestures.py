"""What needs a real browser: menus, dialogs, themes, charts, keyboards."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Stage, enter
from tests.browser.looking import Looks, axe_findings, settle, sticks_out, window

DESK, PHONE = Looks("en", "light", 1366), Looks("en", "dark", 390)


def gallery(page: Page, stage: Stage) -> None:
    enter(page, stage.url)
    page.goto(stage.url + "/gallery/")
    settle(page)


def test_components_are_fit_for_everyone_and_the_console_stays_silent(browser: Browser, stage: Stage) -> None:
    for looks in (DESK, PHONE):
        with window(browser, looks) as opened:
            gallery(opened.page, stage)
            for chart in opened.page.locator("viv-chart").all():
                chart.scroll_into_view_if_needed()
                expect(chart).to_have_attribute("drawn", "")
            assert not axe_findings(opened.page)
            assert not sticks_out(opened.page)
            assert not opened.complaints


def test_a_chart_is_drawn_and_its_numbers_are_one_click_away(browser: Browser, stage: Stage) -> None:
    with window(browser, DESK) as opened:
        gallery(opened.page, stage)
        chart = opened.page.locator("figure.viv-chart", has_text="Satisfaction by month")
        expect(chart.locator("canvas")).to_be_visible()
        chart.get_by_text("Numbers").click()
        expect(chart.get_by_role("row", name="May")).to_contain_text("3.80")
        expect(chart.get_by_role("row", name="Apr")).to_contain_text("not enough data")


def test_a_chart_is_walked_with_the_keyboard_and_says_each_point(browser: Browser, stage: Stage) -> None:
    with window(browser, DESK) as opened:
        gallery(opened.page, stage)
        chart = opened.page.locator("figure.viv-chart", has_text="Satisfied customers by channel")
        chart.scroll_into_view_if_needed()
        chart.get_by_role("img").focus()
        opened.page.keyboard.press("ArrowDown")
        voice = chart.locator("[aria-live]")
        expect(voice).to_have_text("Shop: 88.1 % (86.0 to 90.2) · n = 1,034")
        opened.page.keyboard.press("End")
        expect(voice).to_have_text("Letter: not enough data · n = 4")
        opened.page.keyboard.press("ArrowUp")
        opened.page.keyboard.press("Enter")
        opened.page.wait_for_url("**/gallery/?opened=chat")


def test_people_s_data_in_a_chart_stays_text(browser: Browser, stage: Stage) -> None:
    with window(browser, DESK) as opened:
        gallery(opened.page, stage)
        chart = opened.page.locator("figure.viv-chart", has_text="Satisfied customers by channel")
        chart.scroll_into_view_if_needed()
        chart.get_by_role("img").focus()
        opened.page.keyboard.press("ArrowDown")
        opened.page.keyboard.press("ArrowDown")
        expect(chart.locator("strong", has_text="A channel <b>with</b>")).to_be_visible()


def test_a_dangerous_form_asks_first_and_no_means_no(browser: Browser, stage: Stage) -> None:
    with window(browser, DESK) as opened:
        gallery(opened.page, stage)
        opened.page.get_by_role("button", name="Undo").click()
        dialog = opened.page.get_by_role("dialog")
        expect(dialog).to_contain_text("Its 4.000 events go away")
        expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
        opened.page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        opened.page.get_by_role("button", name="Undo").click()
        with opened.page.expect_request(lambda request: request.method == "POST"):
            dialog.get_by_role("button", name="Undo").click()


def test_a_definition_opens_beside_its_figure_and_closes_with_escape(browser: Browser, stage: Stage) -> None:
    with window(browser, PHONE) as opened:
        gallery(opened.page, stage)
        opened.page.get_by_role("button", name="What Satisfaction means").click()
        definition = opened.page.get_by_text("Unanswered surveys do not count.").first
        expect(definition).to_be_in_viewport(ratio=1)
        opened.page.keyboard.press("Escape")
        expect(definition).to_be_hidden()


def test_dark_comes_at_once_stays_and_reaches_the_charts(browser: Browser, stage: Stage) -> None:
    with window(browser, DESK) as opened:
        page = opened.page
        gallery(page, stage)
        page.locator(".viv-me > summary").click()
        page.get_by_role("button", name="Dark").click()
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        page.reload()
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        assert not opened.complaints


def test_the_first_thing_a_keyboard_reaches_is_the_way_past_the_menu(browser: Browser, stage: Stage) -> None:
    with window(browser, DESK) as opened:
        gallery(opened.page, stage)
        opened.page.keyboard.press("Tab")
        expect(opened.page.get_by_role("link", name="Skip to the content")).to_be_focused()
        opened.page.keyboard.press("Enter")
        expect(opened.page.locator("#content")).to_be_focused()


def test_on_a_phone_the_menu_opens_with_its_button(browser: Browser, stage: Stage) -> None:
    with window(browser, PHONE) as opened:
        gallery(opened.page, stage)
        settings = opened.page.get_by_role("link", name="Settings")
        expect(settings).to_be_hidden()
        opened.page.get_by_role("button", name="Menu", exact=True).click()
        settings.click()
        opened.page.wait_for_url("**/settings/")


def test_the_language_is_switched_from_the_menu_and_stays(browser: Browser, stage: Stage) -> None:
    with window(browser, DESK) as opened:
        gallery(opened.page, stage)
        opened.page.locator(".viv-me > summary").click()
        opened.page.get_by_role("button", name="Español").click()
        expect(opened.page.locator("html")).to_have_attribute("lang", "es")
        opened.page.goto(stage.url + "/settings/")
        expect(opened.page.get_by_role("heading", level=1)).to_have_text("Ajustes")
        opened.page.locator(".viv-me > summary").click()
        opened.page.get_by_role("button", name="English").click()
        expect(opened.page.locator("html")).to_have_attribute("lang", "en")
