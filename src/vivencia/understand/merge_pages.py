"""Who is in here twice? Proposals to merge, what was merged, and taking it apart again."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from ibis import _ as column

from vivencia.foundation import audit
from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Act
from vivencia.foundation.rights import Right, needs
from vivencia.foundation.vocabulary import title
from vivencia.understand import directory, identity, merges, proposals
from vivencia.understand.calling import called
from vivencia.understand.duplicates import Pair
from vivencia.understand.models import Merge
from vivencia.understand.settling import view

PAGE = 10
HISTORY = 25
SAYS = {
    "email": gettext_lazy("same e-mail address"),
    "phone": gettext_lazy("same telephone"),
    "name": gettext_lazy("same name"),
    "birthday": gettext_lazy("same birthday"),
    "postcode": gettext_lazy("same postcode"),
    "city": gettext_lazy("same city"),
}
DIFFERS = {
    "email": gettext_lazy("another e-mail address"),
    "phone": gettext_lazy("another telephone"),
    "name": gettext_lazy("another name"),
    "birthday": gettext_lazy("another birthday"),
    "postcode": gettext_lazy("another postcode"),
    "city": gettext_lazy("another city"),
}
RULES = {
    "off": gettext_lazy("never"),
    "verified": gettext_lazy("when both are verified"),
    "always": gettext_lazy("always"),
}


@needs(Right.ANALYSE)
def duplicates_page(request: HttpRequest) -> HttpResponse:
    """The proposals; on POST merges two people (`do=merge`) or keeps them apart (`do=apart`)."""
    if request.method == "POST":
        _decided(request)
        return redirect("duplicates")
    offered = proposals.offered()
    page = Paginator(offered.pairs if offered else [], PAGE).get_page(request.GET.get("page"))
    context = {
        "offered": offered,
        "page": page,
        "pairs": _shown(list(page.object_list)),
        "total": page.paginator.count,
        "merged": Merge.objects.filter(undone_at=None).count(),
        "rules": [
            (field, label, merges.rules()[field])
            for field, label in (("email", _("E-mail address")), ("phone", _("Telephone")))
        ],
        "choices": list(RULES.items()),
        "one": request.GET.get("one", ""),
    }
    return render(request, "understand/duplicates.html", context)


def _decided(request: HttpRequest) -> None:
    kept, other = (request.POST.get(name, "").strip() for name in ("kept", "other"))
    read = open_ledger().read()
    unknown = [each for each in (kept, other) if identity.canonical(read, each) is None]
    if unknown:
        messages.error(request, _("There is no customer called “%(id)s”.") % {"id": unknown[0]})
        return
    if request.POST.get("do") == "apart":
        merges.keep_apart(kept, other, by=request.user)
        messages.success(request, _("Kept apart. They will not be offered again."))
        return
    seen = proposals.offered()
    pair = next((one for one in seen.pairs if set(one.ids) == {kept, other}), None) if seen else None
    try:
        merges.merge(kept, other, pair=pair, by=request.user)
    except merges.CannotMergeError:
        messages.info(request, _("They are one person already."))
        return
    messages.success(request, _("They are one person now. It can be undone under “What was merged”."))


def _shown(pairs: list[Pair]) -> list[dict[str, Any]]:
    """Both records side by side, the one heard of for longer first; without those of whom nothing is left."""
    if not pairs:
        return []
    seen = view()
    read = seen.read
    ids = {each for pair in pairs for each in (pair.one, pair.other)}
    table = directory.directory(read, seen.as_of)
    rows = {row["customer_id"]: row for row in directory.rows_of(table, ids)}
    told = read.to_arrow(read.customers.filter(column.customer_id.isin(sorted(ids))).select("customer_id", "phone"))
    phones = dict(zip(told["customer_id"].to_pylist(), told["phone"].to_pylist(), strict=True))
    return [_pair(pair, rows, phones) for pair in pairs if set(pair.ids) <= rows.keys()]


def _pair(pair: Pair, rows: dict[str, dict[str, Any]], phones: dict[str, str | None]) -> dict[str, Any]:
    both = [{**rows[one], "phone": phones.get(one), "called": called(rows[one]["name"], one)} for one in pair.ids]
    both.sort(key=lambda row: (row["first_seen"] is None, row["first_seen"] or row["customer_id"]))
    alike = [_("similar names")] if pair.alike else []
    sure = _("almost certain") if pair.chance >= 0.99 else _("very likely") if pair.chance >= 0.9 else _("possible")
    return {
        "kept": both[0],
        "other": both[1],
        "sure": sure,
        "tone": "brand" if pair.chance >= 0.9 else "neutral",
        "chance": 100 * pair.chance,
        "agree": [*(SAYS[field] for field in pair.agree), *alike],
        "differ": [DIFFERS[field] for field in pair.differ],
    }


@needs(Right.ANALYSE)
@require_POST
def rules_saved(request: HttpRequest) -> HttpResponse:
    """When the same address or number makes two records one person."""
    chosen = {field: request.POST.get(field, "") for field in merges.BY_FIELD}
    try:
        merges.save_rules(chosen)
    except ValueError:
        messages.error(request, _("Choose never, when both are verified, or always."))
        return redirect("duplicates")
    audit.record(Act.SETTINGS_CHANGED, by=request.user, **chosen)
    messages.success(request, _("Saved. From now on records are joined by these rules."))
    return redirect("duplicates")


@needs(Right.ANALYSE)
def merges_page(request: HttpRequest) -> HttpResponse:
    """What was merged: whom, why, by whom, and whether it still holds."""
    page = Paginator(Merge.objects.select_related("by", "undone_by"), HISTORY).get_page(request.GET.get("page"))
    names = _names(open_ledger().read(), {each for one in page.object_list for each in (one.kept, one.other)})
    rows = [
        {
            "merge": one,
            "kept": called(names.get(one.kept), one.kept),
            "other": called(names.get(one.other), one.other),
            "reason": title(one.reason),
            "agree": [SAYS[field] for field in one.evidence.get("agree", ()) if field in SAYS],
        }
        for one in page.object_list
    ]
    return render(request, "understand/merges.html", {"page": page, "rows": rows})


def _names(read: Read, ids: set[str]) -> dict[str, str]:
    told = read.to_arrow(read.told_customers.filter(column.customer_id.isin(sorted(ids)) & column.name.notnull()))
    return dict(zip(told["customer_id"].to_pylist(), told["name"].to_pylist(), strict=True))


@needs(Right.ANALYSE)
@require_POST
def merge_undone(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a merge apart."""
    merges.take_apart(get_object_or_404(Merge, pk=pk), by=request.user)
    messages.success(request, _("Taken apart. Both are as they were, with all that came in meanwhile."))
    return redirect("merges")
