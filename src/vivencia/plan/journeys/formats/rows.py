"""A JSON document too large to be held at once, read list by list and row by row."""

import codecs
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from vivencia.plan.journeys.formats.errors import FormatError

PIECE = 1 << 18  # bytes read at a time
LONGEST_ROW = 16 << 20  # characters
_NEAR = 32  # characters: what breaks off breaks this near to the end, a text without an end anywhere
_BLANK = " \t\r\n"
_OF_NUMBERS = ("", ".", "e", "E", "e+", "e-", "E+", "E-")  # what stands after a number that breaks off
_DECODER = json.JSONDecoder()


def rows(file: BinaryIO) -> Iterator[tuple[str, int, Any]]:
    """(name, number, row) of every row of the lists at the top of a document, in its order; (name, -1, value) of what
    is no list there, and of each list before its rows (the value is then an empty list).

    No more is held than one row and a piece of the file. Raises FormatError where it is no JSON or no object.
    """
    text = _Text(file)
    if text.next() != "{":
        raise FormatError("JSON", "not_an_object")
    text.at += 1
    if text.next() != "}":
        while True:
            name = text.value()
            text.expect(":")
            if text.next() == "[":
                yield str(name), -1, []
                yield from _listed(text, str(name))
            else:
                yield str(name), -1, text.value()
            if text.next() != ",":
                break
            text.at += 1
    text.expect("}")
    if text.next():
        raise text.wrong("Extra data")


def _listed(text: "_Text", name: str) -> Iterator[tuple[str, int, Any]]:
    text.expect("[")
    if text.next() != "]":
        number = 0
        while True:
            yield name, number, text.value()
            number += 1
            if text.next() != ",":
                break
            text.at += 1
    text.expect("]")


class _Text:
    """A file's text from where one has come to: `held[at:]`, and more of the file when that does not do."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._decode = file, codecs.getincrementaldecoder("utf-8-sig")()
        self.held, self.at, self._before, self._ended = "", 0, 0, False

    def next(self) -> str:
        """The next character that is no blank, without going past it; "" at the end."""
        while True:
            while self.at < len(self.held):
                if self.held[self.at] not in _BLANK:
                    return self.held[self.at]
                self.at += 1
            if not self._more(PIECE):
                return ""

    def expect(self, mark: str) -> None:
        if self.next() != mark:
            raise self.wrong(f"Expecting '{mark}'")
        self.at += 1

    def value(self) -> Any:
        """The value that stands here."""
        self.next()
        piece = PIECE
        while True:
            try:
                value, end = _DECODER.raw_decode(self.held, self.at)
            except RecursionError as error:
                raise self.wrong("Nested too deeply") from error
            except ValueError as error:
                # Each try reads twice as much as the one before: the work stays in proportion to the row.
                if not self._breaks_off(error) or not self._more(piece):
                    raise self.wrong(getattr(error, "msg", str(error))) from error
            else:
                if not self._goes_on(value, end) or not self._more(piece):
                    self.at = end
                    return value
            piece *= 2

    def _breaks_off(self, error: ValueError) -> bool:
        """Whether more of the file may mend it."""
        if len(self.held) - self.at > LONGEST_ROW or not isinstance(error, json.JSONDecodeError):
            return False
        return error.msg.startswith("Unterminated") or error.pos >= len(self.held) - _NEAR

    def _goes_on(self, value: Any, end: int) -> bool:
        """Whether more of the file may belong to a number: "0." reads as 0 while the rest of 0.5 is still there."""
        if len(self.held) - self.at > LONGEST_ROW or type(value) not in (int, float):
            return False
        return self.held[end : end + 3] in _OF_NUMBERS

    def wrong(self, why: str) -> FormatError:
        return FormatError("JSON", "not_json", f"{why} ({self._before + self.at})"[:120])

    def _more(self, size: int) -> bool:
        """Read on; whether there was anything."""
        if self._ended:
            return False
        read = self._file.read(size)
        self._ended = not read
        self.held, self.at, self._before = self.held[self.at :], 0, self._before + self.at
        try:
            self.held += self._decode.decode(read, final=self._ended)
        except UnicodeDecodeError as error:
            raise self.wrong("no UTF-8") from error
        return not self._ended
