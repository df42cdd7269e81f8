"""What somebody wrote anew in an e-mail: without the mail they answer, and without their signature. Pure."""

import re
from html.parser import HTMLParser

# A line that begins what is quoted, in the languages and programs most common here.
_QUOTE_BEGINS = re.compile(
    r"""^\s*(?:
        (?:On|Le|El|Em|Am|Il)\b.{4,200}\b(?:wrote|escribi[óo]|escreveu|a\s+écrit|schrieb|ha\s+scritto)\s*:?\s*$
      | -{2,}\s*(?:Original\ Message|Mensaje\ original|Mensagem\ original|Forwarded\ message|Mensaje\ reenviado)\s*-{2,}
      | _{10,}\s*$
      | (?:From|De|Von)\s*:\s.*$
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_HEADER_AFTER_FROM = re.compile(
    r"^\s*\**(?:Sent|Enviado(?:\s+el)?|Date|Fecha|Data|To|Para|Gesendet)\**\s*:", re.IGNORECASE
)
_SIGNATURE = re.compile(
    r"^\s*(?:--\s*$|—\s*$|(?:Sent from my|Enviado desde mi|Get Outlook for|Obtener Outlook para|Enviado do meu)\b.*$)",
    re.IGNORECASE,
)
_LEFT_OUT = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "object"})
_VOID = frozenset(
    {"br", "hr", "img", "meta", "link", "input", "wbr", "area", "base", "col", "embed", "source", "track"}
)
_BLOCKS = frozenset(
    {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre", "hr"}
)
_QUOTING = re.compile(
    r"\b(?:gmail_quote|gmail_signature|yahoo_quoted|moz-cite-prefix|protonmail_quote|OutlookMessageHeader)\b"
)
_QUOTING_IDS = frozenset({"divRplyFwdMsg", "appendonsend", "mail-editor-reference-message-container"})


def new_part(text: str) -> str:
    """The new words of a plain-text message; all of it where nothing but a quotation would be left."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    for place, line in enumerate(lines):
        if _SIGNATURE.match(line) or _begins_quote(lines, place):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line.rstrip())
    return _tidy("\n".join(kept)) or _tidy(text)


def _begins_quote(lines: list[str], place: int) -> bool:
    line = lines[place]
    if not _QUOTE_BEGINS.match(line):
        # Long lines of "On … wrote:" are broken over two.
        following = lines[place + 1] if place + 1 < len(lines) else ""
        joined = f"{line.rstrip()} {following.strip()}"
        starts = re.match(r"^\s*(?:On|El|Em|Le)\b", line) is not None
        return starts and following.strip().endswith(":") and bool(_QUOTE_BEGINS.match(joined))
    if re.match(r"^\s*(?:From|De|Von)\s*:", line, re.IGNORECASE):  # a header block, not a sentence
        return any(_HEADER_AFTER_FROM.match(after) for after in lines[place + 1 : place + 4])
    return True


def text_of_html(html: str) -> str:
    """What an HTML message says, as text: nothing in it is run or loaded; quoted mail and signatures are left out."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _tidy("".join(reader.said))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._skipping: list[str] = []  # open elements from the first that is left out

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS and not self._skipping:
            self.said.append("\n")
        if tag in _VOID:
            return
        if self._skipping or tag in _LEFT_OUT or _is_quote(tag, dict(attrs)):
            self._skipping.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._skipping:
            while self._skipping and self._skipping.pop() != tag:
                pass
        elif tag in _BLOCKS and not self._skipping:
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self.said.append(re.sub(r"\s+", " ", data))


def _is_quote(tag: str, attributes: dict[str, str | None]) -> bool:
    if tag == "blockquote":
        return True
    hidden = re.search(r"display\s*:\s*none", attributes.get("style") or "", re.IGNORECASE)
    named = _QUOTING.search(attributes.get("class") or "")
    return bool(hidden or named or attributes.get("id") in _QUOTING_IDS)


def _tidy(text: str) -> str:
    """No line ends in spaces, and no more than one line stands empty."""
    lines = [line.strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
