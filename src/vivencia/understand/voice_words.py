"""Feelings, emotions and the like in the reader's words."""

from html import escape
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from vivencia.foundation.vocabulary import title
from vivencia.understand.directory import plain
from vivencia.understand.text import personal

FEELINGS: dict[str, str | Promise] = {
    "bad": gettext_lazy("Bad"),
    "middle": gettext_lazy("Neutral"),
    "good": gettext_lazy("Good"),
}
EMOTIONS: dict[str, str | Promise] = {
    "delight": gettext_lazy("Delight"),
    "surprise": gettext_lazy("Surprise"),
    "disappointment": gettext_lazy("Disappointment"),
    "frustration": gettext_lazy("Frustration"),
    "worry": gettext_lazy("Worry"),
    "none": gettext_lazy("No emotion"),
}
SCORES: dict[str, str | Promise] = {
    "low": pgettext_lazy("a score", "low"),
    "middle": gettext_lazy("in the middle"),
    "high": pgettext_lazy("a score", "high"),
}
HIDDEN: dict[personal.Kind, str | Promise] = {
    personal.Kind.EMAIL: gettext_lazy("[e-mail]"),
    personal.Kind.CARD: gettext_lazy("[card]"),
    personal.Kind.ACCOUNT: gettext_lazy("[bank account]"),
    personal.Kind.IDENTITY: gettext_lazy("[identity number]"),
    personal.Kind.PHONE: gettext_lazy("[telephone]"),
    personal.Kind.ADDRESS: gettext_lazy("[address]"),
    personal.Kind.NAME: gettext_lazy("[name]"),
}
TOPICS: dict[str, str | Promise] = {
    "delivery": gettext_lazy("Delivery"),
    "price": gettext_lazy("Price"),
    "staff": gettext_lazy("Service by people"),
    "app": gettext_lazy("Web and app"),
    "quality": gettext_lazy("Product quality"),
    "billing": gettext_lazy("Payment and invoices"),
    "refund": gettext_lazy("Returns and refunds"),
    "wait": gettext_lazy("Waiting time"),
    "store": gettext_lazy("Store"),
    "stock": gettext_lazy("Availability"),
    "security": gettext_lazy("Security and privacy"),
    "information": gettext_lazy("Information"),
}
TONES = {-1: "pain", 0: "neutral", 1: "gain"}
BY_SIGN = {-1: "bad", 0: "middle", 1: "good"}


def feeling(sentiment: int | None) -> str:
    return str(FEELINGS[BY_SIGN[sentiment]]) if sentiment in BY_SIGN else ""


def topic(name: str) -> str:
    return str(TOPICS[name]) if name in TOPICS else title(name)


def metric(name: str) -> str:
    """What was asked: NPS and its like as everybody writes them."""
    return name.upper() if name in ("nps", "csat", "ces", "enps") else title(name)


def language(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"]).capitalize()
    except KeyError:
        return code


def shown(text: str, *, masked: bool) -> str:
    """What this reader may see of the words: personal data put out of sight where they may not read them."""
    return personal.mask(text, {kind: str(word) for kind, word in HIDDEN.items()}) if masked else text


def highlighted(text: str, terms: list[str]) -> SafeString:
    """The text as HTML, what was looked for marked. Capitals and accents do not matter, as in the search."""
    bare = plain(text)
    if len(bare) != len(text):  # a letter whose small form is longer: marks would stand beside their words
        return mark_safe(escape(text))  # noqa: S308  # escaped
    marked = sorted({place for term in terms if term for place in _places(bare, term)})
    parts: list[str] = []
    end = 0
    for start, stop in marked:
        if start < end:
            continue
        parts += [escape(text[end:start]), "<mark>", escape(text[start:stop]), "</mark>"]
        end = stop
    return mark_safe("".join([*parts, escape(text[end:])]))  # noqa: S308  # every part is escaped


def _places(bare: str, term: str) -> list[tuple[int, int]]:
    found, start = [], bare.find(term)
    while start >= 0:
        found.append((start, start + len(term)))
        start = bare.find(term, start + len(term))
    return found


def score(row: dict[str, Any]) -> str:
    """ "2 of 5", or the score alone where its scale is not known."""
    if row["score"] is None:
        return ""
    value, scale = f"{row['score']:g}", row["scale_max"]
    return _("%(score)s of %(scale)s") % {"score": value, "scale": f"{scale:g}"} if scale else value
