"""Moments in plain words, from whole translated sentences: what is known, what is assumed, what to do next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from vivencia.foundation import vocabulary
from vivencia.foundation.vocabulary import say, trait
from vivencia.foundation.writing import currency_sign, number_format
from vivencia.moments.conditions import Condition, read_code
from vivencia.moments.findings import Consequence, Findings, Moment, Range, StakeUnit

STRONG, SOLID = 0.15, 0.05  # robustness values from which a moment is called strong, solid


def number(value: float | None, decimals: int = 1) -> str:
    """A number as this language writes it, without needless decimals of large ones."""
    if value is None:
        return _("not enough data")
    shown = 0 if abs(value) >= 1000 else decimals
    return number_format(value, shown, force_grouping=True)


def yearly(value: float) -> str:
    """What a year is worth, whole and to three figures: it is not known better, and initiatives say it so, too."""
    return number(float(f"{value:.3g}"), 0)


OUTCOME_NAMES: dict[str, Promise] = {
    "csat": gettext_lazy("Satisfaction (CSAT)"),
    "nps": gettext_lazy("Recommendation (NPS)"),
    "ces": gettext_lazy("Ease (CES)"),
    "repurchase": gettext_lazy("Buying again"),
    "churn": gettext_lazy("Customers lost"),
    "revenue": gettext_lazy("Revenue"),
}

STAGES: dict[str, Promise] = {
    "": gettext_lazy("Waiting for its turn"),
    "reading": gettext_lazy("Reading what customers lived"),
    "occasions": gettext_lazy("Gathering everybody who was or could have been asked"),
    "candidates": gettext_lazy("Looking for candidates in the data"),
    "background": gettext_lazy("Looking up what was known before"),
    "effects": gettext_lazy("Estimating effects"),
    "circumstances": gettext_lazy("Estimating what circumstances do"),
    "afterwards": gettext_lazy("Looking at what customers did afterwards"),
    "doses": gettext_lazy("Looking at how much more is worse"),
}

_REASONS: dict[str, Promise] = {
    "no_answers": gettext_lazy("There are fewer than 20 answers to this question."),
    "no_purchases": gettext_lazy("There are no purchases in the data."),
    "no_follow_up": gettext_lazy("Most customers were not followed long enough to see what they did next."),
    "nothing_lived": gettext_lazy("Nobody in this selection lived anything before the outcome."),
}


def reason_words(reason: str) -> Promise | str:
    """Why a study has no findings."""
    return _REASONS.get(reason, gettext_lazy("There is not enough data."))


def wait_words(seconds: float) -> str:
    """How long a study takes, going by the last one."""
    if seconds < 100:
        n = max(5, 5 * round(seconds / 5))
        return ngettext("The last one took about %(n)s second.", "The last one took about %(n)s seconds.", n) % {"n": n}
    n = round(seconds / 60)
    return ngettext("The last one took about %(n)s minute.", "The last one took about %(n)s minutes.", n) % {"n": n}


_LEFT_OUT: dict[str, Promise] = {
    "not_asked": gettext_lazy("not asked: %(n)s"),
    "too_recent": gettext_lazy("too recent to have answered: %(n)s"),
    "answered_before_anything": gettext_lazy("answered before anything happened: %(n)s"),
    "already_gone": gettext_lazy("already gone before: %(n)s"),
    "follow_up_not_over": gettext_lazy("too recent to have been followed to the end: %(n)s"),
}

_BACKGROUND: dict[str, Promise] = {
    "segment": gettext_lazy("segment"),
    "calendar": gettext_lazy("time of year and trend"),
    "tenure": gettext_lazy("how long they had been customers"),
    "earlier_steps": gettext_lazy("how much they had lived with the company before"),
    "earlier_cases": gettext_lazy("number of earlier cases"),
    "earlier_money": gettext_lazy("money spent before"),
    "earlier_score": gettext_lazy("scores given before"),
    "earlier_broken_promises": gettext_lazy("promises broken before"),
    "entry_channel": gettext_lazy("channel by which it began"),
    "first_amount": gettext_lazy("amount of the first step"),
}


def background_words(kind: str) -> str:
    """What was held equal: `segment`, `trait:city`."""
    if kind.startswith("trait:"):
        return _("“%(trait)s” of the customer") % {"trait": trait(kind.removeprefix("trait:")).lower()}
    return str(_BACKGROUND.get(kind, kind))


_PERHAPS = {  # (money, the interval leaves out zero): one comparison alone is no proof where many are made
    (True, False): gettext_lazy("no effect on what customers spend is proven (between %(low)s and %(high)s a year)"),
    (False, False): gettext_lazy("no effect on buying again is proven (between %(low)s and %(high)s customers a year)"),
    (True, True): gettext_lazy(
        "perhaps what customers spend (between %(low)s and %(high)s a year): taken alone it shows, but among so many "
        "comparisons it may be chance"
    ),
    (False, True): gettext_lazy(
        "perhaps who buys again (between %(low)s and %(high)s customers a year): taken alone it shows, but among so "
        "many comparisons it may be chance"
    ),
}


@dataclass(frozen=True)
class Words:
    """Words for the moments of one study; `currency` is ISO 4217."""

    findings: Findings
    currency: str

    @property
    def sign(self) -> str:
        """The currency, beside an amount."""
        return currency_sign(self.currency)

    def title(self, moment: Moment) -> str:
        """What was lived, as a short sentence."""
        return _TITLES[moment.family](moment)

    def effect(self, moment: Moment) -> str:
        """What it did to the outcome, with its interval."""
        if moment.effect is None or moment.low is None or moment.high is None:
            return _("There is not enough data to say what it does.")
        size, nearest, farthest = self._sizes(moment)
        pattern = _EFFECTS[self.findings.outcome, moment.kind]
        return str(pattern) % {
            "size": size,
            "low": nearest,
            "high": farthest,
            "scale": number(self.findings.scale_max, 0) if self.findings.scale_max else "",
            "days": self.findings.follow_up_days,
        }

    def _sizes(self, moment: Moment) -> tuple[str, str, str]:
        """Size and interval read in the effect's own direction, so that a loss of 2 is "between 1 and 3"."""
        assert moment.effect is not None
        assert moment.low is not None
        assert moment.high is not None
        sign = -1.0 if moment.effect < 0 else 1.0
        ends = sorted((sign * moment.low, sign * moment.high))
        return self.amount(sign * moment.effect), self.amount(ends[0]), self.amount(ends[1])

    def amount(self, value: float | None) -> str:
        """A value in the outcome's unit, without the unit's name (money excepted)."""
        if self.findings.kind == "money" and value is not None:
            return f"{number(value, 2)} {self.sign}"
        return number(value, 2 if self.findings.kind == "score" else 1)

    def signed(self, value: float | None) -> str:
        """As `amount`, with its sign (a true minus)."""
        if value is None:
            return self.amount(None)
        return ("+" if value > 0 else "−" if value < 0 else "") + self.amount(abs(value))

    def sentence(self, moment: Moment) -> str:
        """Title and effect."""
        return f"{self.title(moment)} {self.effect(moment)}"

    def stake(self, moment: Moment) -> str:
        """What a year of it is worth, in what the study's moments are compared in."""
        unit = self.findings.stake_unit
        if self.findings.kind in ("share", "money") or unit == "points":
            return self.stake_points(moment)
        return self._consequence(moment.money if unit == "money" else moment.repurchases, unit)

    def stake_points(self, moment: Moment) -> str:
        """What a year of it is worth in the outcome's own unit."""
        if moment.stake.value is None:
            return _("There is not enough data to say what is at stake.")
        unit = f" {self.sign}" if self.findings.kind == "money" else ""
        return _yearly(_STAKES[self.findings.outcome, moment.kind], moment.stake, unit)

    def stakes(self, moment: Moment) -> list[str]:
        """The same in everything that is known of it, what the study compares in first."""
        told = [self._consequence(moment.money, "money")] if moment.money else []
        told += [self._consequence(moment.repurchases, "customers")] if moment.repurchases else []
        return list(dict.fromkeys([self.stake(moment), *told, self.stake_points(moment)]))

    def _consequence(self, told: Consequence | None, unit: StakeUnit) -> str:
        if told is None or told.a_year.value is None or told.a_year.low is None or told.a_year.high is None:
            return _("There is not enough data to say what is at stake.")
        name = f" {self.sign}" if unit == "money" else ""
        if told.proven:
            outcome = "revenue" if unit == "money" else "repurchase"
            return _yearly(_STAKES[outcome, "gain" if told.effect > 0 else "pain"], told.a_year, name)
        pattern = _PERHAPS[unit == "money", told.a_year.low * told.a_year.high > 0]
        return str(pattern) % {
            "low": _signed_whole(told.a_year.low) + name,
            "high": _signed_whole(told.a_year.high) + name,
        }

    def robustness(self, moment: Moment) -> str:
        """How strong a hidden cause would have to be."""
        if moment.robustness is None:
            return _("How strong a hidden cause would have to be is not known.")
        share = number(100 * moment.robustness, 1)
        if moment.robustness >= STRONG:
            pattern = _(
                "Sturdy: a hidden cause would have to explain more than %(share)s %% of what remains open both in "
                "who lives this and in the outcome to explain it away."
            )
        elif moment.robustness >= SOLID:
            pattern = _(
                "Fairly sturdy: a hidden cause that explains more than %(share)s %% of what remains open both in "
                "who lives this and in the outcome would explain it away."
            )
        else:
            pattern = _(
                "Fragile: a hidden cause that explains as little as %(share)s %% of what remains open both in who "
                "lives this and in the outcome would explain it away."
            )
        return pattern % {"share": share}

    def when(self, moment: Moment) -> str:
        """Where in the journey."""
        if moment.days_after_start is None or moment.place is None:
            return _("No fixed place in the journey")
        days = round(moment.days_after_start)
        if days < 1:
            return _("Within the first day")
        return ngettext("%(days)s day after the start", "%(days)s days after the start", days) % {
            "days": number(days, 0)
        }

    def exposed(self, moment: Moment) -> str:
        """How many lived it, of how many."""
        pattern = (
            _("%(exposed)s of %(n)s cases lived it")
            if self.findings.by == "case"
            else _("%(exposed)s of %(n)s customers lived it")
        )
        return pattern % {"exposed": number(moment.n_exposed, 0), "n": number(moment.n, 0)}

    def sides(self, moment: Moment) -> tuple[str, str]:
        """Links to everybody who lived it, and to everybody they are compared with."""
        lived, others = moment.n_exposed, moment.n - moment.n_exposed
        if self.findings.by == "case":
            them = ngettext("the %(n)s case they are compared with", "the %(n)s cases they are compared with", others)
        else:
            them = ngettext("the %(n)s they are compared with", "the %(n)s they are compared with", others)
        return self._everybody(lived) % {"n": number(lived, 0)}, them % {"n": number(others, 0)}

    def _everybody(self, n: int) -> str:
        """Who lived it, of those the study rests on: `n` cases or customers, all there are or some drawn by lot."""
        drawn = self.findings.drawn_from is not None
        if self.findings.by == "case" and drawn:
            return ngettext(
                "The %(n)s case in which customers drawn by lot lived it, with their words",
                "The %(n)s cases in which customers drawn by lot lived it, with their words",
                n,
            )
        if self.findings.by == "case":
            return ngettext(
                "The %(n)s case in which it was lived, with their words",
                "All %(n)s cases in which it was lived, with their words",
                n,
            )
        if drawn:
            return ngettext(
                "The %(n)s of those drawn by lot who lived it, with their words",
                "The %(n)s of those drawn by lot who lived it, with their words",
                n,
            )
        return ngettext("The %(n)s who lived it, with their words", "All %(n)s who lived it, with their words", n)

    def basis(self) -> str:
        """On whom the study rests."""
        if self.findings.drawn_from is None:
            return self._units_studied()
        lot = _("Drawn by lot from %(everyone)s customers; what is said of a year is said of all of them.")
        return f"{self._units_studied()} {lot % {'everyone': number(self.findings.drawn_from, 0)}}"

    def _units_studied(self) -> str:
        findings = self.findings
        dates = {"since": self._day(findings.since), "until": self._day(findings.until)}
        counts = {"n": number(findings.n, 0), "answered": number(findings.n_answered, 0)}
        if findings.follow_up_days:
            pattern = (
                _("%(n)s cases from %(since)s to %(until)s, each followed for %(days)s days.")
                if findings.by == "case"
                else _("%(n)s customers from %(since)s to %(until)s, each followed for %(days)s days.")
            )
            return pattern % {**counts, **dates, "days": findings.follow_up_days}
        pattern = (
            _("%(n)s cases from %(since)s to %(until)s; %(answered)s of them with an answer.")
            if findings.by == "case"
            else _("%(n)s customers from %(since)s to %(until)s; %(answered)s of them answered.")
        )
        return pattern % {**counts, **dates}

    def left_out(self) -> list[str]:
        """Whom the study leaves out, and why."""
        return [
            str(_LEFT_OUT[reason]) % {"n": number(units, 0)}
            for reason, units in self.findings.left_out.items()
            if reason in _LEFT_OUT
        ]

    @staticmethod
    def _day(iso: str) -> str:
        return date_format(date.fromisoformat(iso), "DATE_FORMAT")

    def known(self, moment: Moment) -> list[str]:
        """What the data show."""
        told = [self.exposed(moment) + "."]
        if moment.q_value is not None and moment.proven:
            told.append(_("Of all moments called proven here, at most 5 % are expected to be false alarms."))
        if self.findings.adjusted_for:
            equal = ", ".join(background_words(kind) for kind in self.findings.adjusted_for)
            told.append(
                _(
                    "Compared among customers alike in what was known before: %(equal)s; and in what they lived "
                    "before this moment."
                )
                % {"equal": equal}
            )
        if moment.synonyms:
            told.append(
                _("In these data it cannot be told apart from: %(others)s.")
                % {"others": "; ".join(same_words(read_code(code)) for code in moment.synonyms)}
            )
        return told

    def assumed(self, moment: Moment) -> list[str]:
        """What has to be taken on trust."""
        codes = set(moment.assumptions)
        if {"answers_shadow", "answers_reminder"} <= codes:
            codes = codes - {"answers_shadow", "answers_reminder"} | {"answers_both"}
        told = [str(words) for code, words in _ASSUMPTIONS.items() if code in codes]
        complete = moment.corrected == "complete"
        if not complete and moment.sensitivity_low is not None and moment.sensitivity_high is not None:
            told.append(
                _(
                    "Whatever pattern those who did not answer follow, within reason, the effect lies between "
                    "%(low)s and %(high)s."
                )
                % {"low": self.signed(moment.sensitivity_low), "high": self.signed(moment.sensitivity_high)}
            )
        return told

    def next_step(self, moment: Moment) -> str:
        """What to do about it."""
        return str(
            _NEXT_STEPS[moment.family, moment.kind]
            if (moment.family, moment.kind) in _NEXT_STEPS
            else _NEXT_STEPS["", moment.kind]
        )


