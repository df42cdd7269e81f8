"""Customers: who are they, and what is each in the middle of?"""

from datetime import datetime
from typing import Any

import pyarrow as pa
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.rights import Right, needs
from vivencia.foundation.vocabulary import title, trait
from vivencia.listen import consent
from vivencia.listen.surveys.answered import asked_and_not_agreed
from vivencia.understand import accounts, directory, identity, reading_words, segments
from vivencia.understand.customers import Customer, customer
from vivencia.understand.models import Segment
from vivencia.understand.now import as_of
from vivencia.understand.settling import View, view
from vivencia.understand.situation_words import tell
from vivencia.understand.timeline import KINDS, Entry, by_day, money, timeline

PAGE = 25
ENTRIES = 40


def now_of(read: Read) -> datetime:
    return as_of(read.horizon, timezone.now())


@needs(Right.SEE_CUSTOMERS)
def customers_page(request: HttpRequest) -> HttpResponse:
    """The list; with HTMX only its part."""
    seen = view()
    read = seen.read
    if read.horizon is None and not read.to_arrow(read.customers.limit(1)).num_rows:
        return render(request, "understand/customers.html", {"nobody": True})
    shown = _listed(seen, request)
    part = request.headers.get("HX-Request") == "true"
    return render(request, "understand/parts/customer_list.html" if part else "understand/customers.html", shown)


def _listed(seen: View, request: HttpRequest) -> dict[str, Any]:
    read, now = seen.read, seen.as_of if seen.settled else now_of(seen.read)
    saved = Segment.objects.filter(pk=_number(request.GET.get("saved")) or 0).first()
    query = directory.Query(
        text=request.GET.get("q", "").strip(),
        segment=request.GET.get("segment", ""),
        trouble="trouble" in request.GET,
        unhappy="unhappy" in request.GET,
        members=segment_members(read, saved, now) if saved else None,
        sort=request.GET.get("sort", directory.SORTS[0]),
    )
    table = directory.directory(read, now)
    page = max(1, _number(request.GET.get("page")) or 1)
    found = directory.find(table, query, directory.people_by_id(read, query.text), PAGE * (page - 1), PAGE)
    if not found.rows and found.total:
        page, found = 1, directory.find(table, query, directory.people_by_id(read, query.text), 0, PAGE)
    return {
        "page": Paginator(range(found.total), PAGE).get_page(page),
        "rows": [_row(row) for row in found.rows],
        "currency": next(iter(directory.currencies(read)), ""),
        "total": found.total,
        "all": table.num_rows,
        "query": query,
        "saved": saved,
        "saved_segments": Segment.objects.all(),
        "company_segments": [(name, title(name), size) for name, size in directory.segments_in(table)],
        "filtered": bool(query.text or query.segment or query.trouble or query.unhappy or saved),
    }


def segment_members(read: Read, segment: Segment, now: datetime) -> pa.Table:
    """The people of a saved segment, computed once a version, day and definition."""
    key = f"customers/segment/1/{now:%Y-%m-%d}/{segment.stored!r}"
    table: pa.Table = read.remember(key, lambda: read.to_arrow(segments.members(read, segment.definition, now)))
    return table


def _row(row: dict[str, Any]) -> dict[str, Any]:
    score = row["last_score_share"]
    return {**row, "said_segment": title(row["segment"]), "unhappy": score is not None and score <= directory.UNHAPPY}


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


@needs(Right.SEE_CUSTOMERS)
def customer_page(request: HttpRequest, customer_id: str) -> HttpResponse:
    read = open_ledger().read()
    found, now = _found(read, customer_id)
    entries = timeline(found.lived, found.promised, now)
    return render(
        request,
        "understand/customer.html",
        {
            "customer": found,
            "name": found.name,
            "segment": title(found.known.get("segment")),
            "account": accounts.called_in(read, found.known.get("account_id"), now),
            "situations": [tell(one, now) for one in found.situation],
            "revenue": [money(amount, currency) for currency, amount in found.value.revenue.items()],
            "language": _language(found.known.get("language", "")),
            "traits": [(trait(key), _said(value)) for key, value in found.traits.items()],
            **_consent(found),
            "ids": _by_reason(found),
            "kept": sum(one.state == "kept" for one in found.promised),
            "broken": sum(one.state in ("broken", "overdue") for one in found.promised),
            "as_of": now,
            "archive": now < timezone.now() and now == read.horizon,
            **_part(read, found, entries, request.GET.get("kind", ""), 0),
        },
    )


def _consent(found: Customer) -> dict[str, Any]:
    """What they agreed to or not, and what they were asked and left without a tick."""
    said = consent.all_of(found.customer_id)
    asked = asked_and_not_agreed(open_ledger().same_person(found.customer_id))
    return {
        "consent": [(title(purpose), isinstance(answer, consent.Given)) for purpose, answer in said.items()],
        "not_agreed": [(title(purpose), at) for purpose, at in asked.items() if purpose not in said],
    }


@needs(Right.SEE_CUSTOMERS)
def timeline_part(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Older entries, or the entries of one kind."""
    read = open_ledger().read()
    found, now = _found(read, customer_id)
    kind = request.GET.get("kind", "")
    entries = timeline(found.lived, found.promised, now)
    first = _number(request.GET.get("first")) or 0
    template = "understand/parts/timeline_days.html" if first else "understand/parts/timeline.html"
    return render(request, template, {"customer": found, **_part(read, found, entries, kind, first)})


def _part(read: Read, found: Customer, entries: list[Entry], kind: str, first: int) -> dict[str, Any]:
    wanted = [entry for entry in entries if entry.kind == kind] if kind in KINDS else entries
    counted = [(key, label, sum(entry.kind == key for entry in entries)) for key, label in KINDS.items()]
    shown = reading_words.read_in(read, wanted[first : first + ENTRIES])
    return {
        "days": by_day(shown),
        "kind": kind if kind in KINDS else "",
        "kinds": [one for one in counted if one[2]],
        "entries": len(entries),
        "next": first + ENTRIES if len(wanted) > first + ENTRIES else 0,
        "older": max(0, len(wanted) - first - ENTRIES),
    }


def _found(read: Read, any_id: str) -> tuple[Customer, datetime]:
    canonical = identity.canonical(read, any_id)
    if canonical is None:
        raise Http404
    now = now_of(read)
    return customer(read, canonical, now), now


def _said(value: object) -> str:
    """A trait's value as people read it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return title(value) if isinstance(value, str) else str(value)


def _by_reason(found: Customer) -> list[tuple[str, list[str]]]:
    """The other ids of a person, those with the same reason together."""
    reasons: dict[str, list[str]] = {}
    for other in found.other_ids:
        reasons.setdefault(title(other.reason), []).append(other.id)
    return list(reasons.items())


def _language(code: str) -> str:
    try:
        return str(get_language_info(code.split("-")[0])["name_translated"]).capitalize()
    except KeyError:
        return code
