"""A segment's condition on which persona people are; the app `personas` says who they are, where it is installed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import ibis.expr.types as ir

Choices = Callable[[], Sequence[tuple[str, str]]]
Members = Callable[[Any, str], ir.Table]
MEMBERS: list[Members] = []  # one at most: given (what is read, the condition's persona), the people
CHOICES: list[Choices] = []  # one at most: the value of the condition and the name, of every persona found


@dataclass(frozen=True)
class InPersona:
    """They are this persona: "<persona>:<finding>", so that what is remembered of one model is not another's."""

    kind: ClassVar[str] = "persona"
    persona: str

    def people(self, at: Any) -> ir.Table:
        """The people it holds for, as a table of `customer_id`. Raises ValueError where nobody knows personas."""
        if not MEMBERS or at.read is None:
            raise ValueError("personas are not known here")
        return MEMBERS[0](at.read, self.persona)


def personas() -> list[tuple[str, str]]:
    """What a segment's form offers: (condition's persona, name)."""
    return [pair for told in CHOICES for pair in told()]
