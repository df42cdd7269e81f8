"""Pages of impact: the story of what was done, and one initiative's proof."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_tasks import TaskResultStatus

from vivencia.foundation import audit
from vivencia.foundation.exporting import FORMS, Sheet, as_csv
from vivencia.foundation.models import Act
from vivencia.foundation.rights import Right, may, needs
from vivencia.measure.asking import chosen_segment
from vivencia.measure.metrics import periods
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.reading import source
from vivencia.plan.impact import holdouts, jobs, showing
from vivencia.plan.initiatives.initiatives import declaration
from vivencia.plan.initiatives.models import Declaration, Initiative
from vivencia.understand import segments


@needs(Right.SEE_FIGURES)
@require_GET
def impact_page(request: HttpRequest) -> HttpResponse:
    """Every investment: before, after, what it cost, what it brought."""
    return render(request, "impact/impact.html", showing.overview(timezone.localdate()))


@needs(Right.SEE_FIGURES)
@require_GET
def initiative_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One initiative: declared and found."""
    initiative = get_object_or_404(Initiative, pk=pk)
    shown = showing.page(initiative, timezone.localdate())
    if shown is None:
        raise Http404
    held = declaration(initiative)
    lots = held is not None and held.holdout_percent > 0
    rights = may(request.user, Right.EXPORT) and may(request.user, Right.SEE_CUSTOMERS)
    state = jobs.last(initiative.pk)
    shown |= {"may_list": lots and rights, "lots": lots, "running": state if state in jobs.UNDER_WAY else None}
    return render(request, "impact/initiative.html", shown)


@needs(Right.SEE_FIGURES)
@require_GET
def metric_story(request: HttpRequest, name: str) -> HttpResponse:
    """A part of a metric's page: the past investments in it; nothing where there is none."""
    if name not in METRICS:
        raise Http404
    return render(request, "impact/parts/metric.html", {"rows": showing.of_metric(name, timezone.localdate())})


@needs(Right.PLAN)
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Work it out now."""
    initiative = get_object_or_404(Initiative, pk=pk)
    jobs.order(initiative.pk)
    return redirect("impact-initiative", initiative.pk)


@needs(Right.SEE_FIGURES)
@require_GET
def progress_part(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether it is still being worked out; tells the page to load anew, and what came of it, when it is done."""
    initiative = get_object_or_404(Initiative, pk=pk)
    state = jobs.last(initiative.pk)
    if state in jobs.UNDER_WAY:
        return render(request, "impact/parts/progress.html", {"pk": pk, "running": state})
    if state == TaskResultStatus.FAILED:
        messages.error(request, _("It could not be worked out; what is shown is as it was. The log says why."))
    else:
        messages.success(request, _("Worked out with what is known by now."))
    answer = HttpResponse()
    answer["HX-Refresh"] = "true"
    return answer


@needs(Right.EXPORT)
@require_GET
def left_out(request: HttpRequest, pk: int) -> HttpResponse:
    """The customers an initiative must not reach, as CSV: for whoever carries it out."""
    if not may(request.user, Right.SEE_CUSTOMERS):
        raise Http404
    initiative = get_object_or_404(Initiative, pk=pk)
    held = declaration(initiative)
    if held is None or not held.holdout_percent:
        raise Http404
    people = _population(held)
    if people is None:
        messages.error(request, _("The segment the initiative was for is no longer there, so nobody can be listed."))
        return redirect("impact-initiative", initiative.pk)
    rows = [
        (customer, "yes" if holdouts.left_out(initiative.pk, customer, held.holdout_percent) else "no")
        for customer in people
    ]
    audit.record(Act.EXPORTED, by=request.user, what="left out by lot", initiative=initiative.pk, rows=len(rows))
    response = HttpResponse(as_csv(Sheet("left out", ("customer_id", "left_out"), rows)), content_type=FORMS["csv"])
    response["Content-Disposition"] = f'attachment; filename="left-out-{initiative.pk}.csv"'
    return response


def _population(held: Declaration) -> list[str] | None:
    """The people it is for, as they are now (or were when it began); None where the segment is gone."""
    here, definition = source(), chosen_segment(held.population)
    if held.population and definition is None:
        return None
    if here.read.horizon is None:
        return []
    start = min(periods.midnight(held.starts, here.rules.zone), here.as_of)
    chosen = segments.members(here.read, definition or segments.Definition(), start)
    told = here.read.to_arrow(chosen)["customer_id"].to_pylist()
    return sorted(one for one in told if one)
