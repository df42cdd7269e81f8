"""The Sources pages: what has come in, bringing more in, and looking at a mapping before it is used."""

import logging
import shutil
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from vivencia.foundation import speaking
from vivencia.foundation.ledger.disk import LedgerBusyError
from vivencia.foundation.numbers import whole
from vivencia.foundation.rights import Right, needs
from vivencia.foundation.writing import number_format
from vivencia.listen import demo_loading, editor, replacing, runs, uploads, wording
from vivencia.listen.imports import preview as previews
from vivencia.listen.imports import recognise as recognising
from vivencia.listen.imports import rejects as rejected
from vivencia.listen.imports.assign import assign
from vivencia.listen.imports.mapping import Mapping, parse
from vivencia.listen.imports.mapping_text import write
from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers.registry import SUFFIXES
from vivencia.listen.imports.readers.table import Look
from vivencia.listen.imports.take_in import look_again
from vivencia.listen.jobs import load_demonstration
from vivencia.listen.models import ImportRun, SavedMapping, State
from vivencia.listen.shown import advance, shown

AS_BEFORE = "as-before"  # the mapping of the import that is replaced
SHOWN_REJECTS = 8  # of those left out; all are in the file
LISTS = (".columns", ".key")  # controls of which several can be chosen
logger = logging.getLogger("vivencia.imports")


@needs(Right.IMPORT)
@require_GET
def sources(request: HttpRequest) -> HttpResponse:
    """What has come in."""
    page = Paginator(ImportRun.objects.select_related("by", "replaces"), 20).get_page(request.GET.get("page"))
    imports = [shown(run) for run in page]
    return render(request, "listen/sources.html", {"page": page, "imports": imports})


@needs(Right.IMPORT)
@require_GET
def new(request: HttpRequest) -> HttpResponse:
    """Ways to bring data in."""
    old = _replaced(request.GET.get("replace", ""))
    return render(request, "listen/new.html", {"accept": ",".join(sorted(_endings())), "replaces": old})


@csrf_exempt  # only until the upload handler is set: `_upload` checks
@needs(Right.IMPORT)
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Files from the browser. They go straight to the import's folder, before anything else of the request is read."""
    batch = runs.new_batch()
    handler = uploads.IntoFolder(runs.folder_for(batch) / "input")
    request.upload_handlers = [handler]
    try:
        return _upload(request, batch, handler)
    finally:  # refused, cut off, or another site's form: what has arrived so far is nobody's
        if not ImportRun.objects.filter(batch=batch).exists():
            shutil.rmtree(runs.folder_for(batch), ignore_errors=True)


@csrf_protect
def _upload(request: HttpRequest, batch: str, handler: uploads.IntoFolder) -> HttpResponse:
    sent = bool(request.FILES)  # asking for them is what reads them
    if not sent or handler.too_large or not handler.files:
        return _refused(request, _too_large() if handler.too_large else _no_file())
    path = handler.folder if len(handler.files) > 1 else handler.files[0]
    return _stage(request, path, batch=batch)


@needs(Right.ADMINISTER)
@require_POST
def folder(request: HttpRequest) -> HttpResponse:
    """A file or folder on the server."""
    path = request.POST.get("path", "").strip()
    if not path:
        return _refused(request, _no_file())
    return _stage(request, Path(path).expanduser())


@needs(Right.IMPORT)
@require_POST
def demonstration(request: HttpRequest) -> HttpResponse:
    """Load the demonstration company in the background."""
    run = demo_loading.begin(request.user)
    load_demonstration.enqueue(run.pk)
    return redirect("source", run.pk)


@needs(Right.IMPORT)
@require_GET
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """One import, whatever its state."""
    run = get_object_or_404(ImportRun.objects.select_related("by", "replaces"), pk=pk)
    said: dict[str, Any] = {"run": run, "shown": shown(run), "advance": advance(run)}
    if run.state in (State.DONE, State.UNDONE):
        said |= {"left_out": _left_out(run), "replaced_by": run.replaced_by.filter(state=State.DONE).first()}
    if run.state in (State.STAGED, State.FAILED) and run.recognised != "demo":
        said |= _editing(run) | {"open": request.GET.get("open", "")}
    return render(request, "listen/source.html", said)


