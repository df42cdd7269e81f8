"""Erasing a customer: what will go, and the receipt that it went."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst

from vivencia.foundation import erasure
from vivencia.foundation.erasure_pages import PLACES
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Erasure
from vivencia.foundation.rights import Right, needs
from vivencia.understand import identity
from vivencia.understand.customers import customer
from vivencia.understand.pages import now_of


@needs(Right.ADMINISTER)
def erase_page(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Asks first; erases on POST and leads to the receipt."""
    read = open_ledger().read()
    canonical = identity.canonical(read, customer_id)
    if canonical is None:
        raise Http404
    if request.method == "POST" and request.POST.get("sure") == "yes":
        receipt = erasure.erase(canonical, by=request.user)
        return redirect("erased", receipt=receipt.receipt)  # an address that names nobody
    found = customer(read, canonical, now_of(read))
    return render(request, "understand/erase.html", {"customer": found, "asked": request.method == "POST"})


@needs(Right.ADMINISTER)
def erased_page(request: HttpRequest, receipt: uuid.UUID) -> HttpResponse:
    """The receipt: when, and how many rows from where."""
    erasure_of = get_object_or_404(Erasure, receipt=receipt)
    counts = [(capfirst(PLACES.get(place, place)), rows) for place, rows in erasure_of.counts.items()]
    return render(request, "understand/erased.html", {"receipt": erasure_of, "counts": counts})
