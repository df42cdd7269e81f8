"""How a text file writes things: encoding, delimiter, quotation mark, decimal mark. Declared, or detected and shown."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from vivencia.listen.imports.problems import Problem

Decimal = Literal[".", ","]

DELIMITERS: Final = (",", ";", "\t", "|")
DELIMITER_NAMES: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
ENCODINGS: Final = ("utf-8", "cp1252", "latin-1", "utf-16")
SAMPLE_BYTES: Final = 256 * 1024

_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_COMMA_NUMBER: Final = re.compile(r"-?\d{1,3}(\.\d{3})*,\d{1,2}|-?\d+,(\d{1,2}|\d{4,})")
_POINT_NUMBER: Final = re.compile(r"-?\d{1,3}(,\d{3})*\.\d{1,2}|-?\d+\.(\d{1,2}|\d{4,})")


@dataclass(frozen=True)
class Conventions:
    """What a text file follows; None means: not declared, detect it."""

    encoding: str | None = None
    delimiter: str | None = None
    quote: str = '"'
    decimal: Decimal | None = None

    def or_else(self, detected: "Conventions") -> "Conventions":
        """What is declared here, and where nothing is, what was detected."""
        return Conventions(
            self.encoding or detected.encoding,
            self.delimiter or detected.delimiter,
            self.quote,
            self.decimal or detected.decimal,
        )


def detect(sample: bytes, file: str, declared: Conventions) -> Conventions:
    """Conventions of the file that begins with `sample`; declared ones are kept.

    Raises Problem where the declared encoding does not exist or does not fit.
    """
    encoding = declared.encoding or _encoding(sample)
    text = decoded(sample, encoding, file, "strict" if declared.encoding else "replace")
    delimiter = declared.delimiter or _delimiter(text, declared.quote)
    rows = sample_rows(text, delimiter, declared.quote)
    return replace(declared, encoding=encoding, delimiter=delimiter, decimal=declared.decimal or _decimal(rows))


def decoded(sample: bytes, encoding: str, file: str, errors: str = "strict") -> str:
    """The sample as text; a character cut in two at its end is left out."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)(errors)
    except LookupError as error:
        raise Problem("unknown-encoding", file=file, encoding=encoding, allowed=", ".join(ENCODINGS)) from error
    try:
        return decoder.decode(sample, final=False).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        row = sample[: error.start].count(b"\n") + 1
        raise Problem("encoding", file=file, row=row, encoding=encoding, allowed=", ".join(ENCODINGS)) from error


def sample_rows(text: str, delimiter: str, quote: str, limit: int = 200) -> list[list[str]]:
    """The first rows of a text, without blank ones and without the last, which may be cut off."""
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, quotechar=quote or None, strict=False)
    try:
        for row in reader:
            if row:
                rows.append(row)
            if len(rows) > limit:
                break
    except csv.Error:
        return rows
    return rows[:-1] if len(rows) > limit else rows


def _encoding(sample: bytes) -> str:
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name
    if _looks_like_utf16(sample):
        return "utf-16-le" if sample[1:2] == b"\0" else "utf-16-be"
    lines = [line for line in sample.split(b"\n")[:-1] or [sample] if not line.isascii()]
    bad = [line for line in lines if not _is_utf8(line)]
    if len(bad) <= len(lines) - len(bad):
        return "utf-8"  # a few bad rows in a UTF-8 file are rejected one by one
    # C1 control characters never occur in real text: where Windows has letters there, it was Windows.
    return "cp1252" if any(0x80 <= byte <= 0x9F for line in bad for byte in line) else "latin-1"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _looks_like_utf16(sample: bytes) -> bool:
    head = sample[:2000]
    return len(head) >= 4 and max(head[0::2].count(0), head[1::2].count(0)) > 0.4 * len(head) / 2


def _delimiter(text: str, quote: str) -> str:
    head = text[: text.find("\n") + 1 or len(text)]
    whole = not quote or head.count(quote) % 2 == 0
    # What is not in the header parts no columns. The first is what it comes to where nothing does.
    likely = (
        [one for one in DELIMITERS if one in head or one == DELIMITERS[0]] if whole and head.strip() else DELIMITERS
    )
    return max(likely, key=lambda candidate: _consistency(sample_rows(text, candidate, quote, 100)))


def _consistency(rows: Sequence[Sequence[str]]) -> tuple[float, int]:
    """How well one delimiter explains the rows: the share of rows as wide as the header, then that width."""
    if not rows or len(rows[0]) < 2:
        return 0.0, 0
    width = len(rows[0])
    return sum(len(row) == width for row in rows) / len(rows), width


def _decimal(rows: Iterable[Sequence[str]]) -> Decimal:
    seen: Counter[Decimal] = Counter()
    for row in rows:
        for cell in row:
            value = cell.strip(" €$£\u00a0")
            if _COMMA_NUMBER.fullmatch(value):
                seen[","] += 1
            if _POINT_NUMBER.fullmatch(value):
                seen["."] += 1
    return "," if seen[","] > seen["."] else "."
