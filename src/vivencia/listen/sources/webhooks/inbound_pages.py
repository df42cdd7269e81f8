"""Webhooks in: an address and a secret for another system, what it sends, and what becomes of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from vivencia.foundation import audit, vocabulary
from vivencia.foundation.models import Act
from vivencia.foundation.organisation import absolute
from vivencia.foundation.rights import Right, needs
from vivencia.foundation.writing import number_format
from vivencia.listen.editor import SAID
from vivencia.listen.sources.models import Arrival, Endpoint
from vivencia.listen.sources.telling import told
from vivencia.listen.sources.webhooks import mapping as mappings
from vivencia.listen.sources.webhooks import proposing, receiving
from vivencia.listen.sources.webhooks.labels import LABELS
from vivencia.listen.sources.webhooks.mapping import CannotMapError, Mapped

SECRET = "webhook-secret"  # noqa: S105  # the session's key under which a new secret waits to be shown once
FIRST = 11  # fields shown at once; the others lie behind "more"


@dataclass(frozen=True)
class Field:
    """One line of the mapping editor."""

    name: str
    label: str
    value: str


class EndpointForm(forms.ModelForm[Endpoint]):
    class Meta:
        model = Endpoint
        fields = ("name", "shape")
        help_texts = {
            "name": gettext_lazy("Which system tells us, such as Help desk or Reviews."),
            "shape": gettext_lazy("It decides what is proposed; every field can be changed."),
        }


@needs(Right.IMPORT)
def endpoint_new_page(request: HttpRequest) -> HttpResponse:
    form = EndpointForm(request.POST or None)
    if form.is_valid():
        endpoint, secret = receiving.make(form.cleaned_data["name"], form.cleaned_data["shape"], request.user)
        audit.record(Act.SETTINGS_CHANGED, by=request.user, what="webhook in")
        request.session[SECRET] = {"pk": endpoint.pk, "secret": secret}
        return redirect("endpoint", endpoint.pk)
    return render(request, "sources/endpoint_new.html", {"form": form}, status=422 if form.errors else 200)


@needs(Right.IMPORT)
def endpoint_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The address, the mapping with its preview, and what has come in."""
    endpoint = get_object_or_404(Endpoint, pk=pk)
    if request.method == "POST":
        return _saved(request, endpoint)
    arrivals = Arrival.objects.filter(endpoint=endpoint)
    there, sample = _sample(endpoint)
    given = _kept(endpoint)
    told = {
        "endpoint": endpoint,
        "address": absolute(reverse("webhook-in", args=[endpoint.token])),
        "secret": shown_once(request, pk),
        "page": Paginator(arrivals, 20).get_page(request.GET.get("page")),
        "untaken": arrivals.exclude(outcome=Arrival.Outcome.TAKEN).exclude(body=None).count(),
        "proposed": there and not endpoint.mapping,
        "sample": json.dumps(sample, ensure_ascii=False, indent=2) if there else "",
        "fields": _fields(given, endpoint.shape),
        "first": FIRST,
        "paths": mappings.paths(sample) if there else [],
        **_previewed(given, sample, endpoint),
    }
    return render(request, "sources/endpoint.html", told)


def shown_once(request: HttpRequest, pk: int) -> str:
    """A secret just made, which is shown now and never again."""
    waiting = request.session.get(SECRET) or {}
    if waiting.get("pk") != pk:
        return ""
    del request.session[SECRET]
    return str(waiting["secret"])


def _fields(given: Mapping[str, str], shape: str) -> list[Field]:
    """All fields; those that have a value, and those the shape is about, first."""
    wanted = [name for name in LABELS if shape == "chats" or not name.startswith("turn")]
    order = sorted(wanted, key=lambda name: (name not in given, list(LABELS).index(name)))
    return [Field(name, str(LABELS[name]), _spoken(name, given.get(name, ""))) for name in order]


def _given(request: HttpRequest, before: Mapping[str, str]) -> dict[str, str]:
    """The mapping as the form says it. `before`: what the form was filled with."""
    said = {name: value for name in LABELS if (value := request.POST.get(f"map.{name}", "").strip())}
    return {name: _stored(name, value, before.get(name, "")) for name, value in said.items()}


def _spoken(name: str, value: str) -> str:
    """Words of a mapping as the reader's language has them; a path as it is."""
    return "=" + vocabulary.written(value[1:], SAID.get(name, {})) if value.startswith("=") else value


