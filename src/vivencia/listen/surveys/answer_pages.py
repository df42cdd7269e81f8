"""The pages people answer on: open to everybody who has the address, without script, cookie or session.

They carry no CSRF token on purpose: see `tokens`.
"""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from vivencia.foundation.numbers import whole
from vivencia.foundation.organisation import organisation
from vivencia.foundation.rights import public
from vivencia.listen.surveys import answering, framing, path, people, piping, screens, throttle, tokens
from vivencia.listen.surveys.answers import Refused, take
from vivencia.listen.surveys.models import Link, Response, State, Survey, Version, Way
from vivencia.listen.surveys.questionnaire import Question, Questionnaire, said

CHANNELS = ("link", "web", "qr", "chat", "email", "social", "widget", "button")  # what a public address may say
EMBEDDED = ("widget", "button")
KIOSK_SECONDS = 45  # a kiosk that is left alone begins again
KIOSK_THANKS_SECONDS = 6


@dataclass(frozen=True)
class Place:
    """Where in a survey somebody is: what they answer, how far they are, and the page's token."""

    survey: Survey
    version: Version
    page: tokens.Page
    answers: Mapping[str, Any]
    passed: tuple[str, ...]
    link: Link | None = None

    @property
    def questionnaire(self) -> Questionnaire:
        """What is asked of whoever is here."""
        return path.asked_of(self.version.questionnaire, known=bool(self.customer))

    @property
    def customer(self) -> str:
        """Whose answers these are; "" where nobody knows, as in a kiosk, and of colleagues."""
        if self.survey.of_employees:
            return ""
        return (self.link.customer_id if self.link else "") or self.page.customer

    @property
    def kiosk(self) -> bool:
        return self.link is not None and self.link.way == Way.KIOSK


@public
@never_cache
@xframe_options_exempt  # the Content-Security-Policy says which sites may frame it
@require_GET
def survey_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The public address: of a poster, a chat, a site's widget."""
    survey = get_object_or_404(Survey, slug=slug)
    asked = request.GET.get("channel", "")
    customer, signature = request.GET.get("customer", ""), request.GET.get("signature", "")
    page = _new_page(
        request,
        survey,
        None,
        channel=asked if asked in CHANNELS else "link",
        customer=customer if tokens.is_signed(survey, customer, signature) else "",
        site_page=request.GET.get("page", "")[:500],
    )
    return _begin(request, survey, page, None)


@public
@never_cache
@require_GET
def link_page(request: HttpRequest, token: str) -> HttpResponse:
    """A link that knows more: a person's own, a group's, a kiosk's. `?a=9` is the answer pressed in a mail."""
    link = get_object_or_404(Link.objects.select_related("survey"), token=token)
    if link.ended(timezone.now()):
        return _closed(request, link.survey, _("This invitation has ended."))
    Link.objects.filter(pk=link.pk, opened_at__isnull=True).update(opened_at=timezone.now())
    page = _new_page(request, link.survey, link, channel="kiosk" if link.way == Way.KIOSK else link.channel)
    if link.way != Way.PERSONAL:
        return _begin(request, link.survey, page, link)
    if (response := answering.begun(page)) and response.finished_at:
        return _thanks(request, response, again=True)
    return _begin(request, link.survey, _with_score(request, page), link)


def _with_score(request: HttpRequest, page: tokens.Page) -> tokens.Page:
    """The page with the score of the mail's link, which is remembered; anything else in its place is ignored."""
    first = Version.objects.get(pk=page.version).questionnaire.first_score if page.version else None
    sent = whole(request.GET.get("a"))
    low, high = (first.ends or (0, 1)) if first else (0, 0)
    if first is None or sent is None or not low <= sent <= high:
        return page
    scored = replace(page, score=sent)
    answering.opened(scored)
    return scored


def _new_page(request: HttpRequest, survey: Survey, link: Link | None, **told: Any) -> tokens.Page:
    """The first page of a survey; `version` 0 where nothing has been published."""
    key = answering.key_for(link)
    response = Response.objects.select_related("version").filter(pk=key).first()
    version = response.version if response else answering.newest(survey)
    wishes = (request.GET.get("lang", ""), response.language if response else "", link.language if link else "")
    return tokens.Page(
        response=str(key),
        version=version.pk if version else 0,
        shown=time.time(),
        language=_language(version.questionnaire if version else None, *wishes),
        link=link.pk if link else 0,
        **told,
    )


