"""Plans in words: why not, what a rule costs, how good it is."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from vivencia.moments.wording import number
from vivencia.plan.initiatives.chances import BY_RISK
from vivencia.plan.initiatives.models import Risk, Stream, Team, ValueUnit
from vivencia.plan.initiatives.wording import Words as InitiativeWords
from vivencia.plan.roadmap.assembling import (
    NO_VALUE,
    NOTHING_TO_TELL,
    OTHER_UNIT,
    TOO_LATE,
    WAITS,
    quarter_name,
    quarters_of,
)
from vivencia.plan.roadmap.comparing import Comparison
from vivencia.plan.roadmap.models import Plan

UNVALUED: dict[str, Promise] = {
    NO_VALUE: gettext_lazy("What it is worth is not estimated yet."),
    OTHER_UNIT: gettext_lazy("Its value is counted in another unit."),
    TOO_LATE: gettext_lazy("Its deadline has passed."),
    NOTHING_TO_TELL: gettext_lazy(
        "A pilot that would spare nothing: what it tries out is running, is not counted, or the plan counts no money."
    ),
    WAITS: gettext_lazy("It depends on an initiative that was dropped."),
}
# From which share on it is said above all that the past changes values.
MOVED = 0.1
TROUBLES: dict[str, Promise] = {
    "impossible": gettext_lazy("No plan keeps all the rules: what must be done asks for more than there is."),
    "not found": gettext_lazy("No plan that keeps all the rules was found in the time there was. Try again."),
    "nothing": gettext_lazy("There is nothing to plan: no open initiative has an estimated value."),
    "lost": gettext_lazy("Planning was interrupted. Try again."),
    "wrong": gettext_lazy("The initiatives cannot be planned together: they depend on each other in a circle."),
}


@dataclass(frozen=True)
class Words:
    """Words for one plan; `unit`: what it was counted in; `titles` of initiatives and `teams` by number as text."""

    money: InitiativeWords
    unit: ValueUnit
    titles: dict[str, str]
    teams: dict[str, str]
    quarters: list[str]
    labels: list[str]

    def amount(self, value: float) -> str:
        return self.money.amount(value, self.unit)

    def short(self, value: float) -> str:
        """An amount where the unit stands beside: a bar is narrow."""
        return number(value, 0)

    def when(self, labels: list[str]) -> str:
        """Quarters named as in the plan's file, in the language spoken."""
        return ", ".join(self.quarters[self.labels.index(label)] for label in labels if label in self.labels)

    def why_not(self, why: dict[str, Any]) -> str:
        """Why an initiative is not in the plan, as a sentence."""
        of, when = why["of"], self.when(why["quarters"])
        told = {
            "teams": ", ".join(self.teams.get(key, key) for key in of),
            "others": ", ".join(self.titles.get(key, key) for key in of),
            "when": when,
        }
        sentences = {
            "left out": _("Left out by hand."),
            "too late": _("It cannot be finished in time."),
            "waits for": _("What it depends on is not in the plan: %(others)s.") % told,
            "order": _("After what it depends on there is no time left: %(others)s.") % told,
            "too large": _("It asks for more in one quarter than there ever is: %(what)s.")
            % {"what": told["teams"] or _("money")},
            "worthless": _("In this plan it would bring less than it costs."),
            "capacity": _("In %(when)s the days of %(teams)s go to what brings more.") % told,
            "budget": _("In %(when)s the money goes to what brings more.") % told,
            "balance": _("It would upset the balance of the streams."),
        }
        return sentences[why["reason"]]

    def rule(self, kind: str, of: str) -> str:
        """A rule that stands in a conflict with others."""
        told = {
            "title": self.titles.get(of, of),
            "team": self.teams.get(of, of),
            "stream": str(dict(Stream.choices).get(of, of)),
        }
        clauses = {
            "must do": _("“%(title)s” must be done") % told,
            "dates": _("the dates of “%(title)s”") % told,
            "order": _("what “%(title)s” has to wait for") % told,
            "capacity": _("the days there are of %(team)s") % told,
            "budget": _("the money there is"),
            "balance": _("the limits of the stream “%(stream)s”") % told,
        }
        return clauses[kind]

    def price(self, price: dict[str, Any]) -> str:
        """The rule eased, as a clause: "5 more days of IT in Q1 2027"."""
        told = {
            "more": number(price["more"] or 0.0, 0),
            "team": self.teams.get(price["of"], price["of"]),
            "when": self.when([price["quarter"]]) if price["quarter"] else "",
            "currency": self.money.sign,
            "title": self.titles.get(price["of"], price["of"]),
            "stream": str(dict(Stream.choices).get(price["of"], price["of"])),
        }
        whole = price["quarter"] is None
        clauses = {
            "capacity": _("%(more)s more days of %(team)s, where they are needed") % told
            if whole
            else _("%(more)s more days of %(team)s in %(when)s") % told,
            "budget": _("%(more)s %(currency)s more, where it is needed") % told
            if whole
            else _("%(more)s %(currency)s more in %(when)s") % told,
            "must do": _("“%(title)s” need not be done") % told,
            "deadline": _("no deadline for “%(title)s”") % told,
            "balance": _("no limits for the stream “%(stream)s”") % told,
        }
        return clauses[price["kind"]]

    def standing(self, report: dict[str, Any]) -> str:
        """The limits that keep something out, by name; "" where none does."""
        whys = [each["why_not"] for each in report["initiatives"] if each["why_not"]]
        kept_out = [why for why in whys if why["reason"] in ("capacity", "budget", "too large")]
        named = [_("days of %(team)s") % {"team": self.teams.get(key, key)} for why in kept_out for key in why["of"]]
        named += [_("money") for why in kept_out if not why["of"]]
        named += [_("the balance of the streams") for why in whys if why["reason"] == "balance"]
        return ", ".join(dict.fromkeys(named))

    def certified(self, report: dict[str, Any]) -> str:
        """The certified gap in plain words."""
        if report["proven"]:
            return _("It is proven that no other plan within these limits brings more.")
        gap = number(100 * (report["gap"] or 0.0), 1)
        return _("No plan within these limits can bring over %(gap)s %% more than this one.") % {"gap": gap}

    def counted(self, plan: Plan) -> list[str]:
        """How values are counted: risk, and what past initiatives taught."""
        if not any("chance" in each for each in plan.problem["initiatives"]):
            told = [_("What an initiative brings is counted as if it were certain to work.")]
        else:
            told = [self._risk_counted()]
        past = plan.counted.get("past")
        if past is None:
            return [*told, _("How far estimates hold here is not known yet: three past initiatives are needed.")]
        held = {"n": past["n"], "percent": number(past["percent"], 0)}
        if "factor" not in past:  # planned before outcomes were weighed by how sure they are
            brought = _("%(n)s past initiatives brought %(percent)s %% of what was expected of them.")
            return [*told, brought % held]
        held |= {"low": number(past["low"], 0), "high": number(past["high"], 0)}
        held |= {"factor": number(100 * past["factor"], 0)}
        counted = _(
            "%(n)s past initiatives brought %(percent)s %% of what was expected of them (between %(low)s and "
            "%(high)s %%). Weighed by how sure that is, and counting failures only once, estimates count %(factor)s %% "
            "of what they say."
        )
        return [*told, counted % held]

    def past_moves(self, plan: Plan) -> str:
        """Where the past changes values by more than a tenth: how much, as a sentence; "" elsewhere."""
        past = plan.counted.get("past", {})
        factor = past.get("factor", 1.0)
        if abs(factor - 1.0) <= MOVED:
            return ""
        told = {"n": past["n"], "percent": number(100 * abs(factor - 1.0), 0)}
        if factor < 1.0:
            return _("What %(n)s finished initiatives brought makes estimates %(percent)s %% lower.") % told
        return _("What %(n)s finished initiatives brought makes estimates %(percent)s %% higher.") % told

    def _risk_counted(self) -> str:
        return _(
            "What an initiative brings is counted with the chance that it works: as said in its case, else by its "
            "risk (low %(low)s %%, medium %(medium)s %%, high %(high)s %%)."
        ) % {"low": BY_RISK[Risk.LOW], "medium": BY_RISK[Risk.MEDIUM], "high": BY_RISK[Risk.HIGH]}

    def pilots(self, report: dict[str, Any]) -> list[str]:
        """What the chosen pilots spare."""
        sentence = _(
            "“%(pilot)s” tells whether “%(tried)s” works before its money is spent: in %(n)s of 100 cases it does not, "
            "and knowing first is worth %(spares)s on average."
        )
        return [
            sentence
            % {
                "pilot": self.titles.get(each["key"], each["key"]),
                "tried": self.titles.get(each["of"], each["of"]),
                "n": round(100 * (1 - each["chance"])),
                "spares": self.amount(each["spares"]),
            }
            for each in report.get("pilots", [])
            if each["spares"] > 0
        ]

    def often(self, report: dict[str, Any]) -> str:
        """How often the plan beats the next best; of one changed by hand: that there is a better one, if so."""
        other = report["range"].get("next_best")
        if other is None:
            return _("There is no really different plan within these limits.")
        if other["value"] > report["value"] + 0.5:
            return _("Planned anew it could bring more: %(value)s was found by choosing otherwise.") % {
                "value": self.amount(other["value"])
            }
        told = {
            "n": round(100 * other["better_in"]),
            "value": self.amount(other["value"]),
            "many": len(other["chosen_otherwise"]),
        }
        first = _("In %(n)s of 100 simulated futures it brings more than the next best plan (%(value)s)") % told
        last = ngettext(
            "which chooses %(many)s initiative otherwise.",
            "which chooses %(many)s initiatives otherwise.",
            told["many"],
        )
        return f"{first}, {last % told}"

    def loss(self, loss: float, of: float, least: float) -> str:
        """What a change by hand costs: `loss` by the completion found, of a plan worth `of`; `least` for certain."""
        if abs(loss) < 0.0005 * max(abs(of), 1.0):
            return _("This change costs nothing.")
        told = {"amount": self.amount(abs(loss)), "share": number(100 * abs(loss) / max(abs(of), 1.0), 1)}
        if loss > 0 and least < 0.95 * loss:
            told["least"] = self.amount(max(least, 0.0))
            return (
                _("This change costs %(amount)s at most (%(share)s %% of what the plan brings), %(least)s at least.")
                % told
            )
        if loss > 0:
            return _("This change costs %(amount)s, %(share)s %% of what the plan brings.") % told
        return _("This change brings %(amount)s, %(share)s %% of what the plan brings.") % told

    def cost(self, loss: float, of: float) -> str:
        """The same in a few words, for a list."""
        if abs(loss) < 0.0005 * max(abs(of), 1.0):
            return _("costs nothing")
        told = {"amount": self.amount(abs(loss))}
        return _("costs %(amount)s") % told if loss > 0 else _("brings %(amount)s") % told

    def again(self, version: Plan) -> str:
        """Which version this one brings back; "" where it was found, or changed by hand."""
        if version.base is None or version.change:
            return ""
        when = date_format(timezone.localtime(version.base.at), "SHORT_DATETIME_FORMAT")
        return _("Back to the version of %(when)s") % {"when": when}

    def compared(self, other: Comparison) -> str:
        """What a plan brings against another one, as a sentence."""
        if other.more is None:
            return _(
                "The two were not made from the same initiatives, estimates and resources, so what they bring is not "
                "compared."
            )
        value = self.amount(abs(other.more))
        if abs(other.more) < 0.5:
            return _("Both bring the same.")
        return (
            _("It brings %(value)s more.") % {"value": value}
            if other.more > 0
            else (_("It brings %(value)s less.") % {"value": value})
        )

    def place(self, key: str, place: Any) -> str:
        """What was decided by hand of an initiative."""
        title = self.titles.get(key, key)
        if place is None:
            return _("“%(title)s” left out") % {"title": title}
        if place == "free":
            return _("“%(title)s” left to the plan again") % {"title": title}
        if place == "any":
            return _("“%(title)s” in the plan, whenever is best") % {"title": title}
        return _("“%(title)s” starts in %(when)s") % {"title": title, "when": self.quarters[int(place)]}


def words_for(plan: Plan, currency: str, teams: dict[str, str] | None = None) -> Words:
    """Words for a plan; `teams` where they have been read already."""
    content = plan.problem
    counted = content.get("unit", "")
    quarters = [quarter_name(each) for each in quarters_of(plan.first_quarter, len(content["quarters"]))]
    return Words(
        InitiativeWords(currency),
        ValueUnit(counted) if counted in ValueUnit.values else ValueUnit.MONEY,  # money is kept as its currency
        {each["key"]: each["title"] for each in content["initiatives"]},
        {str(team.pk): team.name for team in Team.objects.all()} if teams is None else teams,
        quarters,
        list(content["quarters"]),
    )
