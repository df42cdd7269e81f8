"""Where the plan stands, step by step, and what each step asks for next."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from vivencia.foundation.organisation import organisation
from vivencia.measure.reading import source
from vivencia.plan.initiatives import listing
from vivencia.plan.initiatives.models import Budget, Capacity, Initiative, Outcome, Stage, ValueUnit, Verdict
from vivencia.plan.initiatives.showing import open_questions
from vivencia.plan.initiatives.wording import Words
from vivencia.plan.journeys import gap_words, gaps
from vivencia.plan.journeys.gaps import Gap
from vivencia.plan.journeys.models import JourneyMap, MapState
from vivencia.plan.journeys.pricing import UNITS, Priced
from vivencia.plan.vision import evidence, versions

TITLES: dict[str, Promise] = {
    "vision": gettext_lazy("Vision"),
    "journey-maps": gettext_lazy("Journey maps"),
    "initiatives": gettext_lazy("Initiatives"),
    "roadmap": gettext_lazy("Roadmap"),
    "impact": gettext_lazy("Proof of effect"),
}
QUESTIONS: dict[str, Promise] = {
    "vision": gettext_lazy("What do we want to give?"),
    "journey-maps": gettext_lazy("How far are we from it, and what is that worth?"),
    "initiatives": gettext_lazy("What do we do about it?"),
    "roadmap": gettext_lazy("What first, with the people and money there are?"),
    "impact": gettext_lazy("Did it work?"),
}


@dataclass(frozen=True)
class Next:
    """What to do next, and where."""

    words: str
    href: str


@dataclass(frozen=True)
class Step:
    """One step. `said`: how it stands, in a sentence; `facts`: more about it; `begun`: whether there is anything;
    `next`: what it asks for, None where nothing; `later`: the address of what takes longer to find out."""

    name: str
    said: str
    facts: tuple[str, ...] = ()
    begun: bool = False
    next: Next | None = None
    later: str = ""

    @property
    def title(self) -> Promise:
        return TITLES[self.name]

    @property
    def question(self) -> Promise:
        return QUESTIONS[self.name]

    @property
    def href(self) -> str:
        return reverse(self.name)


def steps() -> list[Step]:
    """Every step that is there, in the order of the work."""
    found = {"vision": vision, "journey-maps": maps, "initiatives": initiatives, "roadmap": roadmap, "impact": impact}
    return [tell() for name, tell in found.items() if _there(name)]


def first_next(told: list[Step]) -> Next | None:
    """The first thing the plan as a whole asks for: the earliest step that has not begun, else the earliest request."""
    asking = [step for step in told if step.next]
    return next((step.next for step in asking if not step.begun), asking[0].next if asking else None)


def _there(name: str) -> bool:
    try:
        reverse(name)
    except NoReverseMatch:
        return False
    return True


def vision() -> Step:
    held, draft = versions.current(), versions.draft()
    if held is None:
        if draft:
            go_on = Next(_("Go on with the questions"), reverse("vision-start", args=[draft.step]))
            return Step("vision", _("Somebody has begun to write it."), next=go_on)
        return Step("vision", _("It is not written yet."), next=Next(_("Answer seven questions"), reverse("vision")))
    promises = held.vision.promises
    linked = [one.measure for one in promises if one.measure]
    here = source()
    told = [evidence.shown(measure, here, wait=False) for measure in linked]
    missed = sum(1 for one in told if one and one.state == "missed")
    kept = sum(1 for one in told if one and one.state == "reached")
    facts = [
        ngettext("%(n)s promise", "%(n)s promises", len(promises)) % {"n": len(promises)},
        _("kept: %(n)s") % {"n": kept} if kept else "",
        _("not kept: %(n)s") % {"n": missed} if missed else "",
    ]
    loose = len(promises) - len(linked)
    asks = None
    if not promises:
        asks = Next(_("Write down the first promise"), reverse("vision-edit"))
    elif loose:
        words = ngettext("Link %(n)s promise to a metric", "Link %(n)s promises to metrics", loose) % {"n": loose}
        asks = Next(words, reverse("vision-edit"))
    said = held.vision.vision or _("It is written, though not in one sentence.")
    return Step("vision", said, tuple(filter(None, facts)), begun=True, next=asks)


def maps() -> Step:
    """How many maps there are; what their gaps are worth takes longer (`gap_facts`)."""
    kept = JourneyMap.objects.exclude(state=MapState.RETIRED)
    targets = kept.filter(kind="target").count()
    if not targets:
        drawn = kept.exists()
        said = _("What is lived is drawn; what it should be is not.") if drawn else _("No journey is drawn yet.")
        asks = Next(_("Draw how the journey that matters most should be"), reverse("journey-maps"))
        return Step("journey-maps", said, next=asks)
    said = ngettext("%(n)s target journey is drawn.", "%(n)s target journeys are drawn.", targets) % {"n": targets}
    return Step("journey-maps", said, begun=True, later=reverse("plan-part", args=["gaps"]))


@dataclass(frozen=True)
class GapFacts:
    """What the maps' gaps come to. `together`: the whole, where it is in money; `open`: without an initiative."""

    n: int
    together: str
    dearest: str
    next: Next | None


def gap_facts() -> GapFacts:
    """The gaps of all targets: how many, what they are worth, and the dearest that nobody does anything about."""
    found = [gap for gap in gaps.all_gaps() if gap.state == "gap"]
    if not found:
        return GapFacts(0, "", "", None)
    claimed = set(Initiative.objects.exclude(stage=Stage.DROPPED).values_list("journey_map", "step_key", "expectation"))
    free = next((gap for gap in found if (gap.map_id, gap.step_key, gap.expectation) not in claimed), None)
    asks = None
    if free and _there("map-gap"):
        about = {"step": free.step_name, "what": gap_words.name(free.expectation, free.about)}
        words = _("Do something about “%(step)s”: %(what)s") % about
        asks = Next(words, reverse("map-gap", args=[free.map_id, free.step_key, free.expectation]))
    dearest = f"{gap_words.sentence(found[0])} {gap_words.price(found[0])}" if found[0].priced else ""
    return GapFacts(len(found), _together(found), dearest, asks)


