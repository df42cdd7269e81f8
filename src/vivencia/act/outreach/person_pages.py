"""One person: what may we write to them about, and what have we?"""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vivencia.act.models import Block
from vivencia.act.outreach import addresses, shown
from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.foundation.rights import Right, may, needs
from vivencia.foundation.vocabulary import CONSENT, title
from vivencia.listen import consent, reasons
from vivencia.listen.consent import Answer, Given, Unknown
from vivencia.listen.models import OutgoingRequest
from vivencia.listen.surveys.answered import asked_and_not_agreed
from vivencia.understand import identity

MOST_SHOWN = 50


@dataclass(frozen=True)
class Purpose:
    """What the person said about one kind of message."""

    code: str
    title: str
    state: str  # given, withdrawn, not-agreed (asked in a survey, left without a tick) or unknown
    at: datetime | None
    proof: str


class SayingForm(forms.Form):
    """Somebody of ours writes down what the person said to them."""

    purpose = forms.CharField(max_length=60)
    said = forms.ChoiceField(choices=[("yes", ""), ("no", "")])
    proof = forms.CharField(label=gettext_lazy("Where and how did they say it?"), max_length=300)


@needs(Right.SEE_CUSTOMERS)
def person_messages_page(request: HttpRequest, customer_id: str) -> HttpResponse:
    ledger = open_ledger()
    read = ledger.read()
    person = identity.canonical(read, customer_id)
    if person is None:
        raise Http404
    if request.method == "POST":
        if not _may_change(request):
            raise PermissionDenied
        return _change(request, person, read)
    return _page(request, person, ledger, read)


def _may_change(request: HttpRequest) -> bool:
    """Whoever talks with customers or asks them."""
    return may(request.user, Right.SEE_PERSONAL) or may(request.user, Right.ASK)


def _page(request: HttpRequest, person: str, ledger: Ledger, read: Read) -> HttpResponse:
    ids = ledger.same_person(person)
    sent = list(OutgoingRequest.objects.filter(customer_id__in=ids)[:MOST_SHOWN])
    known = read.to_arrow(read.customers.filter(read.customers.customer_id == person).select("name", "email"))
    name, email = (known["name"][0].as_py(), known["email"][0].as_py()) if known.num_rows else (None, None)
    blocks = sorted({one.reason for one in addresses.blocks_of(email)}) if email else []
    told = {
        "person": person,
        "name": name or "",
        "email": email or "",
        "blocks": [(code, reasons.say(code)) for code in blocks],
        "purposes": _purposes(consent.all_of(person, ledger), asked_and_not_agreed(ids)),
        "history": [(one, title(one.purpose)) for one in consent.history(person, ledger)],
        "lines": shown.lines(sent, read),
        "may_change": _may_change(request),
    }
    return render(request, "act/person.html", told)


def _purposes(said: dict[str, Answer], asked: dict[str, datetime]) -> list[Purpose]:
    found = []
    for code in dict.fromkeys([*CONSENT, *said, *asked]):
        answer = said.get(code, Unknown())
        if isinstance(answer, Unknown):
            state = "not-agreed" if code in asked else "unknown"
            found.append(Purpose(code, title(code), state, asked.get(code), ""))
        else:
            state = "given" if isinstance(answer, Given) else "withdrawn"
            found.append(Purpose(code, title(code), state, answer.at, answer.proof))
    return found


def _change(request: HttpRequest, person: str, read: Read) -> HttpResponse:
    now = timezone.now()
    if request.POST.get("act") == "reachable":
        known = read.to_arrow(read.customers.filter(read.customers.customer_id == person).select("email"))
        for address in filter(None, known["email"].to_pylist()):
            addresses.allow(address, Block.UNDELIVERABLE, [""])
        messages.success(request, _("The address is written to again."))
        return redirect("person-messages", person)
    form = SayingForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say where and how they said it: without proof there is no consent."))
        return redirect("person-messages", person)
    state = consent.give if form.cleaned_data["said"] == "yes" else consent.withdraw
    state(person, form.cleaned_data["purpose"], form.cleaned_data["proof"], now, by=request.user)
    messages.success(request, _("Written down, with who wrote it down and when."))
    return redirect("person-messages", person)
