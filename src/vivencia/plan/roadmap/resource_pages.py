"""The page of resources: what there is against what the plan uses; quick wins and the long road."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from vivencia.foundation.organisation import organisation
from vivencia.foundation.rights import Right, may, needs
from vivencia.plan.initiatives.models import Team, ValueUnit
from vivencia.plan.initiatives.wording import Words
from vivencia.plan.roadmap import forms, plans, resources
from vivencia.plan.roadmap.assembling import assembled, frame, quarter_name, quarters_of


@needs(Right.SEE_FIGURES)
@require_http_methods(["GET", "POST"])
def resources_page(request: HttpRequest) -> HttpResponse:
    """Shows; a POST keeps capacities and budgets (who may plan)."""
    now = assembled(timezone.localdate())
    quarters = quarters_of(now.first, frame().quarters)
    told, wrong = None, ""
    if request.method == "POST":
        if not may(request.user, Right.PLAN):
            raise PermissionDenied
        try:
            forms.save(quarters, request.POST.dict())
        except forms.NotNumbersError as error:
            told, wrong = request.POST.dict(), str(error)
        else:
            messages.success(request, _("Kept. Plan anew to make use of it."))
            return redirect("roadmap-resources")
    names = [quarter_name(each) for each in quarters]
    shown = {"quarters": names, "rows": forms.rows(quarters, names, told), "wrong": wrong, "now": now, **_shown(now)}
    return render(request, "roadmap/resources.html", shown, status=422 if wrong else 200)


def _shown(now: Any) -> dict[str, Any]:
    plan, words, unit = plans.current(), Words(organisation().currency), frame().unit
    teams = {str(team.pk): team.name for team in Team.objects.all()}
    wins = resources.wins(plan, unit)
    longest = max((win.quarters for win in wins), default=0)
    usages = resources.usages(plan, now)
    return {
        "plan": plan,
        "usages": [(teams.get(usage.team, "") if usage.team else _("Money"), usage) for usage in usages],
        "over": any(load.level == "over" for usage in usages for load in usage.loads),
        "wins": [(win, words.amount(win.value, unit), words.amount(win.cost or None, "money")) for win in wins],
        "quick": sum(win.quick for win in wins),
        "ticks": [(q + 1, 100 * (q + 0.5) / longest) for q in range(longest)],
        "unlimited": now.unlimited,
        "currency": organisation().currency,
        "money": unit == ValueUnit.MONEY,
    }
