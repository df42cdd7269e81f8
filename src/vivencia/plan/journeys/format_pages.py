"""Maps as files: taken out as CJML, OCEL, JSON, XLSX, PDF and PNG, and brought in."""

import json
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any, BinaryIO, cast

import numpy as np
from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from vivencia.foundation import audit
from vivencia.foundation.exporting import FORMS
from vivencia.foundation.models import Act, User
from vivencia.foundation.organisation import organisation
from vivencia.foundation.rights import Right, may, needs
from vivencia.plan.journeys import format_words, gap_showing, maps, papers
from vivencia.plan.journeys.drawing import Drawing, DrawingError, from_json, to_json
from vivencia.plan.journeys.formats import cjml, lists, ocel, paper, picture, workbook
from vivencia.plan.journeys.formats.errors import MOST_BYTES, MOST_BYTES_OF_LOG, FormatError
from vivencia.plan.journeys.formats.grid import Grid
from vivencia.plan.journeys.gaps import Gap, gaps_in, ground_of, segment_of, studied
from vivencia.plan.journeys.ground import Ground
from vivencia.plan.journeys.models import JourneyMap
from vivencia.understand.settling import view

MOST_EVENTS = 500_000  # of an OCEL document


@needs(Right.SEE_FIGURES)
def files_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What this map can be taken out as, and what each keeps."""
    the_map = get_object_or_404(JourneyMap, pk=pk)
    return render(request, "journey_maps/files.html", {"map": the_map, "lived": may(request.user, Right.EXPORT)})


@needs(Right.EXPORT)
def export(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The map as a file of one of `WRITERS`' forms."""
    the_map = get_object_or_404(JourneyMap.objects.select_related("segment"), pk=pk)
    if form not in WRITERS:
        raise Http404
    kind, write = WRITERS[form]
    if form == "ocel.json" and not may(request.user, Right.SEE_CUSTOMERS):
        raise Http404
    try:
        content = (
            paper.pdf(grid(the_map), "a4") if form == "pdf" and request.GET.get("paper") == "a4" else write(the_map)
        )
    except FormatError as error:
        messages.error(request, format_words.wrong(error))
        return redirect("map-files", pk)
    # What leaves with OCEL is not the map's steps but customers' events.
    rows = content.count(ocel.OF_ITS_JOURNEY) if form == "ocel.json" else len(the_map.drawing.steps)
    audit.record(Act.EXPORTED, by=request.user, what=f"journey map {form}", rows=rows, form=form)
    response = HttpResponse(content, content_type=kind)
    stamp = timezone.now().strftime("%Y-%m-%d")
    name = slugify(the_map.title)[:60] or "map"
    response["Content-Disposition"] = f'attachment; filename="{name}-{stamp}.{form}"'
    return response


def _json(the_map: JourneyMap) -> bytes:
    return json.dumps(to_json(the_map.drawing), ensure_ascii=False, indent=1).encode()


def _cjml(the_map: JourneyMap) -> bytes:
    return cjml.write(the_map.drawing, customer=_("Customer"), company=organisation().name or _("Company"))


def _ocel(the_map: JourneyMap) -> bytes:
    """The lived journeys behind a map: the same people, period and touchpoints as its figures."""
    seen = view()
    if seen.read.horizon is None:
        raise FormatError("events", "empty")
    drawing = the_map.drawing
    on = ground_of(the_map, drawing, seen)
    wanted = {step.touchpoint for step in drawing.steps if step.touchpoint}
    return ocel.write(_lived(on, wanted), kind=on.kind or on.case)


def _lived(on: Ground, wanted: set[str]) -> Iterator[ocel.Lived]:
    table = on.table.only(on.mask)
    keep = np.array([name in wanted for name in table.steps], np.bool_)
    rows = np.flatnonzero(keep[table.step]) if table.events else np.zeros(0, np.int64)
    if len(rows) > MOST_EVENTS:
        raise FormatError("OCEL", "too_large", str(MOST_EVENTS))
    people, channels = table.person_ids.to_pylist(), [*table.channels, None]
    ids = [table.case_name(one) for one in range(table.journeys)]
    moments = table.at[rows].astype("datetime64[us]").tolist()
    journeys = table.case_of[rows].tolist()
    parts = zip(table.step[rows].tolist(), moments, journeys, table.channel[rows].tolist(), strict=True)
    for step, at, journey, channel in parts:
        who = people[int(table.person[journey])]
        yield ocel.Lived(table.steps[step], at.replace(tzinfo=UTC), ids[journey], who, channels[channel])