def _together(found: list[Gap]) -> str:
    """What all gaps in money come to, with the ends of their ranges added up; a gap that is priced by the same moment
    as another counts once."""
    best: dict[object, Priced] = {}
    for gap in found:
        worth = gap.priced
        if worth is None or worth.unit != UNITS[0] or worth.value is None:
            continue
        same = (gap.segment, gap.effect.sources) if gap.effect.sources else gap.key
        if same not in best or (best[same].value or 0.0) < worth.value:
            best[same] = worth
    if not best:
        return ""
    value, low, high = (sum(getattr(one, end) or 0.0 for one in best.values()) for end in ("value", "low", "high"))
    return gap_words.worth(Priced(value, low, high, "money"))


def initiatives() -> Step:
    every = list(Initiative.objects.exclude(stage=Stage.DROPPED))
    if not every:
        asks = Next(_("Make one from a moment that matters"), reverse("moments"))
        return Step("initiatives", _("Nothing is being done about it yet."), next=asks)
    counted = [(stage, sum(one.stage == stage for one in every)) for stage in Stage if stage != Stage.DROPPED]
    facts = tuple(f"{stage.label}: {n}" for stage, n in counted if n)
    cards = listing.cards(every, Words(organisation().currency))
    ahead = (Stage.IDEA, Stage.PLANNED, Stage.RUNNING)
    money = sum(
        card.counted
        for card in cards
        if card.initiative.value_unit == ValueUnit.MONEY and card.initiative.stage in ahead
    )
    said = ngettext("%(n)s initiative.", "%(n)s initiatives.", len(every)) % {"n": len(every)}
    if money:
        amount = Words(organisation().currency).amount(money, ValueUnit.MONEY)
        ahead_words = _("Those ahead should bring %(amount)s a year.") % {"amount": amount}
        said = f"{said} {ahead_words}"
    return Step("initiatives", said, facts, begun=True, next=next(_of_initiatives(every), None))


def _of_initiatives(every: list[Initiative]) -> Iterator[Next]:
    """What initiatives ask for, most pressing first."""
    planned = [one for one in every if one.stage == Stage.PLANNED and one.declared_at is None]
    if planned:
        words = ngettext(
            "Declare what is expected of %(n)s planned initiative",
            "Declare what is expected of %(n)s planned initiatives",
            len(planned),
        )
        yield Next(words % {"n": len(planned)}, reverse("initiatives") + "?stage=planned")
    lacking = [one for one in every if open_questions(one)]
    if lacking:
        words = ngettext(
            "Complete the case of %(n)s initiative", "Complete the case of %(n)s initiatives", len(lacking)
        )
        yield Next(words % {"n": len(lacking)}, reverse("initiative", args=[lacking[0].pk]))


def roadmap() -> Step:
    from vivencia.plan.roadmap import plans  # brings the solver in, which only this step needs

    plan = plans.current()
    if plan is not None and plan.report:
        return _planned(plan.report)
    room = Capacity.objects.exists() or Budget.objects.exists()
    if not room:
        asks = Next(_("Say which teams and what budget there are"), reverse("roadmap-resources"))
        return Step("roadmap", _("What people and money there are is not said yet."), next=asks)
    asks = Next(_("Let it choose what to do first"), reverse("roadmap"))
    return Step("roadmap", _("Nothing is scheduled yet."), next=asks)


def _planned(report: dict[str, Any]) -> Step:
    """What the newest plan chooses and brings, with the range of that."""
    words, reach = Words(organisation().currency), report["range"]
    unit = report["unit"] if report["unit"] in ValueUnit.values else ValueUnit.MONEY  # else it is the currency
    chosen = sum(1 for one in report["initiatives"] if one["chosen"])
    told = {
        "n": chosen,
        "value": words.amount(reach["mean"], unit),
        "between": words.between(reach["low"], reach["high"], unit),
    }
    said = ngettext(
        "%(n)s initiative is chosen; the plan is worth %(value)s, %(between)s.",
        "%(n)s initiatives are chosen; the plan is worth %(value)s, %(between)s.",
        chosen,
    )
    return Step("roadmap", said % told, begun=True)


def impact() -> Step:
    newest: dict[int, str] = {}
    for initiative, verdict in Outcome.objects.order_by("-pk").values_list("initiative_id", "verdict"):
        newest.setdefault(initiative, verdict)
    waiting = Initiative.objects.filter(Q(stage=Stage.DONE) | Q(stage=Stage.RUNNING)).exclude(pk__in=newest).count()
    asks = None
    if waiting:
        words = ngettext("Look at the effect of %(n)s initiative", "Look at the effect of %(n)s initiatives", waiting)
        asks = Next(words % {"n": waiting}, reverse("impact"))
    if not newest:
        return Step("impact", _("Nothing has been held against what was expected yet."), next=asks)
    facts = tuple(
        f"{verdict.label}: {n}" for verdict in Verdict if (n := sum(told == verdict for told in newest.values()))
    )
    worked = sum(told == Verdict.WORKED for told in newest.values())
    said = ngettext("%(n)s initiative worked.", "%(n)s initiatives worked.", worked) % {"n": worked}
    return Step("impact", said, facts, begun=True, next=asks)