def _language(it: Questionnaire | None, *wishes: str) -> str:
    """The first wish the survey is written in, then the browser's, then the survey's first."""
    known = it.languages if it else ()
    wanted = [*wishes, (translation.get_language() or "").split("-")[0]]
    return next((one for one in wanted if one in known), next(iter(known), "en"))


def _begin(request: HttpRequest, survey: Survey, page: tokens.Page, link: Link | None) -> HttpResponse:
    if survey.state == State.DRAFT or not page.version:
        raise Http404
    if survey.state != State.LIVE:
        return _closed(request, survey, _("This survey takes no answers at the moment."))
    response = answering.begun(page)
    version = Version.objects.get(pk=page.version)
    place = Place(
        survey, version, page, response.answers if response else {}, tuple(response.passed if response else ()), link
    )
    return _show(request, _scored(place), at=request.GET.get("at", ""))


def _scored(place: Place) -> Place:
    """With the answer pressed in the mail, as if it had been given here; it is kept once the person goes on."""
    first = place.questionnaire.first_score
    if place.page.score is None or first is None:
        return place
    answers = {first.key: answering.as_answer(first, place.page.score), **place.answers}
    return replace(place, answers=answers, passed=tuple(dict.fromkeys([*place.passed, first.key])))


@public
@never_cache
@xframe_options_exempt
@require_GET
def response_page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Where somebody who has begun goes on, or back with `?at=<question>`; the thanks once they have finished."""
    response = get_object_or_404(Response.objects.select_related("survey", "version", "link"), pk=key)
    if response.finished_at:
        return _thanks(request, response)
    if response.survey.state != State.LIVE:
        return _closed(request, response.survey, _("This survey takes no answers at the moment."))
    wish = request.GET.get("lang", "")
    page = tokens.Page(
        response=str(response.key),
        version=response.version_id,
        shown=time.time(),
        channel=response.channel,
        language=_language(response.version.questionnaire, wish, response.language),
        link=response.link_id or 0,
        customer=response.customer_id,
    )
    place = Place(response.survey, response.version, page, response.answers, tuple(response.passed), response.link)
    return _show(request, place, at=request.GET.get("at", ""))


@csrf_exempt  # the token in the form is what says that it was shown here; there is no session to ride on
@public
@never_cache
@xframe_options_exempt
@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """A page's answers. Anything made up is told apart from anything sent twice, late or too fast."""
    try:
        page = tokens.unseal(request.POST.get("page", ""))
    except tokens.StaleError as old:
        return _again(request, old.page, _("This page was open for a long time. Please send it once more."))
    except (signing.BadSignature, TypeError):
        return render(request, "surveys/gone.html", _plain(None), status=400)
    first = answering.begun(page) is None
    if not throttle.allowed(request, throttle.PAGES) or (first and _flood(request, page)):
        return _later(request)
    if request.POST.get("website"):  # no person sees this field
        return HttpResponseRedirect(reverse("survey-thanks"))
    version = get_object_or_404(Version.objects.select_related("survey"), pk=page.version)
    if version.survey.state != State.LIVE:
        return _closed(request, version.survey, _("This survey takes no answers at the moment."))
    if wish := request.POST.get("language", ""):
        return _again(request, replace(page, language=_language(version.questionnaire, wish)), "")
    if request.POST.get("confirm"):
        return _redirect(request, answering.confirm(page, timezone.now()))
    if first and time.time() - page.shown < tokens.HUMAN_SECONDS:
        return _again(request, page, _("That was very fast. Please send it once more."))
    return _taken(request, page, version)


def _flood(request: HttpRequest, page: tokens.Page) -> bool:
    """Whether a new response comes from a machine that began too many; a person's own link is never too many."""
    if page.link and Link.objects.filter(pk=page.link).exclude(way=Way.GROUP).exists():
        return False
    return not throttle.allowed(request, throttle.BEGINNINGS)


