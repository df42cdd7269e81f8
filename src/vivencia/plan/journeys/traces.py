"""What maps keep of people: whatever somebody typed. A person's ids and addresses go out of every text of every map.

A map's number rises with it: an edit under way finds that it has changed, and an undo meets texts that are gone too.
"""

from django.db.models import F

from vivencia.foundation import traces
from vivencia.plan.journeys.models import JourneyMap, MapOperation, MapVersion

OURS = (
    *("key", "step", "lane", "phase", "source", "target", "after", "kind", "when", "then"),
    *("do", "of", "field", "at", "by"),
)  # parts' keys and the shape itself; only what people typed is looked at

traces.texts(JourneyMap, "stored", "title", "persona", ours=OURS, touch={"seq": F("seq") + 1})
traces.texts(MapOperation, "document", "inverse", "about", ours=OURS)
traces.texts(MapVersion, "stored", "name", ours=OURS)
