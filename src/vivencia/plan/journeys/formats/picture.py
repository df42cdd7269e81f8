"""A map as a picture: the whole of it on one sheet, in PNG."""

import io

import pypdfium2

from vivencia.plan.journeys.formats import paper
from vivencia.plan.journeys.formats.grid import Grid

SHARP = 2.0  # pixels a point: 144 an inch
MOST_PIXELS = 60_000_000


def png(grid: Grid) -> bytes:
    """The map, sharp enough for print where it is not very large."""
    document = pypdfium2.PdfDocument(paper.wide(grid))
    try:
        page = document[0]
        width, height = page.get_size()
        scale = min(SHARP, (MOST_PIXELS / (width * height)) ** 0.5)
        out = io.BytesIO()
        page.render(scale=scale).to_pil().convert("RGB").save(out, "PNG", optimize=False)
        return out.getvalue()
    finally:
        document.close()