def _taken(request: HttpRequest, page: tokens.Page, version: Version) -> HttpResponse:
    asked = [key for key in request.POST.getlist("on") if version.questionnaire.question(key)]
    taken = answering.answer(page, asked, request.POST.getlist, timezone.now())
    if not taken.refused:
        return _redirect(request, taken.response)
    place = _place_of(page, taken.response, version)
    return _show(request, place, keys=asked, refused=taken.refused)


def _again(request: HttpRequest, page: tokens.Page, why: str) -> HttpResponse:
    """The same page with everything as it was sent, to be sent once more. Nothing has been kept of it."""
    version = get_object_or_404(Version.objects.select_related("survey"), pk=page.version)
    place = _place_of(page, answering.begun(page), version)
    it = version.questionnaire
    asked = [key for key in request.POST.getlist("on") if it.question(key)]
    sent = {
        one.key: value
        for one in it.questions
        if one.key in asked and not isinstance(value := take(one, request.POST.getlist), Refused)
    }
    answers = {**place.answers, **{key: value for key, value in sent.items() if value is not None}}
    return _show(request, replace(place, answers=answers), keys=asked, why=why)


def _place_of(page: tokens.Page, response: Response | None, version: Version) -> Place:
    fresh = replace(page, shown=time.time())
    link = Link.objects.filter(pk=page.link).first() if page.link else None
    if response is None:
        return _scored(Place(version.survey, version, fresh, {}, (), link))
    return Place(version.survey, version, fresh, response.answers, tuple(response.passed), link)


def _redirect(request: HttpRequest, response: Response) -> HttpResponse:
    return HttpResponseRedirect(reverse("survey-response", args=[response.key]))


def _show(
    request: HttpRequest,
    place: Place,
    *,
    at: str = "",
    keys: list[str] | None = None,
    refused: Mapping[str, str] | None = None,
    why: str = "",
) -> HttpResponse:
    """One screen: the next, the one that begins `at` a question, or the one with these `keys` once more."""
    it = place.questionnaire
    with translation.override(place.page.language):
        questions = _questions(place, at, keys)
        token = tokens.seal(place.page)
        shown = {
            **_plain(place.survey, it, place.page.language),
            **screen(it, questions, place, refused or {}),
            "token": token,
            "why": why,
            "begins": not place.passed and not at,
            "back": _back(place, questions),
            "done": round(100 * path.share_done(it, place.answers, place.passed)),
            "reset": KIOSK_SECONDS if place.kiosk else 0,
            "home": reverse("survey-link", args=[place.link.token]) if place.kiosk and place.link else "",
            "kiosk": place.kiosk,
            "embedded": place.page.channel in EMBEDDED,
            "confirm": place.page.score is not None,
        }
        answer = render(request, "surveys/answer.html", shown, status=422 if refused or why else 200)
    return _framed(answer, place.survey, place.page)


def _questions(place: Place, at: str, keys: list[str] | None) -> tuple[Question, ...]:
    it = place.questionnaire
    if keys is not None:
        return tuple(one for one in it.questions if one.key in keys)
    if at:
        return path.page_of(it, place.answers, place.passed, at)
    left = path.next_page(it, place.answers, place.passed)
    return left or path.visible(it, place.answers)[-1:]  # a score pressed in a mail may leave nothing else to ask


def screen(
    it: Questionnaire, questions: tuple[Question, ...], place: Place, refused: Mapping[str, str]
) -> dict[str, Any]:
    """The questions of a screen, and whether pressing an answer sends it: where a kiosk or widget asks one thing."""
    language, about = place.page.language, _about(it, place)
    shown = [screens.asked(it, one, language, answers=place.answers, about=about, refused=refused) for one in questions]
    single = len(shown) == 1 and (shown[0].scale or shown[0].kind == "yes_no")
    tap = single and (place.kiosk or place.page.channel in EMBEDDED)
    errors = [one for one in shown if one.error]
    return {"asked": shown, "tap": tap, "errors": errors, "last": _is_last(it, place, questions)}


