"""A pilot with its case filled in: an initiative that tries another one small, before that one's money is spent."""

from django.utils.translation import gettext as _

from vivencia.foundation.organisation import organisation
from vivencia.plan.initiatives import chances
from vivencia.plan.initiatives.drafts import Draft, UnknownSourceError
from vivencia.plan.initiatives.models import Initiative, Risk, ValueUnit
from vivencia.plan.initiatives.wording import Words


def of_initiative(told: str) -> Draft:
    """A pilot of the initiative with this number. Raises UnknownSourceError where that cannot be tried (any more)."""
    tried = Initiative.objects.filter(pk=int(told)).first() if told.isdecimal() and len(told) < 19 else None
    if tried is None or not chances.may_be_tried(tried):
        raise UnknownSourceError(told)
    words = Words(organisation().currency)
    asked = _("Will “%(title)s” work? If it does not, better to know before %(cost)s are spent.")
    return Draft(
        Initiative(
            title=(_("Pilot: %(title)s") % {"title": tried.title})[:160],
            problem=asked % {"title": tried.title, "cost": words.amount(chances.spared(tried), ValueUnit.MONEY)},
            approach=_("Try it with a few customers, by hand if need be. Say beforehand what result would stop it."),
            persona=tried.persona,
            step_name=tried.step_name,
            touchpoint=tried.touchpoint,
            stream=tried.stream,
            value_unit=tried.value_unit,
            owner=tried.owner,
            risk=Risk.LOW,
            pilot_of=tried,
        )
    )
