"""Pages of the roadmap: the timeline, planning anew, changes by hand, versions, calendar and workbook."""

from collections.abc import Iterable
from typing import Any, Literal

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from vivencia.foundation.exporting import FORMS
from vivencia.foundation.models import User
from vivencia.foundation.numbers import whole
from vivencia.foundation.organisation import organisation
from vivencia.foundation.rights import Right, needs, public
from vivencia.plan.initiatives.models import Initiative, Stage, ValueUnit
from vivencia.plan.roadmap import calendars, plans, sheets, showing
from vivencia.plan.roadmap.assembling import frame
from vivencia.plan.roadmap.comparing import compared
from vivencia.plan.roadmap.forms import FrameForm
from vivencia.plan.roadmap.models import CalendarLink, Plan, PlanState
from vivencia.plan.roadmap.optimiser.answers import Placed
from vivencia.plan.roadmap.optimiser.optimise import ImpossibleError
from vivencia.plan.roadmap.unsaid import missing
from vivencia.plan.roadmap.wording import TROUBLES, Words, words_for


def _by(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _words(plan: Plan) -> Words:
    return words_for(plan, organisation().currency)


def _done(pk: int) -> Plan:
    return get_object_or_404(Plan, pk=pk, state=PlanState.DONE)


@needs(Right.SEE_FIGURES)
@require_GET
def roadmap_page(request: HttpRequest) -> HttpResponse:
    """The plan in force, or the version or trial asked for (`?version=`)."""
    asked = request.GET.get("version", "")
    plan = plans.current() if (number := whole(asked)) is None else _done(number)
    newest = Plan.objects.filter(kept=True).first()
    shown: dict[str, Any] = {
        "plan": plan,
        "waiting": plans.under_way(),
        "trouble": _trouble(newest) if newest and newest.state == PlanState.FAILED else "",
        "any": Initiative.objects.exclude(stage__in=(Stage.DONE, Stage.DROPPED)).exists(),
    }
    if plan is not None:
        shown |= _plan_shown(plan)
    return render(request, "roadmap/roadmap.html", shown)


def _plan_shown(plan: Plan) -> dict[str, Any]:
    words, current, report = _words(plan), plans.current(), plan.report
    lanes, out = showing.lanes(plan, words), showing.left_out(plan, words)
    value = {
        "value": report["value"], "low": report["range"]["low"], "high": report["range"]["high"],
        "n": report["range"]["draws"],
        "unit": words.money.sign if words.unit == ValueUnit.MONEY else words.unit.label,
        "definition": _definition(report),
    }  # fmt: skip
    return {
        "words": words,
        "value": value,
        "report": report,
        "certified": words.certified(report),
        "often": words.often(report) if "prices" in report else "",
        "counted": words.counted(plan),
        "past_moves": words.past_moves(plan),
        "pilots": words.pilots(report),
        "missing": missing(plan, words),
        "limitless": not plan.problem["teams"] and plan.problem.get("budget") is None,
        "lanes": lanes,
        "chosen": sum(len(lane.bars) for lane in lanes),
        "out": out,
        "priced": showing.priced(told := plans.told_before(plan), words),
        "told": told,
        "standing": words.standing(report),
        "pricing": plans.pricing(plan),
        "unpriced": plans.unpriced(plan),
        "by_hand": showing.by_hand(plan, words),
        "trial": not plan.kept,
        **_against(plan, current, words),
        "loss": _loss(plan, words),
        "changed": [words.place(key, place) for key, place in plan.change.items()],
        "old": current is not None and plan.kept and plan.pk != current.pk,
        "versions": list(showing.lineage(words, organisation().currency)),
        "moves": [(bar.pk, bar.title) for lane in lanes for bar in lane.bars]
        + [(each.pk, each.title) for each in out if each.may_enter],
        "numbered": list(enumerate(words.quarters)),
        "texts": _texts(),
    }


def _against(plan: Plan, current: Plan | None, words: Words) -> dict[str, Any]:
    """A trial against what it was made from; an older version against the plan in force."""
    other = plan.base if not plan.kept else current
    if other is None or other.pk == plan.pk or other.state != PlanState.DONE:
        return {}
    against = compared(other, plan)
    return {"against": against, "brings": words.compared(against)}


def _loss(plan: Plan, words: Words) -> str:
    if plan.loss is None:
        return ""
    before = plan.report["value"] + plan.loss
    return words.loss(plan.loss, before, before - plan.report["bound"])


def _definition(report: dict[str, Any]) -> str:
    if report["objective"] == "net":
        return _(
            "What the chosen initiatives bring from the quarter after each is finished to the end of what is counted, "
            "less what they cost. The range holds 95 of 100 simulated futures, in which all estimates err together."
        )
    return _(
        "What the chosen initiatives bring from the quarter after each is finished to the end of what is counted. The "
        "range holds 95 of 100 simulated futures, in which all estimates err together."
    )


def _texts() -> dict[str, str]:
    """What the timeline's script says."""
    return {
        "move": _("%s: starts in %s. Arrow keys move it, Enter shows what that costs, Escape puts it back."),
        "moved": _("%s would start in %s. Enter shows what that costs."),
        "working": _("Completing the plan…"),
        "back": _("%s is back in %s."),
    }


def _trouble(plan: Plan) -> str:
    told = str(TROUBLES.get(plan.trouble.get("code", ""), TROUBLES["lost"]))
    return _because(told, plan.trouble.get("conflict", []), _words(plan))


def _because(told: str, rules: Iterable[tuple[str, str]], words: Words) -> str:
    """Why there is no plan, with the rules of which one has to give way."""
    named = "; ".join(words.rule(kind, of) for kind, of in rules)
    together = _("These cannot be kept together, so one has to give way:")
    return f"{told} {together} {named}." if named else told


@needs(Right.PLAN)
@require_POST
def plan_anew(request: HttpRequest) -> HttpResponse:
    """Have the worker find the best plan from everything as it stands; what was decided by hand stays, if asked for."""
    current = plans.current()
    fixed = current.fixed if current is not None and request.POST.get("hold") else None
    plans.ask(_by(request), timezone.localdate(), fixed)
    return redirect("roadmap")


@needs(Right.SEE_FIGURES)
@require_GET
def progress_part(request: HttpRequest, pk: int) -> HttpResponse:
    """How far planning is; tells the page to load anew when it is done. Of a plan that is there already (`?prices`):
    whether it is known by now what its limits cost, or is waited for in vain."""
    plan = get_object_or_404(Plan, pk=pk)
    if "prices" in request.GET and plan.state == PlanState.DONE and plans.pricing(plan):
        return HttpResponse(status=204)
    if plan.state in (PlanState.DONE, PlanState.FAILED):
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "roadmap/parts/progress.html", {"waiting": plan})


