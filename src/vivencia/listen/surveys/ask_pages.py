"""Asking people: after something happened, or by hand."""

import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.rights import Right, needs
from vivencia.foundation.vocabulary import title
from vivencia.listen.models import OutgoingRequest, Standing
from vivencia.listen.surveys import audiences, inviting, people
from vivencia.listen.surveys.builder_pages import head
from vivencia.listen.surveys.models import State, Survey, Trigger
from vivencia.listen.surveys.pages import who
from vivencia.listen.surveys.share_pages import unreachable
from vivencia.listen.surveys.triggers import NOT_LIVED

LEFT_OUT = {
    "no_address": gettext_lazy("%(n)s without an e-mail address"),
    "twice": gettext_lazy("%(n)s listed twice"),
    "unknown": gettext_lazy("%(n)s not known here"),
    "answered": gettext_lazy("%(n)s who answered it in the last 30 days"),
    "waiting": gettext_lazy("%(n)s whose invitation to this survey has not gone out yet"),
}
MOST_NAMES = 200
MOST_BYTES = 5 << 20


class TriggerForm(forms.Form):
    """When somebody is asked, and how many of them."""

    after = forms.ChoiceField(label=gettext_lazy("Ask after"))
    delay_hours = forms.IntegerField(label=gettext_lazy("Hours later"), min_value=0, max_value=24 * 90, initial=24)
    percent = forms.IntegerField(label=gettext_lazy("Share asked, in %"), min_value=1, max_value=100, initial=100)
    reminder_days = forms.IntegerField(
        label=gettext_lazy("One reminder after days (0: none)"), min_value=0, max_value=60, initial=0
    )
    expires_days = forms.IntegerField(
        label=gettext_lazy("Can be answered for days"), min_value=1, max_value=90, initial=14
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "after_%s"  # two forms stand on the page
        after = self.fields["after"]
        assert isinstance(after, forms.ChoiceField)
        after.choices = _occasions()


def _occasions() -> list[tuple[str, Any]]:
    """The touchpoints and events this ledger knows, surveys and messages aside."""
    read = open_ledger().read()
    touchpoints, names = known_occasions(read)
    return [
        (str(_("Touchpoint")), _named("touchpoint", touchpoints)),
        (str(_("Event")), _named("name", names)),
    ]


def _named(on: str, stored: list[str]) -> list[tuple[str, str]]:
    """As people say it, in that order; names that are said with one word are told apart by the data's own."""
    said = Counter(title(one) for one in stored)
    named = [(f"{on}:{one}", title(one) if said[title(one)] == 1 else f"{title(one)} ({one})") for one in stored]
    return sorted(named, key=lambda one: one[1].casefold())


def known_occasions(read: Read) -> tuple[list[str], list[str]]:
    """Touchpoints and names of events that can be asked about, by name."""

    def compute() -> list[list[str]]:
        lived = read.events.filter(read.events.metric.isnull())
        for beginning in NOT_LIVED:
            lived = lived.filter(~lived.name.startswith(beginning))
        return [
            sorted(str(one) for one in read.to_arrow(lived.select(column).distinct())[column].to_pylist() if one)
            for column in ("touchpoint", "name")
        ]

    touchpoints, names = read.remember("surveys/occasions/2", compute)
    return touchpoints[:MOST_NAMES], names[:MOST_NAMES]


class InviteForm(forms.Form):
    """Who is asked by hand: a segment, or a file of addresses."""

    audience = forms.ChoiceField(label=gettext_lazy("Segment"), required=False)
    file = forms.FileField(
        label=gettext_lazy("Or a file of addresses"),
        required=False,
        help_text=gettext_lazy("CSV with a column “email”, and “name” and “language” if you have them."),
    )
    reminder_days = forms.IntegerField(
        label=gettext_lazy("One reminder after days (0: none)"), min_value=0, max_value=60, initial=0
    )
    expires_days = forms.IntegerField(
        label=gettext_lazy("Can be answered for days"), min_value=1, max_value=90, initial=14
    )

    form = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        audience = self.fields["audience"]
        assert isinstance(audience, forms.ChoiceField)
        audience.choices = [("", _("none")), *((one.key, one.name) for one in audiences.audiences())]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if bool(told.get("audience")) == bool(told.get("file")):
            raise forms.ValidationError(_("Choose a segment or a file, one of the two."))
        if (file := told.get("file")) and file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB."))
        return told


@needs(Right.ASK)
@require_GET
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(Survey, pk=pk), TriggerForm(), InviteForm())


