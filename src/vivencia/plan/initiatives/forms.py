"""The form of an initiative's case."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vivencia.foundation import vocabulary
from vivencia.foundation.models import User
from vivencia.measure import wording as metric_words
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.reading import source
from vivencia.plan.initiatives import claims, efforts, initiatives
from vivencia.plan.initiatives.models import Initiative, Stage
from vivencia.plan.initiatives.wording import rounded
from vivencia.understand.models import Segment

AMOUNTS = (
    "gap_share", "value", "value_low", "value_high", "effect", "effect_low", "effect_high", "cost_once", "cost_a_year",
)  # fmt: skip
ESTIMATES = ("effect", "effect_low", "effect_high")


def metric_choices() -> list[tuple[str, Any]]:
    """Every variant of every metric, as "metric.variant"."""
    named = [
        (
            _(metric.title),
            [
                (f"{metric.name}.{one.name}", f"{_(metric.title)}: {_(one.title)} ({metric_words.unit(one.unit)})")
                for one in metric.variants
            ],
        )
        for metric in METRICS.values()
    ]
    return [("", _("not chosen yet")), *sorted(named)]


def population_choices(chosen: str) -> list[tuple[str, str]]:
    """Everybody, the company's own segments, those saved here; and what is chosen, if it is gone since."""
    read = source().read

    def companys() -> list[str]:
        names = read.to_arrow(read.customers.select("segment").distinct())["segment"].to_pylist()
        return sorted(name for name in names if name)

    known = read.remember("metric-company-segments", companys) if read.horizon else []
    told = [("", _("everybody")), *((f"company:{name}", vocabulary.title(name)) for name in known)]
    told += [(f"saved:{one.pk}", one.name) for one in Segment.objects.all()]
    return told if chosen in dict(told) else [*told, (chosen, _("a segment that is gone"))]


class AmountInput(forms.NumberInput):
    """A number without the decimals it does not need: 42000, not 42000.0."""

    def __init__(self) -> None:
        super().__init__({"step": "any"})

    def format_value(self, value: Any) -> str | None:
        written = f"{value:f}".rstrip("0").rstrip(".") if isinstance(value, Decimal | float) else value
        shown: str | None = super().format_value(written)
        return shown


class DayInput(forms.DateInput):
    def __init__(self) -> None:
        super().__init__({"type": "date"}, format="%Y-%m-%d")


class InitiativeForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """An initiative's case. Where it is about a gap, its value is its share of the gap's and is not typed."""

    measure = forms.ChoiceField(label=gettext_lazy("Metric that is to show it"), required=False)

    class Meta:
        model = Initiative
        fields: ClassVar[list[str]] = [
            "title", "problem", "approach", "persona", "step_name", "stream", "owner", "gap_share", "value",
            "value_low", "value_high", "value_unit", "effect", "effect_low", "effect_high", "effect_by", "population",
            "holdout_percent", "cost_once", "cost_a_year", "length_quarters", "depends_on", "starts", "ends",
            "deadline", "must_do", "risk", "chance", "risk_note", "pilot_of",
        ]  # fmt: skip
        widgets: ClassVar[dict[str, Any]] = {
            "problem": forms.Textarea({"rows": 5}),
            "approach": forms.Textarea({"rows": 3}),
            "depends_on": forms.CheckboxSelectMultiple(),
            **{name: AmountInput() for name in AMOUNTS},
            **{name: DayInput() for name in ("effect_by", "starts", "ends", "deadline")},
        }
        labels: ClassVar[dict[str, Any]] = {"step_name": gettext_lazy("Where in the journey")}
        help_texts: ClassVar[dict[str, Any]] = {
            "persona": gettext_lazy("Who lives it, in your own words."),
            "gap_share": gettext_lazy("Percent. The value follows; so does the effect, unless you change it yourself."),
            "effect": gettext_lazy("Change of the metric in the population, with its sign: a fall is negative."),
            "chance": gettext_lazy("Percent. Empty: by its risk; low counts as 90, medium as 75, high as 50."),
            "pilot_of": gettext_lazy(
                "A pilot tries an initiative small and cheaply. Finished before that one starts, it tells whether that "
                "works; where it does not, its cost is spared."
            ),
            "holdout_percent": gettext_lazy(
                "Percent of the population who get it later, drawn by lot: the surest proof. 0: nobody."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        one: Initiative = self.instance
        fields: dict[str, Any] = self.fields
        fields["measure"].choices = metric_choices()
        fields["measure"].initial = f"{one.metric}.{one.variant}" if one.metric else ""
        fields["population"] = forms.ChoiceField(
            label=fields["population"].label, required=False, choices=population_choices(one.population)
        )
        fields["owner"].queryset = User.objects.filter(Q(is_active=True) | Q(pk=one.owner_id))
        fields["owner"].empty_label = _("nobody yet")
        # What was chosen stays among the choices: saving a title must not drop what it waits for.
        chosen = [one.pilot_of_id, *(one.depends_on.values_list("pk", flat=True) if one.pk else [])]
        others = Initiative.objects.exclude(pk=one.pk).filter(~Q(stage=Stage.DROPPED) | Q(pk__in=chosen))
        fields["depends_on"].queryset = others
        fields["depends_on"].required = False
        fields["pilot_of"].queryset = others.filter(Q(pilot_of=None) | Q(pk=one.pilot_of_id))
        fields["pilot_of"].empty_label = _("none: it stands for itself")
        for name in ("value", "value_low", "value_high", "value_unit") if one.stake is not None else ("gap_share",):
            del fields[name]
        self.before = {name: getattr(one, name) for name in (*ESTIMATES, "gap_share")}
        self.effort: dict[str, dict[str, float]] = {}
        self.new_team = ""

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        self._in_order(told, "value_low", "value", "value_high")
        self._in_order(told, "effect_low", "effect", "effect_high")
        if told.get("starts") and told.get("ends") and told["ends"] < told["starts"]:
            self.add_error("ends", _("It cannot end before it starts."))
        if told.get("starts") and told.get("effect_by") and told["effect_by"] <= told["starts"]:
            self.add_error("effect_by", _("An effect is seen after the start."))
        if self.instance.pk and initiatives.depends_in_a_circle(self.instance, told.get("depends_on") or []):
            self.add_error("depends_on", _("That would make it wait for itself."))
        self._pilot(told)
        self._share(told)
        try:
            self.effort, self.new_team = efforts.read(self.data)
        except efforts.NotDaysError as wrong:
            self.add_error(None, str(wrong))
        return told

    def _pilot(self, told: dict[str, Any]) -> None:
        tried = told.get("pilot_of")
        if tried is None:
            return
        if self.instance.pk and self.instance.pilots.exists():
            self.add_error("pilot_of", _("It has a pilot itself: a pilot of a pilot tells nothing more."))
        if tried in (told.get("depends_on") or []):
            self.add_error("pilot_of", _("It is to come after that one, and so cannot try it out first."))

    def _in_order(self, told: dict[str, Any], low: str, middle: str, high: str) -> None:
        ends = [told.get(name) for name in (low, middle, high)]
        known = [value for value in ends if value is not None]
        if known != sorted(known):
            self.add_error(low, _("The least comes first: at least, expected, at most."))

    def _share(self, told: dict[str, Any]) -> None:
        """Another share of the gap moves the effect along, unless the effect was changed by hand."""
        was, now = self.before["gap_share"], told.get("gap_share")
        untouched = not any(name in self.changed_data for name in ESTIMATES)
        if now is not None and was and now != was and untouched:
            for name in ESTIMATES:
                value = self.before[name]
                told[name] = None if value is None else rounded(value * now / was)

    def save(self, commit: bool = True) -> Initiative:
        one: Initiative = self.instance
        metric, _dot, variant = self.cleaned_data["measure"].partition(".")
        one.metric, one.variant = metric, variant
        one.effort = efforts.with_new_team(self.effort, self.new_team)
        one.claim = claims.claim_of(one)
        claims.take_share(one)
        saved: Initiative = super().save(commit)
        return saved
