"""What initiatives keep of people: what somebody said, as evidence."""

from collections.abc import Collection

from vivencia.foundation import traces
from vivencia.plan.initiatives.models import InitiativeVoice


@traces.wiper
def forget(marks: Collection[str]) -> int:
    return InitiativeVoice.objects.filter(customer_id__in=list(marks)).delete()[0]
