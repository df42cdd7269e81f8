"""What surveys are called where several stand side by side."""

from collections import Counter
from collections.abc import Collection

from django.utils import timezone
from django.utils.formats import date_format

from vivencia.listen.surveys.models import Survey


def told_apart(surveys: Collection[Survey]) -> dict[str, str]:
    """Each survey's name by its source; of those with the same name with the day it was made, and of those made on the
    same day with the time, too."""
    often = Counter(one.name for one in surveys)
    days = {one.source: f"{one.name} · {_made(one, 'SHORT_DATE_FORMAT')}" for one in surveys}
    same_day = Counter(days.values())
    told = {}
    for one in surveys:
        day = days[one.source]
        exact = f"{one.name} · {_made(one, 'SHORT_DATETIME_FORMAT')}" if same_day[day] > 1 else day
        told[one.source] = exact if often[one.name] > 1 else one.name
    return told


def _made(one: Survey, form: str) -> str:
    return date_format(timezone.localtime(one.made_at), form)
