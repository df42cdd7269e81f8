"""A map on paper: A3 or A4 across, cut into strips of steps side by side, phases and lanes named on each; as many
strips below each other as fit a sheet, as many sheets as it takes; or all on one sheet.

Drawn with reportlab in Source Sans, which holds Latin, Greek and Cyrillic letters. Colours say nothing that words and
signs do not say as well, and come out as greys that can be told apart.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A3, A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from vivencia.plan.journeys.formats.grid import Box, Column, Expected, Grid, Heading, Line, Row

Size = Literal["a3", "a4"]
MARGIN = 34.0
LANES = 92.0  # width of the lanes' names
FEWEST = 4  # steps are no wider than where so many stand side by side
PAD = 6.0
GAP = 8.0  # between steps
HEAD = 66.0  # title and about
FOOT = 34.0
BAND = 22.0  # a phase
CURVE = 50.0  # height of the line of feelings
BETWEEN = 20.0  # strips on one sheet
ONE_ROW = 24  # steps that stand in one row on a picture; maps of more are long, and are printed SMALLER
SMALLER = 0.78  # long maps: their least text is 6.2 points then
SHAPE = 1.5  # width of a picture of several rows, to its height
TEXT_MOST = 900  # characters of one cell on paper

INK, SOFT, LINE, PAPER = HexColor("#1c2420"), HexColor("#5c6660"), HexColor("#c9cdc7"), HexColor("#f6f5f1")
BRAND, GAIN, PAIN, CAUTION = HexColor("#1f5c4a"), HexColor("#1f5fa8"), HexColor("#b8401c"), HexColor("#8a6a00")
TONES = {"gain": GAIN, "pain": PAIN, "caution": CAUTION, "neutral": SOFT}
SIGNS = {"gain": "✓", "pain": "▼", "caution": "?", "neutral": "–"}


@dataclass(frozen=True)
class Paper:
    """A sheet across, in points, and how many steps stand on it side by side at most."""

    wide: float
    high: float
    columns: int


_A3: tuple[float, float] = landscape(A3)
_A4: tuple[float, float] = landscape(A4)
PAPERS: dict[Size, Paper] = {"a3": Paper(_A3[0], _A3[1], 7), "a4": Paper(_A4[0], _A4[1], 5)}
A_3 = PAPERS["a3"]


@dataclass(frozen=True)
class _Strip:
    """Columns `first` to `last` (left out) and some of the rows, with their heights; `card`: height of one line of
    cards, of which there are `lines` below each other."""

    first: int
    last: int
    rows: tuple[tuple[Row, float], ...]
    card: float
    lines: int

    @property
    def cards(self) -> float:
        """The height of all lines of cards."""
        return self.lines * self.card + (self.lines - 1) * GAP

    @property
    def high(self) -> float:
        return BAND + self.cards + 2 * GAP + sum(height for _row, height in self.rows)


def pdf(grid: Grid, size: Size = "a3") -> bytes:
    """The map on as many sheets as it takes; a long one with smaller letters."""
    _fonts()
    scale = SMALLER if len(grid.columns) > ONE_ROW else 1.0
    real = PAPERS[size]
    paper = Paper(real.wide / scale, real.high / scale, ceil(real.columns / scale))
    across = _across(grid, paper.columns)
    body = paper.high - 2 * MARGIN - HEAD - FOOT
    step = _column_width(across, paper)
    sheets = _stacked(_strips(grid, across, step - GAP, body), body)
    return _drawn(grid, sheets, paper.wide, paper.high, step, scale)


def wide(grid: Grid) -> bytes:
    """The whole map on one sheet as large as it needs, for pictures: in one row, or a long one in several."""
    _fonts()
    step = _column_width(len(grid.columns), A_3)
    strips = _strips(grid, max(len(grid.columns), 1), step - GAP, 1e9)
    if len(grid.columns) > ONE_ROW:
        fit = ceil((SHAPE * len(grid.columns) * (strips[0].high + BETWEEN) / step) ** 0.5)
        strips = _strips(grid, _across(grid, max(fit, A_3.columns)), step - GAP, 1e9)
    width = 2 * MARGIN + LANES + max(strips[0].last - strips[0].first, FEWEST) * step
    height = 2 * MARGIN + HEAD + FOOT + sum(one.high for one in strips) + (len(strips) - 1) * BETWEEN
    return _drawn(grid, [strips], width, height, step)


@cache
def _fonts() -> None:
    spec = find_spec("font_source_sans_pro")
    assert spec is not None and spec.origin is not None  # noqa: PT018
    folder = Path(spec.origin).parent / "files"
    for name, file in (("Map", "Regular"), ("Map-Bold", "Semibold"), ("Map-Italic", "It")):
        pdfmetrics.registerFont(TTFont(name, str(folder / f"SourceSansPro-{file}.ttf")))
    pdfmetrics.registerFontFamily("Map", normal="Map", bold="Map-Bold", italic="Map-Italic", boldItalic="Map-Bold")


@cache
def _style(size: float, color: str, *, bold: bool = False, italic: bool = False) -> ParagraphStyle:
    font = "Map-Bold" if bold else "Map-Italic" if italic else "Map"
    return ParagraphStyle(
        "map", fontName=font, fontSize=size, leading=size * 1.22, textColor=HexColor(color), splitLongWords=1
    )


def _hex(color: Color) -> str:
    return f"#{color.hexval()[2:]}"


def _paragraph(text: str, size: float = 8.5, color: Color = INK, **how: bool) -> Paragraph:
    shown = text if len(text) <= TEXT_MOST else text[: TEXT_MOST - 1] + "…"
    return Paragraph(escape(shown).replace("\n", "<br/>"), _style(size, _hex(color), **how))


def _across(grid: Grid, most: int) -> int:
    """Steps side by side: as many in each strip as in any other."""
    n = len(grid.columns)
    return max(ceil(n / max(ceil(n / most), 1)), 1)


def _column_width(across: int, paper: Paper) -> float:
    """A sheet's width shared by its steps; few steps are no wider than a quarter of it."""
    return (paper.wide - 2 * MARGIN - LANES) / min(max(across, FEWEST), paper.columns)


