"""What the pages of the vision show."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vivencia.foundation import vocabulary
from vivencia.measure import wording
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.reading import Source
from vivencia.plan.vision import answers, evidence
from vivencia.plan.vision.document import TEXTS, Measure, Vision
from vivencia.plan.vision.models import VisionVersion
from vivencia.understand.models import Segment
from vivencia.understand.personas import persona_words
from vivencia.understand.personas.models import Persona
from vivencia.understand.segment_choices import choices
from vivencia.understand.settling import view

ADDRESSES: dict[str, Promise] = {
    "tu": _("with “tú”"),
    "usted": _("with “usted”"),
    "as_they_do": _("as they address us"),
}


def page(held: VisionVersion, here: Source) -> dict[str, Any]:
    """The vision in force with its figures; those nobody computed yet come in later."""
    vision = held.vision
    return {
        "held": held,
        "vision": vision,
        "promises": [(one, evidence.shown_of(one, here, wait=False)) for one in vision.promises],
        "propositions": [(one, evidence.shown_of(one, here, wait=False)) for one in vision.propositions],
        "address": ADDRESSES.get(vision.voice.address, ""),
        "unlinked": [one for one in vision.promises if one.measure is None],
        "any_data": here.read.horizon is not None,
    }


def asked(question: str, vision: Vision) -> dict[str, Any]:
    """What the fields of one question show."""
    if question in TEXTS:
        return {"kind": "text", "name": question, "value": getattr(vision, question)}
    if question == "voice":
        voice = vision.voice
        told = {"tones": answers.tones(voice), "avoid": "\n".join(voice.avoid), "address": voice.address}
        return {"kind": "voice", "addresses": ADDRESSES.items(), **told}
    held = vision.promises if question == "promises" else vision.propositions
    return {
        "kind": question,
        "rows": answers.rows(question, held),
        "metrics": metrics(),
        "promise_kinds": promise_kinds(),
        "personas": personas() if question == "propositions" else [],
    }


def metrics() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every variant of every metric, under its metric's name."""
    told = [
        (
            gettext(metric.title),
            [
                (
                    f"{metric.name}.{one.name}",
                    f"{gettext(metric.title)}: {gettext(one.title)} ({wording.unit(one.unit)})",
                )
                for one in metric.variants
            ],
        )
        for metric in METRICS.values()
    ]
    return sorted(told)


def promise_kinds() -> list[tuple[str, str]]:
    """The kinds of promise the data tell of."""
    read = view().read
    names = choices(read)["promises"] if read.horizon else []
    return [(name, vocabulary.title(name)) for name in names]


def personas() -> list[str]:
    """Who a proposition may be for: personas by name, else the company's segments."""
    named = [persona_words.called(one) for one in Persona.objects.exclude(gone=True)]
    if named:
        return named
    read = view().read
    known = choices(read)["segments"] if read.horizon else []
    return [*(vocabulary.title(name) for name in known), *Segment.objects.values_list("name", flat=True)]


def measured(measure: Measure | None) -> str:
    """A link to a metric in a few words."""
    question = evidence.asked(measure) if measure else None
    if measure is None or question is None:
        return ""
    words = wording.Words(question.metric, question.variant)
    told = [words.title, words.variant_title, vocabulary.title(measure.kind) if measure.kind else ""]
    return ", ".join(filter(None, [*told, evidence.said(measure)]))
