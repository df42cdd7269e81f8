"""What a plan was not told, and what that means for it: with the initiatives it is about, and where to fill it in."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vivencia.plan.initiatives import efforts
from vivencia.plan.initiatives.models import Initiative, Stage, Team, ValueUnit
from vivencia.plan.roadmap.assembling import NO_VALUE
from vivencia.plan.roadmap.models import Plan
from vivencia.plan.roadmap.wording import Words

FIRST = 4


@dataclass(frozen=True)
class Asked:
    """An initiative something is missing of; `said`: it was filled in since the plan was made."""

    pk: int
    title: str
    chosen: bool
    said: bool


@dataclass(frozen=True)
class Missing:
    """One thing not said: what and for how many, what it means, the initiatives (those in the plan first) or a page."""

    what: str
    means: str
    first: list[Asked]
    rest: list[Asked]
    href: str = ""
    field: str = ""


def missing(plan: Plan, words: Words) -> list[Missing]:
    """What the plan rests on not having been told, gravest first. Nothing where all is said."""
    content = plan.problem["initiatives"]
    ones = {str(one.pk): one for one in Initiative.objects.filter(pk__in=[int(each["key"]) for each in content])}
    running = {key for key, one in ones.items() if one.stage == Stage.RUNNING}
    costless = [
        each["key"]
        for each in content
        if not each["cost_once"] and not each["cost_a_quarter"] and each["key"] not in running
    ]
    idle = [each["key"] for each in content if not any(map(any, each["effort"].values()))]
    told = {key for key in idle if key in ones and efforts.total(ones[key])}  # of teams that are no limit
    found = [
        _costless([_asked(plan, ones, key, _costs(ones, key)) for key in costless]),
        _idle([_asked(plan, ones, key, said=False) for key in idle if key not in told]),
        _worthless(plan),
        _capacities(plan),
        _budget(plan, words),
    ]
    return [each for each in found if each is not None]


def _costs(ones: dict[str, Initiative], key: str) -> bool:
    return key in ones and bool(ones[key].cost_once or ones[key].cost_a_year)


def _asked(plan: Plan, ones: dict[str, Initiative], key: str, said: bool) -> Asked | None:
    one = ones.get(key)
    return None if one is None else Asked(one.pk, one.title, key in plan.starts, said)


def _shared(asked: list[Asked | None]) -> tuple[list[Asked], list[Asked]]:
    known = sorted((each for each in asked if each is not None), key=lambda each: (not each.chosen, each.said))
    return known[:FIRST], known[FIRST:]


def _costless(asked: list[Asked | None]) -> Missing | None:
    first, rest = _shared(asked)
    if not first:
        return None
    n = len(first) + len(rest)
    what = ngettext("%(n)s initiative has no cost", "%(n)s initiatives have no cost", n) % {"n": n}
    means = _("Taken as free: what costs nothing is preferred, and no budget holds it back.")
    return Missing(what, means, first, rest, field="id_cost_once")


def _idle(asked: list[Asked | None]) -> Missing | None:
    first, rest = _shared(asked)
    if not first:
        return None
    n = len(first) + len(rest)
    what = ngettext("%(n)s initiative has no days of work", "%(n)s initiatives have no days of work", n) % {"n": n}
    means = _("Taken as needing nobody: any number of them may start in the same quarter.")
    return Missing(what, means, first, rest, field="effort")


def _worthless(plan: Plan) -> Missing | None:
    pks = [int(key) for key, why in plan.unvalued.items() if why == NO_VALUE]
    asked: list[Asked | None] = [
        Asked(one.pk, one.title, chosen=False, said=one.value is not None)
        for one in Initiative.objects.filter(pk__in=pks).order_by("pk")
    ]
    first, rest = _shared(asked)
    if not first:
        return None
    n = len(first) + len(rest)
    what = ngettext("%(n)s initiative has no estimated value", "%(n)s initiatives have no estimated value", n)
    return Missing(
        what % {"n": n},
        _("Not weighed at all: the plan cannot choose it."),
        first,
        rest,
        field="id_value",
    )


def _capacities(plan: Plan) -> Missing | None:
    """Teams that somebody counts on in an initiative, without a word of how many days they have."""
    limited = {each["key"] for each in plan.problem["teams"]}
    ones = Initiative.objects.filter(pk__in=[int(each["key"]) for each in plan.problem["initiatives"]])
    needed = {key for one in ones for key in one.effort}
    without = [team for team in Team.objects.filter(active=True) if str(team.pk) not in limited]
    names = [team.name for team in without if str(team.pk) in needed]
    href = reverse("roadmap-resources")
    if not limited and not names:
        means = _("Taken as time without end: as much starts at once as the other limits allow.")
        return Missing(_("No team's days are said"), means, [], [], href)
    if not names:
        return None
    what = ngettext("%(n)s team has no days: %(names)s", "%(n)s teams have no days: %(names)s", len(names))
    means = _("Taken as time without end: what the plan asks of them is never too much.")
    return Missing(what % {"n": len(names), "names": ", ".join(names)}, means, [], [], href)


def _budget(plan: Plan, words: Words) -> Missing | None:
    if plan.problem.get("budget") is not None:
        return None
    content = {each["key"]: each for each in plan.problem["initiatives"]}
    quarters = len(plan.problem["quarters"])
    spent = sum(
        content[key]["cost_once"] + content[key]["cost_a_quarter"] * (quarters - start)
        for key, start in plan.starts.items()
    )
    means = _("Taken as money without end. As it stands, the plan spends %(amount)s in all.") % {
        "amount": words.money.amount(spent, ValueUnit.MONEY)
    }
    return Missing(_("No budget is said"), means, [], [], reverse("roadmap-resources"))
