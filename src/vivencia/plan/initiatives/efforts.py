"""The table of person-days in an initiative's form: a row a team, a column a quarter."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from vivencia.plan.initiatives.models import Initiative, Team

COLUMNS = 8
MOST = 100_000.0
NEW = "new"


@dataclass(frozen=True)
class Cell:
    name: str
    value: str
    label: str


@dataclass(frozen=True)
class Row:
    """`team` None: a team that is to be made."""

    team: Team | None
    cells: list[Cell]


def rows(effort: Mapping[str, Any], told: Mapping[str, str] | None = None) -> list[Row]:
    """As the form shows them: what was typed (`told`), else what is kept; at the end a row for a new team."""
    kept = {str(team.pk): team for team in Team.objects.all() if team.active or str(team.pk) in effort}
    teams: list[tuple[str, Team | None]] = [*kept.items(), (NEW, None)]
    return [Row(team, [_cell(key, team, offset, effort, told) for offset in range(COLUMNS)]) for key, team in teams]


def _cell(key: str, team: Team | None, offset: int, effort: Mapping[str, Any], told: Mapping[str, str] | None) -> Cell:
    name = f"effort-{key}-{offset}"
    days = effort.get(key, {}).get(str(offset))
    value = told.get(name, "") if told is not None else "" if not days else f"{days:g}"
    of = {"team": team.name if team else _("a new team"), "quarter": offset + 1}
    return Cell(name, value, _("Person-days of %(team)s in quarter %(quarter)s") % of)


class NotDaysError(ValueError):
    """Something in the table is no number of days."""


def read(told: Mapping[str, str]) -> tuple[dict[str, dict[str, float]], str]:
    """The effort and the new team's name ("" = none). Raises NotDaysError; words to show."""
    effort: dict[str, dict[str, float]] = {}
    for name, text in told.items():
        match = re.fullmatch(rf"effort-(\d+|{NEW})-(\d)", name)
        if match and text.strip():
            days = _days(text)
            if days:
                effort.setdefault(match[1], {})[match[2]] = days
    new = told.get("new_team", "").strip()[:80]
    if NEW in effort and not new:
        raise NotDaysError(_("Name the new team, or leave its row empty."))
    known = {str(pk) for pk in Team.objects.values_list("pk", flat=True)}
    return {key: days for key, days in effort.items() if key == NEW or key in known}, new


def _days(text: str) -> float:
    try:
        days = float(text.strip().replace(",", "."))
    except ValueError:
        days = -1.0
    if not 0 <= days <= MOST:
        raise NotDaysError(_("“%(text)s” is not a number of days.") % {"text": text[:20]})
    return days


def with_new_team(effort: dict[str, dict[str, float]], new: str) -> dict[str, dict[str, float]]:
    """The effort with the new team made, or found where it is there already by another spelling."""
    days = effort.pop(NEW, None)
    if new:
        team = Team.objects.filter(name__iexact=new).first() or Team.objects.create(name=new)
        if days:
            effort[str(team.pk)] = {**effort.get(str(team.pk), {}), **days}
    return effort


def total(initiative: Initiative) -> float:
    """Person-days in all."""
    return sum(float(days) for told in initiative.effort.values() for days in told.values())
