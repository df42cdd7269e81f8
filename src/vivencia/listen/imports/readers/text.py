"""Text files before they are tables: unpacking, and one quick pass that finds what would hurt later."""

import codecs
import gzip
import secrets
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

from vivencia.listen.imports.conventions import ENCODINGS, SAMPLE_BYTES
from vivencia.listen.imports.problems import Problem

MAX_LINE_MB: Final = 16
MAX_UNPACKED_MB: Final = 20_000
CHUNK: Final = 1 << 20
TEXT_KINDS: Final = "CSV, JSON, JSON Lines, XES, OCEL, Parquet, XLSX"


@dataclass(frozen=True)
class Scan:
    """What one pass over a text file found."""

    other_encoding: str | None  # what it must be, where it is not UTF-8; None: it is UTF-8, but for a few bad rows
    line_breaks: int
    ends_with_break: bool


def chunks(file: Path) -> Iterator[bytes]:
    """A file's bytes, unpacked where it is gzip. Raises Problem for what is cut off, damaged or far too large."""
    total = 0
    try:
        with open_bytes(file) as source:
            while chunk := source.read(CHUNK):
                total += len(chunk)
                if total > MAX_UNPACKED_MB << 20:
                    raise Problem("too-large-inside", file=file.name, limit=MAX_UNPACKED_MB)
                yield chunk
    except EOFError as error:
        raise Problem("truncated", file=file.name) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise Problem("damaged", file=file.name, why=str(error)) from error
    except OSError as error:
        raise Problem("not-readable", file=file.name, why=error.strerror or str(error)) from error


def sample(file: Path, size: int = SAMPLE_BYTES, *, of_lines: bool = False) -> bytes:
    """The first bytes of a file. Raises Problem where it is empty or binary, or lines it should have do not end."""
    head = bytearray()
    for chunk in chunks(file):
        head += chunk
        unended = len(head) - head.rfind(b"\n")
        if of_lines and unended > MAX_LINE_MB << 20:
            raise Problem("long-line", file=file.name, row=1 + head.count(b"\n"), limit=MAX_LINE_MB)
        if len(head) >= size and not (of_lines and unended > size):
            break
    if not head.strip():
        raise Problem("empty", file=file.name)
    _refuse_binary(bytes(head), file)
    return bytes(head[:size])


def scan(file: Path) -> Scan:
    """Look at every byte once. Raises Problem for binary files and lines too long to be rows; stops there at once."""
    letters = _Letters()
    breaks, open_line, last = 0, 0, b""
    wide = _is_utf16(file)
    for chunk in chunks(file):
        if not wide and b"\0" in chunk:
            raise Problem("binary", file=file.name, position=chunk.index(b"\0"), allowed=TEXT_KINDS)
        open_line = _refuse_long_line(chunk, open_line, breaks + 1, file)
        breaks += chunk.count(b"\n")
        letters.see(chunk)
        last = chunk[-1:]
    return Scan(letters.other_encoding(), breaks, last == b"\n")


class _Letters:
    """Whether a text is UTF-8, by the lines that have more than ASCII in them."""

    def __init__(self) -> None:
        self.good = self.bad = 0
        self.windows = False
        self._rest = b""

    def see(self, chunk: bytes) -> None:
        if chunk.isascii() and not self._rest:
            return
        whole, _, self._rest = (self._rest + chunk).rpartition(b"\n")
        try:
            whole.decode("utf-8")
        except UnicodeDecodeError:
            self._line_by_line(whole)
        else:
            self.good += not whole.isascii()

    def other_encoding(self) -> str | None:
        self._line_by_line(self._rest)
        if self.good >= self.bad:
            return None
        return "cp1252" if self.windows else "latin-1"

    def _line_by_line(self, text: bytes) -> None:
        for line in text.split(b"\n"):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                self.bad += 1
                self.windows = self.windows or any(0x80 <= byte <= 0x9F for byte in line)
            else:
                self.good += 1


def as_utf8(file: Path, encoding: str, folder: Path, *, always: bool = False) -> Path:
    """The same text as plain UTF-8 in `folder`; the file itself where it is that already.

    Raises Problem naming the row where the bytes are not `encoding`.
    """
    plain_utf8 = encoding.replace("_", "-").lower() in ("utf-8", "utf8", "ascii", "utf-8-sig")
    if plain_utf8 and not always:
        return file if file.suffix != ".gz" else _unpacked(file, folder)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    target = _temporary(file, folder)
    rows = 1
    with target.open("wb") as out:
        for chunk in chunks(file):
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as error:
                raise _not(encoding, file, rows + chunk[: error.start].count(b"\n")) from error
            rows += text.count("\n")
            out.write(text.encode("utf-8", "surrogatepass"))
        if decoder.getstate()[0]:
            raise _not(encoding, file, rows)
    return target


def _not(encoding: str, file: Path, row: int) -> Problem:
    return Problem("encoding", file=file.name, row=row, encoding=encoding, allowed=", ".join(ENCODINGS))


def open_bytes(file: Path) -> IO[bytes]:
    """A file opened for reading, unpacked on the way where it is gzip."""
    return cast(IO[bytes], gzip.open(file, "rb")) if file.suffix == ".gz" else file.open("rb")


def _unpacked(file: Path, folder: Path) -> Path:
    target = _temporary(file, folder)
    with target.open("wb") as out:
        for chunk in chunks(file):
            out.write(chunk)
    return target


def _temporary(file: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{secrets.token_hex(4)}.txt"


def _is_utf16(file: Path) -> bool:
    head = next(chunks(file), b"")[:2000]
    return head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _half_zero(head)


def _half_zero(head: bytes) -> bool:
    """Latin text in UTF-16 has a zero in every other byte, and none elsewhere."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    return len(head) >= 4 and max(even, odd) > 0.4 * len(head) / 2 and min(even, odd) == 0


def _refuse_binary(head: bytes, file: Path) -> None:
    looks_utf16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _half_zero(head[:2000])
    if b"\0" in head and not looks_utf16:
        raise Problem("binary", file=file.name, position=head.index(b"\0"), allowed=TEXT_KINDS)


def _refuse_long_line(chunk: bytes, open_line: int, row: int, file: Path) -> int:
    """How long the line that `chunk` leaves open is."""
    end = chunk.rfind(b"\n")
    open_line = open_line + len(chunk) if end < 0 else len(chunk) - end - 1
    if open_line > MAX_LINE_MB << 20:
        raise Problem("long-line", file=file.name, row=row, limit=MAX_LINE_MB)
    return open_line
