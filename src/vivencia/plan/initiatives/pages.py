"""Pages of initiatives: all of them, a new one, its case, its life."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vivencia.foundation.models import User
from vivencia.foundation.organisation import organisation
from vivencia.foundation.rights import Right, may, needs
from vivencia.plan.initiatives import claims, efforts, initiatives, listing, overlaps, showing, sources
from vivencia.plan.initiatives.drafts import Draft, UnknownSourceError
from vivencia.plan.initiatives.forms import InitiativeForm
from vivencia.plan.initiatives.listing import SORTS, VIEWS, Chosen
from vivencia.plan.initiatives.models import Initiative, Stage, Stream
from vivencia.plan.initiatives.wording import Words


def _by(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


@needs(Right.SEE_FIGURES)
@require_GET
def initiatives_page(request: HttpRequest) -> HttpResponse:
    """Every initiative, by stage or in one list."""
    chosen, words = Chosen.of(request.GET.dict()), Words(organisation().currency)
    cards = listing.cards(listing.found(chosen), words)
    shown = {
        "chosen": chosen,
        "cards": cards,
        "columns": listing.board(cards, words, dropped=chosen.stage == Stage.DROPPED),
        "any": bool(cards) or Initiative.objects.exists(),
        "sorts": SORTS.items(),
        "views": [(name, label, _address(request, view=name)) for name, label in VIEWS.items()],
        "stages": Stage.choices,
        "streams": Stream.choices,
        "warned": [card for card in cards if card.warned],
    }
    return render(request, "initiatives/initiatives.html", shown)


def _address(request: HttpRequest, **changes: str) -> str:
    told = request.GET.copy()
    for name, value in changes.items():
        told[name] = value
    return f"?{told.urlencode()}"


@needs(Right.PLAN)
def new_page(request: HttpRequest) -> HttpResponse:
    """A new initiative: from a moment or a gap with its case filled in, or empty.

    A POST that names only the source (one click elsewhere) makes it at once, unless somebody claims the same already.
    """
    try:
        draft = sources.draft(request.GET.dict(), timezone.localdate())
    except UnknownSourceError:
        return render(request, "initiatives/gone.html", status=404)
    one_click = request.method == "POST" and "title" not in request.POST
    if one_click and not (draft.initiative.claim and overlaps.claimed(draft.initiative.claim, claims.claimants())):
        if not draft.initiative.title:
            raise Http404
        made = initiatives.make(draft, _by(request))
        messages.success(request, _("The initiative is made. What it costs and who does it is yours to say."))
        return redirect("initiative", made.pk)
    given = request.POST if request.method == "POST" and not one_click else None
    return _new_form(request, draft, given)


def _new_form(request: HttpRequest, draft: Draft, given: Any) -> HttpResponse:
    form = InitiativeForm(given, instance=draft.initiative)
    if given is not None and form.is_valid():
        form.save(commit=False)
        made = initiatives.make(draft, _by(request))
        form.save_m2m()
        messages.success(request, _("The initiative is made."))
        return redirect("initiative", made.pk)
    return _form(request, form, given, back=("initiatives", None))


def _form(request: HttpRequest, form: InitiativeForm, given: Any, **more: Any) -> HttpResponse:
    one: Initiative = form.instance
    shown = {
        "form": form,
        "wrong": [field for field in form if field.errors],
        "initiative": one,
        "words": Words(organisation().currency),
        "groups": showing.groups(form),
        "effort": efforts.rows(one.effort, given.dict() if given is not None else None),
        "columns": range(1, efforts.COLUMNS + 1),
        "new_team": given.get("new_team", "") if given is not None else "",
        "warnings": showing.warnings(one),
        "stake": showing.stake(one),
        "currency": organisation().currency,
    }
    return render(request, "initiatives/form.html", shown | more, status=200 if given is None else 422)


@needs(Right.SEE_FIGURES)
@require_GET
def initiative_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Its case, as somebody who decides reads it."""
    one = get_object_or_404(Initiative.objects.select_related("owner", "made_by"), pk=pk)
    voices = list(one.voices.all()) if may(request.user, Right.SEE_CUSTOMERS) else []
    return render(request, "initiatives/initiative.html", showing.case(one) | {"voices": voices})


@needs(Right.PLAN)
def edit_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Change its case. What was declared stays as it was declared."""
    if request.method != "POST":
        one = get_object_or_404(Initiative, pk=pk)
        return _form(request, InitiativeForm(None, instance=one), None, seen=_seen(one))
    with transaction.atomic():  # of two who save at once, the second sees what the first has changed
        one = get_object_or_404(Initiative.objects.select_for_update(), pk=pk)
        before, form = initiatives.told(one), InitiativeForm(request.POST, instance=one)
        if request.POST.get("seen") != _seen(one):
            form.add_error(None, _("Somebody else changed it meanwhile. Look at the page, then change it again."))
        elif form.is_valid():
            form.save()
            if initiatives.remember(one, before, _by(request)):
                messages.success(request, _("The case is saved."))
            return redirect("initiative", pk)
    return _form(request, form, request.POST, seen=_seen(get_object_or_404(Initiative, pk=pk)))


def _seen(one: Initiative) -> str:
    return one.changed_at.isoformat()


@needs(Right.PLAN)
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """To another stage."""
    one = get_object_or_404(Initiative, pk=pk)
    try:
        initiatives.move(one, request.POST.get("stage", ""), _by(request), timezone.localdate())
    except initiatives.NotAllowedError:
        messages.error(request, _("That stage does not follow this one; somebody may have moved it meanwhile."))
    else:
        messages.success(request, _("Its stage: %(stage)s.") % {"stage": one.get_stage_display().lower()})
    return redirect("initiative", pk)


@needs(Right.PLAN)
@require_POST
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what is expected, before it begins."""
    one = get_object_or_404(Initiative, pk=pk)
    try:
        initiatives.declare(one, _by(request), timezone.localdate(), request.POST.get("reason", ""))
    except initiatives.NotAllowedError as refused:
        messages.error(request, str(showing.REFUSALS[refused.code]))
    else:
        messages.success(request, _("It is declared. What comes of it will be held against this."))
    return redirect("initiative", pk)


@needs(Right.PLAN)
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Initiative, pk=pk)
    try:
        initiatives.delete(one)
    except initiatives.NotAllowedError:
        messages.error(request, _("What was declared is not deleted. Drop it instead: its history stays."))
        return redirect("initiative", pk)
    messages.success(request, _("The initiative is deleted."))
    return redirect("initiatives")