def _left_out(run: ImportRun) -> list[dict[str, str]]:
    """The first rows that were left out, with reasons."""
    file = runs.rejects_of(run)
    return rejected.first_of(file, SHOWN_REJECTS) if file else []


@needs(Right.IMPORT)
@require_POST
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The first events of the mapping as the form now says it; nothing is stored."""
    run = _editable(pk)
    return render(request, "listen/parts/preview.html", _preview(run, request))


@needs(Right.IMPORT)
@require_POST
def mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the mapping as the form, or the text, says it."""
    run, part = _editable(pk), ""
    then = request.POST.get("then", "")
    try:
        said = _said(run, request)
        if then.startswith(("add-", "remove-")):
            said, part = editor.changed(said, then)
        _keep(run, said)
    except Problem as problem:
        messages.error(request, wording.problem(problem))
        return redirect("source", run.pk)
    name = request.POST.get("save_as", "").strip()
    if name:
        saved = {"mapping": run.mapping, "by": request.user}
        SavedMapping.objects.update_or_create(name=name[:100], defaults=saved)
        messages.success(request, _("The mapping is kept as “%(name)s”.") % {"name": name[:100]})
    if then == "start":
        return _start(request, run)
    if then.startswith(("add-", "remove-")):
        return redirect(f"{reverse('source', args=[run.pk])}?open={part or 'mapping'}#{part or 'change'}")
    return redirect("source", run.pk)


