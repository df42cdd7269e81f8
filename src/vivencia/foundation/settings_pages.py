"""Settings: what is the same for everyone here?"""

import zoneinfo
from dataclasses import asdict
from importlib.metadata import version

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vivencia.foundation import audit, organisation
from vivencia.foundation.audit_words import in_words
from vivencia.foundation.doctor import examine
from vivencia.foundation.models import Act, AuditEntry, User
from vivencia.foundation.rights import Right, needs

CURRENCIES = ("EUR", "USD", "GBP", "MXN", "COP", "CLP", "ARS", "PEN", "UYU", "BRL", "CHF", "CAD", "AUD", "JPY")


def _zones() -> list[tuple[str, str]]:
    names = sorted(name for name in zoneinfo.available_timezones() if "/" in name or name == "UTC")
    return [(name, name.replace("_", " ")) for name in names]


class OrganisationForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Company"), max_length=100, required=False, help_text=gettext_lazy("Shown beside the menu.")
    )
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"),
        choices=[(code, code) for code in CURRENCIES],
        help_text=gettext_lazy("What amounts without a currency of their own are in, and what moments are priced in."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), choices=_zones, help_text=gettext_lazy("Days and hours are counted in it.")
    )
    language = forms.ChoiceField(
        label=gettext_lazy("First language"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("For people whose browser asks for neither Spanish nor English."),
    )
    public_url = forms.URLField(
        label=gettext_lazy("Address for customers"),
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy(
            "How customers reach this installation, such as https://cx.example.com. Links in messages, QR codes and "
            "widgets begin with it."
        ),
    )


def _page(name: str) -> str:
    """The address of another package's page, where it is installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@needs(Right.ADMINISTER)
def settings_page(request: HttpRequest) -> HttpResponse:
    rooms = [
        (reverse("organisation"), "building-store", _("Organisation"), _("Name, currency, time zone, language")),
        (reverse("people"), "users-group", _("People with access"), _("Who has access, and what each may do")),
        (_page("outgoing-mail"), "send", _("Outgoing mail"), _("The server messages leave by; a test message")),
        (_page("outreach-rules"), "shield-check", _("Sincerity"), _("How often, when and to whom may be written")),
        (_page("journey-phases"), "list-details", _("Phases"), _("Before, during, after: what belongs where")),
        (_page("text-model"), "robot", _("Text model"), _("A model of your own: is one set up, and does it answer?")),
        (reverse("erasure"), "trash", _("Erasure"), _("Erase a customer everywhere; receipts")),
        (reverse("audit"), "history", _("Audit"), _("Who did what, and when")),
        (reverse("about"), "info-circle", _("About"), _("Version, licence, state of health")),
    ]
    return render(request, "foundation/settings.html", {"rooms": [room for room in rooms if room[0]]})


@needs(Right.ADMINISTER)
def organisation_page(request: HttpRequest) -> HttpResponse:
    form = OrganisationForm(request.POST or None, initial=asdict(organisation.organisation()))
    if form.is_valid():
        organisation.save(organisation.Organisation(**form.cleaned_data))
        audit.record(Act.SETTINGS_CHANGED, by=request.user)
        messages.success(request, _("Saved."))
        return redirect("organisation")
    return render(request, "foundation/organisation.html", {"form": form})


@needs(Right.ADMINISTER)
def audit_page(request: HttpRequest) -> HttpResponse:
    entries = AuditEntry.objects.select_related("by")
    act = request.GET.get("act", "")
    if act in Act.values:
        entries = entries.filter(act=act)
    page = Paginator(entries, 50).get_page(request.GET.get("page"))
    names = {person.pk: person.called for person in User.objects.all()}
    lines = [{"entry": entry, "details": in_words(entry, names)} for entry in page]
    return render(request, "foundation/audit.html", {"page": page, "lines": lines, "acts": Act.choices, "act": act})


@needs(Right.ADMINISTER)
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "foundation/about.html", {"version": version("vivencia"), "findings": examine()})
