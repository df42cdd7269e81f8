"""A number and its unit stay on one line in whatever page is shown: "4.0 %", "1.614 EUR", "n = 7,649"."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

_AS_TYPED = re.compile(rb"(<(script|style|textarea|option|pre|code)\b.*?</\2>)", re.DOTALL)
_UNITS = rb"%|\xe2\x82\xac|\$|\xc2\xa3|(?:[A-Z]{3}|h|min|s|ms|kB|MB|GB)\b"
_PAIR = re.compile(rb"(?<=[0-9]) (?=" + _UNITS + rb")|(?<=[0-9]</[a-z]>) (?=%)|(?<=\bn) = (?=[0-9<])")
_SPACE = "\N{NO-BREAK SPACE}".encode()


def keep_together(page: bytes) -> bytes:
    """HTML in UTF-8 whose spaces between number and unit do not break. Tags, scripts, code and fields stay as they are:
    what a browser may send back must be what was sent, and an option without a value sends its text.

    Done where a page is sent, so that sentences and their translations are written, and searched, with plain spaces;
    exports and the command line never come through here.
    """
    parts = _AS_TYPED.split(page)
    parts[::3] = [_PAIR.sub(_without_break, part) for part in parts[::3]]
    del parts[2::3]  # the names of the elements left as they are
    return b"".join(parts)


def _without_break(pair: re.Match[bytes]) -> bytes:
    begin = pair.start()
    if pair.string.rfind(b"<", 0, begin) > pair.string.rfind(b">", 0, begin):
        return pair.group()  # inside a tag
    return pair.group().replace(b" ", _SPACE)


class NumbersKeepTheirUnits:
    """Middleware: `keep_together` for pages and parts of pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponse) and _is_page(response):
            response.content = keep_together(response.content)
        return response


def _is_page(response: HttpResponse) -> bool:
    sent_as = response.headers.get("Content-Type", "").lower().replace(" ", "")
    return sent_as == "text/html;charset=utf-8" and "Content-Disposition" not in response.headers