@needs(Right.IMPORT)
@require_POST
def preset(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the files for something else: a preset, or a mapping that was kept."""
    run = _editable(pk)
    wish = request.POST.get("preset", "")
    try:
        looks = runs.look(Path(run.path)).looks
        if wish.startswith("saved:"):
            kept = get_object_or_404(SavedMapping, name=wish.removeprefix("saved:"))
            found = recognising.Recognised("mapping", parse(kept.mapping, kept.name), kept.mapping)
        elif wish == "proposal":
            found = recognising.proposed(looks)
        elif wish == AS_BEFORE and run.replaces is not None:
            found = replacing.as_before(run.replaces, looks)
        elif wish == recognising.PROCESS:
            found = recognising.recognise(looks)
        else:
            found = recognising.by_preset(wish, looks)
        assign(found.mapping, looks, wording.title(found.name))
    except Problem as problem:
        messages.error(request, wording.problem(problem))
        return redirect("source", run.pk)
    runs.take_for(run, found)
    return redirect("source", run.pk)


@needs(Right.IMPORT)
@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Execute the import in the background."""
    return _start(request, get_object_or_404(ImportRun, pk=pk))


@needs(Right.IMPORT)
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a running import is; asked again and again until it is not running."""
    run = get_object_or_404(ImportRun, pk=pk)
    if run.state != State.RUNNING:
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "listen/parts/progress.html", {"run": run, "advance": advance(run)})


@needs(Right.IMPORT)
@require_GET
def rejects(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The rows that were left out, as CSV."""
    run = get_object_or_404(ImportRun, pk=pk)
    file = runs.rejects_of(run)
    if file is None:
        messages.info(request, _("Nothing was left out."))
        return redirect("source", run.pk)
    return FileResponse(file.open("rb"), as_attachment=True, filename=f"rejects-{run.pk}.csv", content_type="text/csv")


@needs(Right.IMPORT)
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take out what an import brought."""
    run = get_object_or_404(ImportRun, pk=pk)
    try:
        rows = runs.undo(run, by=request.user)
    except runs.WrongStateError:
        messages.error(request, _("Only an import that was brought in can be undone."))
    except LedgerBusyError:
        messages.error(request, speaking.busy())
    else:
        messages.success(
            request,
            ngettext("Taken out again: %(rows)s row.", "Taken out again: %(rows)s rows.", rows)
            % {"rows": number_format(rows, force_grouping=True)},
        )
    return redirect("source", run.pk)


@needs(Right.IMPORT)
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw away what was being prepared."""
    run = get_object_or_404(ImportRun, pk=pk)
    try:
        runs.discard(run)
    except runs.WrongStateError:
        messages.error(request, _("Only an import that is being prepared or failed can be thrown away."))
        return redirect("source", pk)
    messages.success(request, _("Thrown away. Nothing was brought in."))
    return redirect("sources")


def _stage(request: HttpRequest, path: Path, *, batch: str = "") -> HttpResponse:
    old = _replaced(request.POST.get("replace", ""))
    try:
        looked = runs.look(path)
        found, _why_not = replacing.taken_for(old, looked.looks)
    except Problem as problem:
        return _refused(request, wording.problem(problem))
    run = runs.stage(looked, found, by=request.user, replaces=old, batch=batch, is_upload=bool(batch))
    return redirect("source", run.pk)


def _replaced(number: str) -> ImportRun | None:
    """The import a corrected file is to replace, where the number is one that was brought in."""
    return ImportRun.objects.filter(pk=whole(number) or 0, state=State.DONE).first()


def _start(request: HttpRequest, run: ImportRun) -> HttpResponse:
    try:
        looks = runs.look(Path(run.path)).looks
        said = runs.mapping_of(run)
        assign(said, looks, run.title)
    except Problem as problem:
        messages.error(request, wording.problem(problem))
        return redirect("source", run.pk)
    if not editor.is_complete(said):
        messages.error(request, _what_is_missing(said))
        return redirect("source", run.pk)
    runs.enqueue(run)
    return redirect("source", run.pk)


def _editable(pk: int) -> ImportRun:
    return get_object_or_404(ImportRun, pk=pk, state__in=[State.STAGED, State.FAILED])


def _said(run: ImportRun, request: HttpRequest) -> Mapping:
    """The mapping as what was posted says it: as text, or as a form over what is kept."""
    if "toml" in request.POST:
        return parse(request.POST["toml"], _("The mapping"))
    kept = parse(run.mapping, _("The mapping"))
    said = {name: request.POST.getlist(name) if name.endswith(LISTS) else request.POST[name] for name in request.POST}
    return editor.filled(kept, said)


def _keep(run: ImportRun, said: Mapping) -> None:
    if said != parse(run.mapping, ""):
        ImportRun.objects.filter(pk=run.pk).update(mapping=write(said), missing=[])
        run.refresh_from_db()


def _editing(run: ImportRun) -> dict[str, Any]:
    """What the editor shows: the files, what they were taken for, the form, the text and the preview."""
    try:
        looks = runs.look(Path(run.path)).looks
        kept = parse(run.mapping, run.title)
        assigned = assign(kept, looks, run.title)
    except Problem as problem:
        return {"cannot": wording.problem(problem), "toml": run.mapping, "presets": _presets(run)}
    own = {name: _own_columns(found) for name, found in assigned.items()}
    columns = {name: _columns(kept, name, own[name]) for name in assigned}
    notes = {one.role: (one.column, wording.guess(one)) for one in replacing.guesses_of(run)}
    return {
        "looks": looks,
        "detected": _detected(looks),
        "conventions": editor.conventions(kept.defaults, _detected(looks)),
        "defaults": kept.defaults,
        "forms": editor.forms(kept, columns, notes),
        "people": editor.parts("c", kept, columns),
        "aliases": editor.parts("a", kept, columns),
        "accounts": editor.parts("f", kept, columns),
        "joins": editor.join_forms(kept, columns),
        "tables": [
            {
                "key": f"t{place}",
                "name": name,
                "table": table,
                "columns": own.get(name, ()),
                "kind": next((look.kind for look in assigned.get(name, [])), ""),
            }
            for place, (name, table) in enumerate(kept.tables.items())
        ],
        "files": {name: found[0].name if len(found) == 1 else name for name, found in assigned.items()},
        "hows": editor.HOWS,
        "fixed": editor.FIXED,
        "mapping": kept,
        "toml": run.mapping,
        "missing": [wording.missing(key) for key in run.missing],
        "not_as_before": _not_as_before(run, looks),
        "presets": _presets(run),
        "metrics": editor.METRICS,
        **_previewed(kept, looks, run),
    }


def _not_as_before(run: ImportRun, looks: tuple[Look, ...]) -> str:
    """Why the files cannot be read as those of the import they replace were; empty where they can."""
    if run.replaces is None:
        return ""
    try:
        replacing.as_before(run.replaces, looks)
    except Problem as problem:
        return wording.problem(problem)
    return ""


def _own_columns(looks: list[Look]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column for look in looks for column in look.columns))