def _yearly(pattern: Any, stake: Range, unit: str) -> str:
    """A year's worth with its interval, read in its own direction."""
    assert stake.value is not None
    assert stake.low is not None
    assert stake.high is not None
    sign = -1.0 if stake.value < 0 else 1.0
    ends = sorted((sign * stake.low, sign * stake.high))
    shown = [yearly(value) + unit for value in (sign * stake.value, *ends)]
    return str(pattern) % dict(zip(("size", "low", "high"), shown, strict=True))


def _signed_whole(value: float) -> str:
    return ("+" if value > 0 else "−" if value < 0 else "") + yearly(abs(value))


# What was lived


def _promise(moment: Moment) -> str:
    return _("The promise about “%(place)s” is broken.") % {"place": say(moment.touchpoint)}


def _slow(moment: Moment) -> str:
    if moment.threshold is None:
        return _(
            "The wait for “%(what)s” takes longer than for three quarters of those who come from the same step."
        ) % {"what": say(moment.condition_key or moment.touchpoint)}
    wait = waiting(moment.threshold)
    if moment.condition_key:
        return _("The wait for “%(what)s” at “%(place)s” takes longer than %(wait)s.") % {
            "what": say(moment.condition_key),
            "place": say(moment.touchpoint),
            "wait": wait,
        }
    return _("The wait for “%(place)s” takes longer than %(wait)s.") % {"place": say(moment.touchpoint), "wait": wait}


