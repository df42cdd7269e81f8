"""Changing personas: the form of one, and the sentences of its empathy map with their evidence."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from vivencia.foundation.models import User
from vivencia.foundation.rights import Right, may, needs
from vivencia.understand import voices
from vivencia.understand.models import Segment
from vivencia.understand.personas import findings, persona_words, retelling, showing
from vivencia.understand.personas.models import Evidence, Part, Persona, Statement
from vivencia.understand.settling import view

PORTRAITS = {
    "user-circle": gettext_lazy("Person"),
    "users": gettext_lazy("Several people"),
    "home": gettext_lazy("House"),
    "building": gettext_lazy("Company"),
    "building-store": gettext_lazy("Shop"),
    "device-mobile": gettext_lazy("Mobile telephone"),
    "device-desktop": gettext_lazy("Computer"),
    "phone": gettext_lazy("Telephone"),
    "message-2": gettext_lazy("Conversation"),
    "package": gettext_lazy("Parcel"),
    "shopping-cart": gettext_lazy("Shopping"),
    "tool": gettext_lazy("Tool"),
    "star": gettext_lazy("Star"),
    "clock": gettext_lazy("Clock"),
    "bulb": gettext_lazy("Idea"),
}


class PersonaForm(forms.ModelForm):  # type: ignore[type-arg]
    """A designed persona; of one found, what people add to the data: its name and story."""

    icon = forms.ChoiceField(label=gettext_lazy("Portrait"), required=False)

    class Meta:
        model = Persona
        fields = ("name", "icon", "quote", "story", "goals", "rule")
        widgets = {"story": forms.Textarea({"rows": 5}), "goals": forms.Textarea({"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        none = _("by itself") if self.instance.kind == Persona.Kind.FOUND else _("first letters of the name")
        self.fields["icon"].choices = [("", none), *PORTRAITS.items()]  # type: ignore[attr-defined]
        self.fields["quote"].help_text = _("What they would say of themselves, or what one should know of them first.")
        if self.instance.kind == Persona.Kind.FOUND:
            del self.fields["rule"]
            self.fields["name"].help_text = _("Left empty, the data propose one: %(name)s") % {
                "name": persona_words.given(self.instance),
            }
            return
        self.fields["name"].required = True
        rule = self.fields["rule"]
        rule.queryset = Segment.objects.all()  # type: ignore[attr-defined]
        named = {one.segment_id: one for one in Persona.objects.filter(segment__isnull=False, gone=False)}
        # a persona's segment is kept under the name it has in the organisation's language
        rule.label_from_instance = (  # type: ignore[attr-defined]
            lambda one: persona_words.called(named[one.pk]) if one.pk in named else one.name
        )
        rule.empty_label = _("no rule: nobody is counted")  # type: ignore[attr-defined]
        rule.help_text = _("A saved segment says which customers are meant; then figures stand beside the story.")


@needs(Right.PLAN)
def form_page(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Design a persona, or change what people say of one."""
    persona = get_object_or_404(Persona, pk=pk) if pk else Persona(kind=Persona.Kind.DESIGNED)
    form = PersonaForm(request.POST if request.method == "POST" else None, instance=persona)
    if request.method == "POST" and form.is_valid():
        saved: Persona = form.save(commit=False)
        saved.by = saved.by or (request.user if isinstance(request.user, User) else None)
        if "rule" in form.changed_data:
            saved.portrait = {}
        saved.save()
        _told(saved)
        messages.success(request, _("“%(name)s” is saved.") % {"name": persona_words.called(saved)})
        return redirect("persona", saved.pk)
    shown = {"form": form, "persona": persona if pk else None, "name": persona_words.called(persona) if pk else ""}
    return render(request, "personas/form.html", shown, status=422 if form.errors else 200)