def _gaps(the_map: JourneyMap) -> tuple[list[Gap], str]:
    """A map's expectations held against the data, in the order of its steps, and on whom they rest."""
    seen, drawing = view(), the_map.drawing
    if seen.read.horizon is None or the_map.kind != "target":
        return [], ""
    on = ground_of(the_map, drawing, seen)
    return gaps_in(drawing, on, studied(segment_of(the_map)), map_id=the_map.pk), gap_showing.basis(on, the_map)


def grid(the_map: JourneyMap) -> Grid:
    """The map as it goes on paper."""
    found, basis = _gaps(the_map)
    return papers.grid_of(the_map.drawing, found, made=timezone.now(), basis=basis)


def _xlsx(the_map: JourneyMap) -> bytes:
    found, basis = _gaps(the_map)
    told = papers.grid_of(the_map.drawing, found, made=timezone.now(), basis=basis)
    return workbook.xlsx(told, _("Map"), papers.tables(the_map.drawing, found, basis))


WRITERS: dict[str, tuple[str, Callable[[JourneyMap], bytes]]] = {
    "pdf": ("application/pdf", lambda the_map: paper.pdf(grid(the_map))),
    "png": ("image/png", lambda the_map: picture.png(grid(the_map))),
    "xlsx": (FORMS["xlsx"], _xlsx),
    "json": ("application/json", _json),
    "cjml.xml": ("application/xml", _cjml),
    "ocel.json": ("application/json", _ocel),
}


class FileForm(forms.Form):
    """A file to be read as one or more maps."""

    file = forms.FileField(
        label=lazy("File"),
        help_text=lazy("JSON of Vivencia, XLSX or CJML 2.0 (XML) up to 5 MB, OCEL 2.0 (JSON) up to 200 MB."),
    )

    def clean_file(self) -> list[Drawing]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        try:
            return read(file, str(file.name or ""), file.size or 0)
        except (FormatError, DrawingError) as error:
            raise forms.ValidationError(format_words.wrong(error)) from error


def read(file: BinaryIO | UploadedFile[bytes], name: str, size: int) -> list[Drawing]:
    """The maps in a file of `size` bytes, by what stands in it. Raises FormatError or DrawingError."""
    language, title = get_language() or "es", (name.rpartition(".")[0] or name).removesuffix(".ocel")
    start = _start(file)
    log = start[:1] == b"{" and size > MOST_BYTES
    _bound(size, MOST_BYTES_OF_LOG if log else MOST_BYTES)
    if start[:1] == b"<" or name.lower().endswith((".xml", ".cjml")):
        return [papers.named(one) for one in cjml.read(file.read(), language=language)]
    if start[:2] == b"PK" or name.lower().endswith((".xlsx", ".xls")):
        return [papers.named(lists.read(file.read(), format_words.lists(), language=language, title=title))]
    document = None if log else _document(file.read())
    if log or (isinstance(document, dict) and ("events" in document or "ocel:events" in document)):
        file.seek(0)
        return [papers.named(ocel.read(cast("BinaryIO", file), language=language, title=title), log=True)]
    return [from_json(document)]


def _start(file: BinaryIO | UploadedFile[bytes]) -> bytes:
    """What a file begins with, after the mark of UTF-8 and blanks; it is at its beginning again."""
    start = (piece := file.read(4096)).removeprefix(BOM_UTF8).lstrip()
    while piece and not start:
        start = (piece := file.read(4096)).lstrip()
    file.seek(0)
    return start


def _bound(size: int, most: int) -> None:
    if size > most:
        raise FormatError("", "too_large", str(most // 1_000_000))


def _document(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FormatError("JSON", "not_json", str(error)[:120]) from error


@needs(Right.PLAN)
def import_page(request: HttpRequest) -> HttpResponse:
    """Bring a file in as a new map; what is wrong with it is said by the element."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)
        made = [maps.create(one, by=request.user) for one in form.cleaned_data["file"]]
        messages.success(request, _("“%(title)s” is in the library now.") % {"title": made[0].title})
        return redirect("journey-map", made[0].pk) if len(made) == 1 else redirect("journey-maps")
    status = 422 if request.method == "POST" else 200
    return render(request, "journey_maps/import.html", {"form": form}, status=status)