def _told(moment: Moment) -> dict[str, str]:
    """What the sentences below may name, in the reader's words."""
    return {
        "place": say(moment.touchpoint),
        "key": vocabulary.attribute(moment.condition_key),
        "value": _value(moment.family, moment.condition_value),
        "limit": number(moment.threshold, 0 if (moment.threshold or 0.0).is_integer() else 1),
    }


def waiting(seconds: float) -> str:
    """A length of time in the largest unit that keeps it readable."""
    if seconds >= 2 * 86400:
        days = round(seconds / 86400, 1)
        return ngettext("%(n)s day", "%(n)s days", round(days)) % {"n": number(days, 0 if days >= 10 else 1)}
    if seconds >= 2 * 3600:
        return _("%(n)s hours") % {"n": number(seconds / 3600, 0)}
    return _("%(n)s minutes") % {"n": number(seconds / 60, 0)}


_TITLES: dict[str, Callable[[Moment], str]] = {
    "promise": _promise,
    "slow": _slow,
    "failed": lambda m: _("“%(place)s” goes wrong.") % _told(m),
    "happened": lambda m: _("The customer goes through “%(place)s”.") % _told(m),
    "missed": lambda m: _("The customer does not get to “%(place)s”.") % _told(m),
    "repeated": lambda m: _("“%(place)s” happens more than once.") % _told(m),
    "event": lambda m: _("At “%(place)s” there is “%(value)s”.") % _told(m),
    "duration": lambda m: _("At “%(place)s”, “%(key)s” is above %(limit)s, as for the slowest quarter.") % _told(m),
    "channel": lambda m: _("“%(place)s” takes place by “%(value)s”.") % _told(m),
    "property": lambda m: _("At “%(place)s”, “%(key)s” is “%(value)s”.") % _told(m),
    "property_above": lambda m: (
        _("At “%(place)s”, “%(key)s” is above %(limit)s, as for the highest quarter.") % _told(m)
    ),
    "employee": lambda m: _("“%(place)s” is attended by %(value)s.") % _told(m),
}

