"""What an initiative is made from, as an address says it.

`?moment=<outcome>:<key>` (with `segment`, `since`, `until` of its study), `?gap=<map>:<step>:<expectation>` or
`?pilot_of=<initiative>`.
"""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from vivencia.foundation.numbers import day
from vivencia.moments.outcomes import OUTCOMES
from vivencia.moments.studies import Question
from vivencia.plan.initiatives import drafts, gap_drafts, pilot_drafts
from vivencia.plan.initiatives.drafts import Draft, UnknownSourceError
from vivencia.plan.initiatives.models import Initiative

NAMES = ("moment", "gap", "segment", "since", "until", "pilot_of")


def query(told: Mapping[str, str]) -> str:
    """The part of an address that says it, to be carried on."""
    return urlencode({name: told[name] for name in NAMES if told.get(name)})


def draft(told: Mapping[str, str], today: date) -> Draft:
    """What the address asks for; an empty initiative where it names nothing. Raises UnknownSourceError."""
    if told.get("moment"):
        outcome, _colon, key = told["moment"].partition(":")
        if outcome not in OUTCOMES:
            raise UnknownSourceError(outcome)
        return drafts.of_moment(_question(outcome, told), key, today)
    if told.get("gap"):
        return gap_drafts.of_gap(told["gap"], today)
    if told.get("pilot_of"):
        return pilot_drafts.of_initiative(told["pilot_of"])
    return Draft(Initiative())


def _question(outcome: str, told: Mapping[str, str]) -> Question:
    since, until = day(told.get("since")), day(told.get("until"))
    if since and until and since > until:
        since, until = None, None
    return Question(outcome, told.get("segment", "")[:200], since, until)


def origin(one: Initiative) -> str:
    """The page of the map or the moment an initiative is about; "" where it is about neither."""
    if one.journey_map:
        try:
            return reverse("journey-map", args=[one.journey_map])
        except NoReverseMatch:
            return ""
    if not one.moment_key:
        return ""
    segment = one.population.removeprefix("company:")
    address = reverse("moment", kwargs={"outcome": one.moment_outcome, "key": one.moment_key})
    return f"{address}?{urlencode({'segment': segment})}" if segment else address
