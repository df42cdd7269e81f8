"""Whether a question is to be studied anew.

At once after Vivencia or a saved segment has changed, and after an import, a replacement or an undoing is over;
otherwise, while events come in one by one, at most every hour and only when the ledger has grown by a fiftieth. Until
then the findings there are stand, with the day of the data they rest on.
"""

from datetime import timedelta

from django.utils import timezone

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.models import Act, AuditEntry
from vivencia.listen.models import ImportRun
from vivencia.listen.models import State as ImportState
from vivencia.moments import studies
from vivencia.moments.models import MomentStudy, State

AT_MOST_EVERY = timedelta(hours=1)
GROWN = 1.02
BROUGHT_IN = (Act.IMPORTED, Act.IMPORT_REPLACED, Act.IMPORT_UNDONE)


def due(question: studies.Question, read: Read) -> bool:
    """Whether to study it now. What is under way, and what failed on these very data, is not begun again."""
    if studies.under_way(question) or ImportRun.objects.filter(state=ImportState.RUNNING).exists():
        return False
    newest = studies.newest(question)
    if newest is None or newest.product_version != studies.PRODUCT:
        return True
    if newest.ledger_version == read.version:
        return newest.state not in (State.DONE, State.EMPTY, State.FAILED)
    if AuditEntry.objects.filter(act__in=BROUGHT_IN, at__gt=newest.asked_at).exists():
        return True
    return timezone.now() - newest.asked_at >= AT_MOST_EVERY and _grown(newest, read)


def _grown(newest: MomentStudy, read: Read) -> bool:
    return newest.events is None or abs(studies.events_in(read) - newest.events) >= (GROWN - 1) * newest.events