_SAME: dict[str, Any] = {
    "promise": gettext_lazy("the promise is broken"),
    "failed": gettext_lazy("it goes wrong"),
    "happened": gettext_lazy("it takes place"),
    "missed": gettext_lazy("it does not take place"),
    "repeated": gettext_lazy("it happens more than once"),
    "event": gettext_lazy("there is “%(value)s”"),
    "slow": gettext_lazy("it takes longer than usual"),
    "duration": gettext_lazy("“%(key)s” is among the longest"),
    "channel": gettext_lazy("it takes place by “%(value)s”"),
    "property_above": gettext_lazy("“%(key)s” is among the highest"),
    "property": gettext_lazy("“%(key)s” is “%(value)s”"),
    "employee": gettext_lazy("it is attended by %(value)s"),
}


def same_words(condition: Condition) -> str:
    """A condition in a few words, beside a moment that says the same."""
    told = {"key": vocabulary.attribute(condition.key), "value": _value(condition.family, condition.value)}
    return str(_SAME[condition.family]) % told


def _value(family: str, value: str | None) -> str:
    """What a condition asks for: an attribute's value, somebody's name as it is, else a word everybody knows."""
    if family == "employee":
        return value or ""
    return vocabulary.value(value) if family == "property" else say(value)


# What it did

