"""Rows become customers and aliases, in the shapes of the ledger's CUSTOMERS and ALIASES."""

from vivencia.listen.imports.events import Batch, json_object
from vivencia.listen.imports.expressions import NULL, Columns
from vivencia.listen.imports.mapping import Account, Alias, Mapping, People, Value
from vivencia.listen.imports.readers.table import literal
from vivencia.listen.imports.tables import Staged, Tables

_FIELDS = ("name", "email", "phone", "account", "segment", "language", "timezone")


def plan_customers(mapping: Mapping, tables: Tables, batch: Batch) -> list[str]:
    """A SELECT for each way the mapping knows customers. Call before the tables are loaded."""
    accounts = [(account, tables[account.table]) for account in mapping.accounts if account.table in tables]
    joined = [_accounts(account, staged) for account, staged in accounts]
    return [
        _customers(people, tables[people.table], batch, joined)
        for people in mapping.customers
        if people.table in tables
    ]


def plan_aliases(mapping: Mapping, tables: Tables, batch: Batch) -> list[str]:
    """A SELECT for each way the mapping knows that two ids are one person. Call before the tables are loaded."""
    return [_aliases(alias, tables[alias.table], batch) for alias in mapping.aliases if alias.table in tables]


def _customers(people: People, staged: Staged, batch: Batch, accounts: list[str]) -> str:
    columns, row = staged.columns, staged.row
    identity = columns.text(people.id)
    last = {name: _last(columns.text(getattr(people, name)), row) for name in _FIELDS}
    since = columns.time(people.since)
    traits = json_object(_traits(people, columns), people.spread, columns)
    grouped = (
        f"SELECT {identity} AS customer_id, "
        + ", ".join(f"{sql} AS {name}" for name, sql in last.items())
        + f", {_least(since)} AS since, {_last(traits, row)} AS traits "
        f"FROM {staged.sql} WHERE {identity} IS NOT NULL AND {columns.holds(people.only_if)} GROUP BY 1"
    )
    known = f"(SELECT id, any_value(known) AS known FROM ({' UNION ALL '.join(accounts)}) GROUP BY 1)"  # noqa: S608
    join = f" LEFT JOIN {known} a ON a.id = c.account" if accounts else ""
    both = "CAST(json_merge_patch(coalesce(c.traits, '{}'), a.known) AS VARCHAR)"
    merged = f"CASE WHEN a.known IS NULL THEN c.traits ELSE {both} END"
    return (
        "SELECT c.customer_id, c.name, c.email, c.phone, c.account AS account_id, c.segment, c.language, c.timezone, "  # noqa: S608
        f"c.since, {merged if accounts else 'c.traits'} AS traits, CAST(NULL AS VARCHAR) AS consent, "
        f"TIMESTAMPTZ {literal(batch.at)} AS updated_at, {literal(batch.source)} AS source, "
        f"{literal(batch.id)} AS batch_id FROM ({grouped}) c{join}"
    )


def _traits(people: People, columns: Columns) -> dict[str, Value]:
    chosen = dict(people.traits)
    if people.rest:
        said = [people.id, people.since, *(getattr(people, name) for name in _FIELDS)]
        taken = {column for value in said if value is not None for column in columns.used(value)}
        spread = columns.find(people.spread) if people.spread else None
        for name in columns.types:
            if name not in taken and name != spread and not name.startswith("#"):
                chosen.setdefault(name, Value((name,)))
    return chosen


def _accounts(account: Account, staged: Staged) -> str:
    columns = staged.columns
    chosen = {f"account_{name}": value for name, value in account.traits.items()}
    if account.name is not None:
        chosen["account_name"] = account.name
    traits = json_object(chosen, None, columns)
    return f"SELECT {columns.text(account.id)} AS id, {traits} AS known FROM {staged.sql}"  # noqa: S608


def _aliases(alias: Alias, staged: Staged, batch: Batch) -> str:
    columns = staged.columns
    other, customer = columns.text(alias.id), columns.text(alias.customer)
    return (
        f"SELECT {other} AS alias_id, arg_max({customer}, {staged.row}) AS customer_id, "  # noqa: S608
        f"{literal(alias.reason)} AS reason, TIMESTAMPTZ {literal(batch.at)} AS made_at, "
        f"{literal(batch.source)} AS source, {literal(batch.id)} AS batch_id FROM {staged.sql} "
        f"WHERE {other} IS NOT NULL AND {customer} IS NOT NULL AND {other} <> {customer} "
        f"AND {columns.holds(alias.only_if)} GROUP BY 1"
    )


def _last(sql: str, row: str) -> str:
    return "CAST(NULL AS VARCHAR)" if sql == NULL else f"arg_max({sql}, {row})"


def _least(sql: str) -> str:
    return "CAST(NULL AS TIMESTAMPTZ)" if sql == NULL else f"min({sql})"
