"""Rows become events: one SELECT in the ledger's shape for each kind of event of a mapping."""

import json
from dataclasses import dataclass, field
from typing import Final

from vivencia.listen.imports.checks import Check, checks_of, scale_max
from vivencia.listen.imports.expressions import NULL, Columns
from vivencia.listen.imports.mapping import Event, Mapping, Value
from vivencia.listen.imports.problems import Reason
from vivencia.listen.imports.readers.jsonl import NOT_AN_OBJECT
from vivencia.listen.imports.readers.table import literal, quoted
from vivencia.listen.imports.tables import HASH, Staged, Tables


@dataclass(frozen=True)
class Batch:
    """What all rows of one import share."""

    id: str
    source: str
    at: str  # ISO 8601 in UTC: when the import began


@dataclass(frozen=True)
class Made:
    """One kind of event: what it takes and what it refuses. Valid until the table is loaded anew."""

    event: Event
    staged: Staged
    place: int
    kinds: int
    checks: list[Check]
    fields: dict[str, str]
    failed: list[Check] = field(default_factory=list)  # those of `checks` that some row fails, once that is known

    @property
    def meant(self) -> str:
        """Rows that should give this event."""
        condition = self.staged.columns.holds(self.event.only_if)
        table = self.staged.columns.holds(self.staged.table.only_if)
        parts = [part for part in (condition, table) if part != "true"]
        if self.event.optional:
            parts.append(self.staged.columns.filled(self.event.when))
        if self.staged.repeated:
            parts.append(
                f"{self.staged.row} NOT IN (SELECT row FROM rejects WHERE tab = {literal(self.staged.name)} "  # noqa: S608
                f"AND reason = {literal(Reason.REPEATED_KEY.value)})"
            )
        if any(part.look.kind == "jsonl" for part in self.staged.parts):
            parts.append(f"NOT {quoted(NOT_AN_OBJECT)}")
        return " AND ".join(parts) or "true"

    @property
    def good(self) -> str:
        """Rows that do give this event."""
        refused = "".join(f" AND NOT coalesce({check.bad}, false)" for check in self.failed)
        return f"{self.meant} AND {self.fields['occurred_at']} IS NOT NULL{refused}"

    def select(self) -> str:
        """The events, in the shape of the ledger's EVENTS."""
        fields = self.fields | {
            "event_id": self._id(),
            "seq": f"CAST({self.staged.row} AS BIGINT) * {self.kinds} + {self.place}",
        }
        taken = ", ".join(f"{sql if sql != NULL else _TYPED_NULL[name]} AS {name}" for name, sql in _ordered(fields))
        return f"SELECT {taken} FROM {self.staged.source} WHERE {self.good}"  # noqa: S608

    def _id(self) -> str:
        """The idempotency key: the file's own, or the row's key, or its contents; the same file gives the same."""
        before = literal(f"{self.fields['source'][1:-1]}/{self.event.kind}/")
        own = self._own_id(before)
        key = self.staged.table.key
        if key and self.event.id is None:
            parts = [self.staged.columns.raw(self.staged.columns.named(k)) for k in key]
            if len(parts) > 1:  # "a/b" + "c" is not "a" + "b/c"
                parts = [rf"replace(replace({part}, '\', '\\'), '/', '\/')" for part in parts]
            cells = ", ".join(f"coalesce({part}, '')" for part in parts)
            return f"concat({before}, concat_ws('/', {cells}))"
        if self.staged.hashed:
            twin = f", CASE WHEN {quoted('#ordinal')} > 1 THEN concat('.', {quoted('#ordinal')}) ELSE '' END"
            contents = f"concat({before}, {HASH}{twin if self.staged.ordinals else ''})"
        else:
            cells = ", ".join(f"coalesce({self.staged.columns.plain(name)}, chr(30))" for name in self.staged.base)
            contents = f"concat({before}, md5(concat_ws(chr(31), {cells})))"
        return contents if own == NULL else f"coalesce({own}, {contents})"

    def _own_id(self, before: str) -> str:
        """The file's own id. Two systems that number 1, 2, 3 tell of different events: who, what and when tell apart.

        An id that is unique everywhere is the event's wherever it comes from; a bare number never is.
        """
        own = self.staged.columns.text(self.event.id)
        if own == NULL or self.event.id is None:
            return NULL
        about = [self.fields[name] for name in ("name", "customer_id", "anonymous_id", "account_id", "subject_id")]
        told = ", chr(31), ".join([f"epoch_us({self.fields['occurred_at']})", *(sql for sql in about if sql != NULL)])
        digest = f"left(md5(concat({told})), 12)"
        numbered = f"CASE WHEN {own} IS NOT NULL THEN concat({before}, {own}, '/', {digest}) END"
        if not self.event.id.unique:
            return numbered
        return f"CASE WHEN regexp_full_match({own}, '[0-9]+') THEN {numbered} ELSE {own} END"


