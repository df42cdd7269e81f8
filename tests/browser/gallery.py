"""Every component on one page, for the browser tests and for looking at: not part of the product.

`DJANGO_SETTINGS_MODULE=tests.browser.gallery_settings python manage.py runserver` shows it at /gallery/.
"""

from dataclasses import dataclass
from pathlib import Path

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from vivencia.foundation.charts import Chart, Point, Series
from vivencia.foundation.rights import public
from vivencia.project.urls import urlpatterns as product


@dataclass(frozen=True)
class Measured:
    value: float | None
    low: float | None
    high: float | None
    n: int
    unit: str = ""
    definition: str = "Mean of the answers from 1 to 5 in the period. Unanswered surveys do not count."


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug")
SCORES = (4.1, 4.15, 4.02, None, 3.8, 3.95, 4.2, 4.24)
POINTS = tuple(
    Point(month, score, None if score is None else score - 0.12, None if score is None else score + 0.12, 900)
    for month, score in zip(MONTHS, SCORES, strict=True)
)
CHARTS = {
    "line": Chart("line", "Satisfaction by month", (Series("All", POINTS),), decimals=2, low=1, high=5, target=4.2),
    "bars": Chart(
        "bars",
        "Satisfied customers by channel",
        (
            Series(
                "Satisfied",
                (
                    Point("Shop", 88.1, 86.0, 90.2, 1034),
                    Point("A channel <b>with</b> a rather long name", 82.8, 82.5, 83.1, 12345),
                    Point("Chat", 61.0, 55.4, 66.1, 310, tone="pain", href="/gallery/?opened=chat"),
                    Point("Letter", None, n=4),
                ),
            ),
        ),
        unit="%",
    ),
    "intervals": Chart(
        "intervals",
        "What moves satisfaction, in points",
        (
            Series(
                "Effect",
                (
                    Point("Delivery late", -1.68, -1.77, -1.6, 1135, tone="pain"),
                    Point("Paid in instalments", -0.03, -0.08, 0.02, 5120, tone="neutral"),
                    Point("Agent called back", 0.41, 0.25, 0.57, 410, tone="gain"),
                ),
            ),
        ),
        decimals=2,
    ),
    "stacked": Chart(
        "stacked",
        "How the promises stand",
        (
            Series("Broken", (Point("Delivery", 6.0, tone="pain"), Point("Call back", 12.0, tone="pain"))),
            Series("Open", (Point("Delivery", 9.0, tone="neutral"), Point("Call back", 3.0, tone="neutral"))),
            Series("Kept", (Point("Delivery", 85.0, tone="gain"), Point("Call back", 85.0, tone="gain"))),
        ),
        unit="%",
    ),
}


@public
def gallery(request: HttpRequest) -> HttpResponse:
    context = {
        "good": Measured(4.084, 4.06, 4.108, 14518),
        "share": Measured(82.79, 82.5, 83.1, 85907, "%"),
        "unknown": Measured(None, None, None, 3),
        "charts": CHARTS,
        "scores": list(SCORES),
        "page": Paginator(range(3000), 20).page(int(request.GET.get("page", "7"))),
    }
    template = engines["django"].from_string((Path(__file__).parent / "gallery.html").read_text())
    return HttpResponse(template.render(context, request))


urlpatterns = [path("gallery/", gallery, name="gallery"), *product]
