"""What is kept about trouble, in the reader's language."""

from django.utils.translation import gettext as _

from vivencia.listen.sources.reasons import facts_of
from vivencia.listen.sources.webhooks.labels import LABELS


def told(kept: str) -> str:
    """The sentence in the active language, fields by the names that forms show; as kept where it is none of ours."""
    sentence, facts = facts_of(kept)
    if not sentence:
        return kept
    field = facts.get("field", "")
    return _(sentence) % {**facts, "field": f"“{LABELS[field]}”" if field in LABELS else field}
