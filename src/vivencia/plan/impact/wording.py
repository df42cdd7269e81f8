"""Impact in words: methods, why they were chosen, checks and verdicts."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from vivencia.foundation.writing import number_format
from vivencia.plan.impact.methods.choosing import Found
from vivencia.plan.impact.methods.result import Check, NotPossible, Result
from vivencia.plan.impact.methods.table import Reject
from vivencia.plan.impact.methods.verdict import Verdict, smallest, when

METHODS = {
    "randomised": gettext_lazy("comparison by lot"),
    "difference": gettext_lazy("plain comparison"),
    "difference_in_differences": gettext_lazy("difference in differences"),
    "synthetic_control": gettext_lazy("synthetic control"),
    "interrupted_time_series": gettext_lazy("interrupted time series"),
}
WHY_NOT = {
    "nobody_treated": gettext_lazy("no unit is treated in these periods: treated_from is empty or later everywhere"),
    "no_before": gettext_lazy("there is nothing before the start and nobody to compare with"),
    "no_after": gettext_lazy("no period after the start was observed"),
    "no_comparison": gettext_lazy("no untreated unit was observed in the same periods"),
    "too_few": gettext_lazy("there are too few units to say how sure an effect would be"),
    "several_starts": gettext_lazy("this method needs one start for all"),
    "columns": gettext_lazy("there is no column %(missing)s; needed: %(needed)s; also read: randomised, weight"),
    "no_rows": gettext_lazy("there is no row below the heading"),
    "starts_unread": gettext_lazy(
        "in no row of these units can be read from when they are treated: %(units)s (%(n)s in all); without them the "
        "comparison would be another one; empty or “never” = never"
    ),
    "rows_unusable": gettext_lazy("none of its rows (%(rows)s) can be used"),
    "short_before": gettext_lazy(
        "it takes %(needed)s periods before the start and one after; before there are %(before)s"
    ),
}
_PERIODS = gettext_lazy(
    "a whole number, a day 2026-03-31, a week 2026-W13, a month 2026-03 or a quarter 2026-Q1, one kind in a file"
)
KINDS = {
    "number": gettext_lazy("a whole number"),
    "day": gettext_lazy("a day"),
    "week": gettext_lazy("a week"),
    "month": gettext_lazy("a month"),
    "quarter": gettext_lazy("a quarter"),
}
REJECTED = {
    "unit_missing": gettext_lazy("it is empty; allowed: any name"),
    "period_missing": gettext_lazy("it is empty; allowed: %(periods)s"),
    "period": gettext_lazy("“%(given)s” is no period; allowed: %(periods)s"),
    "twice": gettext_lazy("unit %(unit)s has this period already in row %(earlier)s; allowed: one row for each"),
    "other_kind": gettext_lazy(
        "“%(given)s” is %(kind)s, the rows before have %(before)s; allowed: one kind of period in a file"
    ),
    "number_missing": gettext_lazy("it is empty; allowed: a number such as 3.25"),
    "number": gettext_lazy("“%(given)s” is no number; allowed: a number such as 3.25"),
    "other_start": gettext_lazy(
        "unit %(unit)s was said to begin at another period before; allowed: one start a unit, or empty = never"
    ),
    "start_kind": gettext_lazy(
        "“%(given)s” is %(kind)s, the periods are %(before)s; allowed: the same kind, or empty = never"
    ),
    "yes": gettext_lazy("“%(given)s” is neither yes nor no; allowed: 1, true, yes, sí; 0, false, no, empty"),
    "negative": gettext_lazy("“%(given)s” is negative; allowed: a number from 0 up"),
}
WHY = {
    "by_lot": gettext_lazy(
        "Who was treated was decided by lot, so the two groups differ in nothing else and are simply compared; where "
        "what was before tells something of what comes after, it is held constant."
    ),
    "nothing_before": gettext_lazy(
        "Nothing is known from before the start, so the groups can only be compared as they are. That is an effect "
        "only if who was treated was decided by lot; declare it if it was."
    ),
    "nobody_to_compare": gettext_lazy(
        "Everybody was treated at the same time, so what came before, with its trend and seasons, has to say what "
        "would have been."
    ),
    "few_units": gettext_lazy(
        "There are only a few treated or a few others, with a long history: they are compared with the mixture of "
        "others that moved as they did before."
    ),
    "one_other": gettext_lazy(
        "There is only one other to compare with, and a long history: what counts is how far the distance between them "
        "changed. Anything else that reached only one of the two at that date would look like the effect."
    ),
    "comparison": gettext_lazy(
        "There are enough treated and untreated, observed before and after: how much more the treated changed than the "
        "others is the effect."
    ),
    "later_ones_compare": gettext_lazy("All were treated, but not at once: who was still to come is the comparison."),
    "asked": gettext_lazy("This method was asked for."),
}
_NOT_REACHED = gettext_lazy(
    "Without the measure both sides would have gone on alike, nothing else reached only one of them, and the measure "
    "did not reach those to compare with: single ones are looked for, but what reached all of them a little cannot be "
    "seen."
)
ASSUMED = {
    "randomised": gettext_lazy("The measure did not reach those left out, not even by way of the others."),
    "difference": gettext_lazy("Without the measure both groups would be alike, and it did not reach the others."),
    "difference_in_differences": _NOT_REACHED,
    "synthetic_control": _NOT_REACHED,
    "interrupted_time_series": gettext_lazy(
        "Nothing else of weight changed at that very date: with nobody to compare with it could not be told apart."
    ),
}
CHECKS = {
    "by_lot": gettext_lazy("Decided by lot"),
    "balance_before": gettext_lazy("Same before the start"),
    "plain_difference": gettext_lazy("Plain difference of the groups"),
    "trend_before": gettext_lazy("Same trend before the start"),
    "without_trend": gettext_lazy("Without taking the trend into account"),
    "placebo_in_time": gettext_lazy("Pretended start, earlier"),
    "placebo_in_space": gettext_lazy("Pretended elsewhere"),
    "control_touched": gettext_lazy("Comparison left untouched"),
    "control_moved": gettext_lazy("Comparison kept its course"),
    "fit_before": gettext_lazy("Mixture follows the treated before"),
    "made_of": gettext_lazy("Compared with"),
    "break_elsewhere": gettext_lazy("No break at another date"),
    "explained_otherwise": gettext_lazy("Not explained by a change at another date"),
}
VERDICTS = {
    "worked": gettext_lazy("It worked"),
    "did_not": gettext_lazy("It did not work"),
    "cannot_tell": gettext_lazy("It cannot be told yet"),
}
BECAUSE = {
    "above_zero": gettext_lazy("The whole range lies on the good side of no effect."),
    "less_than_declared": gettext_lazy(
        "The whole range lies on the good side of no effect, but below what was declared."
    ),
    "opposite": gettext_lazy("The whole range lies on the wrong side of no effect."),
    "less_than_half": gettext_lazy(
        "It had an effect, but surely less than half of what was declared: it did not do what it was for."
    ),
    "too_small_at_best": gettext_lazy("Even at best it is less than half of what was declared."),
    "interval_includes_zero": gettext_lazy("The range includes no effect as well as half of what was declared."),
    "by_lot": gettext_lazy("It is not known whether the groups were alike before."),
    "placebo_in_time": gettext_lazy(
        "The same method finds an effect before anything began, so its answer cannot be believed."
    ),
    "break_elsewhere": gettext_lazy("The series broke at another date, so something else was at work."),
    "control_moved": gettext_lazy(
        "Those to compare with changed course at that very moment: had the measure reached them too, the answer would "
        "be another one."
    ),
}


NOTHING_DECLARED = gettext_lazy("The range includes no effect: what was found may be chance.")


def number(value: float | None, decimals: int = 2) -> str:
    return "–" if value is None else number_format(value, decimals, force_grouping=True)


def check_words(check: Check, decimals: int = 2) -> str:
    """What a check says, in a sentence."""
    passed = check.state == "passed"
    about: dict[str, Any] = check.about
    band = {
        "value": number(check.value, decimals),
        "low": number(check.low, decimals),
        "high": number(check.high, decimals),
        "p": number(check.p_value, 3),
        "share": number(100 * float(about.get("chance", 0)), 0),
        **about,
    }
    said = _SAID.get(check.name)
    if said is None:
        return ""
    text = said[0] if passed else said[1]
    if check.name == "control_touched" and not passed:
        names = about["units"]
        head = ngettext(
            "%(n)d of those to compare with jumped when the treated began and was left out: %(names)s.",
            "%(n)d of those to compare with jumped when the treated began and were left out: %(names)s.",
            len(names),
        ) % {"n": len(names), "names": ", ".join(names[:5])}
        return head + " " + _("Had nobody been left out, the effect would be %(value)s (%(low)s to %(high)s).") % band
    if check.name == "made_of":
        parts = about["weights"].items()
        return ", ".join(f"{unit} {number(100 * share, 0)} %" for unit, share in parts)
    return str(text) % band


_SAID = {
    "by_lot": (
        gettext_lazy("Who was treated was decided by lot."),
        gettext_lazy("Nobody said that it was decided by lot who was treated; the groups may have differed before."),
    ),
    "balance_before": (
        gettext_lazy(
            "Before the start the groups differed by %(value)s (%(low)s to %(high)s): no more than by chance."
        ),
        gettext_lazy("Before the start the groups differed by %(value)s (%(low)s to %(high)s): more than by chance."),
    ),
    "plain_difference": (
        gettext_lazy("Simply subtracting the two groups afterwards gives %(value)s (%(low)s to %(high)s)."),
        gettext_lazy("Simply subtracting the two groups afterwards gives %(value)s (%(low)s to %(high)s)."),
    ),
    "trend_before": (
        gettext_lazy("Treated and others moved alike before: %(value)s a period apart (%(low)s to %(high)s)."),
        gettext_lazy(
            "Treated and others drifted apart already before, by %(value)s a period (%(low)s to %(high)s): that is "
            "taken out of the effect, and the range holds both answers, with and without it."
        ),
    ),
    "without_trend": (
        gettext_lazy("Had their own trend not been taken out, the effect would be %(value)s (%(low)s to %(high)s)."),
        gettext_lazy("Had their own trend not been taken out, the effect would be %(value)s (%(low)s to %(high)s)."),
    ),
    "placebo_in_time": (
        gettext_lazy("Pretending it began earlier gives %(value)s (%(low)s to %(high)s): nothing, as it should."),
        gettext_lazy(
            "Pretending it began earlier gives %(value)s (%(low)s to %(high)s), where nothing should be found."
        ),
    ),
    "placebo_in_space": (
        gettext_lazy("Put in the treated's place, %(as_large)s of %(of)s others show as large a change."),
        gettext_lazy("Put in the treated's place, %(as_large)s of %(of)s others show as large a change."),
    ),
    "control_touched": (gettext_lazy("Nobody among those to compare with jumped when the treated began."), ""),
    "control_moved": (
        gettext_lazy("Those to compare with kept their course at the start: %(value)s (%(low)s to %(high)s)."),
        gettext_lazy(
            "Those to compare with changed course at the start too, by %(value)s (%(low)s to %(high)s). If the measure "
            "reached them, that belongs to its effect."
        ),
    ),
    "fit_before": (
        gettext_lazy("The mixture follows the treated's movement before the start."),
        gettext_lazy(
            "No mixture of the others follows the treated's movement before the start; the range is wide for it."
        ),
    ),
    "made_of": ("", ""),
    "break_elsewhere": (
        gettext_lazy("The series did not break at another date."),
        gettext_lazy("The series surely broke at another date, %(period)s."),
    ),
    "explained_otherwise": (
        gettext_lazy("A change of level or trend at another date would not explain the series nearly as well."),
        gettext_lazy(
            "A change of level or trend at another date, and no effect at all, would explain the series too (chance "
            "%(share)s %%); the range allows for it."
        ),
    ),
}


def verdict_words(told: Verdict) -> str:
    undeclared = told.because == "interval_includes_zero" and told.more is None
    return f"{VERDICTS[told.state]}. {NOTHING_DECLARED if undeclared else BECAUSE.get(told.because, '')}"


def surprise(p: float) -> str:
    """A p-value; one too small to be written out is said to be smaller."""
    return f"p < {number(0.0001, 4)}" if p < 0.0001 else f"p = {number(p, 4)}"


def size(result: Result) -> str:
    """How much was looked at."""
    span = {"periods": result.n_periods, "before": result.n_before}
    if result.n_units == 1:
        return _("One series of %(periods)s periods, %(before)s before the start.") % span
    counts = {"units": result.n_units, "treated": result.n_treated}
    return _(
        "Units: %(units)s, of them treated: %(treated)s. Periods: %(periods)s, of them before the first start: "
        "%(before)s."
    ) % {**counts, **span}


def outlook(result: Result, told: Verdict) -> str:
    """Where nothing can be told yet: what these data would show, and when the declared effect can be told."""
    said = [
        _("Such data show an effect of %(least)s or more in four of five cases.")
        % {"least": number(smallest(result), 3)}
    ]
    if told.more is not None and result.method in ("randomised", "difference"):
        said.append(
            _("An effect as large as declared needs %(times)s times as much data.") % {"times": number(told.more, 1)}
        )
    elif told.more is not None:
        after = result.n_periods - result.n_before
        wanted = when(told.more, result.n_before, after)
        said.append(
            _(
                "An effect as large as declared can be told some %(wanted)s periods after the start; so far there are "
                "%(after)s."
            )
            % {"wanted": wanted, "after": after}
            if wanted
            else _("Waiting alone will not tell; a group left out by lot would.")
        )
    return " ".join(said)


def why(found: Found) -> str:
    return str(WHY[found.why])


def why_not(refused: NotPossible) -> str:
    """Why nothing can be estimated from a file."""
    known = WHY_NOT.get(refused.code)
    return str(known) % refused.facts if known else str(refused)


def rejected(one: Reject) -> str:
    """What is wrong with a field of a row, and what is allowed."""
    facts = {name: KINDS.get(said, said) if name in ("kind", "before") else said for name, said in one.facts.items()}
    return str(REJECTED[one.code]) % {"periods": _PERIODS, **facts}


def rejected_row(one: Reject) -> str:
    return _("row %(row)s, %(field)s: %(why)s") % {"row": one.row, "field": one.field, "why": rejected(one)}
