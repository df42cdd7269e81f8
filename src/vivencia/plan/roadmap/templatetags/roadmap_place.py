"""Where an initiative stands in the roadmap, for its own page."""

from typing import Any

from django import template

from vivencia.foundation.organisation import organisation
from vivencia.plan.initiatives.models import Initiative, Stage
from vivencia.plan.roadmap import plans, showing
from vivencia.plan.roadmap.wording import words_for

register = template.Library()


@register.inclusion_tag("roadmap/parts/place.html", takes_context=True)
def roadmap_place(context: template.Context, one: Initiative) -> dict[str, Any]:
    """Planned when; else why not and what it would take; nothing of what is over."""
    over = one.stage in (Stage.DONE, Stage.DROPPED)
    shown = {"initiative": one, "user": context["user"], "csrf_token": context.get("csrf_token"), "over": over}
    plan = None if over else plans.current()
    if plan is not None:
        shown |= {"plan": plan, "place": showing.place(plan, words_for(plan, organisation().currency), one)}
    return shown
