"""Kinds of questions, problems and differences in the reader's words."""

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vivencia.listen.surveys.checking import Problem

KINDS: dict[str, str | Promise] = {
    "nps": gettext_lazy("Recommendation 0–10 (NPS)"),
    "csat": gettext_lazy("Satisfaction 1–5 (CSAT)"),
    "ces": gettext_lazy("Effort 1–7 (CES)"),
    "enps": gettext_lazy("Working here 0–10 (eNPS)"),
    "scale": gettext_lazy("Another scale"),
    "yes_no": gettext_lazy("Yes or no"),
    "choice": gettext_lazy("Choice"),
    "ranking": gettext_lazy("Ranking"),
    "matrix": gettext_lazy("Several lines, one scale"),
    "text": gettext_lazy("In their own words"),
    "consent": gettext_lazy("Consent"),
}
PARTS: dict[str, str | Promise] = {
    "title": gettext_lazy("Title"),
    "intro": gettext_lazy("Introduction"),
    "thanks": gettext_lazy("Thanks: what happens next"),
    "languages": gettext_lazy("Languages"),
    "display": gettext_lazy("One question a screen, or all on a page"),
    "questions": gettext_lazy("Questions"),
    "order": gettext_lazy("Order of the questions"),
    "key": gettext_lazy("Short name"),
    "kind": gettext_lazy("Kind"),
    "text": gettext_lazy("Question"),
    "hint": gettext_lazy("Hint"),
    "required": gettext_lazy("Must be answered"),
    "low": gettext_lazy("What the low end means"),
    "high": gettext_lazy("What the high end means"),
    "low_end": gettext_lazy("Begins at"),
    "high_end": gettext_lazy("Ends at"),
    "options": gettext_lazy("Answers"),
    "rows": gettext_lazy("Lines"),
    "multiple": gettext_lazy("Several answers"),
    "other": gettext_lazy("With “something else”"),
    "about": gettext_lazy("Comments on"),
    "purpose": gettext_lazy("Consent to what"),
    "scored": gettext_lazy("Yes counts as success"),
    "show_if": gettext_lazy("Shown only if"),
    "match": gettext_lazy("All or any of the conditions"),
}
LANGUAGES: dict[str, str | Promise] = {"es": gettext_lazy("Spanish"), "en": gettext_lazy("English")}
OPERATORS: dict[str, str | Promise] = {
    "at least": gettext_lazy("is at least"),
    "at most": gettext_lazy("is at most"),
    "is": gettext_lazy("is"),
    "is not": gettext_lazy("is not"),
    "answered": gettext_lazy("was answered"),
    "not answered": gettext_lazy("was not answered"),
}
CHANNELS: dict[str, str | Promise] = {
    "link": gettext_lazy("Link"),
    "web": gettext_lazy("Web"),
    "qr": gettext_lazy("QR code"),
    "chat": gettext_lazy("Chat"),
    "email": gettext_lazy("E-mail"),
    "social": gettext_lazy("Social media"),
    "widget": gettext_lazy("Widget"),
    "button": gettext_lazy("Feedback button"),
    "kiosk": gettext_lazy("Kiosk"),
}
_CHANGES = {
    "added": gettext_lazy("%(what)s: added"),
    "removed": gettext_lazy("%(what)s: removed"),
    "changed": gettext_lazy("%(what)s: changed"),
    "moved": gettext_lazy("%(what)s: changed"),
}


def part(name: str) -> str:
    """ "text.es" → "Question (Spanish)"; "options.2.en" has its place in it."""
    pieces = name.split(".")
    said = str(PARTS.get(pieces[0], pieces[0]))
    if len(pieces) == 3:
        said += f" {int(pieces[1]) + 1}"
    language = LANGUAGES.get(pieces[-1]) if len(pieces) > 1 else None
    return f"{said} ({language})" if language else said


def tell(problem: Problem) -> str:
    """What is wrong and what is allowed, in one sentence."""
    said = {
        "no-language": _("Choose at least one language."),
        "no-question": _("Add at least one question."),
        "text-missing": _("The text in %(language)s is missing."),
        "key-twice": _("Two questions have the short name %(key)s; each needs its own."),
        "place-unknown": _("%(name)s cannot be filled in here. Allowed: %(allowed)s."),
        "too-few-options": _("At least %(least)s are needed."),
        "option-twice": _("%(code)s is there twice."),
        "scale-ends": _("A scale begins at 0 or 1 and ends between 2 and 10."),
        "purpose-missing": _("Say in one word what is consented to, such as service or newsletter."),
        "about-unknown": _("A comment belongs to a scale asked before it. Allowed: %(allowed)s."),
        "condition-question": _("A condition looks at a question asked before this one. Allowed: %(allowed)s."),
        "condition-value": _("The condition needs one of the possible answers: %(allowed)s."),
        "condition-number": _("“At least” and “at most” need a question answered by a number; %(name)s is none."),
    }[problem.code]
    facts: dict[str, Any] = dict(problem.facts)
    if "language" in facts:
        facts["language"] = str(LANGUAGES[facts["language"]]).lower()
    if facts.get("allowed") == "":
        facts["allowed"] = _("none so far")
    return said % facts


def shown(problems: Sequence[Problem]) -> list[dict[str, str]]:
    """Problems as the builder shows them: where, and what."""
    return [
        {"question": one.question, "part": one.part, "where": part(one.part), "text": tell(one)} for one in problems
    ]


def change(question: str, name: str, how: str) -> str:
    """One difference between two versions: "nps, Hint: changed"."""
    what = ", ".join(piece for piece in (question, part(name) if name else "") if piece)
    return str(_CHANGES[how]) % {"what": what}


def channel(code: str) -> str:
    return str(CHANNELS.get(code, code))
