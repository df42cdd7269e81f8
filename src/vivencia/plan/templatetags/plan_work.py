"""What is being done about a gap or a moment already: its initiatives, and how much of it they claim."""

from collections.abc import Sequence
from dataclasses import dataclass

from django import template

from vivencia.plan.initiatives import claims, drafts, overlaps
from vivencia.plan.initiatives.models import Initiative
from vivencia.plan.journeys.gaps import Gap

register = template.Library()


@dataclass(frozen=True)
class Work:
    """The initiatives on one gap or moment, the one that claims most first; `claimed`, `left`: per cent of it."""

    initiatives: Sequence[Initiative]
    claimed: float
    left: float


@register.simple_tag
def under_way() -> list[Initiative]:
    """Every initiative that is not dropped, asked for once a page."""
    return claims.kept()


@register.filter
def on_gap(every: list[Initiative], gap: Gap) -> Work | None:
    """The work on a gap; None where nobody does anything about it."""
    return _work(claims.on_gap(gap, every))


@register.simple_tag
def work_on_moment(key: str, segment: str) -> Work | None:
    """The work on a moment for the people of a study's segment; None where nobody does anything about it."""
    return _work(claims.on_moment(key, drafts.population(segment), claims.kept()))


def _work(found: list[Initiative]) -> Work | None:
    if not found:
        return None
    claimed = sum(one.gap_share for one in found)
    return Work(found, claimed, max(0.0, overlaps.WHOLE - claimed))
