"""Outreach: what went out, what waits, and what was held back and why?"""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vivencia.act.outreach import mail_server, shown
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.rights import Right, needs
from vivencia.foundation.vocabulary import title
from vivencia.listen import requests
from vivencia.listen.models import OutgoingRequest, Standing
from vivencia.listen.surveys.models import Survey

PAGE = 25


@needs(Right.ASK)
@require_GET
def outreach_page(request: HttpRequest) -> HttpResponse:
    """The list; filters are in the address, so that a survey's page can link to its own messages."""
    chosen = {name: request.GET.get(name, "") for name in ("state", "source", "reason")}
    found = _chosen(chosen)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    told = {
        "page": page,
        "lines": shown.lines(list(page), open_ledger().read()),
        "shares": shown.shares(timezone.now()),
        "reasons": shown.why_not(_chosen({**chosen, "reason": ""})),
        "sources": _sources(),
        "states": Standing.choices,
        "any": OutgoingRequest.objects.exists(),
        "server": mail_server.load(),
        "chosen": chosen,
    }
    return render(request, "act/outreach.html", told)


def _chosen(chosen: dict[str, str]) -> "QuerySet[OutgoingRequest]":
    return OutgoingRequest.objects.filter(**{name: value for name, value in chosen.items() if value})


def _sources() -> list[tuple[str, str]]:
    """Who asks: each survey by its name."""
    codes = OutgoingRequest.objects.order_by("source").values_list("source", flat=True).distinct()
    return [(code, source_title(code)) for code in codes]


def source_title(code: str) -> str:
    """ "survey:after-purchase" as people call it."""
    kind, _colon, name = code.partition(":")
    if kind == "survey" and (survey := Survey.objects.filter(slug=name).only("name").first()):
        return survey.name
    words = (name or kind).replace("-", " ").replace("_", " ")
    return title(words) if name else title(kind)


@needs(Right.ASK)
@require_GET
def request_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One message: what it says, where it is, and why."""
    one = get_object_or_404(OutgoingRequest, pk=pk)
    told: dict[str, Any] = {
        "line": shown.lines([one], open_ledger().read())[0],
        "one": one,
        "purpose": title(one.purpose),
        "source": source_title(one.source),
        "text": one.text.replace(requests.UNSUBSCRIBE, "…"),
        "open": one.state in requests.OPEN,
    }
    return render(request, "act/request.html", told)


@needs(Right.ASK)
@require_POST
def request_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a message back, or have the gate look at it now."""
    one = get_object_or_404(OutgoingRequest, pk=pk)
    if request.POST.get("act") == "cancel":
        if requests.cancel(one.key):
            messages.success(request, _("Taken back. It will not be sent."))
        else:
            messages.error(request, _("Too late: it is already decided or on its way."))
    elif OutgoingRequest.objects.filter(pk=pk, state__in=requests.OPEN).update(next_try_at=timezone.now()):
        messages.success(request, _("It is looked at again within seconds. What held it back may hold it back again."))
    return redirect("outreach-request", pk)