def _height(paragraph: Paragraph, width: float) -> float:
    return float(paragraph.wrap(width, 1e6)[1])


def _strips(grid: Grid, across: int, width: float, high: float) -> list[_Strip]:
    """Steps side by side, then lanes below each other, as many as fit; a strip of further lanes repeats the steps."""
    strips: list[_Strip] = []
    for first in range(0, max(len(grid.columns), 1), across):
        last = min(first + across, len(grid.columns))
        columns = grid.columns[first:last]
        card = max((_card_height(one, grid, width) for one in columns), default=40.0)
        lines = 1 + max((one.level for one in columns), default=0)
        room = max(high - _Strip(first, last, (), card, lines).high, 60.0)
        rows: list[tuple[Row, float]] = []
        used = 0.0
        for row in grid.rows:
            height = _row_height(row, first, last, width)
            if rows and used + height > room:
                strips.append(_Strip(first, last, tuple(rows), card, lines))
                rows, used = [], 0.0
            rows.append((row, min(height, room)))
            used += height
        strips.append(_Strip(first, last, tuple(rows), card, lines))
    return strips


def _stacked(strips: Sequence[_Strip], body: float) -> list[list[_Strip]]:
    """The strips of each sheet: as many below each other as fit."""
    sheets: list[list[_Strip]] = []
    used = body
    for one in strips:
        if used + BETWEEN + one.high > body:
            sheets.append([])
            used = -BETWEEN
        sheets[-1].append(one)
        used += BETWEEN + one.high
    return sheets


def _row_height(row: Row, first: int, last: int, width: float) -> float:
    texts = [_height(_paragraph(box.text), width - 2 * PAD) for box in row.boxes[first:last] if box.text]
    name = _height(_paragraph(row.name, 8.5, BRAND, bold=True), LANES - 2 * PAD)
    return max([*texts, name, 12.0]) + 2 * PAD + (CURVE if row.emotion else 0.0)


def _card(column: Column, grid: Grid) -> Iterator[Paragraph]:
    """What stands on a step's card, from top to bottom."""
    words = grid.words
    yield _paragraph(f"{column.number}. {column.name}", 10.5, INK, bold=True)
    small = [column.touchpoint] if column.touchpoint else []
    if column.optional:
        small.append(words.optional)
    if small:
        yield _paragraph(" · ".join(small), 8, SOFT, italic=True)
    for one in column.expected:
        yield from _expected(one, grid)
    if column.then:
        yield _paragraph(f"{column.then}:", 8, SOFT, italic=True)
    for kind, word, name in column.ways:
        sign = "←" if kind == "loop" else "→"
        yield _paragraph(f"{sign} {name}" + (f" ({word})" if word else ""), 8, SOFT)


def _expected(one: Expected, grid: Grid) -> Iterator[Paragraph]:
    yield _paragraph(f"{one.name}: {one.wanted}", 8.5, INK)
    if one.lived:
        sign = SIGNS[one.tone]
        yield _paragraph(f"{sign} {grid.words.lived} {one.lived}", 8, TONES[one.tone], bold=True)
    if one.worth:
        yield _paragraph(f"{grid.words.worth}: {one.worth}", 8, TONES[one.tone])


