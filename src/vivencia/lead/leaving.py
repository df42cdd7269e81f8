"""Where people stop: the usual way through the company, and the step before which most of them leave it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.vocabulary import say, title
from vivencia.understand import journey_reading
from vivencia.understand.journey_asking import Asked
from vivencia.understand.journey_funnel_pages import counted_funnel, usual_steps
from vivencia.understand.journey_look import Look
from vivencia.understand.journey_pages import customers_address
from vivencia.understand.journey_words import share

LEAST = 30  # journeys; fewer tell more about who happened to come than about the way


@dataclass(frozen=True)
class Step:
    """One of the usual steps: `width` is the share of those who began that came so far, 0 to 100."""

    name: str
    share: str
    width: float
    worst: bool


@dataclass(frozen=True)
class Leaving:
    """`began` journeys take the first of the usual steps, `through` of them the last as well, in this order.

    `lost` of those who came to `before` never reach `after`: more than at any other step. `href` opens the funnel,
    `people` those who stopped.
    """

    first: str
    last: str
    began: int
    through: int
    before: str
    after: str
    lost: int
    lost_share: str
    through_share: str
    href: str
    people: str
    steps: tuple[Step, ...]


def _is_answer(found: Look, step: str) -> bool:
    """Whether people mostly give a score there: who gives none has not left the company."""
    table = found.table
    code = table.code(step)
    return int((table.feedback.step == code).sum()) * 2 >= int((table.step == code).sum())


def leaving(read: Read) -> Leaving | None:
    """Where most people stop on the usual way; None where there is no such way or nobody stops."""
    found = Look(read, Asked(case=journey_reading.data_shape(read).case))
    steps = tuple(step for step in usual_steps(found) if not _is_answer(found, step))
    if len(steps) < 2:
        return None
    told = counted_funnel(found, steps).steps
    place = max(range(1, len(told)), key=lambda at: told[at].lost)
    worst, before = told[place], told[place - 1]
    if told[0].reached < LEAST or not worst.lost:
        return None
    return Leaving(
        first=title(told[0].step),
        last=say(told[-1].step),
        began=told[0].reached,
        through=told[-1].reached,
        before=say(before.step),
        after=say(worst.step),
        lost=worst.lost,
        lost_share=share(worst.lost / before.reached, 1),
        through_share=share(told[-1].overall),
        href=f"{reverse('journey-funnel')}?{urlencode([('step', step) for step in steps])}",
        people=customers_address(found, funnel="|".join(steps), within="", lost=str(place)),
        steps=tuple(
            Step(title(one.step), share(one.overall), round(100 * (one.overall or 0), 1), at == place)
            for at, one in enumerate(told)
        ),
    )
