"""What sets a persona apart, in the reader's words: never the name of a feature, always the figures beside it."""

from collections.abc import Callable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vivencia.foundation.vocabulary import attribute, say, title, trait
from vivencia.foundation.vocabulary import value as valued
from vivencia.foundation.writing import number_format
from vivencia.understand import voice_words
from vivencia.understand.journey_words import share
from vivencia.understand.personas.drafts import apart
from vivencia.understand.personas.finding.describing import Difference
from vivencia.understand.personas.models import Persona, Statement
from vivencia.understand.timeline import money

Said = dict[str, str | Promise]

PLAIN: Said = {
    "orders": gettext_lazy("Orders per person"),
    "spend": gettext_lazy("Spend per order"),
    "often": gettext_lazy("Further days with us per month"),
    "sentiment": gettext_lazy("Feeling in what they write"),
    "promise:broken": gettext_lazy("Promises broken"),
}
ICONS = {
    "app": "device-mobile", "web": "world", "store": "building-store", "phone": "phone", "chat": "message-2",
    "email": "mail", "collection": "package", "delivery": "package",
}  # fmt: skip
KINDS = {
    "channel": "device-desktop", "touchpoint": "route", "bought": "tag", "buying": "shopping-cart", "orders": "repeat",
    "spend": "coin", "often": "calendar", "topic": "message-circle", "intent": "target", "reason": "help-circle",
    "goal": "target", "promise": "clock-exclamation", "pain": "mood-sad", "gain": "mood-happy",
}  # fmt: skip


def called(persona: Persona) -> str:
    """Its name: as people gave it, else as the data proposed when it was found."""
    return persona.name or given(persona)


def given(persona: Persona) -> str:
    """The name it has as long as people give it none."""
    return proposed(persona) or _("Persona %(n)s") % {"n": (persona.group or 0) + 1}


def naming(told: list[Difference], *, largest: bool) -> dict[str, Any]:
    """What a proposed name is made of: what they use more, then how they are; what sets them apart most comes first.

    Kept with the portrait, so that the name stays while the figures move and is said in each reader's language.
    `largest`: of the groups found; where nothing sets it apart, it is like everyone else.
    """
    noun = next((one.feature for one in told if one.difference > 0 and _noun(one.feature)), "")
    how = next((one for one in told if _how(one.feature, more=one.difference > 0)), None)
    return {
        "noun": noun,
        "how": how.feature if how else "",
        "more": how is not None and how.difference > 0,
        "most": largest,
    }


def proposed(persona: Persona) -> str:
    """The name the data propose; "" where nothing sets it apart and others are more."""
    made = persona.portrait.get("naming") or naming(apart(persona), largest=False)
    first, how = _noun(made["noun"]), _how(made["how"], more=made["more"])
    if first and how:
        return _("%(noun)s, %(how)s") % {"noun": first, "how": how}
    return first or how[:1].upper() + how[1:] or (_("Like everyone else") if made["most"] else "")


def icon(persona: Persona) -> str:
    """Its portrait: as people chose it, else by what sets them apart most."""
    if persona.icon:
        return persona.icon
    for one in apart(persona):
        kind, _colon, name = one.feature.partition(":")
        if one.difference > 0 and (known := ICONS.get(name) or KINDS.get(kind)):
            return known
    return "user-circle"


def label(feature: str) -> str:
    """What is compared."""
    feature, _equals, value = feature.partition("=")
    kind, _colon, name = feature.partition(":")
    if feature in PLAIN:
        return str(PLAIN[feature])
    if kind in ("trait", "segment", "language"):
        return _about(feature, value)
    told: dict[str, Callable[[], str]] = {
        "channel": lambda: _("Channel: %(channel)s") % {"channel": say(name)},
        "touchpoint": lambda: title(name),
        "bought": lambda: _first(f"{attribute(name)}: {valued(value)}"),
        "buying": lambda: _first(attribute(name)),
        "score": lambda: title(name),
        "emotion": lambda: str(voice_words.EMOTIONS.get(name, title(name))),
        "topic": lambda: _("They speak of: %(topic)s") % {"topic": voice_words.topic(name)},
        "pain": lambda: _("They complain of: %(topic)s") % {"topic": voice_words.topic(name)},
        "gain": lambda: _("They praise: %(topic)s") % {"topic": voice_words.topic(name)},
        "intent": lambda: _("They want: %(intent)s") % {"intent": say(name)},
        "reason": lambda: _("They ask for help about: %(reason)s") % {"reason": valued(value)},
        "goal": lambda: _("They come for: %(goal)s") % {"goal": valued(value)},
    }
    return told[kind]() if kind in told else title(name)


def phrase(feature: str, *, more: bool) -> str:
    """What they do more or less than others, as the beginning of a sentence about them."""
    feature, _equals, value = feature.partition("=")
    kind, _colon, name = feature.partition(":")
    words = {
        "orders": (_("Buy more often"), _("Buy less often")),
        "spend": (_("Spend more on each order"), _("Spend less on each order")),
        "often": (_("Are with us on more days"), _("Are with us on fewer days")),
        "channel": (_("Use “%(what)s” more"), _("Use “%(what)s” less")),
        "touchpoint": (_("Go through “%(what)s” more"), _("Go through “%(what)s” less")),
        "bought": (_("Choose “%(what)s” more (%(which)s)"), _("Choose “%(what)s” less (%(which)s)")),
        "buying": (_("More: %(which)s"), _("Less: %(which)s")),
        "topic": (_("Speak more of “%(what)s”"), _("Speak less of “%(what)s”")),
        "pain": (_("Complain more of “%(what)s”"), _("Complain less of “%(what)s”")),
        "gain": (_("Praise “%(what)s” more"), _("Praise “%(what)s” less")),
        "intent": (_("Want more often: %(what)s"), _("Want less often: %(what)s")),
        "reason": (_("Ask for help more about “%(what)s”"), _("Ask for help less about “%(what)s”")),
        "goal": (_("Come more for “%(what)s”"), _("Come less for “%(what)s”")),
        "emotion": (_("Show more “%(what)s”"), _("Show less “%(what)s”")),
        "sentiment": (_("Write more kindly about us"), _("Write less kindly about us")),
        "score": (_("Give better marks: %(what)s"), _("Give worse marks: %(what)s")),
        "promise": (_("More promises to them are broken"), _("Fewer promises to them are broken")),
    }.get(kind, (label(feature), label(feature)))
    return words[0 if more else 1] % {"what": _what(kind, name, value), "which": attribute(name)}