def _is_last(it: Questionnaire, place: Place, questions: tuple[Question, ...]) -> bool:
    """Whether nothing can come after this screen, whatever is answered on it."""
    last = it.questions[-1].key if it.questions else ""
    return any(one.key == last for one in questions)


def _about(it: Questionnaire, place: Place) -> dict[str, str]:
    """What texts may be filled in with; asked of the ledger only where a text needs it."""
    names = {
        name
        for one in it.questions
        for text in (*one.text.values(), *one.hint.values())
        for name in piping.names_in(text)
    }
    known = {"company": organisation().name, "subject": place.link.subject_id if place.link else ""}
    if place.customer and names & {"name", "first_name"}:
        person = people.find([place.customer]).get(place.customer)
        known |= {"name": person.name, "first_name": person.first_name} if person else {}
    return known


def _back(place: Place, questions: tuple[Question, ...]) -> str:
    """The address of the screen before this one; "" on the first."""
    shown = [one.key for one in path.visible(place.questionnaire, place.answers)]
    here = shown.index(questions[0].key) if questions and questions[0].key in shown else 0
    before = [key for key in place.passed if key in shown[:here]]
    if not before:
        return ""
    if place.page.score is not None and place.link:
        return reverse("survey-link", args=[place.link.token]) + f"?a={place.page.score}&at={before[-1]}"
    return reverse("survey-response", args=[place.page.key]) + f"?at={before[-1]}"


def _framed(answer: HttpResponse, survey: Survey, page: tokens.Page | None) -> HttpResponse:
    """Who may show the page in a frame: the sites the survey allows, where it was opened for one."""
    sites = survey.sites if page and page.channel in EMBEDDED else []
    answer.headers["Content-Security-Policy"] = framing.policy(sites)
    return answer


def _plain(survey: Survey | None, it: Questionnaire | None = None, language: str = "") -> dict[str, Any]:
    """What every page here says: whose survey it is, in which language, and which others there are."""
    others = [get_language_info(code) for code in it.languages if code != language] if it else []
    return {
        "survey": survey,
        "company": organisation().name,
        "language": language or translation.get_language() or "en",
        "others": others,
        "title": said(it.title, language) if it else "",
        "intro": piping.fill(said(it.intro, language), {"company": organisation().name}) if it else "",
        "thanks": piping.fill(said(it.thanks, language), {"company": organisation().name}) if it else "",
    }


def _thanks(request: HttpRequest, response: Response, *, again: bool = False) -> HttpResponse:
    """What happens next."""
    it = response.version.questionnaire
    link = response.link
    kiosk = link is not None and link.way == Way.KIOSK
    with translation.override(response.language):
        known = piping.values(it, response.answers, {"company": organisation().name}, response.language)
        shown = {
            **_plain(response.survey, it, response.language),
            "thanks": piping.fill(said(it.thanks, response.language), known),
            "others": [],
            "again": again,
            "kiosk": kiosk,
            "embedded": response.channel in EMBEDDED,
            "reset": KIOSK_THANKS_SECONDS if kiosk else 0,
            "home": reverse("survey-link", args=[link.token]) if kiosk and link else "",
        }
        answer = render(request, "surveys/thanks.html", shown)
    page = tokens.Page(str(response.key), response.version_id, 0, response.channel)
    return _framed(answer, response.survey, page)


def _closed(request: HttpRequest, survey: Survey, why: str) -> HttpResponse:
    answer = render(request, "surveys/closed.html", {**_plain(survey), "why": why}, status=410)
    embedded = tokens.Page("", 0, 0, request.GET.get("channel", ""))
    return _framed(answer, survey, embedded)


def _later(request: HttpRequest) -> HttpResponse:
    why = _("There were too many answers from here in a short time. Please try again in some minutes.")
    answer = render(request, "surveys/closed.html", {**_plain(None), "why": why}, status=429)
    answer.headers["Retry-After"] = "600"
    return answer


@public
@require_GET
def thanks(request: HttpRequest) -> HttpResponse:
    """The thanks that say nothing of a response: for whoever filled in what no person sees."""
    return render(request, "surveys/thanks.html", _plain(None))