_EFFECTS: dict[tuple[str, str], Any] = {
    ("csat", "pain"): gettext_lazy(
        "It costs %(size)s points of satisfaction, on a scale up to %(scale)s (between %(low)s and %(high)s)."
    ),
    ("csat", "gain"): gettext_lazy(
        "It adds %(size)s points of satisfaction, on a scale up to %(scale)s (between %(low)s and %(high)s)."
    ),
    ("nps", "pain"): gettext_lazy("It costs %(size)s NPS points (between %(low)s and %(high)s)."),
    ("nps", "gain"): gettext_lazy("It adds %(size)s NPS points (between %(low)s and %(high)s)."),
    ("ces", "pain"): gettext_lazy(
        "It costs %(size)s points of ease, on a scale up to %(scale)s (between %(low)s and %(high)s)."
    ),
    ("ces", "gain"): gettext_lazy(
        "It adds %(size)s points of ease, on a scale up to %(scale)s (between %(low)s and %(high)s)."
    ),
    ("repurchase", "pain"): gettext_lazy(
        "Of 100 who live it, %(size)s fewer buy again within %(days)s days (between %(low)s and %(high)s)."
    ),
    ("repurchase", "gain"): gettext_lazy(
        "Of 100 who live it, %(size)s more buy again within %(days)s days (between %(low)s and %(high)s)."
    ),
    ("churn", "pain"): gettext_lazy(
        "Of 100 who live it, %(size)s more are lost within %(days)s days (between %(low)s and %(high)s)."
    ),
    ("churn", "gain"): gettext_lazy(
        "Of 100 who live it, %(size)s fewer are lost within %(days)s days (between %(low)s and %(high)s)."
    ),
    ("revenue", "pain"): gettext_lazy(
        "Each time it costs %(size)s of what customers spend in the next %(days)s days (between %(low)s and %(high)s)."
    ),
    ("revenue", "gain"): gettext_lazy(
        "Each time it adds %(size)s to what customers spend in the next %(days)s days (between %(low)s and %(high)s)."
    ),
}