_TEXT: Final = "CAST(NULL AS VARCHAR)"
_TYPED_NULL: Final = dict.fromkeys(
    (
        "event_id", "customer_id", "anonymous_id", "account_id", "name", "touchpoint", "channel", "currency", "promise",
        "metric", "text", "employee_id", "subject_kind", "subject_id", "source", "batch_id", "properties",
    ),
    _TEXT,
) | {
    "amount": "CAST(NULL AS DOUBLE)", "score": "CAST(NULL AS DOUBLE)", "scale_max": "CAST(NULL AS DOUBLE)",
    "promised_at": "CAST(NULL AS TIMESTAMPTZ)", "occurred_at": "CAST(NULL AS TIMESTAMPTZ)",
}  # fmt: skip
COLUMNS: Final = (
    "event_id", "customer_id", "anonymous_id", "account_id", "occurred_at", "received_at", "seq", "name", "touchpoint",
    "channel", "amount", "currency", "promise", "promised_at", "metric", "score", "scale_max", "text", "employee_id",
    "subject_kind", "subject_id", "source", "batch_id", "properties",
)  # fmt: skip


def plan(mapping: Mapping, tables: Tables, batch: Batch) -> list[Made]:
    """Every kind of event whose table is there. Call before the tables are loaded: it says what must be parsed."""
    events = [event for event in mapping.events if event.table in tables]
    for event in events:
        staged = tables[event.table]
        no_own_id = event.id is None or not staged.columns.used(event.id)
        if no_own_id and not staged.table.key and not staged.hashed:
            tables.hash_rows(staged)
    return [_made(event, tables[event.table], place, len(events), batch) for place, event in enumerate(events)]


def _made(event: Event, staged: Staged, place: int, kinds: int, batch: Batch) -> Made:
    columns = staged.columns
    checks = checks_of(event, columns)
    for condition in (event.only_if, staged.table.only_if):
        columns.holds(condition)  # what it asks for must be read, too
    for key in staged.table.key:
        columns.touched.add(columns.named(key))
    if event.id is not None and not staged.hashed:
        columns.touched.update(staged.base)
    return Made(event, staged, place, kinds, checks, _fields(event, columns, batch))


