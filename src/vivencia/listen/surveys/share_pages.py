"""How people reach a survey: its address, QR code, widget, kiosk, links of groups and of single customers."""

import io
from datetime import timedelta
from typing import Any

import segno
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vivencia.foundation.organisation import absolute, organisation
from vivencia.foundation.rights import Right, needs
from vivencia.listen.surveys import framing, people
from vivencia.listen.surveys.answering import newest
from vivencia.listen.surveys.builder_pages import head
from vivencia.listen.surveys.models import Link, Survey, Way

LINKS_SHOWN = 50
PERSONAL_DAYS = 60
BUTTON = {"es": "Opinar", "en": "Feedback"}  # as the widget's own button says
FORMS = {"svg": "image/svg+xml", "png": "image/png"}


@needs(Right.ASK)
@require_GET
def share(request: HttpRequest, pk: int) -> HttpResponse:
    survey = get_object_or_404(Survey, pk=pk)
    page = reverse("survey-page", args=[survey.slug])
    links = survey.links.exclude(way=Way.PERSONAL)
    by_hand = survey.links.filter(way=Way.PERSONAL, request_key="")[:10]
    known = people.find({one.customer_id for one in by_hand})
    shown = {
        "address": address(request, page),
        "chat": address(request, page + "?channel=chat"),
        "lines": _lines(address(request, reverse("survey-widget")), address(request, page), survey),
        "groups": [_link(request, one) for one in links.filter(way=Way.GROUP)[:LINKS_SHOWN]],
        "kiosks": [_link(request, one) for one in links.filter(way=Way.KIOSK)[:LINKS_SHOWN]],
        "personal": [_link(request, one, known.get(one.customer_id)) for one in by_hand],
        "sites": "\n".join(survey.sites),
        "unreachable": unreachable(request),
    }
    return render(request, "surveys/share.html", {**head(survey, "share"), **shown})


def address(request: HttpRequest, path: str) -> str:
    """As customers reach it; where nobody has said how they do, as the reader reached us."""
    return absolute(path) if organisation().public_url else request.build_absolute_uri(path)


def _lines(script: str, page: str, survey: Survey) -> dict[str, str]:
    """What to paste into a page; whoever has scripts switched off is given a link."""
    version = newest(survey)
    language = (version.questionnaire if version else survey.questionnaire).languages[0]
    otherwise = f'<noscript><a href="{page}?channel=web">{BUTTON[language]}</a></noscript>'
    begin = f'<script src="{script}" data-survey="{survey.slug}"'
    return {
        "button": f"{begin} async></script>{otherwise}",
        "inline": f'{begin} data-mode="inline" async></script>{otherwise}',
    }


def unreachable(request: HttpRequest) -> bool:
    """Whether addresses lead to this machine only, as far as we know."""
    return not organisation().public_url and request.get_host().split(":")[0] in ("localhost", "127.0.0.1")


def _link(request: HttpRequest, link: Link, person: people.Person | None = None) -> dict[str, Any]:
    return {
        "name": (person.name or person.email if person else "") or link.customer_id,
        "link": link,
        "address": address(request, reverse("survey-link", args=[link.token])),
        "ended": link.ended(timezone.now()),
        "answered": link.responses.filter(finished_at__isnull=False).count(),
    }


@needs(Right.ASK)
@require_POST
def sites(request: HttpRequest, pk: int) -> HttpResponse:
    """Which sites may show the survey in a frame."""
    survey = get_object_or_404(Survey, pk=pk)
    try:
        survey.sites = framing.sites_in(request.POST.get("sites", ""))
    except ValueError as wrong:
        said = _("“%(site)s” is no site. Write one a line, such as https://shop.example.com.") % {"site": wrong}
        messages.error(request, said)
        return redirect(reverse("survey-share", args=[pk]) + "#widget")
    survey.save(update_fields=["sites", "changed_at"])
    messages.success(request, _("These sites may show the survey now."))
    return redirect(reverse("survey-share", args=[pk]) + "#widget")


@needs(Right.ASK)
@require_POST
def make_link(request: HttpRequest, pk: int) -> HttpResponse:
    """A link for a group, a kiosk or one customer."""
    survey = get_object_or_404(Survey, pk=pk)
    way, label = request.POST.get("way", ""), request.POST.get("label", "").strip()
    back = redirect(reverse("survey-share", args=[pk]) + f"#{way}")
    if way not in Way.values or not label:
        messages.error(request, _("Say for whom or where the link is."))
        return back
    if way != Way.PERSONAL:
        Link.objects.create(survey=survey, way=way, group=label[:80], channel="kiosk" if way == Way.KIOSK else "link")
        return back
    person = people.find([label]).get(label) or people.by_address([label]).get(label.lower())
    if survey.of_employees or person is None:
        messages.error(request, _("No customer has this id or address."))
        return back
    Link.objects.create(
        survey=survey,
        way=way,
        customer_id=person.customer_id,
        language=person.language.split("-")[0][:8],
        expires_at=timezone.now() + timedelta(days=PERSONAL_DAYS),
    )
    return back


@needs(Right.ASK)
@require_POST
def end_link(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    """From now on the link says that it has ended."""
    found = get_object_or_404(Link, pk=link, survey_id=pk)
    Link.objects.filter(pk=found.pk).update(expires_at=timezone.now())
    return redirect(reverse("survey-share", args=[pk]) + f"#{found.way}")


@needs(Right.ASK)
@require_GET
def code(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The QR code of the public address, or of a group's link (`?link=`), to print: SVG, or PNG a poster can use."""
    survey = get_object_or_404(Survey, pk=pk)
    if form not in FORMS:
        raise Http404
    path = reverse("survey-page", args=[survey.slug]) + "?channel=qr"
    wish = request.GET.get("link", "")
    if wish:
        link = get_object_or_404(survey.links, pk=int(wish) if wish.isdecimal() and len(wish) < 10 else 0)
        path = reverse("survey-link", args=[link.token])
    out = io.BytesIO()
    drawn = segno.make(address(request, path), error="m", micro=False)
    if form == "svg":
        drawn.save(out, kind="svg", scale=8, border=4, dark="#000", light="#fff", xmldecl=True, nl=False)
    else:
        drawn.save(out, kind="png", scale=16, border=4)
    answer = HttpResponse(out.getvalue(), content_type=FORMS[form])
    if "download" in request.GET:
        answer["Content-Disposition"] = f'attachment; filename="{survey.slug}-qr.{form}"'
    return answer
