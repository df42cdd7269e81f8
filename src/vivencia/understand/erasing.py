"""What people typed about customers' voices and groups: an erased person's ids and addresses go out of it."""

from collections.abc import Collection

from vivencia.foundation import traces
from vivencia.understand.models import Segment
from vivencia.understand.noticed_models import Noticed
from vivencia.understand.reading_models import IntentExample

traces.texts(Noticed, "words", "note")
traces.texts(Segment, "name")


@traces.wiper
def _forget(marks: Collection[str]) -> int:
    """An example of how people say something that names the person goes: it is an example of nothing else."""
    words = traces.words_of(marks)
    told = IntentExample.objects.values_list("pk", "text")
    return IntentExample.objects.filter(
        pk__in=[pk for pk, text in told if any(w.search(text) for w in words)]
    ).delete()[0]
