"""What the vision keeps of people: whatever somebody typed. An erased person's ids and addresses go out of it."""

from django.db.models.functions import Now

from vivencia.foundation import traces
from vivencia.plan.vision.models import VisionDraft, VisionVersion

traces.texts(VisionVersion, "stored", "note", ours=("key", "metric", "variant"))
traces.texts(VisionDraft, "stored", ours=("key", "metric", "variant"), touch={"changed_at": Now()})