@needs(Right.PLAN)
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a change by hand: the plan is completed around it, and what it costs is shown."""
    plan = _done(pk)
    place, key = (
        _place(request.POST.get("place", ""), len(plan.problem["quarters"])),
        request.POST.get("initiative", ""),
    )
    if key not in {each["key"] for each in plan.problem["initiatives"]} or place == "":
        raise Http404
    try:
        trial = plans.try_change(plan, key, place, _by(request))
    except ImpossibleError:
        words = _words(plan)
        told = _("Not possible: %(change)s. No plan keeps all the rules then.") % {"change": words.place(key, place)}
        messages.error(
            request, _because(told, [(rule.kind, rule.of) for rule in plans.in_the_way(plan, key, place)], words)
        )
        return redirect(f"{reverse('roadmap')}?version={plan.pk}")
    return redirect(f"{reverse('roadmap')}?version={trial.pk}")


def _place(told: str, quarters: int) -> Placed | Literal["free", ""]:
    """A quarter from 0, "out" (None), "any", "free"; "" where it is none of them."""
    if told == "out":
        return None
    if told in ("any", "free"):
        return "any" if told == "any" else "free"
    return place if (place := whole(told)) is not None and place < quarters else ""


@needs(Right.PLAN)
@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a trial, or an older version, the plan."""
    plan = _done(pk)
    if plan.kept:
        plan.pk, plan.kept = None, False
        plan.base_id, plan.change, plan.loss = pk, {}, None
        plan.save()
    plans.keep(plan, request.POST.get("name", ""), _by(request))
    messages.success(request, _("This is the plan now. The one before stays among the versions."))
    return redirect("roadmap")


