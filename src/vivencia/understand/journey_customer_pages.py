"""The people behind a number on a journey page, and their words."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pyarrow as pa
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.numbers import whole
from vivencia.foundation.rights import Right, needs
from vivencia.foundation.vocabulary import say, title
from vivencia.understand import journey_asking
from vivencia.understand.journey_funnel_pages import WITHIN
from vivencia.understand.journey_look import Look, look
from vivencia.understand.journey_words import duration, move
from vivencia.understand.journeys import beside
from vivencia.understand.journeys.funnel import reached
from vivencia.understand.journeys.loops import lived_again
from vivencia.understand.journeys.selection import Selection, chosen
from vivencia.understand.journeys.table import JourneyTable, Mask
from vivencia.understand.journeys.variants import path, same_path

PAGE = 25
QUOTES = 6


@needs(Right.SEE_CUSTOMERS)
def customers_page(request: HttpRequest) -> HttpResponse:
    """Journeys of one kind, latest first: whose they are, how they went, what was said."""
    found = look(request)
    if found is None:
        return redirect("journeys")
    mask, what = _meant(found.whole, request.GET)
    mask = mask & found.mask
    journeys = np.flatnonzero(mask)
    journeys = journeys[np.argsort(-found.whole.ended[journeys], kind="stable")]
    page = Paginator(range(len(journeys)), PAGE).get_page(request.GET.get("page"))
    here = journeys[page.start_index() - 1 if len(journeys) else 0 : page.end_index()]
    said, quotes = beside.said(found.words(), found.whole, mask, limit=QUOTES)
    context = {
        "what": what,
        "who": journey_asking.words(found.read, found.wish),
        "narrowed": found.wish.narrowed,
        "journeys": len(journeys),
        "customers": len(np.unique(found.whole.person[journeys])),
        "page": page,
        "rows": _rows(found, here),
        "quotes": quotes,
        "said": said,
        "back": f"?{found.wish.address}",
        "voices_href": f"{reverse('voices')}?{urlencode({'lived': request.GET.urlencode()})}",
    }
    return render(request, "understand/journey_customers.html", context)


def people(read: Read, address: str) -> tuple[pa.Table, str]:
    """`customer_id` of those whose journeys an address of this page's means, and what it means in words."""
    given = QueryDict(address)
    found = Look(read, journey_asking.asked(read, given))
    mask, what = _meant(found.whole, given)
    table = found.whole
    ids = table.person_ids.take(np.unique(table.person[np.flatnonzero(mask & found.mask)]))
    told = f"{what}, {journey_asking.words(read, found.wish)}" if found.wish.narrowed else what
    return pa.table({"customer_id": ids}), told


def _meant(table: JourneyTable, given: QueryDict) -> tuple[Mask, str]:
    """Which journeys the address means, and that in words; an address that means nothing means all."""
    known = set(table.steps)
    step, source, target = (given.get(key, "") for key in ("step", "source", "target"))
    again, at_once = given.get("again", ""), given.get("at_once", "")
    if step in known:
        return chosen(table, Selection(through=(step,))), _("They came to %(step)s") % {"step": say(step)}
    if source in known and target in known:
        return chosen(table, Selection(moved=(source, target))), move(source, target)
    if again in known:
        return lived_again(table, again, at_once=False), _("They came to %(step)s more than once") % {
            "step": say(again)
        }
    if at_once in known:
        return lived_again(table, at_once, at_once=True), _("They came to %(step)s again at once") % {
            "step": say(at_once)
        }
    steps = tuple(given.getlist("path"))
    if steps and known.issuperset(steps):
        return same_path(table, steps), " → ".join(title(one) if i == 0 else say(one) for i, one in enumerate(steps))
    return _of_funnel(table, given)


def _of_funnel(table: JourneyTable, given: QueryDict) -> tuple[Mask, str]:
    steps = tuple(given.get("funnel", "").split("|"))
    if len(steps) < 2 or not set(table.steps).issuperset(steps):
        return np.ones(table.journeys, np.bool_), _("All journeys")
    masks = reached(table, steps, WITHIN.get(given.get("within", "")))
    there, lost = whole(given.get("reached")), whole(given.get("lost"))
    if there is not None and there < len(steps):
        return masks[there], _("They went through as far as %(step)s") % {"step": say(steps[there])}
    if lost is not None and 0 < lost < len(steps):
        before, after = steps[lost - 1], steps[lost]
        words = {"before": say(before), "after": say(after)}
        return masks[lost - 1] & ~masks[lost], _("They came to %(before)s but not to %(after)s") % words
    return masks[0], _("They began with %(step)s") % {"step": say(steps[0])}


def _rows(found: Look, journeys: Any) -> list[dict[str, Any]]:
    table = found.whole
    ids = [table.person_ids[int(table.person[i])].as_py() for i in journeys]
    names = _names(found, [one for one in ids if one])
    scores = table.scores()
    rows = []
    for journey, customer in zip(journeys, ids, strict=True):
        steps = [say(step) for step in path(table, int(journey))]
        rows.append(
            {
                "customer": customer,
                "name": names.get(customer or ""),
                "case": "" if table.case == "customer" else table.case_name(int(journey)),
                "steps": steps if len(steps) <= 8 else [*steps[:4], "…", *steps[-3:]],
                "ended": datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(table.ended[journey])),
                "duration": duration(float(table.ended[journey] - table.began[journey]) / 1_000_000),
                "score": None if np.isnan(scores[journey]) else float(scores[journey]),
            }
        )
    return rows


def _names(found: Look, ids: list[str]) -> dict[str, str]:
    customers = found.read.customers
    rows = found.read.to_arrow(
        customers.filter(customers.customer_id.isin(ids or [""])).select("customer_id", "name", "email")
    )
    return {row["customer_id"]: row["name"] or row["email"] or "" for row in rows.to_pylist()}