def _page(
    request: HttpRequest, survey: Survey, after: TriggerForm, by_hand: InviteForm, status: int = 200
) -> HttpResponse:
    triggers = survey.triggers.annotate(
        asked=Count("links", distinct=True),
        answered=Count("links__responses", filter=Q(links__responses__finished_at__isnull=False), distinct=True),
    )
    shown = {
        "triggers": [(one, title(one.value)) for one in triggers],
        "rounds": [_round(one) for one in survey.rounds.all()[:20]],
        "after": after,
        "by_hand": by_hand,
        "standing": _standing(survey),
        "unreachable": unreachable(request),
    }
    return render(request, "surveys/ask.html", {**head(survey, "ask"), **shown}, status=status)


def _round(one: Any) -> dict[str, Any]:
    said = [str(LEFT_OUT[why]) % {"n": n} for why, n in one.left_out.items() if why in LEFT_OUT]
    return {"round": one, "left_out": ", ".join(said)}


def _standing(survey: Survey) -> list[tuple[str, str, int]]:
    """How many invitations are where, in the order they go: the state, its words, how many."""
    counted = dict(
        OutgoingRequest.objects.filter(source=survey.source).values_list("state").annotate(n=Count("pk")).order_by()
    )
    return [(state.value, str(state.label), counted[state.value]) for state in Standing if state.value in counted]


@needs(Right.ASK)
@require_POST
def add_trigger(request: HttpRequest, pk: int) -> HttpResponse:
    survey, form = get_object_or_404(Survey, pk=pk), TriggerForm(request.POST)
    if survey.of_employees:
        return _refused(request, pk)
    if not form.is_valid():
        return _page(request, survey, form, InviteForm(), status=422)
    told = dict(form.cleaned_data)
    on, _colon, value = told.pop("after").partition(":")
    Trigger.objects.create(survey=survey, on=on, value=value, since=timezone.now(), by=who(request), **told)
    messages.success(request, _("From now on people are asked after this. What happened before is not asked about."))
    return redirect("survey-ask", pk)


@needs(Right.ASK)
@require_POST
def change_trigger(request: HttpRequest, pk: int, trigger: int) -> HttpResponse:
    """Stop it, start it again (from now), or take it away."""
    found = get_object_or_404(Trigger, pk=trigger, survey_id=pk)
    verb = request.POST.get("verb", "")
    if verb == "delete":
        found.delete()
    elif verb in ("stop", "start"):
        found.active = verb == "start"
        found.since = timezone.now() if found.active else found.since
        found.save(update_fields=["active", "since"])
    return redirect("survey-ask", pk)


@needs(Right.ASK)
@require_POST
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for an invitation to everybody of a segment or a file; the gate decides which go out, and when."""
    survey, form = get_object_or_404(Survey, pk=pk), InviteForm(request.POST, request.FILES)
    if survey.of_employees or survey.state != State.LIVE:
        return _refused(request, pk)
    if not form.is_valid():
        return _page(request, survey, TriggerForm(), form, status=422)
    told, now = form.cleaned_data, timezone.now()
    try:
        found, what, left_out = _people(told)
    except ValueError:
        form.add_error("file", _("No e-mail address was found in the first line or below a heading “email”."))
        return _page(request, survey, TriggerForm(), form, status=422)
    terms = inviting.Terms(now, now + timedelta(days=told["expires_days"]), told["reminder_days"])
    done = inviting.invite_all(survey, found, what, terms, by=who(request), left_out=left_out, form=told["form"])
    said = ngettext(
        "%(n)s invitation is on its way to the gate.", "%(n)s invitations are on their way to the gate.", done.invited
    )
    messages.success(request, said % {"n": done.invited})
    return redirect("survey-ask", pk)


def _people(told: dict[str, Any]) -> tuple[list[people.Person], str, dict[str, int]]:
    """Who is meant, what to call them, and how many are left out already."""
    if file := told["file"]:
        listed = inviting.read_addresses(file.read())
        inviting.keep_new(listed.people)
        return list(listed.people), file.name, dict(listed.left_out)
    audience = audiences.named(told["audience"])
    ids = list(audience.people()) if audience else []
    known = people.find(ids)
    missing = len(ids) - len(known)
    return list(known.values()), audience.name if audience else "", {"unknown": missing} if missing else {}


def _refused(request: HttpRequest, pk: int) -> HttpResponse:
    messages.error(
        request, _("Nobody can be invited: the survey takes no answers, or it is for employees, who stay unnamed.")
    )
    return redirect("survey-ask", pk)