def _card_height(column: Column, grid: Grid, width: float) -> float:
    return sum(_height(one, width - 2 * PAD) + 2 for one in _card(column, grid)) + 2 * PAD


def _drawn(
    grid: Grid, sheets: Sequence[Sequence[_Strip]], width: float, height: float, step: float, scale: float = 1.0
) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(width * scale, height * scale), pageCompression=1, invariant=1)
    canvas.setTitle(grid.title)
    canvas.setCreator("Vivencia")
    for number, strips in enumerate(sheets, 1):
        canvas.scale(scale, scale)
        canvas.setFillColor(HexColor("#ffffff"))
        canvas.rect(0, 0, width, height, stroke=0, fill=1)
        _head(canvas, grid, strips, width, height)
        top = height - MARGIN - HEAD
        for strip in strips:
            if len(strips) > 1:
                _numbers(canvas, strip, top)
            _draw_strip(canvas, grid, strip, top, step, width)
            top -= strip.high + BETWEEN
        _foot(canvas, grid, width, grid.words.page % {"page": number, "pages": len(sheets)})
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _numbers(canvas: Canvas, strip: _Strip, top: float) -> None:
    """Which steps a strip holds, beside its phases."""
    told = f"{strip.first + 1}\N{EN DASH}{strip.last}"
    _put(canvas, _paragraph(told, 10.5, BRAND, bold=True), MARGIN + PAD, top - 4, LANES - 2 * PAD)


def _draw_strip(canvas: Canvas, grid: Grid, strip: _Strip, top: float, step: float, width: float) -> None:
    left = MARGIN + LANES
    _bands(canvas, grid.headings, strip, left, step, top)
    top -= BAND + GAP
    for place, column in enumerate(grid.columns[strip.first : strip.last]):
        below = top - column.level * (strip.card + GAP)
        _draw_card(canvas, grid, column, left + place * step, below, step - GAP, strip.card)
    for one in grid.lines:
        _draw_line(canvas, grid, strip, one, left, top, step)
    if not grid.columns:
        _put(canvas, _paragraph(grid.words.empty, 11, SOFT), left, top, width - left - MARGIN)
    top -= strip.cards + GAP
    for number, (row, tall) in enumerate(strip.rows):
        _draw_row(canvas, row, strip, left, top, step, tall, shaded=number % 2 == 0)
        top -= tall


def _put(canvas: Canvas, paragraph: Paragraph, x: float, top: float, width: float) -> float:
    """Draw it below `top`; how high it is."""
    tall = _height(paragraph, width)
    paragraph.drawOn(canvas, x, top - tall)
    return tall


def _head(canvas: Canvas, grid: Grid, strips: Sequence[_Strip], width: float, height: float) -> None:
    top = height - MARGIN
    canvas.setFillColor(BRAND)
    canvas.rect(MARGIN, top - 34, 4, 34, stroke=0, fill=1)
    used = _put(canvas, _paragraph(grid.title, 20, INK, bold=True), MARGIN + 14, top + 2, width - 2 * MARGIN - 14)
    about = grid.about
    first, last = strips[0].first, strips[-1].last
    if len(grid.columns) > last - first:
        about += " · " + grid.words.steps % {"first": first + 1, "last": last, "n": len(grid.columns)}
    _put(canvas, _paragraph(about, 9.5, SOFT), MARGIN + 14, top - used - 2, width - 2 * MARGIN - 14)


def _bands(canvas: Canvas, headings: Sequence[Heading], strip: _Strip, left: float, step: float, top: float) -> None:
    for heading in headings:
        first, last = max(heading.first, strip.first), min(heading.first + heading.span, strip.last)
        if first >= last:
            continue
        x, width = left + (first - strip.first) * step, (last - first) * step - GAP
        canvas.setFillColor(BRAND)
        canvas.roundRect(x, top - BAND, width, BAND, 3, stroke=0, fill=1)
        name = heading.name if heading.first >= strip.first else f"… {heading.name}"
        text = _paragraph(name[:60], 10.5, HexColor("#ffffff"), bold=True)
        _put(canvas, text, x + PAD, top - 4, width - 2 * PAD)


def _draw_card(canvas: Canvas, grid: Grid, column: Column, x: float, top: float, width: float, tall: float) -> None:
    canvas.setStrokeColor(BRAND)
    canvas.setFillColor(PAPER)
    canvas.setLineWidth(0.9)
    canvas.setDash(*((3, 2) if column.optional else ()))
    canvas.roundRect(x, top - tall, width, tall, 4, stroke=1, fill=1)
    canvas.setDash()
    y = top - PAD
    for one in _card(column, grid):
        y -= _put(canvas, one, x + PAD, y, width - 2 * PAD) + 2