def _what(kind: str, name: str, value: str) -> str:
    if kind in ("topic", "pain", "gain"):
        return voice_words.topic(name).lower()
    if kind == "emotion":
        return str(voice_words.EMOTIONS.get(name, say(name))).lower()
    return valued(value) if value else say(name)


def rounded(value: float, decimals: int = 0) -> str:
    """A number in the reader's notation, rounded (Django's own cuts off)."""
    told = round(value, decimals) + 0.0
    return str(number_format(f"{told:.{decimals}f}", decimals, force_grouping=True)).replace("-", "\u2212")


def figures(one: Difference, scales: dict[str, float], currency: str | None) -> tuple[str, str]:
    """Here and elsewhere, each in its unit. `scales`: metric -> the end of its scale; currency: of what they spend."""
    here, rest = (amount(one.feature, one.unit, value, scales, currency) for value in (one.value, one.rest))
    return here, rest


def amount(feature: str, unit: str, value: float, scales: dict[str, float], currency: str | None) -> str:
    """One figure of a feature in words."""
    kind, _colon, name = feature.partition(":")
    if unit == "share":
        return share(value)
    if kind == "score" and name in scales:
        told = {"mean": rounded(value * scales[name], 1), "high": f"{scales[name]:g}"}
        return _("%(mean)s of %(high)s") % told
    if kind == "spend":
        return money(round(value, 2), currency)
    return rounded(value, 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2)


def sentence(statement: Statement) -> str:
    """A statement's words: people's own, else made from its claim."""
    if statement.text or not statement.claim:
        return statement.text
    claim = statement.claim
    scales, currency = scales_of(statement.persona), currency_of(statement.persona)
    told = {
        "what": phrase(claim["feature"], more=claim["sign"] > 0),
        "value": amount(claim["feature"], claim["unit"], claim["value"], scales, currency),
        "rest": amount(claim["feature"], claim["unit"], claim["rest"], scales, currency),
    }
    return _("%(what)s: %(value)s against %(rest)s among everybody else") % told


def description(persona: Persona, most: int = 3) -> str:
    """What sets it apart, in one sentence."""
    if persona.kind == Persona.Kind.FOUND and "features" in persona.portrait and not apart(persona):
        return _("Nothing that is measured sets them apart from the others.")
    told = [phrase(one.feature, more=one.difference > 0) for one in distinct(apart(persona))[:most]]
    return "; ".join([*told[:1], *(one[:1].lower() + one[1:] for one in told[1:])])


def distinct(told: list[Difference]) -> list[Difference]:
    """Without what follows from what stands before: of one kind, what is less because something else is more."""
    seen: set[str] = set()
    found = []
    for one in told:
        kind = one.feature.partition("=" if "=" in one.feature else ":")[0]
        follows = "=" in one.feature or kind in ("channel", "touchpoint")
        if not (follows and kind in seen and one.difference < 0):
            found.append(one)
        seen.add(kind)
    return found


def currency_of(persona: Persona) -> str | None:
    """The currency of what its people spend, ISO 4217; None where no money is known."""
    return (persona.portrait.get("value") or {}).get("currency")


def scales_of(persona: Persona) -> dict[str, float]:
    """The end of the scale of each question its people answered."""
    return {one["metric"]: one["scale"] for one in persona.portrait.get("scores", []) if one["scale"]}


def _noun(feature: str) -> str:
    feature, _equals, value = feature.partition("=")
    kind, _colon, name = feature.partition(":")
    if kind in ("channel", "touchpoint"):
        return title(name)
    if kind in ("topic", "pain"):
        return voice_words.topic(name)
    if kind == "bought":
        return _first(valued(value))
    return _first(valued(value)) if kind in ("reason", "goal") else ""


def _how(feature: str, *, more: bool) -> str:
    kind, _colon, name = feature.partition(":")
    words: dict[str, tuple[Any, Any]] = {
        "orders": (_("buy often"), _("buy seldom")),
        "spend": (_("large orders"), _("small orders")),
        "often": (_("often here"), _("seldom here")),
        "score": (_("content"), _("less content")),
        "sentiment": (_("content"), _("less content")),
        "promise": (_("let down"), _("well served")),
        "buying": (_("many %(what)s"), _("few %(what)s")),
    }
    if kind not in words:
        return ""
    return str(words[kind][0 if more else 1]) % {"what": attribute(name)}


def _about(feature: str, value: str) -> str:
    """A trait: who they are."""
    if feature == "segment":
        return _("Company segment: %(name)s") % {"name": say(value)}
    if feature == "language":
        return _("Language: %(name)s") % {"name": voice_words.language(value)}
    name = trait(feature.partition(":")[2])
    return f"{name}: {valued(value)}" if value else name


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]
