"""Taking journeys out: moves, variants or a funnel as a table, with the sheet that says what the numbers mean."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from vivencia.foundation import audit
from vivencia.foundation.exporting import FORMS, Cell, Sheet, as_csv, as_xlsx
from vivencia.foundation.models import Act
from vivencia.foundation.rights import Right, needs
from vivencia.foundation.vocabulary import title
from vivencia.understand import journey_asking
from vivencia.understand.journey_funnel_pages import asked_steps, counted_funnel
from vivencia.understand.journey_look import Look, look
from vivencia.understand.journey_pages import counted_flow, felt_of
from vivencia.understand.journey_variant_pages import counted_variants
from vivencia.understand.journey_words import enough
from vivencia.understand.journeys.flow import Felt


@needs(Right.EXPORT)
def export(request: HttpRequest, what: str, form: str) -> HttpResponse:
    """`moves`, `variants` or `funnel` of the journeys the address asks for, as csv or xlsx."""
    if what not in SHEETS or form not in FORMS:
        raise Http404
    found = look(request)
    if found is None:
        raise Http404
    sheet = SHEETS[what](found, request)
    audit.record(Act.EXPORTED, by=request.user, what=f"journeys {what}", rows=len(sheet.rows), form=form)
    content = as_csv(sheet) if form == "csv" else as_xlsx([sheet, _about(found)])
    response = HttpResponse(content, content_type=FORMS[form])
    stamp = timezone.now().strftime("%Y-%m-%d")
    response["Content-Disposition"] = f'attachment; filename="journeys-{what}-{stamp}.{form}"'
    return response


def _moves(found: Look, request: HttpRequest) -> Sheet:
    counted = counted_flow(found)
    journeys = max(counted["journeys"], 1)
    heads = (
        _("From"), _("To"), _("Moves"), _("Journeys"), _("Share of journeys"), _("Customers"), _("Median wait (s)"),
        *_felt_heads(),
    )  # fmt: skip
    rows = [
        [
            title(one["source"]), title(one["target"]), one["count"], one["journeys"], one["journeys"] / journeys,
            one["customers"], one["median_dwell_seconds"], *_felt(felt_of(one["passing"])),
        ]
        for one in counted["edges"]
    ]  # fmt: skip
    return Sheet(_("Moves"), heads, rows)


def _variants(found: Look, request: HttpRequest) -> Sheet:
    heads = (_("Way"), _("Journeys"), _("Share"), _("Together"), _("Median length (s)"), *_felt_heads())
    rows = [
        [
            " → ".join(title(step) for step in row["steps"]), row["count"], row["share"], row["cumulative"],
            row["median_duration_seconds"], *_felt(Felt(**row["passing"])),
        ]
        for row in counted_variants(found)[0]["rows"]
    ]  # fmt: skip
    return Sheet(_("Variants"), heads, rows)


def _funnel(found: Look, request: HttpRequest) -> Sheet:
    steps, within = asked_steps(found, request.GET)
    told = counted_funnel(found, tuple(steps), within).steps if len(steps) >= 2 else ()
    heads = (
        _("Step"), _("Journeys"), _("Of those who began"), _("Of the step before"), _("low"), _("high"),
        _("Stopped before it"), _("Median wait (s)"),
    )  # fmt: skip
    rows: list[list[Cell]] = [
        [title(one.step), one.reached, one.overall, one.conversion, one.low, one.high, one.lost, one.median_seconds]
        for one in told
    ]
    return Sheet(_("Funnel"), heads, rows)


SHEETS: dict[str, Callable[[Look, HttpRequest], Sheet]] = {"moves": _moves, "variants": _variants, "funnel": _funnel}


def _felt_heads() -> tuple[str, ...]:
    return (_("Mean answer"), _("low"), _("high"), _("answers"))


def _felt(felt: Felt) -> list[Cell]:
    """Mean, interval and n; no mean where too few answered."""
    return [felt.mean, felt.low, felt.high, felt.n] if enough(felt) else [None, None, None, felt.n]


def _about(found: Look) -> Sheet:
    """Which journeys these are, and what the columns mean."""
    rows: list[list[Any]] = [
        [_("Journeys"), journey_asking.words(found.read, found.wish)],
        [_("Shares"), _("Of the journeys asked for, from 0 to 1.")],
        [_("Mean answer"), _("Of the answers of those who pass; empty below five answers. Interval: 95 %.")],
        [_("Funnel"), _("Shares of a step with their intervals (Wilson, 95 %).")],
    ]
    return Sheet(_("About"), (_("What"), _("Meaning")), rows)