def _draw_line(canvas: Canvas, grid: Grid, strip: _Strip, one: Line, left: float, top: float, step: float) -> None:
    """A way as a line with an arrow's head; where one end is on another strip, the line runs to the edge."""
    inside = [strip.first <= at < strip.last for at in (one.source, one.target)]
    if not any(inside) or (not all(inside) and one.target != one.source + 1):
        return  # the card says where it leads

    def middle(at: int) -> float:
        return top - grid.columns[at].level * (strip.card + GAP) - 14

    here, there = middle(one.source), middle(one.target)
    begin = left + (one.source - strip.first + 1) * step - GAP if inside[0] else left - GAP
    end = left + (one.target - strip.first) * step if inside[1] else begin + GAP
    turn = begin + GAP / 2 if there < here else end - GAP / 2
    canvas.setStrokeColor(BRAND)
    canvas.setFillColor(BRAND)
    canvas.setLineWidth(1.1)
    canvas.setDash(*((3, 2) if one.perhaps else ()))
    path = canvas.beginPath()
    path.moveTo(begin, here)
    for x, y in ((turn, here), (turn, there), (end - 3, there)) if here != there else ((end - 3, there),):
        path.lineTo(x, y)
    canvas.drawPath(path, stroke=1, fill=0)
    canvas.setDash()
    tip = canvas.beginPath()
    tip.moveTo(end, there)
    tip.lineTo(end - 4, there + 2.6)
    tip.lineTo(end - 4, there - 2.6)
    tip.close()
    canvas.drawPath(tip, stroke=0, fill=1)
    if one.said and one.target > one.source + 1:
        canvas.setFillColor(SOFT)
        canvas.setFont("Map", 8)
        canvas.drawString(begin + GAP + 2, min(here, there) + 3, one.said)


def _draw_row(
    canvas: Canvas, row: Row, strip: _Strip, left: float, top: float, step: float, tall: float, *, shaded: bool
) -> None:
    boxes = row.boxes[strip.first : strip.last]
    right = left + max(len(boxes), 1) * step - GAP
    if shaded:
        canvas.setFillColor(HexColor("#f1f0ea"))
        canvas.rect(MARGIN, top - tall, right - MARGIN, tall, stroke=0, fill=1)
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, top - tall, right, top - tall)
    _put(canvas, _paragraph(row.name, 8.5, BRAND, bold=True), MARGIN + PAD, top - PAD, LANES - 2 * PAD)
    under = CURVE if row.emotion else 0.0
    if row.emotion:
        _curve(canvas, boxes, left, top - PAD, step)
    for place, box in enumerate(boxes):
        if box.text:
            _put(canvas, _paragraph(box.text), left + place * step + PAD, top - PAD - under, step - GAP - 2 * PAD)


def _curve(canvas: Canvas, boxes: Sequence[Box], left: float, top: float, step: float) -> None:
    """The feelings as a line through dots, good above and bad below."""
    middle, reach = top - CURVE / 2, CURVE / 2 - 8
    canvas.setStrokeColor(LINE)
    canvas.setDash(1, 2)
    canvas.line(left, middle, left + len(boxes) * step - GAP, middle)
    canvas.setDash()
    points = [
        (left + place * step + (step - GAP) / 2, middle + box.feeling * reach, box.feeling)
        for place, box in enumerate(boxes)
        if box.feeling is not None
    ]
    canvas.setStrokeColor(SOFT)
    canvas.setLineWidth(1.4)
    for (x1, y1, _f1), (x2, y2, _f2) in pairwise(points):
        canvas.line(x1, y1, x2, y2)
    for x, y, feeling in points:
        canvas.setFillColor(GAIN if feeling > 0.1 else PAIN if feeling < -0.1 else SOFT)
        canvas.circle(x, y, 5, stroke=0, fill=1)
        canvas.setFillColor(HexColor("#ffffff"))
        canvas.setFont("Map-Bold", 8)
        canvas.drawCentredString(x, y - 2.7, "+" if feeling > 0.1 else "−" if feeling < -0.1 else "=")


def _foot(canvas: Canvas, grid: Grid, width: float, page: str) -> None:
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, MARGIN + 20, width - MARGIN, MARGIN + 20)
    legend = " · ".join(f"{sign} {meaning}" for sign, meaning in grid.words.legend)
    _put(canvas, _paragraph(legend, 8, SOFT), MARGIN, MARGIN + 16, (width - 2 * MARGIN) * 0.8)
    _put(canvas, _paragraph(grid.foot, 8, SOFT), MARGIN, MARGIN + 5, (width - 2 * MARGIN) * 0.8)
    canvas.setFillColor(SOFT)
    canvas.setFont("Map", 8)
    canvas.drawRightString(width - MARGIN, MARGIN + 7, page)
