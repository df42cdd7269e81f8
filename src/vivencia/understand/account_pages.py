"""Accounts: which companies do we serve, and how are their people doing?"""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.numbers import whole
from vivencia.foundation.rights import Right, needs
from vivencia.foundation.vocabulary import title, trait
from vivencia.understand import accounts
from vivencia.understand.accounts import Account
from vivencia.understand.calling import called, reference
from vivencia.understand.directory import currencies
from vivencia.understand.enough import ENOUGH
from vivencia.understand.pages import now_of
from vivencia.understand.timeline import by_day, timeline

PAGE = 25
ENTRIES = 60


@needs(Right.SEE_CUSTOMERS)
def accounts_page(request: HttpRequest) -> HttpResponse:
    """The list, searched by name."""
    read = open_ledger().read()
    table = accounts.accounts(read, now_of(read))
    words = request.GET.get("q", "").strip()
    number = whole(request.GET.get("page")) or 1
    rows, total = accounts.find(table, words, PAGE * (max(1, number) - 1), PAGE)
    context = {
        "rows": [{**row, "called": row["name"] or reference(row["account_id"])} for row in rows],
        "total": total,
        "all": table.num_rows,
        "words": words,
        "currency": next(iter(currencies(read)), ""),
        "page": Paginator(range(total), PAGE).get_page(number),
    }
    return render(request, "understand/accounts.html", context)


@needs(Right.SEE_CUSTOMERS)
def account_page(request: HttpRequest, account_id: str) -> HttpResponse:
    """One account: its people, what it is worth, what it answered, and everything its people lived."""
    read = open_ledger().read()
    now = now_of(read)
    found = accounts.account(read, account_id, now)
    if found is None:
        raise Http404
    page = Paginator(found.people, PAGE).get_page(request.GET.get("page"))
    context = {
        "account": found,
        "name": found.name or reference(account_id),
        "traits": [(trait(key), value) for key, value in found.traits.items() if isinstance(value, str | int | float)],
        "people": [{**row, "called": called(row["name"], row["customer_id"])} for row in page.object_list],
        "page": page,
        "currency": next(iter(currencies(read)), ""),
        "answers": [
            {
                "title": title(one.metric),
                "n": one.n,
                "mean": one.mean if one.n >= ENOUGH else None,
                "top": one.scale_max,
            }
            for one in found.answers
        ],
        "days": _days(found, now),
        "as_of": now,
    }
    return render(request, "understand/account.html", context)


def _days(found: Account, now: Any) -> list[dict[str, Any]]:
    """The latest entries of all its people, by day, each with whose it is."""
    names = {row["customer_id"]: called(row["name"], row["customer_id"]) for row in found.people}
    told = [
        (entry, customer_id)
        for customer_id, (lived, promised) in found.lives.items()
        for entry in timeline(lived, promised, now)
    ]
    latest = sorted(told, key=lambda one: one[0].at, reverse=True)[:ENTRIES]
    whose = {id(entry): customer_id for entry, customer_id in latest}
    return [
        {"day": day.day, "entries": [(e, whose[id(e)], names.get(whose[id(e)], "")) for e in day.entries]}
        for day in by_day(entry for entry, _customer in latest)
    ]