def _columns(kept: Mapping, table: str, own: tuple[str, ...]) -> tuple[str, ...]:
    joined = [name for join in kept.joins if join.to == table for name in join.take]
    return tuple(dict.fromkeys([*own, *joined]))


def _detected(looks: tuple[Look, ...]) -> dict[str, str]:
    written = next((look.conventions for look in looks if look.conventions), None)
    if written is None:
        return {}
    return {
        "encoding": written.encoding or "",
        "delimiter": str(editor.DELIMITERS.get(written.delimiter or "", "")),
        "decimal": "1.234,56" if written.decimal == "," else "1,234.56",
    }


def _presets(run: ImportRun) -> list[tuple[str, str, bool]]:
    names = [*recognising.PRESETS, *([run.recognised] if run.recognised not in recognising.PRESETS else [])]
    known = [(name, wording.title(name), name == run.recognised) for name in dict.fromkeys([*names, "proposal"])]
    if run.replaces is not None:
        known.insert(0, (AS_BEFORE, _("As the import it replaces"), False))
    return known + [(f"saved:{kept.name}", kept.name, False) for kept in SavedMapping.objects.all()]


def _preview(run: ImportRun, request: HttpRequest) -> dict[str, Any]:
    try:
        said = _said(run, request)
        looks = runs.look(Path(run.path)).looks
    except Problem as problem:
        return {"trouble": wording.problem(problem)}
    return _previewed(said, looks, run)


def _previewed(said: Mapping, looks: tuple[Look, ...], run: ImportRun) -> dict[str, Any]:
    work = runs.folder_of(run) / f"preview-{uuid.uuid4().hex}"  # somebody who types quickly asks for several at once
    begun, said = said, editor.without_incomplete(said)
    lacking = {} if editor.is_complete(begun) else {"trouble": _what_is_missing(begun)}
    if not said.events and lacking:
        return lacking
    try:
        assigned = look_again(assign(said, looks, run.title), said)
        currency = said.defaults.currency or runs.currency()
        shown_as = replace(said, defaults=replace(said.defaults, currency=currency))
        found = previews.preview(shown_as, assigned, work)
    except Problem as problem:
        return {"trouble": wording.problem(problem)}
    except (duckdb.Error, ValueError, OSError):
        logger.exception("The preview of import %s failed", run.pk)
        return {"trouble": wording.problem(Problem("cannot-be-read-so"))}
    finally:
        shutil.rmtree(work, ignore_errors=True)
    reasons = [(one, wording.reason(one)) for one in found.rejects]
    unasked = any(event["score"] is not None and not event["metric"] for event in found.events)
    return {"preview": found, "reasons": reasons, "unasked": unasked, **lacking}


def _refused(request: HttpRequest, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect("source-new")


def _too_large() -> str:
    return _("Together these files are larger than %(limit)s MB, the most that can be uploaded. "
             "Give the folder on the server instead, or use the command line.") % {
        "limit": settings.UPLOAD_MAX_BYTES >> 20
    }  # fmt: skip


def _what_is_missing(said: Mapping) -> str:
    if any(event.when.columns == ("",) for event in said.events):
        return _("Choose which column says when it happened.")
    return _("Choose which columns say who it is, or remove what is not needed.")


def _no_file() -> str:
    return _("Choose at least one file.")


def _endings() -> set[str]:
    return {"." + suffix.rpartition(".")[2] for suffix in SUFFIXES}
