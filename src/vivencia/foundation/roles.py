"""Roles and rights in words, for the people page and docs/guide/roles.md."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vivencia.foundation.models import Role
from vivencia.foundation.rights import Right

WHO_ROLES_ARE_FOR: dict[str, Promise] = {
    Role.ADMINISTRATOR: _("Looks after Vivencia itself: people, settings, erasure."),
    Role.CX_LEAD: _("Decides what to mend first."),
    Role.ANALYST: _("Finds out what happened, to whom, why, and how sure we are."),
    Role.AGENT: _("Talks with customers and needs their whole story."),
    Role.EXECUTIVE: _("Wants to know whether the promise is kept."),
    Role.VIEWER: _("Reads figures, never single customers."),
}

WHAT_RIGHTS_ALLOW: dict[str, Promise] = {
    Right.SEE_FIGURES: _("See overview, metrics, journeys and moments"),
    Right.SEE_CUSTOMERS: _("See single customers, their timelines and words"),
    Right.SEE_PERSONAL: _("Read personal data that customers wrote, unmasked"),
    Right.EXPORT: _("Export rows"),
    Right.ANALYSE: _("Make segments, targets and phases, and look for moments"),
    Right.PLAN: _("Shape the vision, personas, target journeys, initiatives and the roadmap"),
    Right.IMPORT: _("Import data and undo imports"),
    Right.ASK: _("Make surveys and ask customers"),
    Right.ADMINISTER: _("Manage people, settings and erasure"),
}
