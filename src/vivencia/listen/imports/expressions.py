"""A mapping's values as DuckDB expressions over one table, built from quoted names and literals only."""

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field

from vivencia.listen.imports import dates
from vivencia.listen.imports.mapping import Condition, Defaults, Table, Value
from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers.table import Look, listed, literal, quoted

NULL = "NULL"
LARGEST = "1.7976931348623157e308"


@dataclass
class Columns:
    """The columns of one table: what they are called and typed, and how their text writes dates and numbers.

    `typed` collects the expressions worth computing once, when the table is made: name -> SQL.
    """

    file: str
    types: dict[str, str]  # column -> DuckDB type
    table: Table
    defaults: Defaults
    decimal: str
    samples: "Samples"
    typed: dict[str, str] = field(default_factory=dict)
    forms: dict[str, dates.Dates] = field(default_factory=dict)
    # values further down that tell day from month, where the sample's do not
    telling: Callable[[str], list[str]] | None = None
    touched: set[str] = field(default_factory=set)  # the columns anybody asked for

    def find(self, name: str) -> str | None:
        """The column's real name: exactly, or but for case and spaces around it."""
        if name in self.types:
            return name
        wanted = name.strip().casefold()
        return next((column for column in self.types if column.strip().casefold() == wanted), None)

    def used(self, value: Value) -> list[str]:
        """The columns a value takes, of those it may take. Raises Problem where it needs one that is missing."""
        found = [column for name in value.columns if (column := self.find(name)) is not None]
        if value.columns and not found and not value.optional:
            raise self.missing(" | ".join(value.columns))
        if value.columns and len(found) < len(value.columns) and value.glue is not None and not value.optional:
            raise self.missing(next(name for name in value.columns if self.find(name) is None))
        return found[:1] if value.whole else found

    def missing(self, name: str) -> Problem:
        return Problem("missing-column", file=self.file, field=name, allowed=listed(list(self.types)))

    def named(self, name: str) -> str:
        """A column that must be there."""
        found = self.find(name)
        if found is None:
            raise self.missing(name)
        return found

    def raw(self, column: str) -> str:
        """The column as text; null where it is blank (text was trimmed when it was read)."""
        self.touched.add(column)
        return self.plain(column)

    def plain(self, column: str) -> str:
        """As `raw`, without asking that the column be read."""
        name, kind = quoted(column), self.types[column]
        if kind == "VARCHAR":
            return name
        if kind == "TIMESTAMP WITH TIME ZONE":  # what the cast would give, without asking the calendar of time zones
            return f"(CAST(make_timestamp(epoch_us({name})) AS VARCHAR) || '+00')"
        return f"CAST({name} AS VARCHAR)"

    def text(self, value: Value | None) -> str:
        """A value as text."""
        if value is None:
            return NULL
        parts = [self._worded(self.raw(column), value) for column in self.used(value)]
        if value.glue is not None and len(parts) > 1:
            taken = f"nullif(concat_ws({literal(value.glue)}, {', '.join(parts)}), '')"
        else:
            taken = _first(parts)
        if value.constant is None:
            return taken
        constant = literal(_plain(value.constant))
        return constant if taken == NULL else f"coalesce({taken}, {constant})"

    def time(self, value: Value | None) -> str:
        """A value as a time in UTC: the name of a typed column."""
        if value is None or not self.used(value):
            return NULL
        taken = _first([self._time(column, value) for column in self.used(value)])
        return taken if taken in {quoted(column) for column in self.used(value)} else self._typed(taken)

    def number(self, value: Value | None) -> str:
        """A value as a finite number: the name of a typed column, or a constant."""
        if value is None:
            return NULL
        parts = [self._number(column, value) for column in self.used(value)]
        constant = None if value.constant is None else str(float(value.constant))
        if not parts:
            return constant or NULL
        return self._typed(_first(parts if constant is None else [*parts, constant]))

    def filled(self, value: Value | None) -> str:
        """Whether any of the value's columns is filled, readable or not."""
        if value is None or not self.used(value):
            return "false"
        columns = self.used(value)
        self.touched.update(columns)
        return "(" + " OR ".join(f"{quoted(column)} IS NOT NULL" for column in columns) + ")"

    def holds(self, condition: Condition | None) -> str:
        """Whether a row meets a condition."""
        if condition is None:
            return "true"
        if condition.optional and self.find(condition.column) is None:
            return "false"
        raw = self.raw(self.named(condition.column))
        parts = []
        if condition.is_:
            parts.append(f"{raw} IN ({', '.join(literal(item) for item in condition.is_)})")
        if condition.is_not:
            parts.append(f"coalesce({raw} NOT IN ({', '.join(literal(item) for item in condition.is_not)}), true)")
        if condition.filled is not None:
            parts.append(f"{raw} IS {'NOT ' if condition.filled else ''}NULL")
        return "(" + " AND ".join(parts or ["true"]) + ")"

    def form(self, column: str, value: Value) -> dates.Dates:
        """How a column writes dates: declared by the value, its table or the mapping, or else detected."""
        declared = value.dates or self.table.dates or self.defaults.dates
        key = f"{declared} {column}"
        if key not in self.forms:
            self.forms[key] = self._detected(column, declared)
        return self.forms[key]

    def number_of(self, column: str, decimal: str | None = None) -> str:
        """A column as a number, not kept as a typed column."""
        return self._number(column, Value((column,), decimal=decimal))

    def json_of(self, column: str) -> str:
        """A column as a JSON value: a number where its sample has only numbers, else text."""
        self.touched.add(column)
        if is_numeric(self.types[column]) or self.types[column] == "BOOLEAN":
            return f"CAST(to_json({quoted(column)}) AS VARCHAR)"
        raw = self.raw(column)
        text = f"CAST(to_json({raw}) AS VARCHAR)"
        kind = _numeric_kind(self.samples.get(column, []), self.decimal)
        if kind is None:
            return text
        number = f"TRY_CAST({raw} AS {kind})" if self.decimal == "." else self.number_of(column)
        return f"coalesce(CAST(to_json({number}) AS VARCHAR), {text})"

    def looks_numeric(self, column: str) -> bool:
        """Whether every sampled value of a text column is a number."""
        return _numeric_kind(self.samples.get(column, []), self.decimal) is not None

    def _detected(self, column: str, declared: str) -> dates.Dates:
        found = dates.detect(self.samples.get(column, []), declared)
        if found.ambiguous and self.telling is not None:
            telling = self.telling(column)
            if telling:
                return dates.detect(telling)
            return dates.agreed(found, [dates.detect(values) for values in self.samples.values()])
        return found

    def _time(self, column: str, value: Value) -> str:
        zone = value.zone or self.table.zone or self.defaults.zone
        kind = self.types[column]
        self.touched.add(column)
        if kind == "TIMESTAMP WITH TIME ZONE":
            return quoted(column)
        if kind.startswith("TIMESTAMP") or kind == "DATE":
            return f"timezone({literal(zone)}, CAST({quoted(column)} AS TIMESTAMP))"
        raw = self.raw(column)
        taken = dates.expression(raw, self.form(column, value), zone)
        if value.clock:
            day_only = f"strpos({raw}, ':') = 0"
            return f"({taken}) + CASE WHEN {day_only} THEN INTERVAL {literal(value.clock)} ELSE INTERVAL 0 SECOND END"
        return taken

    def _number(self, column: str, value: Value) -> str:
        self.touched.add(column)
        if is_numeric(self.types[column]):
            taken = f"CAST({quoted(column)} AS DOUBLE)"
        elif self.types[column] == "BOOLEAN":
            return f"CAST({quoted(column)} AS INTEGER)"
        else:
            worded = self._worded(self.raw(column), value)
            taken = _number_in(worded, value.decimal or self.table.decimal or self.decimal)
        return f"CASE WHEN {taken} BETWEEN -{LARGEST} AND {LARGEST} THEN {taken} END"  # not infinite, and a number

    def _worded(self, raw: str, value: Value) -> str:
        if not value.words:
            return raw
        cases = " ".join(f"WHEN {literal(theirs)} THEN {literal(ours)}" for theirs, ours in value.words.items())
        return f"CASE {raw} {cases} ELSE {NULL if value.listed else raw} END"

    def _typed(self, sql: str) -> str:
        for name, known in self.typed.items():
            if known == sql:
                return quoted(name)
        name = f"#{len(self.typed)}"
        self.typed[name] = sql
        return quoted(name)


