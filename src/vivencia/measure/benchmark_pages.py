"""Benchmarks: what should this metric be held against, and where does that come from?"""

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
from vivencia.measure import benchmarks, wording
from vivencia.measure.asking import Asked
from vivencia.measure.metrics.balance import Function
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.metrics.metric import Metric
from vivencia.measure.models import Benchmark
from vivencia.measure.reading import Source, source

FUNCTION_NAMES: dict[Function, Any] = {
    "marketing": gettext_lazy("Marketing"),
    "it": gettext_lazy("IT"),
    "service": gettext_lazy("Service"),
    "product": gettext_lazy("Product"),
}


class BenchmarkForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A benchmark of one metric."""

    variant = forms.ChoiceField(label=gettext_lazy("Counted as"))
    link = forms.URLField(label=gettext_lazy("Where to read it"), required=False, max_length=500, assume_scheme="https")

    class Meta:
        model = Benchmark
        fields: ClassVar[list[str]] = ["kind", "name", "variant", "value", "low", "high", "source", "link", "held_on"]
        widgets: ClassVar[dict[str, forms.Widget]] = {"held_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}
        help_texts: ClassVar[dict[str, Any]] = {
            "name": gettext_lazy("E.g. parcel carriers in Spain, or a company's name."),
            "source": gettext_lazy("Study, report or system: a number without a source is a rumour."),
            "low": gettext_lazy("The range, where the source gives one."),
        }

    def __init__(self, metric: Metric, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["variant"].choices = [  # type: ignore[attr-defined]
            (one.name, f"{_(one.title)} ({wording.unit(one.unit)})") for one in metric.variants
        ]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        low, value, high = told.get("low"), told.get("value"), told.get("high")
        if (low is None) != (high is None):
            self.add_error("low", _("Give both ends of the range, or neither."))
        elif low is not None and high is not None and value is not None and not low <= value <= high:
            self.add_error("low", _("The value lies outside of its range."))
        return told


@needs(Right.ANALYSE)
def benchmark_page(request: HttpRequest, name: str, pk: int | None = None) -> HttpResponse:
    """Add a benchmark, or change one."""
    from vivencia.measure.pages import read

    asked = read(name, request)
    metric = asked.metric
    known = get_object_or_404(Benchmark, pk=pk, metric=metric.name) if pk else Benchmark(metric=metric.name)
    given = request.POST if request.method == "POST" else None
    initial = None if pk else {"variant": asked.variant.name, "held_on": source().as_of.date()}
    form = BenchmarkForm(metric, given, instance=known, initial=initial)
    if given is not None and form.is_valid():
        kept = form.save(commit=False)
        kept.made_by = request.user if isinstance(request.user, User) else None
        kept.save()
        messages.success(request, _("The benchmark is kept."))
        return redirect("metric", metric.name)
    shown = {"form": form, "benchmark": known, "asked": asked, "words": wording.Words(metric, asked.variant)}
    return render(request, "measure/benchmark.html", shown, status=200 if given is None else 422)


@needs(Right.ANALYSE)
@require_POST
def benchmark_delete(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    get_object_or_404(Benchmark, pk=pk, metric=name).delete()
    messages.success(request, _("The benchmark is gone."))
    return redirect("metric", name)


def rows(here: Source, asked: Asked, figure: Figure | None) -> list[dict[str, Any]]:
    """A metric's benchmarks with the gap to each."""
    on = here.as_of.date()
    known = benchmarks.of_metric(asked.metric, asked.variant.name)
    unit = wording.unit(figure.unit if figure else asked.variant.unit)
    decimals = wording.decimals(asked.variant.unit)
    return [
        {"gap": benchmarks.gap(one, figure, asked.metric.better, on), "unit": unit, "decimals": decimals}
        for one in known
    ]


def balance(here: Source, asked: Asked, *, wait: bool) -> dict[str, Any] | None:
    """Whether the metric is steered alone, and what pays for it."""
    told = benchmarks.balanced(here, asked, wait=wait)
    if told is None:
        return None
    weights = [
        {
            "title": _(one.metric.title),
            "name": one.metric.name,
            "function": FUNCTION_NAMES[one.function],
            "targeted": one.targeted,
            "before": one.before if one.before and one.before.value is not None else None,
            "now": one.now if one.now and one.now.value is not None else None,
            "worse": one.worse,
            "unit": wording.unit(one.now.unit) if one.now else "",
            "decimals": wording.decimals(one.metric.over_time.unit),
        }
        for one in told.weights
    ]
    return {"state": told.balance.state, "weights": weights}
