"""The JSON objects in the ledger (traits, properties): one member as text, on either engine, or all of them."""

import json
from typing import Any

import ibis
import ibis.expr.types as ir


def json_text(document: ir.StringColumn, key: str) -> ir.StringColumn:
    """The text of a member, null where there is none; numbers and true/false as JSON writes them.

    Each engine's own function, because Ibis' JSON gives null for anything but a string on one and not on the other.
    """
    if document.get_backend().name == "pyspark":
        escaped = key.replace("\\", "\\\\").replace("'", "\\'")
        return get_json_object(document, f"$['{escaped}']")
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return json_extract_string(document, f'$."{escaped}"')


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def json_extract_string(document: str, path: str) -> str:
    """DuckDB's own."""
    raise NotImplementedError


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def get_json_object(document: str, path: str) -> str:
    """Spark's own."""
    raise NotImplementedError


def members_of(text: str | None) -> dict[str, Any]:
    """What a JSON object holds; nothing where the text is none."""
    try:
        said = json.loads(text) if text else {}
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
