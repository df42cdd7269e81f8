"""A segment's condition on what people answered in a survey of ours."""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.understand.json_text import json_text

NAME = "survey answered"
OF_NUMBERS = ("at least", "at most")


class Recent(Protocol):
    """The part of a segment's moment that is needed: events of known people in the last days."""

    def recent(self, days: int | None) -> ir.Table: ...


@dataclass(frozen=True)
class Answered:
    """Their last answer to a question of a survey is, contains, is at least or at most a value.

    `question` is "<survey>/<question>". A choice is compared by its code or its words, whatever the case; of several
    chosen, "contains" finds one. Who never answered it is none of these.
    """

    kind: ClassVar[str] = "answer"
    OPERATORS: ClassVar[tuple[str, ...]] = ("is", "is not", "contains", *OF_NUMBERS)
    question: str
    operator: str
    value: str
    within_days: int | None = None

    def __post_init__(self) -> None:
        """Raises ValueError naming what is allowed."""
        if self.operator not in self.OPERATORS:
            raise ValueError(f"operator is {self.operator!r}; allowed: {', '.join(self.OPERATORS)}")
        if self.operator in OF_NUMBERS and not _is_number(self.value):
            raise ValueError(f"value is {self.value!r}; a number is needed")

    def people(self, at: Recent) -> ir.Table:
        """The people it holds for, as a table of `customer_id`."""
        survey, _slash, question = self.question.partition("/")
        asked = at.recent(self.within_days).filter(_.name == NAME)
        told = asked.mutate(
            survey=json_text(asked.properties, "survey"),
            question=json_text(asked.properties, "question"),
            codes=json_text(asked.properties, "answer_codes").lower(),
            words=json_text(asked.properties, "answer").lower(),
        ).filter((_.survey == survey) & (_.question == question))
        answered = told.mutate(codes=_.codes.fill_null(""), words=ibis.coalesce(_.words, _.text.lower(), ""))
        last = answered.group_by("customer_id").aggregate(
            codes=_.codes.argmax(_.occurred_at),
            words=_.words.argmax(_.occurred_at),
            score=_.score.fill_null(float("nan")).argmax(_.occurred_at),
        )
        return last.filter(self._holds(last)).select("customer_id")

    def _holds(self, last: ir.Table) -> Any:
        value = self.value.strip().lower()
        if self.operator in OF_NUMBERS:
            number = float(value)
            compared = last.score >= number if self.operator == "at least" else last.score <= number
            return compared & ~last.score.isnan()
        if self.operator == "contains":
            return last.codes.contains(value) | last.words.contains(value)
        same = (last.codes == value) | (last.words == value)
        return same if self.operator == "is" else ~same


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < 1e300
    except ValueError:
        return False