def _fields(event: Event, columns: Columns, batch: Batch) -> dict[str, str]:
    amount = columns.number(event.amount)
    currency = columns.text(event.currency)
    default = columns.defaults.currency
    if currency == NULL and default and amount != NULL:
        currency = f"CASE WHEN {amount} IS NOT NULL THEN {literal(default)} END"
    score = columns.number(event.score)
    metric = columns.text(event.metric)
    asked = metric if metric == NULL else f"lower({metric})"
    return {
        "customer_id": columns.text(event.customer),
        "anonymous_id": columns.text(event.anonymous),
        "account_id": columns.text(event.account),
        "occurred_at": columns.time(event.when),
        "received_at": f"TIMESTAMPTZ {literal(batch.at)}",
        "name": columns.text(event.name),
        "touchpoint": columns.text(event.touchpoint),
        "channel": columns.text(event.channel),
        "amount": amount,
        "currency": currency if currency == NULL else f"upper({currency})",
        "promise": columns.text(event.promise),
        "promised_at": columns.time(event.promised_at),
        "metric": asked,
        "score": score,
        "scale_max": NULL if score == NULL else _scale_max(event, columns, score),
        "text": columns.text(event.text),
        "employee_id": columns.text(event.employee),
        "subject_kind": _subject_kind(event, columns),
        "subject_id": columns.text(event.subject),
        "source": literal(batch.source),
        "batch_id": literal(batch.id),
        "properties": _properties(event, columns),
    }


def _scale_max(event: Event, columns: Columns, score: str) -> str:
    """A number of the ledger's own type: a file in its shape is adopted as it is, not written a second time."""
    return f"CASE WHEN {score} IS NOT NULL THEN CAST({scale_max(event, columns)} AS DOUBLE) END"


def _subject_kind(event: Event, columns: Columns) -> str:
    """What the subject is: as the file or mapping says, else by its column's name ("order_id" is an order)."""
    subject, kind = columns.text(event.subject), columns.text(event.subject_kind)
    used = columns.used(event.subject) if event.subject else []
    if kind == NULL and used:
        stem = used[0].strip().casefold().removesuffix("_id").removesuffix(" id")
        kind = literal("case" if stem in ("subject", "id") else stem)
    return NULL if NULL in (subject, kind) else f"CASE WHEN {subject} IS NOT NULL THEN {kind} END"


def _properties(event: Event, columns: Columns) -> str:
    chosen = dict(event.properties)
    if event.rest:
        taken = {column for value in _values(event) for column in columns.used(value)}
        spread = columns.find(event.spread) if event.spread else None
        for name in columns.types:
            if name not in taken and name != spread and not name.startswith("#"):
                chosen.setdefault(name, Value((name,)))
    return json_object(chosen, event.spread, columns)


def json_object(chosen: dict[str, Value], spread: str | None, columns: Columns) -> str:
    """SQL for a JSON object of the filled ones among `chosen`, and the members of the object in column `spread`."""
    parts = [
        f"{literal(_member(name))} || {_first_json(value, columns)}"
        for name, value in chosen.items()
        if columns.used(value) or value.constant is not None
    ]
    listed = f"'{{' || concat_ws(',', {', '.join(parts)}) || '}}'" if parts else "'{}'"
    column = columns.find(spread) if spread else None
    if column is None:
        return f"nullif({listed}, '{{}}')" if parts else NULL
    given = f"CASE WHEN json_valid({columns.raw(column)}) THEN {columns.raw(column)} END"
    return f"nullif(CAST(json_merge_patch(coalesce({given}, '{{}}'), {listed}) AS VARCHAR), '{{}}')"


def _first_json(value: Value, columns: Columns) -> str:
    if value.words or value.glue is not None:
        return f"CAST(to_json({columns.text(value)}) AS VARCHAR)"
    parts = [columns.json_of(column) for column in columns.used(value)]
    if value.constant is not None:
        parts.append(literal(json.dumps(value.constant, ensure_ascii=False)))
    return parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"


def _member(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}":'


def _values(event: Event) -> list[Value]:
    maybe = (
        event.name, event.when, event.id, event.customer, event.anonymous, event.account, event.touchpoint,
        event.channel, event.amount, event.currency, event.promise, event.promised_at, event.metric, event.score,
        event.scale_min, event.scale_max, event.text, event.employee, event.subject, event.subject_kind,
    )  # fmt: skip
    return [value for value in maybe if value is not None]


def _ordered(fields: dict[str, str]) -> list[tuple[str, str]]:
    return [(name, fields[name]) for name in COLUMNS]
