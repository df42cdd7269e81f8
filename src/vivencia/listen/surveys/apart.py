"""Colleagues' answers that earlier versions told to the ledger as if customers had given them are taken out of it."""

import ibis

from vivencia.foundation.ledger.store import Ledger
from vivencia.listen.surveys.answered import OF_COLLEAGUES
from vivencia.listen.surveys.models import Survey


def keep_colleagues_apart(ledger: Ledger) -> int:
    """Leave of employees' surveys what `answered` tells of them today; returns how many events were changed.

    What they answered stays in the survey, which is where its results come from.
    """
    slugs = [one.source for one in Survey.objects.filter(of_employees=True)]
    if not slugs:
        return 0
    read = ledger.read()
    theirs = read.events.filter(read.events.source.isin(slugs))
    told = theirs.metric.isin(sorted(OF_COLLEAGUES)).fill_null(ibis.literal(False)) & theirs.text.isnull()
    if not read.to_arrow(theirs.filter(~told).select("event_id").limit(1)).num_rows:
        return 0
    return ledger.keep_scores_alone(slugs, sorted(OF_COLLEAGUES))