def _told(persona: Persona) -> None:
    """Figures of a new rule at once; a new name for the segment."""
    if persona.kind == Persona.Kind.DESIGNED and persona.rule and not persona.portrait:
        retelling.retell(view().read, persona)
    elif persona.kind == Persona.Kind.FOUND and not persona.gone:
        findings.as_segment(persona)


@needs(Right.PLAN)
@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """A sentence of somebody's own: an assumption until there is evidence."""
    persona = get_object_or_404(Persona, pk=pk)
    part, text = request.POST.get("part", ""), request.POST.get("text", "").strip()
    if part not in Part.values or not text or len(text) > 300:
        messages.error(request, _("Write a sentence of at most 300 characters."))
        return _back(persona, part)
    by = request.user if isinstance(request.user, User) else None
    Statement.objects.create(persona=persona, part=part, text=text, by=by)
    return _back(persona, part)


@needs(Right.PLAN)
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a sentence anew, or (empty) take it away; a draft keeps the claim it rests on."""
    statement = get_object_or_404(Statement, pk=pk, dropped=False)
    text = request.POST.get("text", "").strip()
    if "delete" in request.POST or not text:
        if statement.claim:
            statement.dropped = True
            statement.save()
        else:
            statement.delete()
        return _back(statement.persona, statement.part)
    if len(text) > 300:
        messages.error(request, _("Write a sentence of at most 300 characters."))
        return _back(statement.persona, statement.part)
    if text != persona_words.sentence(statement):
        statement.text = text
        statement.by = request.user if isinstance(request.user, User) else None
        statement.save()
    return _back(statement.persona, statement.part)


@needs(Right.SEE_CUSTOMERS)
def evidence_part(request: HttpRequest, pk: int) -> HttpResponse:
    """What these people wrote, to be searched for what bears a sentence out."""
    statement = get_object_or_404(Statement, pk=pk, dropped=False)
    words = request.GET.get("q", "").strip()
    masked = not may(request.user, Right.SEE_PERSONAL)
    quotes = showing.offered(statement.persona, view().read, words, masked=masked)
    shown = {"statement": statement, "quotes": quotes, "q": words, "searched": "q" in request.GET}
    template = "personas/parts/evidence.html" if request.headers.get("HX-Request") else "personas/evidence.html"
    return render(
        request,
        template,
        {**shown, "name": persona_words.called(statement.persona), "words": persona_words.sentence(statement)},
    )


@needs(Right.PLAN)
@require_POST
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """A verbatim, or something seen elsewhere (interviews, a study), as evidence of a sentence."""
    statement = get_object_or_404(Statement, pk=pk, dropped=False)
    by = request.user if isinstance(request.user, User) else None
    event = request.POST.get("event", "")
    if event:
        if not may(request.user, Right.SEE_CUSTOMERS):
            raise Http404
        row = voices.one(voices.voices(view().read), event)
        if row is None:
            raise Http404
        Evidence.objects.get_or_create(
            statement=statement, event_id=event, defaults={"customer_id": row["customer_id"] or "", "by": by}
        )
        return _back(statement.persona, statement.part)
    form = NoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say what was seen, in at most 300 characters; how many and when, where known."))
        return _back(statement.persona, statement.part)
    Evidence.objects.create(statement=statement, by=by, **form.cleaned_data)
    return _back(statement.persona, statement.part)


class NoteForm(forms.Form):
    """Evidence from elsewhere."""

    note = forms.CharField(max_length=300)
    n = forms.IntegerField(min_value=1, max_value=10_000_000, required=False)
    dated = forms.DateField(required=False)


@needs(Right.PLAN)
@require_POST
def detach(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a piece of evidence away."""
    evidence = get_object_or_404(Evidence.objects.select_related("statement__persona"), pk=pk)
    statement = evidence.statement
    evidence.delete()
    return _back(statement.persona, statement.part)


def _back(persona: Persona, part: str) -> HttpResponse:
    return redirect(reverse("persona", args=[persona.pk]) + (f"#part-{part}" if part in Part.values else ""))
