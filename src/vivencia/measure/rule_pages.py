"""Rules: what do our events mean, and how long is long?"""

from dataclasses import fields, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vivencia.foundation import audit
from vivencia.foundation.models import Act
from vivencia.foundation.rights import Right, needs
from vivencia.measure.metrics.rules import Rules
from vivencia.measure.reading import company_rules, save_rules

NUMBERS: dict[str, str | Promise] = {
    "inactivity_days": gettext_lazy("Days without a purchase after which a customer counts as lost"),
    "tenure_days": gettext_lazy("Days after becoming a customer, by which “lost within a time” is asked"),
    "repurchase_days": gettext_lazy("Days within which a second purchase counts as coming back in time"),
    "recontact_days": gettext_lazy("Days without a further contact after which an issue counts as solved"),
    "goal_days": gettext_lazy("Days within which what was begun must be completed"),
    "session_gap_minutes": gettext_lazy("Minutes of pause that end a visit"),
    "business_opens": gettext_lazy("Business hours begin (hour of the day)"),
    "business_closes": gettext_lazy("Business hours end (hour of the day)"),
}
NAMES: dict[str, str | Promise] = {
    "purchase": gettext_lazy(
        "Purchases (empty: every event with a positive amount; where hardly any purchase has one, those "
        "called purchases)"
    ),
    "issue_reported": gettext_lazy("An issue is reported"),
    "issue_responded": gettext_lazy("An issue is answered"),
    "issue_solved": gettext_lazy("An issue is solved"),
    "issue_again": gettext_lazy("The customer comes back with an issue"),
    "issue_escalated": gettext_lazy("An issue goes to the second level"),
    "survey_sent": gettext_lazy("A survey is sent"),
    "visit": gettext_lazy("Steps of a visit"),
    "contract_started": gettext_lazy("A contract begins"),
    "contract_ended": gettext_lazy("A contract ends"),
    "loyalty_joined": gettext_lazy("Somebody joins the loyalty programme"),
    "loyalty_left": gettext_lazy("Somebody leaves the loyalty programme"),
    "referred": gettext_lazy("A new customer was referred"),
    "goal_started": gettext_lazy("A goal is begun"),
    "goal_completed": gettext_lazy("A goal is completed (in the order of those begun)"),
    "page_viewed": gettext_lazy("A page or screen is seen"),
    "page_left": gettext_lazy("A page or screen is left"),
    "searched": gettext_lazy("Something is searched for"),
    "search_opened": gettext_lazy("A result of a search is opened"),
    "rage_click": gettext_lazy("Somebody clicks again and again on one spot"),
    "dead_end": gettext_lazy("Something that looks as if it worked does not"),
}


class RulesForm(forms.Form):
    """Lengths of time, and the names events have in this company's data, one a line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in NUMBERS.items():
            self.fields[name] = forms.IntegerField(label=str(label), min_value=0, max_value=3650)
        for name, label in NAMES.items():
            self.fields[name] = forms.CharField(label=str(label), required=False, widget=forms.Textarea({"rows": 3}))

    def rules(self, before: Rules) -> Rules:
        """Raises ValueError where the numbers cannot be together."""
        told: dict[str, Any] = {name: self.cleaned_data[name] for name in NUMBERS}
        told |= {name: tuple(filter(None, map(str.strip, self.cleaned_data[name].splitlines()))) for name in NAMES}
        return replace(before, **told)


@needs(Right.ADMINISTER)
def rules_page(request: HttpRequest) -> HttpResponse:
    """See and change the rules metrics are counted by."""
    rules = company_rules()
    if request.method != "POST":
        return render(request, "measure/rules.html", {"form": RulesForm(initial=_initial(rules))})
    form = RulesForm(request.POST)
    if form.is_valid():
        try:
            save_rules(form.rules(rules))
        except ValueError:
            form.add_error("business_opens", _("Business hours must begin before they end, and days be at least one."))
        else:
            audit.record(Act.SETTINGS_CHANGED, by=request.user, what="metric rules")
            messages.success(request, _("The rules are kept. Figures are computed anew by them."))
            return redirect("metrics")
    return render(request, "measure/rules.html", {"form": form}, status=422)


def _initial(rules: Rules) -> dict[str, Any]:
    told = {field.name: getattr(rules, field.name) for field in fields(rules)}
    return {
        name: "\n".join(value) if isinstance(value, tuple) and name in NAMES else value for name, value in told.items()
    }
