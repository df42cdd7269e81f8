"""What is kept about trouble, in the reader's language."""

from django.utils.translation import gettext as _

from vivencia.listen.imports.problems import N_
from vivencia.listen.sources.reasons import facts_of
from vivencia.listen.sources.webhooks.labels import LABELS

COLUMNS = {
    "conversation": N_("conversation"),
    "who": N_("one who speaks"),
    "text": N_("words"),
    "time": N_("time"),
}  # of a transcript


def told(kept: str, *, labelled: bool = True) -> str:
    """The sentence in the active language; as kept where it is none of ours.

    labelled: fields by the names that forms show, else by their own, as files and commands have them.
    """
    sentence, facts = facts_of(kept)
    if not sentence:
        return kept
    field = facts.get("field", "")
    if column := facts.get("column"):
        facts["column"] = _(COLUMNS.get(column, column))
    shown = f"“{LABELS[field]}”" if labelled and field in LABELS else field
    return _(sentence) % {**facts, "field": shown}
