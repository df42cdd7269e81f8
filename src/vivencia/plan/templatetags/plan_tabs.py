"""The steps of the plan as tabs: each shows once its address exists."""

from dataclasses import dataclass

from django import template
from django.template import RequestContext
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

register = template.Library()

STEPS: tuple[tuple[str, Promise], ...] = (
    ("vision", _("Vision")),
    ("journey-maps", _("Journey maps")),
    ("initiatives", _("Initiatives")),
    ("roadmap", _("Roadmap")),
    ("impact", _("Proof of effect")),
)


@dataclass(frozen=True)
class Step:
    """One tab: its address, its name, whether the person is on it or below it."""

    href: str
    label: Promise
    here: bool


@register.simple_tag(takes_context=True)
def plan_steps(context: RequestContext) -> list[Step]:
    """The steps that have an address, in the order of the work."""
    path = context["request"].path
    steps = []
    for name, label in STEPS:
        try:
            href = reverse(name)
        except NoReverseMatch:
            continue
        steps.append(Step(href, label, path.startswith(href)))
    return steps
