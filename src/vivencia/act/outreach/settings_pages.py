"""Settings: the server messages leave by, and the rules of writing to people."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vivencia.act.outreach import mail_server, rules, test_letter
from vivencia.act.outreach.mail_server import MailServer
from vivencia.foundation import audit
from vivencia.foundation.models import Act
from vivencia.foundation.organisation import absolute
from vivencia.foundation.rights import Right, needs
from vivencia.foundation.vocabulary import CONSENT, title


class MailServerForm(forms.Form):
    host = forms.CharField(
        label=gettext_lazy("Server"), max_length=200, help_text=gettext_lazy("Such as smtp.example.com")
    )
    port = forms.IntegerField(label=gettext_lazy("Port"), min_value=1, max_value=65535, initial=587, localize=False)
    security = forms.ChoiceField(
        label=gettext_lazy("Encryption"),
        choices=[
            ("starttls", gettext_lazy("STARTTLS (usually port 587)")),
            ("tls", gettext_lazy("TLS from the start (usually port 465)")),
            ("none", gettext_lazy("None: only inside a trusted network")),
        ],
    )
    user = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Kept sealed. Leave it empty to keep the one that is set."),
    )
    sender = forms.EmailField(
        label=gettext_lazy("We write as"), help_text=gettext_lazy("The address messages are from.")
    )
    sender_name = forms.CharField(
        label=gettext_lazy("Name beside it"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Else the company's."),
    )
    reply_to = forms.EmailField(
        label=gettext_lazy("Answers go to"),
        required=False,
        help_text=gettext_lazy("A mailbox that people read. Add it under Sources, and answers reach the timelines."),
    )
    bounces_to = forms.EmailField(
        label=gettext_lazy("Undeliverable mail goes to"),
        required=False,
        help_text=gettext_lazy("A mailbox under Sources, so that addresses which fail are not written to again."),
    )
    footer = forms.CharField(
        label=gettext_lazy("At the foot of every message"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Who writes, and from where, as the law asks it. The link to unsubscribe is added."),
    )


class TestForm(forms.Form):
    to = forms.EmailField(label=gettext_lazy("Send a test message to"))


@needs(Right.ADMINISTER)
def outgoing_mail_page(request: HttpRequest) -> HttpResponse:
    server = mail_server.load()
    form = MailServerForm(request.POST if "save" in request.POST else None, initial=asdict(server) if server else {})
    test = TestForm(
        request.POST if "test" in request.POST else None, initial={"to": getattr(request.user, "email", "")}
    )
    if form.is_bound and form.is_valid():
        mail_server.save(_server(form.cleaned_data, server))
        audit.record(Act.SETTINGS_CHANGED, by=request.user, what="outgoing mail")
        messages.success(request, _("Saved. Send a test message to be sure."))
        return redirect("outgoing-mail")
    if server and test.is_bound and test.is_valid():
        _try(request, server, test.cleaned_data["to"])
        return redirect("outgoing-mail")
    told = {"form": form, "test": test, "server": server, "address": absolute("/")}
    return render(request, "act/outgoing_mail.html", told, status=422 if form.errors or test.errors else 200)


def _server(given: dict[str, Any], before: MailServer | None) -> MailServer:
    password = given.pop("password")
    server = MailServer(**given, sealed_password=before.sealed_password if before else "")
    return mail_server.with_password(server, password) if password else server


def _try(request: HttpRequest, server: MailServer, to: str) -> None:
    try:
        test_letter.send(server, to, timezone.now())
    except (mail_server.UnreachableError, mail_server.NotNowError, mail_server.NeverError) as problem:
        messages.error(request, _("It did not go out: %s") % problem)
    else:
        messages.success(request, _("The server has taken it over. Look into the mailbox of %s.") % to)


class RulesForm(forms.Form):
    most = forms.IntegerField(label=gettext_lazy("At most so many messages"), min_value=1, max_value=100)
    days = forms.IntegerField(
        label=gettext_lazy("in any so many days"),
        min_value=1,
        max_value=365,
        help_text=gettext_lazy(
            "To one person, counting everything, from whichever system, on every channel. Reminders count; answers "
            "about their own orders and questions do not."
        ),
    )
    quiet_from = forms.IntegerField(label=gettext_lazy("Quiet from (hour)"), min_value=0, max_value=23)
    quiet_until = forms.IntegerField(
        label=gettext_lazy("Quiet until (hour)"),
        min_value=0,
        max_value=23,
        help_text=gettext_lazy("In the person's time zone, else the company's. Twice the same hour: never quiet."),
    )
    quiet_weekends = forms.BooleanField(label=gettext_lazy("Weekends are quiet too"), required=False)
    consent_needed = forms.MultipleChoiceField(
        label=gettext_lazy("Only to people who said yes"),
        required=False,
        choices=[(code, title(code)) for code in CONSENT if code != rules.SERVICE],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("For what is not ticked it is enough that they have not said no."),
    )
    remember_days = forms.IntegerField(
        label=gettext_lazy("Days a broken promise or a bad answer counts as open"),
        min_value=1,
        max_value=365,
        help_text=gettext_lazy(
            "While something is open between us nothing is asked of a person, unless it is about that."
        ),
    )
    open_days = forms.IntegerField(
        label=gettext_lazy("Days an open question or an overdue promise holds messages back"),
        min_value=1,
        max_value=3650,
    )
    look_again_hours = forms.IntegerField(
        label=gettext_lazy("Hours until a held message is looked at again"), min_value=1, max_value=168
    )


@needs(Right.ADMINISTER)
def rules_page(request: HttpRequest) -> HttpResponse:
    form = RulesForm(request.POST or None, initial=asdict(rules.load()))
    form.fields["consent_needed"].choices = [  # type: ignore[attr-defined]  # in the reader's language
        (code, title(code)) for code in CONSENT if code != rules.SERVICE
    ]
    if form.is_valid():
        given = form.cleaned_data
        rules.save(rules.Rules(**{**given, "consent_needed": tuple(given["consent_needed"])}))
        audit.record(Act.SETTINGS_CHANGED, by=request.user, what="outreach")
        messages.success(request, _("Saved. It holds for everything that has not gone out yet."))
        return redirect("outreach-rules")
    return render(request, "act/rules.html", {"form": form}, status=422 if form.errors else 200)