_NUMERIC = frozenset(
    {
        "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
        "FLOAT", "DOUBLE",
    }
)  # fmt: skip


def is_numeric(kind: str) -> bool:
    """Whether a DuckDB type is a number."""
    return kind in _NUMERIC or kind.startswith("DECIMAL")


class Samples(Dict[str, list[str]]):
    """The filled values of each column in a look's sample, worked out for the columns that are asked for."""

    def __init__(self, look: Look, more: Dict[str, list[str]]) -> None:
        self._look, self._more = look, more

    def __getitem__(self, name: str) -> list[str]:
        return self._more[name] if name in self._more else self._look.column(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._look.columns, *self._more]))

    def __len__(self) -> int:
        return len({*self._look.columns, *self._more})

    def joined(self, name: str, values: list[str]) -> "Samples":
        """With the sample of a column that a join brings over."""
        return Samples(self._look, {**self._more, name: values})


def _first(parts: list[str]) -> str:
    if not parts:
        return NULL
    return parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"


def _plain(constant: str | float) -> str:
    return str(int(constant)) if isinstance(constant, float) and constant.is_integer() else str(constant)


def _number_in(raw: str, decimal: str) -> str:
    """Text as a number: `1.234,56 €` where the decimal mark is a comma, `$1,234.56` where it is a point."""
    bare = f"regexp_replace({raw}, '^[^0-9.,+-]+|[^0-9.,]+$', '', 'g')"
    if decimal == ",":
        return (
            f"CASE WHEN regexp_full_match({bare}, '[+-]?(\\d{{1,3}}(\\.\\d{{3}})+|\\d+)?(,\\d+)?') "
            f"THEN TRY_CAST(replace(replace({bare}, '.', ''), ',', '.') AS DOUBLE) END"
        )
    return (
        f"coalesce(TRY_CAST({raw} AS DOUBLE), "
        f"CASE WHEN regexp_full_match({bare}, '[+-]?(\\d{{1,3}}(,\\d{{3}})+|\\d+)?(\\.\\d+)?') "
        f"THEN TRY_CAST(replace({bare}, ',', '') AS DOUBLE) END)"
    )


def _numeric_kind(values: list[str], decimal: str) -> str | None:
    """BIGINT or DOUBLE where every sampled value is such a number; ids with leading zeros are text."""
    if not values:
        return None
    if all(item.lstrip("-").isdecimal() and len(item) < 16 and not _leading_zero(item) for item in values):
        return "BIGINT"
    if all(_is_number(item, decimal) and not _leading_zero(item) for item in values):
        return "DOUBLE"
    return None


def _leading_zero(item: str) -> bool:
    digits = item.lstrip("-")
    return len(digits) > 1 and digits[0] == "0" and digits[1].isdecimal()


def _is_number(item: str, decimal: str) -> bool:
    try:
        float(item.replace(".", "").replace(",", ".") if decimal == "," else item)
    except ValueError:
        return False
    return any(character.isdecimal() for character in item)
