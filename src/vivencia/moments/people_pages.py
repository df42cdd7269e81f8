"""The people of a moment: everybody who lived it, or everybody they are compared with, with their words."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.numbers import whole
from vivencia.foundation.organisation import organisation
from vivencia.foundation.rights import Right, needs
from vivencia.moments import studies, witnesses
from vivencia.moments.findings import Findings, Moment
from vivencia.moments.models import MomentStudy
from vivencia.moments.outcomes import OUTCOMES
from vivencia.moments.pages import address, asked
from vivencia.moments.witnesses import Witness
from vivencia.moments.wording import Words
from vivencia.understand.situations import is_bad

PAGE = 25
SIDES = {"lived": gettext_lazy("Those who lived it"), "others": gettext_lazy("Those they are compared with")}
ORDERS = {
    "latest": gettext_lazy("the latest"),
    "lowest": gettext_lazy("the lowest"),
    "highest": gettext_lazy("the highest"),
}


@dataclass(frozen=True)
class Asked:
    """What of a moment's people is wanted: which side, in which order, whether only who wrote something."""

    side: str
    order: str
    only_words: bool

    @classmethod
    def of(cls, request: HttpRequest) -> "Asked":
        side, order = request.GET.get("side", ""), request.GET.get("order", "")
        return cls(side if side in SIDES else "lived", order if order in ORDERS else "latest", "words" in request.GET)


@needs(Right.SEE_CUSTOMERS)
def people_page(request: HttpRequest, outcome: str, key: str) -> HttpResponse:
    """One side of a moment, case by case."""
    if outcome not in OUTCOMES:
        raise Http404
    question = asked(request, request.GET.dict() | {"outcome": outcome})
    found = studies.moment_of(question, key)
    if found is None:
        return render(request, "moments/gone.html", {"back": address("moments", question)}, status=404)
    study, findings, moment = found
    wanted = Asked.of(request)
    context = {
        "question": question,
        "findings": findings,
        "moment": moment,
        "title": Words(findings, organisation().currency).title(moment),
        "back": address("moment", question, outcome=outcome, key=key),
        "moments": address("moments", question),
        "wanted": wanted,
        "sides": SIDES,
        "orders": ORDERS,
    }
    return render(request, "moments/people.html", context | _listed(request, study, findings, moment, wanted))


def _listed(
    request: HttpRequest, study: MomentStudy, findings: Findings, moment: Moment, wanted: Asked
) -> dict[str, Any]:
    found = studies.side_of(study, moment.key, lived=wanted.side == "lived")
    if found is None or not moment.proven:
        return {"unknown": True}
    read, outcome = open_ledger().read(), findings.outcome
    if wanted.only_words:
        found = found.filter(witnesses.wrote(read, found, outcome))
    by = "began" if wanted.order == "latest" else "outcome"
    ordered = found.sort(by, "began", descending=[wanted.order != "lowest", True], nulls_last=True)
    page = Paginator(range(len(ordered)), PAGE).get_page(whole(request.GET.get("page")) or 1)
    first = max(page.start_index() - 1, 0)
    return {
        "page": page,
        "rows": [(one, _bad(one, findings)) for one in witnesses.told(read, ordered[first : first + PAGE], outcome)],
        "cases": len(found),
        "people": found["customer_id"].n_unique(),
    }


def _bad(one: Witness, findings: Findings) -> bool:
    scored = one.outcome is not None and findings.scale_max is not None
    return scored and is_bad(findings.outcome, one.outcome or 0.0, findings.scale_max)
