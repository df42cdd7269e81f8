"""Personas: who are our customers, and how do we know?"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from vivencia.foundation.models import User
from vivencia.foundation.numbers import whole
from vivencia.foundation.rights import Right, may, needs
from vivencia.understand import readings
from vivencia.understand.personas import assignments, findings, persona_words, showing
from vivencia.understand.personas.models import Finding, Persona
from vivencia.understand.settling import view

STEPS = {
    "reading": (0.15, gettext_lazy("Reading what each person did, said and felt")),
    "looking": (0.5, gettext_lazy("Looking for groups, and whether they are more than chance")),
    "telling": (0.85, gettext_lazy("Telling what sets each apart")),
}
MOST_ASKED = 8


@needs(Right.SEE_FIGURES)
def personas_page(request: HttpRequest) -> HttpResponse:
    """The gallery: found and designed, beside each other."""
    finding = Finding.objects.filter(in_use=True).first()
    last = Finding.objects.first()
    found = assignments.offered()
    designed = list(Persona.objects.filter(kind=Persona.Kind.DESIGNED))
    shown = {
        "finding": finding,
        "verdict": showing.verdict(finding) if finding else None,
        "running": _running(),
        "failed": last is not None and last.state == Finding.State.FAILED,
        "found": [showing.card(one) for one in found],
        "designed": [showing.card(one) for one in designed],
        "gone": [
            {"persona": one, "name": persona_words.called(one)}
            for one in Persona.objects.filter(gone=True)
            if one.name or one.story or one.statements.filter(by__isnull=False).exists()
        ],
        "nothing": view().read.horizon is None,
        "numbers": range(2, MOST_ASKED + 1),
    }
    return render(request, "personas/personas.html", shown)


@needs(Right.ANALYSE)
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Have the worker look for personas; `groups`: divide into so many all the same (0: whichever is clearest)."""
    asked = whole(request.POST.get("groups"))
    number = asked if asked is not None and asked <= MOST_ASKED and asked != 1 else None
    findings.begin(request.user if isinstance(request.user, User) else None, number)
    return redirect("personas")


@needs(Right.SEE_FIGURES)
def progress(request: HttpRequest) -> HttpResponse:
    """How far the search is; a page that is done asks the browser to load the result."""
    running = _running()
    answer = render(request, "personas/parts/progress.html", {"running": running})
    if running is None:
        answer["HX-Refresh"] = "true"
    return answer


def _running() -> dict[str, Any] | None:
    row = Finding.objects.filter(state__in=(Finding.State.WAITING, Finding.State.RUNNING)).first()
    if row is None:
        return None
    if row.state == Finding.State.WAITING:
        return {"done": None, "step": _("Waiting for its turn")}
    done, step = STEPS.get(row.step, (0.9, _("Almost there")))
    return {"done": done, "step": step}


@needs(Right.SEE_FIGURES)
def persona_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One persona: portrait, figures, empathy map."""
    persona = get_object_or_404(Persona.objects.select_related("segment", "rule", "finding"), pk=pk)
    read = view().read
    people = may(request.user, Right.SEE_CUSTOMERS)
    masked = not may(request.user, Right.SEE_PERSONAL)
    quotes = showing.typical_quotes(persona, read, masked=masked) if people and showing.links(persona) else []
    shown = {
        **showing.card(persona),
        "goals": [line.strip() for line in persona.goals.splitlines() if line.strip()],
        "rows": showing.rows(persona),
        "traits": showing.rows(persona, about="traits", most=6),
        "scores": showing.scores(persona),
        "journeys": showing.journeys(persona),
        "companies": showing.companies(persona),
        "map": showing.empathy(persona, read, masked=masked),
        "quotes": quotes,
        "unread": readings.waits(read),
        "links": showing.links(persona),
        "overlap": showing.overlap(persona),
        "verdict": showing.verdict(persona.finding) if persona.finding else None,
        "may_edit": may(request.user, Right.PLAN),
        "may_read": people,
    }
    return render(request, "personas/persona.html", shown)


@needs(Right.PLAN)
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a designed persona; those found are there as long as the data say so."""
    persona = get_object_or_404(Persona, pk=pk, kind=Persona.Kind.DESIGNED)
    name = persona_words.called(persona)
    persona.delete()
    messages.success(request, _("The persona “%(name)s” is deleted. The customers are still there.") % {"name": name})
    return redirect("personas")
