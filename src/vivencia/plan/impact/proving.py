"""An initiative's outcome: worked out from the ledger against what was declared, and kept."""

from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
from django.db import transaction

from vivencia.measure.metrics import periods
from vivencia.measure.reading import Source, source
from vivencia.plan.impact import gathering
from vivencia.plan.impact.gathering import Gathered
from vivencia.plan.impact.methods import choosing
from vivencia.plan.impact.methods.choosing import Found
from vivencia.plan.impact.methods.result import NotPossible
from vivencia.plan.impact.methods.verdict import Verdict, smallest, verdict, when
from vivencia.plan.impact.models import Evidence
from vivencia.plan.initiatives.initiatives import declaration
from vivencia.plan.initiatives.models import Declaration, Initiative, Outcome, Stage

PROVEN = (Stage.RUNNING, Stage.DONE)
RULE = "2"  # of the verdict: what was told by another one is worked out anew


def candidates() -> list[Initiative]:
    """Initiatives under way or done for which something was declared, the latest start first."""
    told = Initiative.objects.filter(stage__in=PROVEN, declared_at__isnull=False)
    return list(told.prefetch_related("declarations").order_by("-starts", "-pk"))


def newest(initiative: Initiative) -> Evidence | None:
    """What is known of an initiative under its present declaration."""
    held = declaration(initiative)
    return Evidence.objects.filter(initiative=initiative, outcome__declaration=held).select_related("outcome").first()


def due(initiative: Initiative, here: Source) -> bool:
    """Whether a period has passed, or the ledger been corrected, since it was worked out."""
    held = declaration(initiative)
    if held is None or held.starts > here.as_of.date() or here.read.horizon is None:
        return False
    known = newest(initiative)
    return known is None or known.until != gathering.last_day(here, held.starts) or known.version != _version(here)


def _version(here: Source) -> str:
    """What an outcome follows from: the ledger's version and the verdict's rule."""
    return f"{here.read.version} rule {RULE}"


def prove(initiative: Initiative, here: Source | None = None) -> Outcome | None:
    """Work the outcome out and keep it: the one of the same declaration and last day is written over.

    None where nothing was declared or it has not begun.
    """
    here = here or source()
    held = declaration(initiative)
    if held is None or held.starts > here.as_of.date() or here.read.horizon is None:
        return None
    try:
        gathered = gathering.gather(here, held)
        found = choosing.estimate(gathered.panel)
    except NotPossible as refused:
        return _keep(initiative, held, here, *_refused(refused, here, held))
    return _keep(initiative, held, here, *_told(found, gathered, held))


def _told(found: Found, gathered: Gathered, held: Declaration) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of the outcome, and of its evidence."""
    metric, _variant = gathering.metric_of(held)
    result = found.result
    better = 1 if metric.better == "up" else -1
    said = verdict(result, better=better, expected=held.effect)
    after = result.n_periods - result.n_before
    checks = {
        one.name: {"passed": one.state == "passed", **asdict(one)} for one in result.checks
    }  # names are the keys, too
    drawn = [asdict(one) for one in result.drawn]
    outcome: dict[str, Any] = {
        "effect": result.effect, "low": result.low, "high": result.high, "p_value": result.p_value,
        "method": result.method, "verdict": said.state, "checks": checks, "tell_when": _when(said, found, gathered),
    }  # fmt: skip
    evidence: dict[str, Any] = {
        "grain": gathered.grain, "until": gathered.until, "variant": result.variant, "why": found.why,
        "because": said.because, "refused": "", "facts": {}, "smallest": smallest(result),
        "before": _mean([one.actual for one in result.drawn[: result.n_before]]),
        "actual": None if result.baseline is None else result.baseline + result.effect,
        "without": result.baseline, "n_units": result.n_units, "n_treated": result.n_treated,
        "n_before": result.n_before, "n_after": after, "drawn": drawn,
    }  # fmt: skip
    return outcome, evidence


def _when(said: Verdict, found: Found, gathered: Gathered) -> date | None:
    """The day from which an effect as large as declared can be told; None where it can, or never will."""
    if said.more is None:
        return None
    result = found.result
    more = when(said.more, result.n_before, result.n_periods - result.n_before)
    return None if more is None else periods.first_day(gathered.grain, gathered.first + more)


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _refused(refused: NotPossible, here: Source, held: Declaration) -> tuple[dict[str, Any], dict[str, Any]]:
    span = gathering.span_of(here, held.starts)
    waits = refused.code == "no_after"
    tell_when = periods.first_day(span.grain, span.first + 1) if waits else None
    outcome: dict[str, Any] = {
        "effect": None, "low": None, "high": None, "p_value": None, "method": "", "verdict": "cannot_tell",
        "checks": {}, "tell_when": tell_when,
    }  # fmt: skip
    until = gathering.last_day(here, held.starts)
    evidence: dict[str, Any] = {
        "grain": span.grain,
        "until": until,
        "refused": refused.code,
        "facts": refused.facts,
        "drawn": [],
    }
    return outcome, evidence


def _keep(
    initiative: Initiative, held: Declaration, here: Source, outcome: dict[str, Any], evidence: dict[str, Any]
) -> Outcome:
    with transaction.atomic():
        known = newest(initiative)
        if known is not None and known.until == evidence["until"]:
            Outcome.objects.filter(pk=known.outcome.pk).update(**outcome)
            kept = Outcome.objects.get(pk=known.outcome.pk)
        else:
            kept = Outcome.objects.create(initiative=initiative, declaration=held, **outcome)
        Evidence.objects.update_or_create(
            outcome=kept, defaults={**evidence, "initiative": initiative, "version": _version(here)}
        )
    return kept
