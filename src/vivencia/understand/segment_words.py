"""A segment's conditions as sentences."""

from collections.abc import Sequence

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from vivencia.foundation.vocabulary import say, title, trait
from vivencia.foundation.writing import currency_sign, number_format
from vivencia.understand.audiences import questions
from vivencia.understand.segment_answers import Answered
from vivencia.understand.segment_forms import OPERATORS
from vivencia.understand.segment_personas import InPersona, personas
from vivencia.understand.segments import (
    Condition,
    Definition,
    InSegment,
    LastScore,
    Orders,
    PromiseIs,
    Silent,
    Spend,
    Touchpoint,
    Trait,
)


def tell(definition: Definition, currencies: Sequence[str] = ()) -> list[str]:
    """One sentence a condition. `currencies`: those of people's money, the one sums are in first."""
    return [_tell(condition, currencies) for condition in definition.conditions]


def _tell(condition: Condition, currencies: Sequence[str]) -> str:
    match condition:
        case InSegment() | InPersona():
            return _belongs(condition)
        case Trait(key, operator, value):
            return _("%(trait)s %(operator)s %(value)s") % {
                "trait": trait(key), "operator": OPERATORS[operator], "value": value,
            }  # fmt: skip
        case Touchpoint(touchpoint, happened, within):
            said = _("%(what)s happened") if happened else _("%(what)s did not happen")
            return _within(said % {"what": title(touchpoint)}, within)
        case PromiseIs(state, promise, within):
            what = title(promise) if promise else _("Any promise")
            return _within(_("%(what)s: %(state)s") % {"what": what, "state": say(state)}, within)
        case LastScore(metric, operator, score, within):
            return _within(_amount(title(metric), operator, score), within)
        case Answered(question, operator, value, within):
            asked = questions([question], get_language() or "en")[0][1]
            said = _("%(question)s %(operator)s “%(value)s”")
            return _within(said % {"question": asked, "operator": OPERATORS[operator], "value": value}, within)
        case Spend(operator, amount, within):
            return _within(_spend(operator, amount, currencies), within)
        case Orders(operator, times, within):
            return _within(_amount(_("Orders"), operator, times), within)
        case Silent(days):
            return ngettext("Silent for at least %(days)d day", "Silent for at least %(days)d days", days) % {
                "days": days
            }


def _belongs(condition: InSegment | InPersona) -> str:
    if isinstance(condition, InPersona):
        return _("Persona is %(name)s") % {"name": dict(personas()).get(condition.persona, _("no longer there"))}
    return _("Company segment is %(names)s") % {"names": ", ".join(say(value) for value in condition.values)}


def _amount(what: str, operator: str, amount: float) -> str:
    said = number_format(amount, 0 if amount == int(amount) else 2, force_grouping=True)
    return _("%(what)s %(operator)s %(amount)s") % {"what": what, "operator": OPERATORS[operator], "amount": said}


def _spend(operator: str, amount: float, currencies: Sequence[str]) -> str:
    said = _amount(_("Spend"), operator, amount)
    if not currencies:
        return said
    main, *others = currencies
    if not others:
        return f"{said} {currency_sign(main)}"
    about = {"said": said, "currency": currency_sign(main), "others": ", ".join(others)}
    return _("%(said)s %(currency)s (not counting %(others)s)") % about


def _within(said: str, days: int | None) -> str:
    if days is None:
        return said
    return ngettext("%(said)s, in the last %(days)d day", "%(said)s, in the last %(days)d days", days) % {
        "said": said, "days": days,
    }  # fmt: skip
