"""Targets: what should this metric reach, from when, and who answers for it?"""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from vivencia.foundation.models import User
from vivencia.foundation.rights import Right, needs
from vivencia.measure import dimensions, wording
from vivencia.measure.asking import Asked
from vivencia.measure.metrics.metric import Metric
from vivencia.measure.models import Direction, Target
from vivencia.measure.pages import read
from vivencia.measure.reading import Source, source


class TargetForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A target of one metric; for one group where a dimension and its value are given."""

    variant = forms.ChoiceField(label=gettext_lazy("Counted as"))
    dimension = forms.ChoiceField(label=gettext_lazy("Only for one group of"), required=False)
    group = forms.CharField(
        label=gettext_lazy("Which group"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("As the data name it, e.g. web; leave both empty for everybody."),
    )

    class Meta:
        model = Target
        fields: ClassVar[list[str]] = ["variant", "direction", "value", "from_date", "owner", "dimension", "group"]
        widgets: ClassVar[dict[str, forms.Widget]] = {"from_date": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, metric: Metric, known: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["variant"].choices = [  # type: ignore[attr-defined]
            (one.name, f"{_(one.title)} ({wording.unit(one.unit)})") for one in metric.variants
        ]
        self.fields["dimension"].choices = [  # type: ignore[attr-defined]
            ("", _("everybody")), *((name, wording.dimension_name(name)) for name in known)
        ]  # fmt: skip
        self.fields["owner"].queryset = User.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["owner"].empty_label = _("nobody yet")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if bool(told.get("dimension")) != bool(told.get("group")):
            self.add_error("group", _("Give both the dimension and its group, or neither."))
        return told


@needs(Right.ANALYSE)
def target_page(request: HttpRequest, name: str, pk: int | None = None) -> HttpResponse:
    """Set a target, or change one."""
    here, question = source(), read(name, request)
    metric = question.metric
    target = get_object_or_404(Target, pk=pk, metric=metric.name) if pk else Target(metric=metric.name)
    known = dimensions.dimensions(here, question) if here.read.horizon else []
    given = request.POST if request.method == "POST" else None
    form = TargetForm(metric, known, given, instance=target, initial=None if pk else _first(question, here))
    if given is not None and form.is_valid():
        form.save()
        messages.success(request, _("The target is set."))
        return redirect("metric", metric.name)
    shown = {"form": form, "target": target, "asked": question, "words": wording.Words(metric, question.variant)}
    return render(request, "measure/target.html", shown, status=200 if given is None else 422)


def _first(question: Asked, here: Source) -> dict[str, Any]:
    direction = Direction.AT_LEAST if question.metric.better == "up" else Direction.AT_MOST
    return {"variant": question.variant.name, "direction": direction, "from_date": here.as_of.date()}


@needs(Right.ANALYSE)
@require_POST
def target_delete(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    get_object_or_404(Target, pk=pk, metric=name).delete()
    messages.success(request, _("The target is gone."))
    return redirect("metric", name)
