"""Sources, live: who may send, and what comes in."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from vivencia.foundation import audit, inbox
from vivencia.foundation.models import Act, User
from vivencia.foundation.rights import Right, needs
from vivencia.listen.api import arrivals, examples, keys, planning, samples, wording
from vivencia.listen.api.forms import KeyForm, PlanForm
from vivencia.listen.api.models import Pays, PlannedCall, Scope, WriteKey

NAMES_A_PAGE = 50
REASONS_SHOWN = 20


@needs(Right.IMPORT)
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """Write keys, and how much is on its way."""
    return render(request, "api/live.html", _live(KeyForm()))


@needs(Right.IMPORT)
@require_POST
@never_cache  # the answer holds the key: it is shown once
def make_key(request: HttpRequest) -> HttpResponse:
    form = KeyForm(request.POST)
    if not form.is_valid():
        return render(request, "api/live.html", _live(form), status=422)
    said = form.cleaned_data
    key = keys.make(
        said["name"],
        said["source"],
        said["scope"],
        channel=said["channel"],
        origins=said["origins"],
        by=_user(request),
    )
    address = request.build_absolute_uri("/").rstrip("/")
    snippets = examples.browser(address, key) if said["scope"] == Scope.BROWSER else examples.server(address, key)
    return render(request, "api/key.html", {"key": key, "name": said["name"], "snippets": snippets})


@needs(Right.IMPORT)
@require_POST
def revoke_key(request: HttpRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(WriteKey, pk=pk)
    keys.revoke(key, by=_user(request))
    messages.success(request, _("Revoked. What is sent with “%(name)s” is refused from now on.") % {"name": key.name})
    return redirect("live")


@needs(Right.IMPORT)
@require_GET
def track_plan(request: HttpRequest) -> HttpResponse:
    """What comes in by name, what it means, and what was rejected."""
    lines = PlannedCall.objects.select_related("decided_by")
    wanted, undecided = request.GET.get("q", "").strip(), request.GET.get("undecided") == "1"
    if wanted:
        lines = lines.filter(name__icontains=wanted)
    if undecided:
        lines = lines.filter(decided_at=None)
    page = Paginator(lines, NAMES_A_PAGE).get_page(request.GET.get("page"))
    for line in page:
        line.also = _also(line)  # type: ignore[attr-defined]  # for the template
    reasons = arrivals.reasons()
    said = {
        "page": page,
        "q": wanted,
        "undecided": undecided,
        "any": bool(page.paginator.count) or PlannedCall.objects.exists(),
        "waiting_decision": PlannedCall.objects.filter(decided_at=None).count(),
        "reasons": [(one, wording.reason(one.problem)) for one in reasons[:REASONS_SHOWN]],
        "rejected": sum(one.count for one in reasons),
        "kept_days": arrivals.kept_days(),
        "keys": WriteKey.objects.filter(revoked_at=None).exists(),
    }
    part = getattr(request, "htmx", False)
    return render(request, "api/parts/plan_lines.html" if part else "api/track_plan.html", said)


@needs(Right.IMPORT)
def planned(request: HttpRequest, pk: int) -> HttpResponse:
    """One name: what it means, and the latest that came."""
    line = get_object_or_404(PlannedCall, pk=pk)
    form = PlanForm(request.POST or None, instance=line)
    if request.method == "POST" and form.is_valid():
        planning.decide(form.save(commit=False), by=_user(request))
        messages.success(request, _("Kept. What comes in from now on means this."))
        return redirect("track-plan")
    said = {"line": line, "form": form, "latest": samples.latest(line, request.user)}
    return render(request, "api/planned.html", said, status=422 if form.errors else 200)


@needs(Right.IMPORT)
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Decide every proposal as it is proposed."""
    lines = PlannedCall.objects.filter(decided_at=None)
    for line in lines:
        planning.decide(line, by=_user(request))
    messages.success(request, _("The proposals are now your plan."))
    return redirect("track-plan")


@needs(Right.IMPORT)
@require_POST
def try_again(request: HttpRequest) -> HttpResponse:
    count = arrivals.try_again(request.POST.get("problem") or None)
    audit.record(Act.ARRIVALS_TRIED_AGAIN, by=request.user, events=count)
    messages.success(request, _("They are read again now. What still cannot be read comes back here."))
    return redirect("track-plan")


@needs(Right.IMPORT)
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    count = arrivals.discard(request.POST.get("problem", ""))
    audit.record(Act.ARRIVALS_DISCARDED, by=request.user, events=count)
    messages.success(request, _("Discarded."))
    return redirect("track-plan")


@needs(Right.IMPORT)
@require_GET
def rejected(request: HttpRequest) -> HttpResponse:
    """The latest calls rejected for one reason, as they came."""
    problem = request.GET.get("problem", "")
    rows = arrivals.rejected().filter(problem=problem)
    latest = [samples.rejected(row, request.user) for row in rows[: samples.MOST]]
    said = {"problem": wording.reason(problem), "code": problem, "count": rows.count(), "latest": latest}
    return render(request, "api/rejected.html", said | {"goes": _goes(problem)})


def _goes(problem: str) -> date | None:
    return next((one.goes for one in arrivals.reasons() if one.problem == problem), None)


def _also(line: PlannedCall) -> list[str]:
    """What a line means besides its touchpoint."""
    means = [
        (line.pays == Pays.PAID, _("payment")),
        (line.pays == Pays.REFUNDED, _("refund")),
        (bool(line.promise), _("makes a promise")),
        (bool(line.fulfils), _("keeps a promise")),
        (bool(line.metric), _("feedback")),
    ]
    return [word for holds, word in means if holds]


def _live(form: KeyForm) -> dict[str, Any]:
    every = WriteKey.objects.select_related("made_by")
    in_force = [key for key in every if key.revoked_at is None]
    return {
        "form": form,
        "keys": in_force,
        "revoked": [key for key in every if key.revoked_at is not None],
        "waiting": inbox.waiting() if in_force else 0,
        "rejected": arrivals.rejected().count(),
        "names": PlannedCall.objects.count(),
    }


def _user(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
