"""Segments: which people are worth looking at together?"""

from typing import Any

from django.contrib import messages
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import User
from vivencia.foundation.rights import Right, needs
from vivencia.understand import segment_forms, segment_words, segments
from vivencia.understand.currencies import currencies
from vivencia.understand.models import Segment
from vivencia.understand.pages import now_of, segment_members
from vivencia.understand.segment_choices import choices


@needs(Right.ANALYSE)
def segments_page(request: HttpRequest) -> HttpResponse:
    read = open_ledger().read()
    now, money = now_of(read), currencies(read)
    rows = [
        {
            "segment": segment,
            "conditions": segment_words.tell(segment.definition, money),
            "any": segment.definition.match == "any",
            "people": segment_members(read, segment, now).num_rows,
        }
        for segment in Segment.objects.all()
    ]
    return render(request, "understand/segments.html", {"rows": rows})


@needs(Right.ANALYSE)
def segment_page(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Make a segment, or change one."""
    segment = get_object_or_404(Segment, pk=pk) if pk else None
    read = open_ledger().read()
    known = choices(read)
    if request.method == "POST":
        builder = segment_forms.from_post(request.POST, known)
        name = request.POST.get("name", "").strip()
        wrong = _wrong_name(name, segment) or ("" if builder.rows else _("Add at least one condition."))
        definition = builder.definition
        if not wrong and definition is not None:
            return _save(request, segment, name, definition)
        shown = _shown(read, segment, name, builder, wrong)
        return render(request, "understand/segment.html", shown, status=422)
    if segment:
        builder = segment_forms.from_definition(segment.definition, known)
    else:
        builder = segment_forms.from_definition(segments.Definition((segments.PromiseIs("overdue"),)), known)
    return render(request, "understand/segment.html", _shown(read, segment, segment.name if segment else "", builder))


def _shown(
    read: Read, segment: Segment | None, name: str, builder: segment_forms.Builder, wrong: str = ""
) -> dict[str, Any]:
    return {
        "segment": segment,
        "name": name,
        "builder": builder,
        "kinds": segment_forms.KINDS.items(),
        "wrong": wrong,
        "people": _count(read, builder),
    }


def _wrong_name(name: str, segment: Segment | None) -> str:
    if not name:
        return _("Give the segment a name.")
    if len(name) > 80:
        return _("A name has at most 80 characters.")
    others = Segment.objects.filter(name=name).exclude(pk=segment.pk if segment else 0)
    return _("There is a segment of this name already.") if others.exists() else ""


def _save(request: HttpRequest, segment: Segment | None, name: str, definition: segments.Definition) -> HttpResponse:
    saved = segment or Segment(made_by=request.user if isinstance(request.user, User) else None)
    saved.name, saved.stored = name, segments.to_json(definition)
    saved.save()
    messages.success(request, _("The segment “%(name)s” is saved.") % {"name": name})
    return redirect("segments")


def _count(read: Read, builder: segment_forms.Builder) -> int | None:
    """How many people the conditions find now; None while one of them is not complete."""
    definition = builder.definition
    if definition is None or not definition.conditions:
        return None
    found = segments.members(read, definition, now_of(read))
    return int(read.to_arrow(found.count())[0][0].as_py())


@needs(Right.ANALYSE)
@require_POST
def segment_count(request: HttpRequest) -> HttpResponse:
    """How many people the form's conditions find, while it is being filled in."""
    read = open_ledger().read()
    builder = segment_forms.from_post(request.POST, choices(read))
    return render(request, "understand/parts/segment_count.html", {"people": _count(read, builder)})


@needs(Right.ANALYSE)
def segment_row(request: HttpRequest) -> HttpResponse:
    """A condition of the kind asked for, in the place of the one whose token is given; nothing where it is to go."""
    if "gone" in request.GET:
        return HttpResponse("")
    kind = next((value for name, value in request.GET.items() if name == "kind" or name.endswith("-kind")), "promise")
    kind = kind if kind in segment_forms.KINDS else "promise"
    row = segment_forms.new_row(kind, choices(open_ledger().read()), token=request.GET.get("token", "")[:16])
    return render(request, "understand/parts/segment_row.html", {"row": row, "kinds": segment_forms.KINDS.items()})


@needs(Right.ANALYSE)
@require_POST
def segment_delete(request: HttpRequest, pk: int) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=pk)
    name = segment.name
    try:
        segment.delete()
    except ProtectedError as used:
        by = ", ".join(sorted({str(one) for one in used.protected_objects}))
        said = _("“%(name)s” is still used by: %(by)s. Choose other people there first.")
        messages.error(request, said % {"name": name, "by": by})
        return redirect("segments")
    messages.success(request, _("The segment “%(name)s” is deleted. The customers are still there.") % {"name": name})
    return redirect("segments")
