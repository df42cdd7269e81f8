"""Webhooks out: whom do we tell what, and does it arrive?"""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from vivencia.foundation import audit
from vivencia.foundation.models import Act
from vivencia.foundation.numbers import whole
from vivencia.foundation.rights import Right, needs
from vivencia.foundation.sealed import seal
from vivencia.listen.sources.models import Delivery, Subscription
from vivencia.listen.sources.webhooks import delivering, receiving, signing
from vivencia.listen.sources.webhooks.happenings import TITLES
from vivencia.listen.sources.webhooks.inbound_pages import SECRET, shown_once

TONES = {Delivery.State.WAITING: "neutral", Delivery.State.DELIVERED: "brand", Delivery.State.GIVEN_UP: "pain"}


class SubscriptionForm(forms.ModelForm[Subscription]):
    url = forms.URLField(
        label=gettext_lazy("Address"),
        assume_scheme="https",
        max_length=500,
        help_text=gettext_lazy(
            "Where the other system listens. It gets CloudEvents, signed as Standard Webhooks has it."
        ),
    )
    happenings = forms.MultipleChoiceField(
        label=gettext_lazy("Tell of"), choices=list(TITLES.items()), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Subscription
        fields = ("name", "url", "happenings")
        help_texts = {"name": gettext_lazy("Who is told, such as CRM or Data warehouse.")}


@needs(Right.ADMINISTER)
def subscription_new_page(request: HttpRequest) -> HttpResponse:
    form = SubscriptionForm(request.POST or None)
    if form.is_valid():
        secret = signing.new_secret()
        made = form.save(commit=False)
        made.sealed_secret, made.seen_until, made.by_id = seal(secret), timezone.now(), request.user.pk
        made.save()
        audit.record(Act.SETTINGS_CHANGED, by=request.user, what="webhook out")
        request.session[SECRET] = {"pk": -made.pk, "secret": secret}
        return redirect("subscription", made.pk)
    return render(request, "sources/subscription_new.html", {"form": form}, status=422 if form.errors else 200)


@needs(Right.ADMINISTER)
def subscription_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What is told, and the log of deliveries."""
    one = get_object_or_404(Subscription, pk=pk)
    form = SubscriptionForm(request.POST or None, instance=one)
    if form.is_valid():
        form.save()
        audit.record(Act.SETTINGS_CHANGED, by=request.user, what="webhook out")
        messages.success(request, _("Saved."))
        return redirect("subscription", pk)
    page = Paginator(Delivery.objects.filter(subscription=one), 20).get_page(request.GET.get("page"))
    told: dict[str, Any] = {
        "one": one,
        "form": form,
        "secret": shown_once(request, -pk),
        "page": page,
        "lines": [(each, TITLES.get(each.kind, each.kind), TONES[Delivery.State(each.state)]) for each in page],
    }
    return render(request, "sources/subscription.html", told, status=422 if form.errors else 200)


@needs(Right.ADMINISTER)
@require_POST
def subscription_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Exchange the secret, pause or take up again, try a delivery again, delete."""
    one = get_object_or_404(Subscription, pk=pk)
    act = request.POST.get("act", "")
    if act == "delete":
        one.delete()
        messages.success(request, _("Deleted. Nothing more is told there."))
        return redirect("connected")
    if act == "secret":
        secret = signing.new_secret()
        Subscription.objects.filter(pk=pk).update(
            sealed_previous=one.sealed_secret,
            previous_until=timezone.now() + receiving.OVERLAP,
            sealed_secret=seal(secret),
        )
        request.session[SECRET] = {"pk": -pk, "secret": secret}
        audit.record(Act.SETTINGS_CHANGED, by=request.user, what="webhook out: new secret")
        messages.success(
            request, _("For seven days messages carry both signatures, so that the other system can change over.")
        )
    if act == "active":
        Subscription.objects.filter(pk=pk).update(active=not one.active, seen_until=timezone.now())
    if act == "again":
        wanted = get_object_or_404(Delivery, pk=whole(request.POST.get("delivery")) or 0, subscription=one)
        delivering.again(wanted, timezone.now())
        messages.success(request, _("It is tried again within seconds."))
    return redirect("subscription", pk)
