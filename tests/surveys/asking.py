"""Small questionnaires to ask with, and answers as a browser sends them."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from vivencia.listen.surveys import surveys
from vivencia.listen.surveys.models import Survey
from vivencia.listen.surveys.questionnaire import Option, Question, Questionnaire, ShowIf, Texts

TOKEN = re.compile(r'name="page" value="([^"]+)"')
ON = re.compile(r'name="on" value="([^"]+)"')


def t(text: str) -> Texts:
    """The text in both languages."""
    return {"es": f"{text} (es)", "en": text}


NPS = Question("nps", "nps", t("Would you recommend us?"), required=True)
WHY = Question("why", "text", t("Why {answer.nps}?"), about="nps")
WORDS = Question("why", "text", t("Say it in your words"))
BETTER = Question(
    "better",
    "choice",
    t("What was wrong?"),
    options=(Option("price", t("Price")), Option("delivery", t("Delivery"))),
    multiple=True,
    other=True,
    show_if=(ShowIf("nps", "at most", "6"),),
)
MAY_WE = Question("contact", "consent", t("May we write?"), purpose="service", show_if=(ShowIf("why", "answered"),))


def whole(*questions: Question, display: str = "one") -> Questionnaire:
    return Questionnaire(("es", "en"), t("Your purchase"), questions, thanks=t("We read it"), display=display)


def published(*questions: Question, name: str = "Shop", **told: Any) -> Survey:
    """A survey that takes answers; recommendation, comment, what was wrong and consent where nothing is given."""
    display = told.pop("display", "one")
    it = whole(*(questions or (NPS, WHY, BETTER, MAY_WE)), display=display)
    survey = surveys.create(name, it, by=None, touchpoint="purchase", **told)
    surveys.publish(survey, by=None)
    survey.refresh_from_db()
    return survey


def posted(sent: Mapping[str, str | Sequence[str]]) -> Callable[[str], Sequence[str]]:
    """What `request.POST.getlist` would give."""

    def getlist(name: str) -> Sequence[str]:
        value = sent.get(name, ())
        return [value] if isinstance(value, str) else list(value)

    return getlist


class Person:
    """Somebody with a browser that runs no scripts, on the page they have come to."""

    def __init__(self, address: str, client: Client | None = None) -> None:
        self.client = client or Client(HTTP_ACCEPT_LANGUAGE="en")
        self.page: HttpResponse = self.open(address)

    def open(self, address: str) -> HttpResponse:
        self.page = self.client.get(address)  # type: ignore[assignment]  # the test client's is one
        return self.page

    @property
    def html(self) -> str:
        return self.page.content.decode()

    @property
    def fields(self) -> dict[str, Any]:
        """What the form holds besides the answers."""
        found = TOKEN.search(self.html)
        assert found, self.html
        return {"page": found.group(1), "on": ON.findall(self.html)}

    def send(self, **answers: Any) -> HttpResponse:
        """Press the button; fields are given without `a-`. Follows to the next page."""
        sent = {**self.fields, **{f"a-{name}": value for name, value in answers.items()}}
        self.page = self.client.post(reverse("survey-answer"), sent, follow=True)  # type: ignore[assignment]
        return self.page
