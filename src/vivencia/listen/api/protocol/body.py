"""What a request carries, taken apart: limits, compression, JSON, and a batch's outer context.

The limits are Segment's: 32 KB a call, 500 KB and 2,500 calls a batch. What breaks them, or is no JSON, is refused as
a whole; a single call that says something impossible is not this module's business: it is kept and told later.
"""

import json
import re
import zlib
from collections.abc import Iterator
from typing import Any

from vivencia.foundation.arriving import plain

MOST_BYTES = 500 * 1024
MOST_BYTES_A_CALL = 32 * 1024
MOST_CALLS = 2_500
DEEPEST = 64  # objects in objects; nobody nests so deep, and every later walk through them stays safe
_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
# What JSON can say and a database's JSON cannot: NUL, half characters, numbers beyond all bounds.
# (What stands behind a number is asked for too: a UUID is full of what looks like exponents.)
_NOT_PLAIN = re.compile(r"\\u(?:0000|[dD][89a-fA-F])|NaN|Infinity|\d[eE]\+?\d{3,}[\s,}\]]")


class Refused(ValueError):  # noqa: N818  # what becomes of the request, not a failure of ours
    """The request as a whole is refused (400). `code` is for programs, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def unpacked(raw: bytes, encoding: str) -> bytes:
    """The body without its gzip. Never unpacks more than a batch may be. Raises Refused."""
    if encoding in ("", "identity"):
        body = raw
    elif encoding == "gzip":
        body = _gunzipped(raw)
    else:
        raise Refused("unsupported_encoding", f"Content-Encoding is {encoding[:40]!r}; allowed: gzip, or none")
    if len(body) > MOST_BYTES:
        raise too_large()
    return body


def too_large() -> Refused:
    return Refused("too_large", f"a request may hold up to {MOST_BYTES // 1024} KB; send smaller batches")


def _gunzipped(raw: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        body = unpacker.decompress(raw, MOST_BYTES + 1)
    except zlib.error:
        raise Refused("invalid_gzip", "Content-Encoding says gzip, and the body is not gzip") from None
    if not unpacker.eof and len(body) <= MOST_BYTES:
        raise Refused("invalid_gzip", "the gzip body ends before its end")
    return body


def parsed(body: bytes) -> dict[str, Any]:
    """The JSON object, fit to be kept by any database. Raises Refused."""
    if _too_deep(body):
        raise Refused("too_deep", f"objects are nested more than {DEEPEST} deep")
    try:
        text = body.decode("utf-8-sig")
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused("invalid_json", "the body is not JSON in UTF-8") from None
    if not isinstance(said, dict):
        raise Refused("invalid_json", "the body must be a JSON object")
    fit: dict[str, Any] = plain(said) if _NOT_PLAIN.search(text) else said
    return fit


def calls(kind: str, said: dict[str, Any]) -> list[Any]:
    """The calls of a request to `/v1/<kind>`: a batch's, each with the outer context merged in, or the one.

    What is no object stays as it is. Raises Refused where one is too large, or the batch is none.
    """
    if kind != "batch":
        _refuse_large(said)
        return [{**_without_key(said), "type": kind}]
    batch = said.get("batch")
    if not isinstance(batch, list):
        raise Refused("invalid_batch", 'a batch is {"batch": [call, …]}')
    if len(batch) > MOST_CALLS:
        raise Refused("too_many", f"a batch may hold up to {MOST_CALLS} calls; this one holds {len(batch)}")
    for call in batch:
        _refuse_large(call)
    outer = {name: said[name] for name in ("context", "sentAt", "integrations") if said.get(name) is not None}
    return [_within(outer, call) for call in batch]


def _refuse_large(call: Any) -> None:
    """Text in characters first: it is quick, and only what comes near the limit need be counted in bytes."""
    text = json.dumps(call, ensure_ascii=False, separators=(",", ":"))
    if len(text) * 4 > MOST_BYTES_A_CALL and len(text.encode()) > MOST_BYTES_A_CALL:
        raise Refused("too_large", f"a call may be up to {MOST_BYTES_A_CALL // 1024} KB")


def _without_key(call: dict[str, Any]) -> dict[str, Any]:
    """A secret does not belong among what customers lived."""
    return {name: value for name, value in call.items() if name != "writeKey"}


def _within(outer: dict[str, Any], call: Any) -> Any:
    """The call with what the batch says of all; where both say something the call's own word holds."""
    if not isinstance(call, dict):
        return call
    own = _without_key(call)
    context, inner = outer.get("context"), own.get("context")
    if isinstance(context, dict) and isinstance(inner, dict):
        own["context"] = _merged(context, inner)
    return {**outer, **own}


def _merged(outer: dict[str, Any], inner: dict[str, Any]) -> dict[str, Any]:
    both = {
        name: _merged(outer[name], inner[name])
        for name in outer.keys() & inner.keys()
        if isinstance(outer[name], dict) and isinstance(inner[name], dict)
    }
    return {**outer, **inner, **both}


def _too_deep(body: bytes) -> bool:
    """Take the innermost pairs of brackets out, one level a round: far faster than walking through the objects.

    Brackets inside texts may leave some that pair with nothing; then the text is read once more, without its strings.
    """
    brackets = body.translate(None, _BRACKETS)
    for _level in range(DEEPEST):
        fewer = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if len(fewer) == len(brackets):
            break
        brackets = fewer
    return bool(brackets) and max(_depths(body), default=0) > DEEPEST


_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


def _depths(body: bytes) -> Iterator[int]:
    depth = 0
    for bracket in _STRING.sub(b"", body).translate(None, _BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        yield depth
