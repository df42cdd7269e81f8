"""Initiatives as a list or a board: chosen, sorted, with what each is worth for its cost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vivencia.plan.initiatives import claims, overlaps
from vivencia.plan.initiatives.models import Initiative, Stage, Stream, ValueUnit
from vivencia.plan.initiatives.wording import ICONS, TONES, Words

SORTS: dict[str, Promise] = {
    "return": _("what it brings for its cost"),
    "value": _("value a year"),
    "cost": _("cost, smallest first"),
    "newest": _("newest first"),
    "deadline": _("deadline"),
}
VIEWS: dict[str, Promise] = {"board": _("Board"), "list": _("List")}
UNIT_ORDER: list[str] = [ValueUnit.MONEY, ValueUnit.CUSTOMERS, ValueUnit.POINTS]  # never added up or mixed


@dataclass(frozen=True)
class Card:
    """One initiative. `times`: value of its first year over what that year costs; None where one is not known or they
    are not both money. `claimed`: what it and others claim of its gap together, in percent; `warned`: more than all.
    """

    initiative: Initiative
    value: str
    cost: str
    times: float | None
    claimed: float
    tone: str
    icon: str

    @property
    def warned(self) -> bool:
        return self.initiative.stage != Stage.DROPPED and self.claimed > overlaps.WHOLE + overlaps.ROUNDING

    @property
    def counted(self) -> float:
        """Its value, without what others count too."""
        value = self.initiative.value or 0.0
        return value * overlaps.WHOLE / self.claimed if self.warned else value


@dataclass(frozen=True)
class Column:
    """One stage of the board, or one stream of a list, with what it sums up to in money."""

    label: Any
    cards: list[Card]
    total: str
    tone: str = "neutral"
    icon: str = ""


@dataclass(frozen=True)
class Chosen:
    """What an address asks for; what cannot be read counts as not said."""

    view: str = "board"
    sort: str = "return"
    stage: str = ""
    stream: str = ""
    text: str = ""

    @classmethod
    def of(cls, told: Mapping[str, str]) -> "Chosen":
        def one(name: str, allowed: Iterable[str], usual: str) -> str:
            return told.get(name, "") if told.get(name, "") in allowed else usual

        return cls(
            one("view", VIEWS, "board"),
            one("sort", SORTS, "return"),
            one("stage", Stage.values, ""),
            one("stream", Stream.values, ""),
            told.get("q", "").strip()[:100],
        )

    @property
    def narrowed(self) -> bool:
        return bool(self.stage or self.stream or self.text)


def first_year(one: Initiative) -> float:
    return float(one.cost_once + one.cost_a_year)


def times(one: Initiative) -> float | None:
    """How many times its first year's cost it brings in a year."""
    cost = first_year(one)
    return one.value / cost if one.value is not None and cost and one.value_unit == ValueUnit.MONEY else None


def found(chosen: Chosen) -> list[Initiative]:
    kept = Initiative.objects.select_related("owner")
    if chosen.stage:
        kept = kept.filter(stage=chosen.stage)
    if chosen.stream:
        kept = kept.filter(stream=chosen.stream)
    if chosen.text:
        kept = kept.filter(title__icontains=chosen.text)
    return in_order(kept, chosen.sort)


def in_order(initiatives: Iterable[Initiative], sort: str) -> list[Initiative]:
    """Sorted; what is not known comes last, and money before customers before points."""

    def key(one: Initiative) -> tuple[Any, ...]:
        unit = UNIT_ORDER.index(one.value_unit) if one.value_unit in UNIT_ORDER else len(UNIT_ORDER)
        worth = (unit, one.value is None, -(one.value or 0.0), -one.pk)
        ratio = times(one)
        match sort:
            case "value":
                return worth
            case "cost":
                return (not first_year(one), first_year(one), -one.pk)
            case "newest":
                return (-one.pk,)
            case "deadline":
                return (one.deadline is None, one.deadline.toordinal() if one.deadline else 0, -one.pk)
        return (ratio is None, -(ratio or 0.0), *worth)

    return sorted(initiatives, key=key)


def cards(initiatives: Iterable[Initiative], words: Words) -> list[Card]:
    everything = claims.claimants()
    return [
        Card(
            one,
            words.value(one),
            words.cost(one),
            times(one),
            overlaps.claimed(one.claim, everything),
            TONES[one.stage],
            ICONS[one.stage],
        )
        for one in initiatives
    ]


def board(shown: list[Card], words: Words, *, dropped: bool) -> list[Column]:
    """A column a stage; dropped ones only where asked for."""
    stages = [stage for stage in Stage if stage != Stage.DROPPED or dropped]
    return [
        _column(stage.label, [card for card in shown if card.initiative.stage == stage], words, stage)
        for stage in stages
    ]


def _column(label: Any, own: list[Card], words: Words, stage: str = "") -> Column:
    money = [card.counted for card in own if card.initiative.value_unit == ValueUnit.MONEY]
    total = words.amount(sum(money), ValueUnit.MONEY) if any(money) else ""
    return Column(label, own, total, TONES.get(stage, "neutral"), ICONS.get(stage, ""))
