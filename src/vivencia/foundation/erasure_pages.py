"""Settings, erasure: take a customer out of everything, and show that it was done."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vivencia.foundation import erasure
from vivencia.foundation.models import Erasure, PendingErasure
from vivencia.foundation.rights import Right, needs

PLACES = {
    "events": gettext_lazy("events"),
    "customers": gettext_lazy("customer records"),
    "aliases": gettext_lazy("joined identities"),
    "readings": gettext_lazy("readings of texts"),
    "inbox": gettext_lazy("waiting events"),
    "rejects": gettext_lazy("rejected rows"),
    "files": gettext_lazy("files brought in"),
    "database": gettext_lazy("notes, messages and other entries"),
}


class ErasureForm(forms.Form):
    identifier = forms.CharField(
        label=gettext_lazy("Which customer"),
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Any id the customer has, as it stands on their page or in the files brought in."),
    )

    def clean_identifier(self) -> str:
        identifier = str(self.cleaned_data["identifier"]).strip()
        if not erasure.known(identifier):
            raise forms.ValidationError(_("Nobody here has this id. Check it on the customer's page."))
        return identifier


@needs(Right.ADMINISTER)
def erasure_page(request: HttpRequest) -> HttpResponse:
    form = ErasureForm(request.POST or None, initial={"identifier": request.GET.get("customer", "")})
    if form.is_valid():
        receipt = erasure.erase(form.cleaned_data["identifier"], by=request.user)
        messages.success(request, _("Erased. The receipt is %(receipt)s.") % {"receipt": receipt.receipt})
        return redirect("erasure")
    page = Paginator(Erasure.objects.all(), 25).get_page(request.GET.get("page"))
    receipts = [{"it": each, "counts": _counts(each.counts)} for each in page]
    shown = {"form": form, "page": page, "receipts": receipts, "under_way": PendingErasure.objects.count()}
    return render(request, "foundation/erasure.html", shown)


def _counts(counts: dict[str, int]) -> list[dict[str, Any]]:
    return [{"place": PLACES.get(place, place), "count": count} for place, count in counts.items() if count]
