"""What initiatives keep of people: what somebody said, as evidence, and whatever people typed.

A page that was open meanwhile finds that the initiative has changed, and does not save the old text again.
"""

from collections.abc import Collection

from django.db.models.functions import Now

from vivencia.foundation import traces
from vivencia.plan.initiatives.models import Declaration, Initiative, InitiativeChange, InitiativeVoice

traces.texts(
    Initiative, *("title", "problem", "approach", "evidence", "persona", "step_name", "risk_note"),
    touch={"changed_at": Now()},
)  # fmt: skip
traces.texts(InitiativeChange, "changes")
traces.texts(InitiativeVoice, "text")
traces.texts(Declaration, "reason")


@traces.wiper
def forget(marks: Collection[str]) -> int:
    return InitiativeVoice.objects.filter(customer_id__in=list(marks)).delete()[0]
