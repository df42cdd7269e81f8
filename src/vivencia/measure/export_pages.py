"""Taking figures and rows out, with their definitions."""

from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from vivencia.foundation import audit
from vivencia.foundation.exporting import FORMS, MOST_ROWS, Sheet, as_csv, as_xlsx
from vivencia.foundation.models import Act
from vivencia.foundation.rights import Right, may, needs
from vivencia.measure import dimensions, drilling, views, wording
from vivencia.measure.asking import Asked
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.pages import read
from vivencia.measure.reading import Source, source
from vivencia.understand import voice_words


@needs(Right.EXPORT)
def export(request: HttpRequest, name: str, what: str, form: str) -> HttpResponse:
    """`figures` (all, by period, by the dimension looked at) or `rows`, as csv or xlsx."""
    if what not in ("figures", "rows") or form not in FORMS:
        raise Http404
    here, question = source(), read(name, request)
    if what == "rows" and question.metric.anonymous:
        raise PermissionDenied(_("Answers of colleagues are not opened one by one."))
    sheet = (
        _figures(here, question)
        if what == "figures"
        else _rows(here, question, masked=not may(request.user, Right.SEE_PERSONAL))
    )
    audit.record(Act.EXPORTED, by=request.user, metric=name, what=what, rows=len(sheet.rows), form=form)
    content = as_csv(sheet) if form == "csv" else as_xlsx([sheet, _definitions(here, question)])
    response = HttpResponse(content, content_type=FORMS[form])
    stamp = timezone.now().strftime("%Y-%m-%d")
    response["Content-Disposition"] = f'attachment; filename="{question.metric.name}-{what}-{stamp}.{form}"'
    return response


def _figures(here: Source, question: Asked) -> Sheet:
    """Every figure of the page in one long table: what it is grouped by, its group, and all it needs."""
    period = f"period:{question.by}"
    known = dimensions.dimensions(here, question)
    cuts = [(), (period,), *([(views.chosen(known, question.dim),)] if known else [])]
    rows = [_line(here, question, by, figure) for by in cuts for figure in views.figures(here, question, by) or []]
    heads = (
        _("metric"), _("counted as"), _("by"), _("group"), _("value"), _("low"), _("high"), "n", _("unit"),
        _("definition"),
    )  # fmt: skip
    return Sheet(_("Figures"), heads, rows)


def _line(here: Source, question: Asked, by: tuple[str, ...], figure: Figure) -> list[str | float | int | None]:
    words = wording.Words(question.metric, question.variant)
    name = wording.dimension_name(by[0]) if by else ""
    group = wording.group_name(by[0], figure.group[by[0]]) if by else _("everybody")
    numbers = [figure.value, figure.low, figure.high, figure.n]
    said = f"{views.definition(here, question)} {wording.left_out(figure)}".strip()
    return [words.title, words.variant_title, name, group, *numbers, wording.unit(figure.unit), said]


def _rows(here: Source, question: Asked, *, masked: bool) -> Sheet:
    """The observations behind the figure, one a row; who may not read personal data gets the words masked."""
    told = drilling.every_row(here, question, MOST_ROWS)
    heads = (
        _("when (UTC)"), _("customer"), _("customer id"), _("counts as"), _("score"), _("of"), _("words"), _("event"),
        _("touchpoint"), _("channel"), _("employee"), _("case"), _("case id"),
    )  # fmt: skip
    rows = [
        [
            row.observed_at, row.customer, row.customer_id, row.value, row.score, row.scale_max,
            voice_words.shown(row.text or "", masked=masked) or None, row.name, row.touchpoint, row.channel,
            row.employee_id, row.subject_kind, row.subject_id,
        ]
        for row in told
    ]  # fmt: skip
    return Sheet(_("Rows"), heads, rows)


def _definitions(here: Source, question: Asked) -> Sheet:
    """What the numbers mean, for whoever gets the file without having seen the page."""
    words = wording.Words(question.metric, question.variant)
    groups = ", ".join(
        f"{wording.dimension_name(key)}: {wording.group_name(key, value)}" for key, value in question.where.items()
    )
    ways = [
        [_(variant.title), wording.definition(variant, here.rules)] for variant in replace(question).metric.variants
    ]
    rows = [
        [_("metric"), words.title],
        [_("counted as"), words.variant_title],
        [_("definition"), views.definition(here, question)],
        [_("group"), groups or _("everybody")],
        [_("segment"), question.segment or _("everybody")],
        [
            _("not enough data"),
            _("Values of fewer than %(n)s observations are left empty.") % {"n": question.metric.min_n},
        ],
        [_("version of the ledger"), here.read.version],
        *ways,
    ]
    return Sheet(_("Definitions"), (_("what"), _("meaning")), rows)
