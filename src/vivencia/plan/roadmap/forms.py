"""Forms of the roadmap: what plans are made by, capacities and budgets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _

from vivencia.foundation.writing import as_typed, from_typed
from vivencia.plan.initiatives.models import Budget, Capacity, Stream, Team
from vivencia.plan.roadmap.models import Frame

MOST_DAYS, MOST_MONEY = Decimal(100_000), Decimal(1_000_000_000)


class FrameForm(forms.ModelForm[Frame]):
    """Quarters, discount, unit, and the streams' shares."""

    class Meta:
        model = Frame
        fields = ("quarters", "quarters_after", "discount", "unit")
        localized_fields = ("discount",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for stream, label in Stream.choices:
            least, most = self.instance.balance.get(stream, (0, 100))
            names = {"stream": label}
            self.fields[f"least_{stream}"] = forms.IntegerField(
                label=_("%(stream)s: at least, in percent of the money") % names,
                min_value=0,
                max_value=100,
                initial=least,
            )
            self.fields[f"most_{stream}"] = forms.IntegerField(
                label=_("%(stream)s: at most, in percent of the money") % names,
                min_value=0,
                max_value=100,
                initial=most,
            )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        ends = {stream: (told.get(f"least_{stream}"), told.get(f"most_{stream}")) for stream in Stream.values}
        for stream, (least, most) in ends.items():
            if least is not None and most is not None and least > most:
                self.add_error(f"least_{stream}", _("At least cannot be more than at most."))
        known = [pair for pair in ends.values() if None not in pair]
        if sum(least or 0 for least, _most in known) > 100:
            raise forms.ValidationError(_("What the streams are to have at least is more than all the money."))
        if len(known) == len(ends) and sum(most or 0 for _least, most in known) < 100:
            raise forms.ValidationError(_("What the streams may have at most is less than all the money."))
        return told

    def save(self, commit: bool = True) -> Frame:
        frame: Frame = super().save(commit=False)
        told = self.cleaned_data
        frame.balance = {
            stream: [told[f"least_{stream}"], told[f"most_{stream}"]]
            for stream in Stream.values
            if (told[f"least_{stream}"], told[f"most_{stream}"]) != (0, 100)
        }
        frame.pk = frame.pk or 1
        frame.save()
        return frame


class NotNumbersError(ValueError):
    """Something in the table is no amount; words to show."""


@dataclass(frozen=True)
class Cell:
    name: str
    value: str
    label: str


@dataclass(frozen=True)
class ResourceRow:
    """A team's (or the money's, `team` None) amounts by quarter, as typed or kept."""

    team: Team | None
    label: str
    cells: list[Cell]


def rows(quarters: Sequence[date], names: Sequence[str], told: Mapping[str, str] | None = None) -> list[ResourceRow]:
    """The table of the form: a row a team, the money last."""
    kept = {f"days-{each.team_id}-{each.quarter}": as_typed(each.days) for each in Capacity.objects.all()}
    kept |= {f"money-{each.quarter}": as_typed(each.amount) for each in Budget.objects.all()}
    shown = told if told is not None else kept

    def cells(prefix: str, label: str) -> list[Cell]:
        return [
            Cell(f"{prefix}-{quarter}", shown.get(f"{prefix}-{quarter}", ""), f"{label}, {name}")
            for quarter, name in zip(quarters, names, strict=True)
        ]

    teams = [
        ResourceRow(team, team.name, cells(f"days-{team.pk}", team.name)) for team in Team.objects.filter(active=True)
    ]
    return [*teams, ResourceRow(None, _("Money"), cells("money", _("Money")))]


def save(quarters: Sequence[date], told: Mapping[str, str]) -> None:
    """Keep capacities and budgets as typed; an empty field is not said, one that was not on the page stays as it is.

    Raises NotNumbersError, keeping nothing.
    """
    with transaction.atomic():
        name = told.get("new_team", "").strip()[:80]
        if name and not Team.objects.filter(name__iexact=name).exists():
            Team.objects.create(name=name)
        for team in Team.objects.filter(active=True):
            for quarter in (each for each in quarters if f"days-{team.pk}-{each}" in told):
                days = _amount(told[f"days-{team.pk}-{quarter}"], MOST_DAYS)
                if days is None:
                    Capacity.objects.filter(team=team, quarter=quarter).delete()
                else:
                    Capacity.objects.update_or_create(team=team, quarter=quarter, defaults={"days": float(days)})
        for quarter in (each for each in quarters if f"money-{each}" in told):
            money = _amount(told[f"money-{quarter}"], MOST_MONEY)
            if money is None:
                Budget.objects.filter(quarter=quarter).delete()
            else:
                Budget.objects.update_or_create(quarter=quarter, defaults={"amount": money})


def _amount(text: str, most: Decimal) -> Decimal | None:
    """A number from 0, as the page's language writes it; None where nothing is said."""
    if not text.strip():
        return None
    try:
        amount = from_typed(text)
    except ValueError:
        amount = Decimal(-1)
    if not 0 <= amount <= most:
        raise NotNumbersError(_("“%(text)s” is not an amount from 0.") % {"text": text.strip()[:20]})
    return amount
