"""Forms of the live sources: a new write key, and one line of the track plan."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vivencia.foundation import vocabulary
from vivencia.listen.api import samples
from vivencia.listen.api.models import PlannedCall, Scope, WriteKey
from vivencia.listen.api.protocol.plan import FIELDS, NAMES, NOTHING, USUAL

LABELS = {
    "amount": gettext_lazy("Amount"),
    "currency": gettext_lazy("Currency"),
    "promised_at": gettext_lazy("Promised for"),
    "score": gettext_lazy("Score"),
    "text": gettext_lazy("Customer's words"),
    "subject": gettext_lazy("Order or ticket"),
    "employee": gettext_lazy("Employee"),
}
CHANNELS = ("web", "app", "store", "phone", "chat", "email")
SAID = {  # fields that show a stored name in the reader's language
    "touchpoint": vocabulary.TOUCHPOINTS,
    "channel": vocabulary.CHANNELS,
    "promise": vocabulary.TOUCHPOINTS,
    "fulfils": vocabulary.TOUCHPOINTS,
    "subject_kind": {**vocabulary.TOUCHPOINTS, **vocabulary.SUBJECTS},
}


class Name(forms.CharField):
    """A stored name: the reader's word is shown and taken, any other word as it is written."""

    def __init__(self, among: vocabulary.Words, before: str, *, like: forms.Field) -> None:
        said = {"label": like.label, "help_text": like.help_text, "required": like.required, "widget": like.widget}
        super().__init__(max_length=getattr(like, "max_length", None), **said)
        self.among, self.before = among, before

    def prepare_value(self, value: Any) -> Any:
        """What stands in the field."""
        return vocabulary.written(value, self.among) if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        """The name to store."""
        return vocabulary.meant(str(super().clean(value)), self.among, self.before)


def named(form: forms.ModelForm[Any], fields: Iterable[str]) -> None:
    """Have these fields of a form speak the reader's language."""
    for name in fields:
        form.fields[name] = Name(SAID[name], getattr(form.instance, name), like=form.fields[name])


class Suggested(forms.TextInput):
    """A text field that proposes what there is already, and takes anything."""

    template_name = "api/parts/suggested.html"

    def __init__(self, values: tuple[str, ...] | list[str], attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", **(attrs or {})})
        self.values = values

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["list"] = f"{name}-values"
        return {**context, "values": sorted(map(vocabulary.say, self.values)), "list": f"{name}-values"}


class KeyForm(forms.ModelForm[WriteKey]):
    """Whose key it is and what it may do."""

    class Meta:
        model = WriteKey
        fields = ("name", "scope", "source", "channel", "origins")
        widgets = {
            "channel": Suggested(CHANNELS),
            "origins": forms.Textarea({"rows": 2, "placeholder": "https://www.example.com"}),
        }
        help_texts = {
            "name": gettext_lazy("What sends with it: “Web shop”, “Help desk”."),
            "scope": gettext_lazy("A browser key stands in your pages, where anybody can read it: it may only send."),
            "source": gettext_lazy("How events say where they come from. Empty: made from the name."),
            "channel": gettext_lazy("Where customers are when it sends: web, app, store … Empty: as each call says."),
            "origins": gettext_lazy("Browser keys only: the sites it works on, one a line. Empty: everywhere."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].required = False
        self.fields["scope"] = forms.ChoiceField(
            label=self.fields["scope"].label, choices=Scope.choices, help_text=self.fields["scope"].help_text
        )
        named(self, ("channel",))
        if not self.is_bound:
            self.initial["scope"] = Scope.BROWSER

    def clean_origins(self) -> str:
        """Each line as browsers say it: scheme, host and port."""
        sites = str(self.cleaned_data["origins"]).split()
        for site in sites:
            parts = urlsplit(site)
            if parts.scheme not in ("http", "https") or not parts.netloc:
                raise forms.ValidationError(
                    _("%(site)s is no site; write it as https://www.example.com") % {"site": site}
                )
        return "\n".join(f"{urlsplit(site).scheme}://{urlsplit(site).netloc.lower()}" for site in sites)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        said["source"] = said.get("source") or slugify(said.get("name", ""))[:60] or "web"
        return said


class PlanForm(forms.ModelForm[PlannedCall]):
    """What calls of one name mean."""

    class Meta:
        model = PlannedCall
        fields = (
            "touchpoint", "channel", "pays", "promise", "fulfils", "metric", "scale_max", "subject_kind", "left_out",
        )  # fmt: skip
        help_texts = {
            "touchpoint": gettext_lazy("Where in the journey it happens. Empty: it is no step of a journey."),
            "channel": gettext_lazy("Empty: as the call or its key says."),
            "promise": gettext_lazy("Its kind, such as “delivery”, where it says when something is promised for."),
            "fulfils": gettext_lazy("The kind of promise that this fulfils, about the same order or ticket."),
            "metric": gettext_lazy("nps, csat, ces … Empty: as the call says."),
            "subject_kind": gettext_lazy("An order, a ticket … Empty: by the name of the property."),
            "left_out": gettext_lazy("Such calls are acknowledged and forgotten."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["touchpoint"].widget = Suggested(samples.touchpoints())
        self.fields["channel"].widget = Suggested(CHANNELS)
        named(self, SAID)
        for field in FIELDS:
            usual = ", ".join(NAMES[field][:2])
            choices = [(USUAL, _("by its usual names (%(names)s …)") % {"names": usual}), (NOTHING, _("from nothing"))]
            chosen = self.instance.properties.get(field, USUAL)
            names = sorted({*self.instance.seen, *([chosen] if chosen not in (USUAL, NOTHING) else [])})
            self.fields[f"from_{field}"] = forms.ChoiceField(
                label=LABELS[field], choices=[*choices, *((name, name) for name in names)], required=False
            )
            self.initial[f"from_{field}"] = chosen

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        taken = {field: said.get(f"from_{field}", USUAL) for field in FIELDS}
        self.instance.properties = {field: name for field, name in taken.items() if name != USUAL}
        return said

    @property
    def meaning_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.Meta.fields]

    @property
    def property_fields(self) -> list[forms.BoundField]:
        return [self[f"from_{field}"] for field in FIELDS]
