"""Properties of a track, page or screen call, as columns of an event; what has no column stays a property."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from vivencia.listen.api.protocol.plan import Field, Meaning

_SCALES = {"nps": 10.0, "csat": 5.0, "ces": 7.0, "enps": 10.0}
_METRICS = tuple(_SCALES)  # a property of such a name is the answer to that question
_SUBJECTS = {"order": "order", "ticket": "ticket", "case": "case"}
_OWN = ("touchpoint", "channel")  # said by whoever sends the call: they know better than a plan


def columns(properties: Mapping[str, Any], meaning: Meaning) -> dict[str, Any]:
    """Columns of EVENTS that the properties fill, with the rest of them as `properties`.

    Raises ValueError where a property that the plan names is not what its column wants.
    """
    taking = _Taking(dict(properties), meaning)
    row: dict[str, Any] = {name: taking.own(name) for name in _OWN}
    if meaning.pays and (amount := taking.number("amount")) is not None:
        row["amount"] = -abs(amount) if meaning.pays == "refunded" else amount
        row["currency"] = taking.text("currency")
    row |= _promise(taking, meaning) | _answer(taking, meaning) | _subject(taking, meaning)
    row["text"] = taking.text("text")
    row["employee_id"] = taking.identifier("employee")
    said = {name: value for name, value in row.items() if value is not None and value != ""}
    return {**said, "properties": taking.rest}


class _Taking:
    """Takes properties out of what is left, by the names a field may have."""

    def __init__(self, rest: dict[str, Any], meaning: Meaning) -> None:
        self.rest, self._meaning = rest, meaning

    def found(self, field: Field) -> str | None:
        """The name of the property the field is in."""
        return next((name for name in self._meaning.names(field) if self.rest.get(name) not in (None, "")), None)

    def own(self, name: str) -> str | None:
        value = self.rest.get(name)
        return str(self.rest.pop(name)).strip() if isinstance(value, str) and value.strip() else None

    def text(self, field: Field) -> str | None:
        """A property of a usual name that is no text is left where it is; one the plan names must be."""
        name = self.found(field)
        if name is None or not isinstance(self.rest[name], str):
            self._refuse(field, name, "text")
            return None
        return str(self.rest.pop(name)).strip()

    def identifier(self, field: Field) -> str | None:
        name = self.found(field)
        value = self.rest.get(name) if name else None
        if isinstance(value, bool) or not isinstance(value, str | int):
            self._refuse(field, name, "text")
            return None
        self.rest.pop(str(name))
        return str(value).strip()

    def number(self, field: Field) -> float | None:
        name = self.found(field)
        number = _number(self.rest[name]) if name else None
        if number is None:
            self._refuse(field, name, "a number")
            return None
        self.rest.pop(str(name))
        return number

    def moment(self, field: Field) -> datetime | None:
        name = self.found(field)
        moment = _moment(self.rest[name]) if name else None
        if moment is None:
            self._refuse(field, name, "a time such as 2026-03-01T09:30:00Z")
            return None
        self.rest.pop(str(name))
        return moment

    def _refuse(self, field: Field, name: str | None, wanted: str) -> None:
        if name is not None and self._meaning.properties.get(field):
            raise ValueError(f"{name} is {self.rest[name]!r}; the track plan takes it for {field}, it must be {wanted}")


def _promise(taking: _Taking, meaning: Meaning) -> dict[str, Any]:
    """A call that says when something is promised for opens the promise; another may fulfil it."""
    kind = taking.rest.get("promise") if isinstance(taking.rest.get("promise"), str) else None
    promised_at = taking.moment("promised_at")
    if promised_at is not None:
        if kind:
            taking.rest.pop("promise")
        return {"promise": kind or meaning.promise or "delivery", "promised_at": promised_at.isoformat()}
    if kind:
        taking.rest.pop("promise")
        return {"promise": kind}
    return {"promise": meaning.fulfils}


def _answer(taking: _Taking, meaning: Meaning) -> dict[str, Any]:
    """A score with what was asked and its scale. A number nobody says the question of is no answer: it stays."""
    rest = taking.rest
    said = rest.get("metric") if isinstance(rest.get("metric"), str) else None
    place = taking.found("score")
    by_name = next((name for name in _METRICS if _number(rest.get(name)) is not None), None)
    if place is None and by_name is None:
        return {}
    asked = (said or meaning.metric or ("" if place else by_name) or ("csat" if place == "rating" else "")).lower()
    if not asked:
        return {}
    score = taking.number("score") if place else _number(rest.pop(str(by_name)))
    rest.pop("metric", None)
    scale = _number(rest.pop("scale_max", None)) or meaning.scale_max or _SCALES.get(asked)
    return {} if score is None else {"metric": asked, "score": score, "scale_max": scale}


def _subject(taking: _Taking, meaning: Meaning) -> dict[str, Any]:
    """The order, ticket or case it is about."""
    name = taking.found("subject")
    identifier = taking.identifier("subject")
    if name is None or identifier is None:
        return {}
    said = taking.rest.pop("subject_kind", None) if isinstance(taking.rest.get("subject_kind"), str) else None
    by_name = next((kind for begins, kind in _SUBJECTS.items() if name.lower().startswith(begins)), "case")
    return {"subject_id": identifier, "subject_kind": said or meaning.subject_kind or by_name}


def _number(value: Any) -> float | None:
    """A finite number; also one that stands in a text, as "12.50"."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and abs(number) < 1e15 else None


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
