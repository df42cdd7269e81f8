"""A new user makes a survey, people answer it on a phone with and without scripts, and the answer is seen at once."""

import hashlib
import hmac
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Stage, enter
from tests.browser.looking import LOOKS, Looks, axe_findings, settle, sticks_out, window

PHONE = Looks("en", "dark", 390)


@dataclass(frozen=True)
class Made:
    """A published survey's address, and the key with which a site says who is answering."""

    address: str
    key: str

    def asked_of(self, customer: str) -> str:
        signed = hmac.new(self.key.encode(), customer.encode(), hashlib.sha256).hexdigest()
        return f"{self.address}?customer={customer}&signature={signed}"


@pytest.fixture(scope="module")
def survey(browser: Browser, stage: Stage) -> Made:
    """Ana makes a recommendation survey, moves and undoes with the keyboard, puts a gap right, publishes it."""
    with window(browser, LOOKS[1]) as opened:
        page = opened.page
        enter(page, stage.url)
        page.goto(stage.url + "/surveys/new/")
        page.locator("button[value=nps]").click()
        expect(page.locator(".viv-survey-card")).to_have_count(5)
        first = page.locator("#f-nps-text-en")
        first.fill("")
        expect(page.locator(".viv-survey-error")).to_have_text("The text in english is missing.")
        first.fill("Would you recommend us?")
        expect(page.frame_locator(".viv-survey-screen iframe").get_by_text("Would you recommend us?")).to_be_visible()
        page.locator("[data-key=better] [data-act=up]").focus()
        page.keyboard.press("Enter")
        expect(page.locator("ol [data-key]").nth(1)).to_have_attribute("data-key", "better")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("ol [data-key]").nth(1)).to_have_attribute("data-key", "why")
        expect(page.locator(".viv-survey-status")).to_contain_text("Saved · Ready to be published")
        assert axe_findings(page) == []
        page.get_by_role("button", name="Publish").click()
        address = page.get_by_label("Address", exact=True).input_value()
        assert opened.complaints == []
        return Made(str(address), page.locator("#copy-key").input_value())


def send(page: Page, score: str, why: str) -> None:
    page.locator(f"input[value='{score}']").check()
    page.wait_for_timeout(900)  # nobody reads and answers faster
    page.locator("button.go").click()
    page.locator("textarea").fill(why)
    page.locator("button.go").click()


def test_people_answer_on_a_phone_with_scripts_and_everything_can_be_used_by_everyone(
    browser: Browser, stage: Stage, survey: Made
) -> None:
    with window(browser, PHONE) as opened:
        page = opened.page
        page.goto(survey.asked_of("C-7"))
        settle(page)
        assert axe_findings(page) == [] and sticks_out(page) == []
        send(page, "10", "Lovely advice in the shop")
        expect(page.locator("fieldset.consent")).to_be_visible()  # known: their consent can be kept
        page.locator("button.go").click()
        expect(page.locator(".end h1")).to_have_text("Thank you")
        assert axe_findings(page) == [] and opened.complaints == []


def test_people_answer_without_scripts_and_the_words_are_in_the_results_within_seconds(
    browser: Browser, stage: Stage, survey: Made
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="es", viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(survey.address + "?channel=qr")
    send(page, "2", "Llegó roto")
    page.locator("input[value=delivery]").check()
    page.locator("button.go").click()
    expect(page.locator(".end h1")).to_have_text("Gracias")  # nobody is known whose consent could be kept
    context.close()
    with window(browser, LOOKS[2]) as opened:
        page = opened.page
        enter(page, stage.url)
        page.goto(stage.url + "/surveys/")
        page.locator("tbody a[href$='/results/']").first.click()
        expect(page.get_by_text("Llegó roto")).to_be_visible()
        settle(page)
        assert axe_findings(page) == [] and sticks_out(page) == []
        page.get_by_role("link", name="Ways to it").or_(page.get_by_role("link", name="Cómo llegar")).click()
        settle(page)
        assert axe_findings(page) == [] and opened.complaints == []
