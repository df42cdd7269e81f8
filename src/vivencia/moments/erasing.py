"""What studies keep of people: who lived the proven moments."""

from collections.abc import Collection

from vivencia.foundation import traces
from vivencia.moments.models import MomentWitness


@traces.wiper
def forget(marks: Collection[str]) -> int:
    return MomentWitness.objects.filter(customer_id__in=list(marks)).delete()[0]
