"""What would show that a promise is kept, with its present figure and how that stands to its target."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from vivencia.foundation import vocabulary
from vivencia.foundation.models import User
from vivencia.measure import targets, views, wording
from vivencia.measure.asking import Asked
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.models import Direction, Target
from vivencia.measure.reading import Source
from vivencia.moments.wording import number as written
from vivencia.plan.vision.document import BrandPromise, Measure, Proposition
from vivencia.understand.models import Segment
from vivencia.understand.personas.models import Persona
from vivencia.understand.segment_choices import choices


@dataclass(frozen=True)
class Shown:
    """A measure as a page shows it. `figure` None: still to be computed; `kept`: a target in the metrics says the same;
    `state`: of the figure to the target, see `targets.State`; `people`: whom it is of, in words."""

    measure: Measure
    people: str
    title: str
    variant: str
    figure: Figure | None
    decimals: int
    unit: str
    target: str
    state: targets.State
    kept: bool
    href: str


def asked(measure: Measure, segment: str = "") -> Asked | None:
    """The question the metric is asked of a segment ("" = everybody); None where the metric is no longer there."""
    metric = METRICS.get(measure.metric)
    if metric is None:
        return None
    variant = next((one for one in metric.variants if one.name == measure.variant), metric.variants[0])
    return Asked(metric, variant, where={"promise": measure.kind} if measure.kind else {}, segment=segment)


def segment_of(persona: str, here: Source) -> str:
    """The people of this name, as metrics choose segments: a persona's, one saved here, or one of the data's own; ""
    where nobody is called so."""
    known = Persona.objects.filter(name=persona, gone=False, segment__isnull=False).first()
    saved = known.segment if known else Segment.objects.filter(name=persona).first()
    if saved:
        return f"saved:{saved.pk}"
    names = choices(here.read)["segments"] if here.read.horizon else []
    own = next((name for name in names if persona in (name, vocabulary.title(name))), None)
    return f"company:{own}" if own else ""


def shown_of(one: BrandPromise | Proposition, here: Source, *, wait: bool) -> Shown | None:
    """What shows a promise, of everybody; what shows a proposition, of its persona's people where they are known."""
    if not isinstance(one, Proposition) or one.measure is None:
        return shown(one.measure, here, wait=wait)
    segment = segment_of(one.persona, here)
    told = shown(one.measure, here, wait=wait, segment=segment)
    people = _("of these people") if segment else _("of everybody: no segment is called so")
    return replace(told, people=people) if told else None


def shown(measure: Measure | None, here: Source, *, wait: bool, segment: str = "") -> Shown | None:
    """None where nothing is linked."""
    question = asked(measure, segment) if measure else None
    if measure is None or question is None:
        return None
    words = wording.Words(question.metric, question.variant)
    figure = views.headline(here, question, wait=wait) if here.read.horizon else _nothing(question)
    title = f"{words.title}: {vocabulary.title(measure.kind)}" if measure.kind else words.title
    query = question.query()
    unit = "" if question.variant.unit == "money" else wording.unit(question.variant.unit)
    return Shown(
        measure,
        "",
        title,
        words.variant_title,
        figure,
        words.decimals,
        unit,
        said(measure),
        state(measure, figure),
        _kept(measure),
        reverse("metric", args=[measure.metric]) + (f"?{query}" if query else ""),
    )


def _nothing(question: Asked) -> Figure:
    """Before there are any data."""
    return Figure(question.metric.name, question.variant.name, {}, None, None, None, 0, question.variant.unit, "")


def direction(measure: Measure) -> Direction:
    return Direction.AT_LEAST if METRICS[measure.metric].better == "up" else Direction.AT_MOST


def said(measure: Measure) -> str:
    """ "at least 95 %"; "" without a target."""
    if measure.target is None or measure.metric not in METRICS:
        return ""
    question = asked(measure)
    unit = wording.unit(question.variant.unit) if question and question.variant.unit != "money" else ""
    number = f"{plain(measure.target)} {unit}".strip()
    pattern = _("at least %(n)s") if direction(measure) == Direction.AT_LEAST else _("at most %(n)s")
    return pattern % {"n": number}


def plain(value: float) -> str:
    """Without decimals it does not have."""
    return written(value, 0 if value == round(value) else 2)


def state(measure: Measure, figure: Figure | None) -> targets.State:
    if measure.target is None or figure is None:
        return "unknown"
    return targets.state(Target(direction=direction(measure), value=measure.target), figure)


def _where(measure: Measure) -> dict[str, Any]:
    return {
        "metric": measure.metric,
        "variant": measure.variant,
        "dimension": "promise" if measure.kind else "",
        "group": measure.kind,
        "value": measure.target,
    }


def _kept(measure: Measure) -> bool:
    return measure.target is not None and Target.objects.filter(**_where(measure)).exists()


def keep_target(measure: Measure, on: date, by: User | None) -> Target | None:
    """Its target as one of the metric's own from a day on; None where there is none to keep or it is there already."""
    if measure.target is None or measure.metric not in METRICS or _kept(measure):
        return None
    return Target.objects.create(**_where(measure), direction=direction(measure), from_date=on, owner=by)
