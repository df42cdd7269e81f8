"""What studies keep of people: who lived the proven moments, and who did not."""

from collections.abc import Collection

from vivencia.foundation import traces
from vivencia.moments import sides
from vivencia.moments.models import MomentSides, MomentWitness


@traces.wiper
def forget(marks: Collection[str]) -> int:
    return MomentWitness.objects.filter(customer_id__in=list(marks)).delete()[0] + _from_sides(frozenset(marks))


def _from_sides(marks: frozenset[str]) -> int:
    changed = 0
    for row in MomentSides.objects.iterator(chunk_size=1):
        left = sides.without(bytes(row.packed), marks)
        if left is not None:
            changed += MomentSides.objects.filter(pk=row.pk).update(packed=left)
    return changed
