"""Mailboxes and webhooks: which systems tell us what happens as it happens, and whom do we tell?"""

from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from vivencia.foundation.rights import Right, needs
from vivencia.listen.sources.models import Arrival, Delivery, Endpoint, Mailbox, Subscription


@needs(Right.IMPORT)
@require_GET
def connected_page(request: HttpRequest) -> HttpResponse:
    troubled = Q(arrivals__outcome__in=[Arrival.Outcome.UNMAPPED, Arrival.Outcome.NOT_UNDERSTOOD])
    endpoints = Endpoint.objects.annotate(
        came=Count("arrivals"), untaken=Count("arrivals", filter=troubled), last=Max("arrivals__at")
    )
    delivered, waiting, lost = (
        Count("deliveries", filter=Q(deliveries__state=state))
        for state in (Delivery.State.DELIVERED, Delivery.State.WAITING, Delivery.State.GIVEN_UP)
    )
    told = {
        "mailboxes": Mailbox.objects.all(),
        "endpoints": endpoints,
        "subscriptions": Subscription.objects.annotate(delivered=delivered, waiting=waiting, lost=lost),
    }
    return render(request, "sources/connected.html", told)
