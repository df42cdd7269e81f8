"""The components of every page: `{% load viv %}`. web/README.md shows each with an example."""

from itertools import count
from typing import Any

from django import template
from django.core.paginator import Page
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from vivencia.foundation import charts, styled, vocabulary
from vivencia.foundation.rights import Right, may
from vivencia.foundation.writing import number_format

register = template.Library()
_numbers = count(1)
register.filter("control", styled.control)
register.filter("say", vocabulary.say)
register.filter("title_of", vocabulary.title)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of web/icons.json. Without `label` it is decoration, hidden from screen readers."""
    address = f"{static('built/icons.svg')}#{name}"
    if not label:
        return format_html('<svg class="viv-icon" aria-hidden="true"><use href="{}"></use></svg>', address)
    return format_html('<svg class="viv-icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, address)


@register.filter
def may_do(user: object, right: str) -> bool:
    """`{% if user|may_do:"export" %}`: whether the person holds the right."""
    return may(user, Right(right))


def _written(value: float, decimals: int) -> str:
    return number_format(value, decimals, force_grouping=True).replace("-", "\u2212")


@register.filter
def number(value: float | None, decimals: int = 0) -> str:
    """A number in the page's language; "not enough data" where there is none."""
    return _("not enough data") if value is None else _written(value, decimals)


@register.filter
def signed(value: float | None, decimals: int = 1) -> str:
    """As `number`, always with its sign: +0,4 or −1,2 (a true minus)."""
    if value is None:
        return _("not enough data")
    sign = "+" if value > 0 else "\u2212" if value < 0 else ""
    return sign + _written(abs(value), decimals)


@register.inclusion_tag("foundation/parts/figure.html")
def figure(
    measured: Any, label: str = "", decimals: int = 1, size: str = "", href: str = "", definition: str = ""
) -> dict[str, Any]:
    """Value, interval, n and definition of anything with `.value .low .high .n .unit .definition`."""
    return {
        "it": measured,
        "label": label,
        "decimals": decimals,
        "size": size,
        "href": href,
        "definition": definition or getattr(measured, "definition", ""),
        "id": f"definition-{next(_numbers)}",
    }


@register.inclusion_tag("foundation/parts/explain.html")
def explain(text: str, about: str = "") -> dict[str, Any]:
    """A small button that opens an explanation; `about` names what it explains."""
    return {"text": text, "about": about, "id": f"explain-{next(_numbers)}"}


@register.inclusion_tag("foundation/parts/empty.html")
def empty(
    title: str, text: str = "", icon: str = "info-circle", href: str = "", action: str = "", small: bool = False
) -> dict[str, Any]:
    """What an empty page or list says: what belongs here and the way to fill it."""
    return {"title": title, "text": text, "icon": icon, "href": href, "action": action, "small": small}


_BADGE_ICONS = {"gain": "trending-up", "pain": "trending-down", "neutral": "minus", "caution": "alert-triangle"}


@register.inclusion_tag("foundation/parts/badge.html")
def badge(tone: str, text: str, icon: str = "") -> dict[str, Any]:
    """A word with its sign and colour. Tones: gain, pain, neutral, caution, brand."""
    return {"tone": tone, "text": text, "icon": icon or _BADGE_ICONS.get(tone, "")}


@register.inclusion_tag("foundation/parts/chart.html")
def chart(drawn: charts.Chart, caption: bool = True) -> dict[str, Any]:
    """The picture and, one click away, its numbers."""
    return {"chart": drawn, "spec": drawn.spec(), "caption": caption, "id": f"chart-{next(_numbers)}"}


@register.inclusion_tag("foundation/parts/sparkline.html")
def sparkline(values: list[float | None], label: str) -> dict[str, Any]:
    """A small line drawn on the server; `label` says in words where it goes."""
    return {"lines": charts.sparkline(values), "label": label}


@register.inclusion_tag("foundation/parts/progress.html")
def progress(done: float | None, label: str, about: str = "") -> dict[str, Any]:
    """How far long work is, `done` from 0 to 1 (None: not known yet); `about` adds rate and time left."""
    return {"done": done, "percent": None if done is None else round(100 * done), "label": label, "about": about}


@register.inclusion_tag("foundation/parts/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page[Any], parameter: str = "page") -> dict[str, Any]:
    """Links to the other pages of a `Page`, keeping the rest of the address."""
    request: HttpRequest = context["request"]

    def address(number: int) -> str:
        query = request.GET.copy()
        query[parameter] = str(number)
        return f"?{query.urlencode()}"

    around = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    links = [{"number": n, "href": address(n) if isinstance(n, int) else ""} for n in around]
    return {
        "page": page,
        "links": links,
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "next": address(page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("foundation/parts/period.html", takes_context=True)
def period(context: template.Context, since: Any = None, until: Any = None, by: str = "") -> dict[str, Any]:
    """Since, until and (where `by` is given) day, week, month or quarter, as fields of the form around it."""
    steps = {"day": _("day"), "week": _("week"), "month": _("month"), "quarter": _("quarter")}
    return {"since": since, "until": until, "by": by, "steps": steps}
