"""Pages of moments: the list of an outcome's moments, one moment, and how far a running study is."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import User
from vivencia.foundation.numbers import day
from vivencia.foundation.organisation import organisation
from vivencia.foundation.rights import Right, may, needs
from vivencia.foundation.vocabulary import title
from vivencia.moments import freshness, showing, studies
from vivencia.moments.findings import Findings, Moment
from vivencia.moments.models import MomentSides, MomentStudy, State
from vivencia.moments.outcomes import OUTCOMES
from vivencia.moments.witnesses import witnesses
from vivencia.moments.wording import OUTCOME_NAMES, STAGES, Words, reason_words, wait_words
from vivencia.understand.models import Segment
from vivencia.understand.segment_choices import choices
from vivencia.understand.settling import view

SORTS = ("stake", "effect")


@dataclass(frozen=True)
class Standing:
    """How a question stands: the study to show (perhaps of older data), the one under way, and whether it failed.
    old: data have come in since; they are taken in by themselves."""

    shown: MomentStudy | None
    running: MomentStudy | None
    failed: bool
    old: bool


def standing(question: studies.Question, read: Read, user: object) -> Standing:
    """The newest findings there are. A question that is due is studied now, in the background; one about a segment or
    a period only for who may run studies."""
    whole = not (question.segment or question.since or question.until)
    if (whole or may(user, Right.ANALYSE)) and freshness.due(question, read):
        studies.begin(question, read.version, user if isinstance(user, User) else None)
    shown, running = studies.latest(question), studies.under_way(question)
    failed = running is None and studies.failed(question)
    return Standing(shown, running, failed=failed, old=bool(shown and shown.ledger_version != read.version))


def asked(request: HttpRequest, told: dict[str, str]) -> studies.Question:
    """The question of an address; what cannot be read counts as not said."""
    outcome = told.get("outcome", "")
    segment = told.get("segment", "")[:200]
    since, until = day(told.get("since")), day(told.get("until"))
    if since and until and since > until:
        since, until = None, None
    return studies.Question(outcome if outcome in OUTCOMES else studies.usual_outcome(), segment, since, until)


def address(name: str, question: studies.Question, **path: str) -> str:
    """The address of a page about a question."""
    told = {"segment": question.segment, "since": question.since, "until": question.until}
    if name == "moments":
        told = {"outcome": question.outcome, **told}
    query = urlencode({key: value for key, value in told.items() if value})
    return reverse(name, kwargs=path) + (f"?{query}" if query else "")


@needs(Right.SEE_FIGURES)
def moments_page(request: HttpRequest) -> HttpResponse:
    """What decides an outcome, and what to mend first."""
    read = view().read
    if read.horizon is None:
        return render(request, "moments/nothing.html")
    question = asked(request, request.GET.dict())
    now = standing(question, read, request.user)
    context = _frame(request, question, read) | _about(now, question, request)
    return render(request, "moments/moments.html", context)


def _frame(request: HttpRequest, question: studies.Question, read: Read) -> dict[str, Any]:
    """The filters and what they may be set to."""
    known = choices(read)["segments"]
    saved = [(f"{studies.SAVED}{one.pk}", one.name) for one in Segment.objects.all()]
    return {
        "question": question,
        "outcome_name": OUTCOME_NAMES[question.outcome],
        "outcomes": [
            (name, label, address("moments", studies.Question(name, question.segment, question.since, question.until)))
            for name, label in OUTCOME_NAMES.items()
        ],
        "segments": [(name, title(name)) for name in known] + saved,
        "sort": request.GET.get("sort", "stake") if request.GET.get("sort") in SORTS else "stake",
        "may_run": may(request.user, Right.ANALYSE),
    }


def _about(now: Standing, question: studies.Question, request: HttpRequest) -> dict[str, Any]:
    findings = studies.findings_of(now.shown) if now.shown else None
    context: dict[str, Any] = {"now": now, "findings": findings, **progress_of(now.running)}
    if now.shown and now.shown.state == State.EMPTY:
        context["why_empty"] = reason_words(now.shown.reason)
    if findings:
        words = Words(findings, organisation().currency)
        context |= showing.listed(findings, words, question, by_stake=request.GET.get("sort") != "effect")
        context["basis"] = words.basis()
        context["left_out"] = words.left_out()
        context["level"] = showing.level(findings, words)
    return context


def progress_of(running: MomentStudy | None) -> dict[str, Any]:
    """What the progress part shows."""
    if running is None:
        return {"running": None}
    seconds = studies.usual_seconds()
    about = wait_words(seconds) if seconds else ""
    return {"running": running, "stage": STAGES.get(running.stage, STAGES[""]), "wait": about}


@needs(Right.SEE_FIGURES)
def progress_part(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a study is; once it is over, the page is loaded anew."""
    study = get_object_or_404(MomentStudy, pk=pk)
    if study.state in (State.QUEUED, State.RUNNING):
        return render(request, "moments/parts/progress.html", progress_of(study))
    response = HttpResponse()
    response["HX-Refresh"] = "true"
    return response