_STAKES: dict[tuple[str, str], Any] = {
    ("csat", "pain"): gettext_lazy("%(size)s points of satisfaction lost a year (between %(low)s and %(high)s)"),
    ("csat", "gain"): gettext_lazy("%(size)s points of satisfaction won a year (between %(low)s and %(high)s)"),
    ("nps", "pain"): gettext_lazy("%(size)s points of recommendation lost a year (between %(low)s and %(high)s)"),
    ("nps", "gain"): gettext_lazy("%(size)s points of recommendation won a year (between %(low)s and %(high)s)"),
    ("ces", "pain"): gettext_lazy("%(size)s points of ease lost a year (between %(low)s and %(high)s)"),
    ("ces", "gain"): gettext_lazy("%(size)s points of ease won a year (between %(low)s and %(high)s)"),
    ("repurchase", "pain"): gettext_lazy(
        "%(size)s customers a year who do not buy again (between %(low)s and %(high)s)"
    ),
    ("repurchase", "gain"): gettext_lazy("%(size)s customers a year who buy again (between %(low)s and %(high)s)"),
    ("churn", "pain"): gettext_lazy("%(size)s customers lost a year (between %(low)s and %(high)s)"),
    ("churn", "gain"): gettext_lazy("%(size)s customers kept a year (between %(low)s and %(high)s)"),
    ("revenue", "pain"): gettext_lazy("%(size)s lost a year (between %(low)s and %(high)s)"),
    ("revenue", "gain"): gettext_lazy("%(size)s won a year (between %(low)s and %(high)s)"),
}

_ASSUMPTIONS: dict[str, Promise] = {
    "no_hidden_cause": gettext_lazy(
        "Nothing that is not in the data makes customers both live this and judge as they do."
    ),
    "answers_shadow": gettext_lazy(
        "Not everybody answers. Who stays silent was judged by what they did afterwards (buying again), taking it "
        "that whether people buy depends on how they felt, not on whether they answered."
    ),
    "answers_reminder": gettext_lazy(
        "Not everybody answers. Who stays silent was judged by the reminders sent by lot, taking it that a "
        "reminder changes whether people answer, not what they feel."
    ),
    "answers_both": gettext_lazy(
        "Not everybody answers. Who stays silent was judged by what they did afterwards (buying again) and by the "
        "reminders sent by lot, taking it that whether people buy depends on how they felt, not on whether they "
        "answered, and that a reminder changes whether people answer, not what they feel."
    ),
    "answers_like_others": gettext_lazy(
        "There were too few answers to correct for who gives one: the silent are taken to be like those who answered."
    ),
    "answers_range": gettext_lazy(
        "Not everybody answers, and nothing in the data tells how the silent felt: the interval is wide enough to "
        "cover every plausible pattern."
    ),
    "poor_overlap": gettext_lazy("Few customers could have gone either way, so the effect is that of those who could."),
    "includes_mediators": gettext_lazy("What this moment sets off later is part of its effect."),
    "order_unknown": gettext_lazy("Which came first is not known for all candidates."),
    "same_always": gettext_lazy("Nearly everybody lived the same here."),
}

_NEXT_STEPS: dict[tuple[str, str], Promise] = {
    ("promise", "pain"): gettext_lazy(
        "Find out which promises break most (by product, place, supplier), tell customers before the date passes, "
        "and promise dates that can be kept."
    ),
    ("slow", "pain"): gettext_lazy(
        "Look at where the wait arises in the journey, and tell customers meanwhile how far their matter is."
    ),
    ("failed", "pain"): gettext_lazy(
        "Read what customers say about it, look for the step before the failure, and offer a way out at once when "
        "it happens."
    ),
    ("missed", "pain"): gettext_lazy(
        "Follow the journeys that end before it, see what they have in common, and bring these customers there."
    ),
    ("missed", "gain"): gettext_lazy("See who does better without it, and spare the others the step."),
    ("repeated", "pain"): gettext_lazy("See why it has to be done again, and solve it the first time."),
    ("channel", "pain"): gettext_lazy(
        "Compare what is solved in this channel with the others, and offer customers the one that serves them best."
    ),
    ("employee", "pain"): gettext_lazy(
        "This is about cases, not about a person's worth: look together at which cases they are given and what "
        "would help."
    ),
    ("employee", "gain"): gettext_lazy("Ask what they do differently, thank them, and share it."),
    ("", "pain"): gettext_lazy(
        "Read what these customers say, follow some of their journeys from beginning to end, and mend the "
        "commonest cause first."
    ),
    ("", "gain"): gettext_lazy("See who does not get this yet, and make it part of more journeys."),
}
