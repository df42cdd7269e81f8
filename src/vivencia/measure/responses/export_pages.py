"""One row a response, to take out."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vivencia.foundation import audit
from vivencia.foundation.exporting import FORMS, MOST_ROWS, Cell, Sheet, as_csv, as_xlsx
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Act
from vivencia.foundation.rights import Right, may, needs
from vivencia.listen.surveys import path
from vivencia.listen.surveys import wording as survey_words
from vivencia.listen.surveys.models import Response, Survey
from vivencia.listen.surveys.piping import in_words
from vivencia.listen.surveys.questionnaire import Question, said
from vivencia.measure.responses.comments import readings


@needs(Right.EXPORT)
def rows(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """Every response with every answer, as csv, or as xlsx with what the columns mean."""
    survey = get_object_or_404(Survey, pk=pk)
    if form not in FORMS:
        raise Http404
    if survey.of_employees:
        raise PermissionDenied(_("Answers of colleagues are not opened one by one."))
    responses = survey.responses.exclude(answers={}).select_related("version", "link").order_by("started_at")
    sheet = _sheet(survey, list(responses[:MOST_ROWS]), personal=may(request.user, Right.SEE_PERSONAL))
    audit.record(Act.EXPORTED, by=request.user, survey=pk, rows=len(sheet.rows), form=form)
    content = as_csv(sheet) if form == "csv" else as_xlsx([sheet, _meaning(survey)])
    answer = HttpResponse(content, content_type=FORMS[form])
    stamp = timezone.now().strftime("%Y-%m-%d")
    answer["Content-Disposition"] = f'attachment; filename="{survey.slug}-responses-{stamp}.{form}"'
    return answer


def _questions(survey: Survey) -> list[Question]:
    """Every question of every version, the newest words of each, in the order they first appeared."""
    found: dict[str, Question] = {}
    for version in survey.versions.order_by("number"):
        for question in version.questionnaire.questions:
            found[question.key] = question
    return list(found.values())


def _sheet(survey: Survey, responses: list[Response], *, personal: bool) -> Sheet:
    questions, language = _questions(survey), get_language() or "en"
    masked = {} if personal else _masked(responses)
    heads = [
        _("response"), _("begun (UTC)"), _("finished (UTC)"), _("customer id"), _("channel"), _("language"),
        _("version"), _("group"), _("page"), _("about"),
    ]  # fmt: skip
    columns = [column for question in questions for column in _columns(question)]
    lines = []
    for one in responses:
        it = one.version.questionnaire
        counted = path.counted(it, one.answers)
        told: list[Cell] = [
            str(one.key), one.started_at, one.finished_at, one.customer_id, survey_words.channel(one.channel),
            one.language, one.version.number, one.group, one.page, one.link.subject_id if one.link else "",
        ]  # fmt: skip
        for question in questions:
            told += _cells(question, counted.get(question.key), language, masked.get((str(one.key), question.key), ...))
        lines.append(told)
    return Sheet(_("Responses"), (*heads, *columns), lines)


def _columns(question: Question) -> list[str]:
    return [f"{question.key}.{row.code}" for row in question.rows] if question.kind == "matrix" else [question.key]


def _cells(question: Question, answer: Any, language: str, masked: Any) -> list[Cell]:
    """A matrix has a cell a row; numbers stay numbers; of a text what the reader may see."""
    if question.kind == "matrix":
        codes = [one.code for one in question.options]
        given = answer if isinstance(answer, dict) else {}
        return [codes.index(given[row.code]) + 1 if given.get(row.code) in codes else None for row in question.rows]
    if answer is None:
        return [None]
    if question.ends:
        return [float(answer)]
    if masked is not ...:
        return [masked]
    words = in_words(question, answer, language)
    return [{"yes": _("Yes"), "no": _("No")}.get(words, words) if isinstance(answer, bool) else words]


def _masked(responses: list[Response]) -> dict[tuple[str, str], str | None]:
    """What may be seen of texts without the right to personal data: (response, question) -> masked words or nothing."""
    places: dict[tuple[str, str], str] = {}
    for one in responses:
        for question in one.version.questionnaire.questions:
            if _is_written(question, one.answers.get(question.key)):
                about = question.about if question.about in one.answers else ""
                places[(str(one.key), question.key)] = f"survey-{one.key}-{about or question.key}"
    known = readings(open_ledger().read(), list(places.values()))
    return {place: known.get(event, {}).get("masked") for place, event in places.items()}


def _is_written(question: Question, answer: Any) -> bool:
    return bool(answer) and (question.kind == "text" or (isinstance(answer, dict) and bool(answer.get("other"))))


def _meaning(survey: Survey) -> Sheet:
    language = get_language() or "en"
    lines: list[list[Cell]] = [[_("survey"), survey.name], [_("address"), survey.slug]]
    for question in _questions(survey):
        lines.append([question.key, said(question.text, language)])
        lines += [[f"{question.key}.{row.code}", said(row.text, language)] for row in question.rows]
    lines.append([_("empty"), _("Not asked, or not answered.")])
    return Sheet(_("Questions"), (_("column"), _("meaning")), lines)
