"""Which touchpoint belongs to which phase: seen, corrected, and given back to the data."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from vivencia.foundation.numbers import whole
from vivencia.foundation.rights import Right, needs
from vivencia.foundation.vocabulary import title
from vivencia.understand import phases
from vivencia.understand.journey_look import look

MOST = 8


@needs(Right.ANALYSE)
def phases_page(request: HttpRequest) -> HttpResponse:
    """One row a touchpoint; up to eight phases with names of one's own."""
    found = look(request)
    if found is None:
        return redirect("journeys")
    columns = phases.columns(found.placed)
    if request.method == "POST":
        return _save(request, [step for column in columns for step in column.steps])
    named = [column.name for column in columns] if phases.arranged() else list(phases.names().values())
    rows = [
        {"step": step, "name": title(step), "phase": named.index(column.name) if column.name in named else None}
        for column in columns
        for step in column.steps
    ]
    context = {"named": named, "rows": rows, "arranged": phases.arranged(), "most": range(len(named), MOST)}
    return render(request, "understand/phases.html", context)


def _save(request: HttpRequest, steps: list[str]) -> HttpResponse:
    if "forget" in request.POST:
        phases.forget()
        messages.success(request, _("Phases are as the data suggest again."))
        return redirect("journey-phases")
    given = {place: request.POST.get(f"phase-{place}", "").strip()[:60] for place in range(MOST)}
    kept = [place for place, name in given.items() if name]
    of_step = {}
    for number, step in enumerate(steps):
        chosen = whole(request.POST.get(f"step-{number}"))
        if request.POST.get(f"name-{number}") == step and chosen is not None and chosen in kept:
            of_step[step] = kept.index(chosen)
    if not kept:
        messages.error(request, _("At least one phase needs a name."))
        return redirect("journey-phases")
    phases.arrange([given[place] for place in kept], of_step)
    messages.success(request, _("Phases saved."))
    return redirect("journey-lanes")
