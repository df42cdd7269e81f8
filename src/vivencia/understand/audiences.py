"""Saved segments as groups that can be invited to a survey, and the words of surveys' questions."""

from collections.abc import Sequence
from functools import partial

from django.utils import timezone

from vivencia.foundation.ledger.store import open_ledger
from vivencia.listen.surveys.audiences import Audience, provider
from vivencia.listen.surveys.models import Survey
from vivencia.listen.surveys.questionnaire import said
from vivencia.understand import segments
from vivencia.understand.models import Segment
from vivencia.understand.now import as_of


@provider
def saved_segments() -> Sequence[Audience]:
    """Every saved segment, its people as of now."""
    return [Audience(f"segment:{one.pk}", one.name, partial(_people, one.pk)) for one in Segment.objects.all()]


def _people(pk: int) -> list[str]:
    read = open_ledger().read()
    found = segments.members(read, Segment.objects.get(pk=pk).definition, as_of(read.horizon, timezone.now()))
    return sorted(str(one) for one in read.to_arrow(found)["customer_id"].to_pylist())


def questions(keys: Sequence[str], language: str) -> list[tuple[str, str]]:
    """What the questions named "<survey>/<question>" ask: (key, "Survey: question"), as the last version says it."""
    slugs = {key.partition("/")[0] for key in keys}
    surveys = {one.slug: one for one in Survey.objects.filter(slug__in=slugs)}
    found = []
    for key in keys:
        slug, _slash, question = key.partition("/")
        survey = surveys.get(slug)
        asked = survey.questionnaire.question(question) if survey else None
        name = survey.name if survey else slug
        found.append((key, f"{name}: {said(asked.text, language) if asked else question}"[:160]))
    return found