@needs(Right.PLAN)
@require_POST
def write_dates(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the plan's dates to the initiatives."""
    plan = _done(pk)
    if not plan.kept:
        raise Http404
    changed = plans.write_dates(plan, _by(request), timezone.localdate())
    told = ngettext("%(n)s initiative has its dates now.", "%(n)s initiatives have their dates now.", changed)
    messages.success(request, told % {"n": changed} if changed else _("All initiatives had these dates already."))
    return redirect("roadmap")


@needs(Right.EXPORT)
@require_GET
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan as a workbook."""
    plan = _done(pk)
    answer = HttpResponse(sheets.workbook(plan, _words(plan)), content_type=FORMS["xlsx"])
    answer["Content-Disposition"] = f'attachment; filename="roadmap-{plan.at:%Y-%m-%d}.xlsx"'
    return answer


@needs(Right.PLAN)
def frame_page(request: HttpRequest) -> HttpResponse:
    """What plans are made by: quarters, discount, unit, balance."""
    form = FrameForm(request.POST or None, instance=frame())
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Kept. The next plan is made by it."))
        return redirect("roadmap")
    return render(request, "roadmap/frame.html", {"form": form}, status=422 if form.errors else 200)


@needs(Right.SEE_FIGURES)
def calendar_page(request: HttpRequest) -> HttpResponse:
    """The secret address for one's calendar: made, shown once, taken away."""
    person = _by(request)
    assert person is not None
    address = ""
    if request.method == "POST" and request.POST.get("stop"):
        CalendarLink.objects.filter(person=person).delete()
        messages.success(request, _("The address no longer works."))
        return redirect("roadmap-calendar")
    if request.method == "POST":
        address = request.build_absolute_uri(reverse("roadmap-feed", args=[calendars.new_link(person)]))
    link = CalendarLink.objects.filter(person=person).first()
    return render(request, "roadmap/calendar.html", {"address": address, "link": link})


@public
@require_GET
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The plan in force as iCalendar, for whoever has the secret address and may still see plans; in the reader's
    language, for a calendar programme asks in none."""
    reader = calendars.reader(token)
    if reader is None:
        raise Http404
    plan = plans.current()
    changed = timezone.now() if plan is None else plan.at
    with translation.override(reader.language or organisation().language):
        events = [] if plan is None else _events(request, plan)
        text = calendars.calendar(_("Roadmap"), events, changed)
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, max-age=900"
    answer["Content-Disposition"] = 'inline; filename="roadmap.ics"'
    return answer


def _events(request: HttpRequest, plan: Plan) -> list[calendars.Event]:
    lasts = {each["key"]: each["duration"] for each in plan.problem["initiatives"]}
    streams = dict(Initiative._meta.get_field("stream").flatchoices)
    events = []
    for one in Initiative.objects.filter(pk__in=[int(key) for key in plan.starts]).order_by("pk"):
        first, last = plans.dates(plan, str(one.pk), lasts[str(one.pk)])
        address = request.build_absolute_uri(reverse("initiative", args=[one.pk]))
        uid = f"initiative-{one.pk}@{request.get_host().partition(':')[0]}"
        events.append(calendars.Event(uid, one.title, first, last, str(streams[one.stream]), address))
    return events