@needs(Right.ANALYSE)
@require_POST
def run_again(request: HttpRequest) -> HttpResponse:
    """Study a question anew, whatever is remembered."""
    question = asked(request, request.POST.dict())
    read = open_ledger().read()
    user = request.user
    studies.begin(question, read.version, user if isinstance(user, User) else None)
    return HttpResponseRedirect(address("moments", question))


@needs(Right.SEE_FIGURES)
def moment_page(request: HttpRequest, outcome: str, key: str) -> HttpResponse:
    """One moment: what it is, what it does, how sure that is, who lived it."""
    if outcome not in OUTCOMES:
        raise Http404
    question = asked(request, request.GET.dict() | {"outcome": outcome})
    found = studies.moment_of(question, key)
    if found is None:
        studying = studies.under_way(question) is not None
        shown = {"back": address("moments", question), "studying": studying}
        return render(request, "moments/gone.html", shown, status=200 if studying else 404)
    study, findings, moment = found
    words = Words(findings, organisation().currency)
    context = showing.one(findings, moment, words) | {
        "question": question,
        "back": address("moments", question),
        "study": study,
        "elsewhere": _elsewhere(question, moment),
        "source": _source(question, moment),
    }
    if may(request.user, Right.SEE_CUSTOMERS):
        context |= _seen_by(study, moment, findings) | {"everybody": _everybody(study, question, moment, words)}
    return render(request, "moments/moment.html", context)


def _source(question: studies.Question, moment: Moment) -> str:
    """The moment as an address names it to who makes something of it."""
    told = {"segment": question.segment, "since": question.since, "until": question.until}
    known = {name: value for name, value in told.items() if value}
    return urlencode({"moment": f"{question.outcome}:{moment.key}", **known})


def _everybody(study: MomentStudy, question: studies.Question, moment: Moment, words: Words) -> dict[str, str]:
    """The addresses of both sides of a proven moment, and how many they are."""
    if not (moment.proven and MomentSides.objects.filter(study=study).exists()):
        return {}
    here = address("moment-people", question, outcome=question.outcome, key=moment.key)
    lived, others = words.sides(moment)
    glue = "&" if "?" in here else "?"
    return {"lived": here, "lived_words": lived, "others": f"{here}{glue}side=others", "others_words": others}


def _seen_by(study: MomentStudy, moment: Moment, findings: Findings) -> dict[str, Any]:
    told = studies.witnesses_of(study, moment.key)
    seen = witnesses(open_ledger().read(), told, findings.outcome)
    return {"witnesses": seen, "evidence_gone": moment.proven and not told}


def _elsewhere(question: studies.Question, moment: Moment) -> list[dict[str, Any]]:
    """What the same moment does to the other outcomes that have been studied."""
    found: list[dict[str, Any]] = []
    for name in OUTCOMES:
        other = studies.Question(name, question.segment, question.since, question.until)
        told = studies.moment_of(other, moment.key) if name != question.outcome else None
        if told is None:
            continue
        _study, findings, same = told
        if same.effect is not None:
            words = Words(findings, organisation().currency)
            priced = name in ("repurchase", "revenue") and moment.repurchases is not None  # told above, of these units
            sentence = words.effect(same) if same.proven else _("No effect is proven here.")
            href = address("moment", other, outcome=name, key=same.key)
            found.append(
                {
                    "name": OUTCOME_NAMES[name],
                    "sentence": sentence,
                    "stake": words.stake_points(same) if same.proven and not priced else "",
                    "moment": same,
                    "href": href,
                }
            )
    return found