def _stored(name: str, value: str, before: str) -> str:
    """The other way round: the name that is stored for words in the reader's language."""
    if not value.startswith("="):
        return value
    return "=" + vocabulary.meant(value[1:].strip(), SAID.get(name, {}), before[1:] if before.startswith("=") else "")


def _sample(endpoint: Endpoint) -> tuple[bool, Any]:
    """Whether a message is kept, and the newest that is."""
    latest = Arrival.objects.filter(endpoint=endpoint).exclude(body=None).first()
    return latest is not None, latest.body if latest else None


def _kept(endpoint: Endpoint) -> dict[str, str]:
    """The mapping the form is filled with: as it was saved, or proposed from the newest message."""
    there, sample = _sample(endpoint)
    return endpoint.mapping or (proposing.propose(endpoint.shape, sample) if there else {})


def _previewed(given: Mapping[str, str], sample: Any, endpoint: Endpoint) -> dict[str, Any]:
    """The events a sample would become, or why it would become none."""
    if sample is None or not given:
        return {"events": [], "trouble": ""}
    if not given.get("name"):
        return {"events": [], "trouble": _nameless()}
    try:
        mappings.check(given)
        found = mappings.mapped(given, sample, "preview", timezone.now(), receiving.source_of(endpoint))
    except (CannotMapError, ValueError) as problem:
        return {"events": [], "trouble": told(str(problem))}
    return {"events": [_shown(one) for one in found[:5]], "trouble": "", "none": not found}


def _nameless() -> str:
    return _("Say what happened: where it lies in the message, or words of your own after an equals sign.")


def _shown(one: Mapped) -> list[tuple[str, str]]:
    told = {**one.event, "customer_email": one.email, "customer_name": one.person}
    lines = [
        (str(LABELS[name]), _written(name, told[name])) for name in LABELS if told.get(name) and name != "event_id"
    ]
    rest = one.event.get("properties") or {}
    return [*lines, *((str(key), str(value)) for key, value in rest.items())]


def _written(name: str, value: object) -> str:
    """A number, a time or a stored name as people read it."""
    if name in SAID:
        return vocabulary.title(str(value)) if name == "name" else vocabulary.say(str(value))
    if isinstance(value, float):
        return number_format(value, 0 if value == int(value) else None)
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT") if moment.tzinfo else str(value)


@needs(Right.IMPORT)
@require_POST
def endpoint_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The preview of a mapping that is being edited."""
    endpoint = get_object_or_404(Endpoint, pk=pk)
    try:
        sample = json.loads(request.POST.get("sample", "") or "null")
    except (ValueError, RecursionError):
        trouble = _("The sample is not JSON.")
        return render(request, "sources/parts/preview.html", {"events": [], "trouble": trouble})
    return render(request, "sources/parts/preview.html", _previewed(_given(request, _kept(endpoint)), sample, endpoint))


def _saved(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    given = _given(request, _kept(endpoint))
    if not given.get("name"):
        messages.error(request, _nameless())
        return redirect("endpoint", endpoint.pk)
    try:
        mappings.check(given)
    except ValueError as problem:
        messages.error(request, told(str(problem)))
        return redirect("endpoint", endpoint.pk)
    Endpoint.objects.filter(pk=endpoint.pk).update(mapping=given)
    endpoint.mapping = given
    taken = receiving.take_again(endpoint)
    messages.success(
        request, _("Saved. %(n)d waiting messages were taken in.") % {"n": taken} if taken else _("Saved.")
    )
    return redirect("endpoint", endpoint.pk)


@needs(Right.IMPORT)
@require_POST
def endpoint_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Exchange the secret, pause or take up again, delete."""
    endpoint = get_object_or_404(Endpoint, pk=pk)
    act = request.POST.get("act", "")
    if act == "delete":
        endpoint.delete()
        messages.success(request, _("Deleted. What it brought stays in the ledger."))
        return redirect("connected")
    if act == "secret":
        request.session[SECRET] = {"pk": pk, "secret": receiving.exchange(endpoint, timezone.now())}
        audit.record(Act.SETTINGS_CHANGED, by=request.user, what="webhook in: new secret")
        messages.success(
            request, _("The old secret holds for seven days more, so that the other system can change over.")
        )
    if act == "active":
        Endpoint.objects.filter(pk=pk).update(active=not endpoint.active)
    return redirect("endpoint", pk)
