"""The builder's words, translated here and handed to the island."""

from typing import Any

from django.utils.translation import gettext as _

from vivencia.listen.surveys import wording


def builder() -> dict[str, Any]:
    """Everything the island says."""
    return {
        "kinds": {key: str(name) for key, name in wording.KINDS.items()},
        "parts": {key: str(name) for key, name in wording.PARTS.items()},
        "operators": {key: str(name) for key, name in wording.OPERATORS.items()},
        "add": _("Add a question"),
        "empty": _("No question yet. Add the first one."),
        "untitled": _("No text yet"),
        "question": _("Question"),
        "up": _("Move up"),
        "down": _("Move down"),
        "drag": _("Drag to move"),
        "copy": _("Duplicate"),
        "remove": _("Remove"),
        "removed": _("Question removed."),
        "moved": _("Question moved to place {n}."),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "saved": _("Saved"),
        "saving": _("Saving …"),
        "unsaved": _("Not saved: no connection. It is tried again with the next change."),
        "ready": _("Ready to be published"),
        "problem": _("{n} thing to be put right"),
        "problems": _("{n} things to be put right"),
        "show": _("Open the question"),
        "addOption": _("Add an answer"),
        "addColumn": _("Add a column"),
        "addRow": _("Add a line"),
        "removeOption": _("Remove this answer"),
        "columns": _("Columns, from the lowest to the highest"),
        "settings": _("Title, thanks and languages"),
        "one": _("One question a screen"),
        "page": _("All on one page"),
        "conditions": _("Shown only if"),
        "always": _("Always shown"),
        "addCondition": _("Add a condition"),
        "removeCondition": _("Remove this condition"),
        "match": _("How conditions go together"),
        "all": _("all hold"),
        "any": _("any holds"),
        "yes": _("yes"),
        "no": _("no"),
        "other": _("something else"),
        "value": _("Value"),
        "nothing": _("nothing"),
        "more": _("Hint, conditions, short name"),
        "keyHint": _("Names the answers in exports and conditions. It stays the same once people have answered."),
        "placesHint": _(
            "Filled in when shown: {first_name|there}, {company}, {answer.nps}. After the bar: what to say if unknown."
        ),
        "purposeHint": _("One word, such as service or newsletter."),
        "preview": _("Preview"),
        "phone": _("On a phone"),
        "desktop": _("Desktop"),
        "thanks": _("Thanks"),
        "previewOf": _("How people see it"),
    }
