"""Who is asked, who answers and what they say: after an order (CSAT), weeks later (NPS), after a ticket (CES), at work.

Whether somebody answers depends on what they feel: the angry and the delighted answer more. Every silent person has an
even, random chance of a reminder (`reminder_randomised`), so an analyst can work out what the silent would have said.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vivencia.listen.demo.company import employees
from vivencia.listen.demo.happenings import Shop, daytime, properties
from vivencia.listen.demo.log import Log
from vivencia.listen.demo.people import WINDOW_DAYS, Bools, Floats, Ints
from vivencia.listen.demo.words import Story, at_work, comment, mood_of

REMINDER_DAYS = 4.0


@dataclass(frozen=True)
class Survey:
    """One kind of question."""

    metric: str
    scale_max: float
    asks: str  # what about, as the sending system calls it


CSAT = Survey("csat", 5.0, "order")
NPS = Survey("nps", 10.0, "relationship")
CES = Survey("ces", 7.0, "contact centre")
ENPS = Survey("enps", 10.0, "work")


@dataclass(frozen=True)
class Answering:
    """When people answer, and who is reminded; nan where not."""

    answered: Floats
    reminded: Floats


def answering(sent: Floats, pull: Floats, rng: np.random.Generator) -> Answering:
    """`pull` is the log-odds of answering the first asking; a reminder gives half that chance once more."""
    n = len(sent)
    chance = 1 / (1 + np.exp(-pull))
    at_once = rng.random(n) < chance
    delay = np.minimum(rng.exponential(1.1, n), REMINDER_DAYS - 0.7) + 0.03
    reminded = np.where(~at_once & (rng.random(n) < 0.5), sent + REMINDER_DAYS, np.nan)
    later = ~np.isnan(reminded) & (rng.random(n) < 0.55 * chance)
    asked = np.where(at_once, sent, reminded)
    answered = np.where(at_once | later, np.maximum(asked + 0.01, daytime(asked + delay)), np.nan)
    return Answering(answered, reminded)


def pull(score: Floats, base: float) -> Floats:
    """How strongly what one would say (about 1-5) moves to saying it: least in the middle."""
    return base + 0.95 * np.abs(score - 3.9)


def ask_customers(log: Log, shop: Shop) -> None:
    """Send and answer all customers' surveys."""
    _after_orders(log, shop)
    _relationship(log, shop)
    _after_tickets(log, shop)


def _after_orders(log: Log, shop: Shop) -> None:
    x, t, rng = shop.x, shop.t, shop.rng
    everyone = np.ones(len(shop.c), dtype=np.bool_)
    sent = np.floor(t.got + 4) + 10 / 24
    reply = answering(sent, pull(x.csat, -1.95), rng)
    _write(log, shop, CSAT, everyone, sent, reply, x.csat)


def _relationship(log: Log, shop: Shop) -> None:
    """Asked six weeks after every second order of a person, when everything about the order is over."""
    c, x, t, rng = shop.c, shop.x, shop.t, shop.rng
    asked = c.number % 2 == 1
    sent = np.floor(t.ordered + 42) + 11 / 24
    reply = answering(sent, pull((x.nps - 7.5) / 1.5 + 3.9, -2.0), rng)
    _write(log, shop, NPS, asked, sent, reply, x.nps)
    delighted = asked & (x.nps >= 9) & ~np.isnan(reply.answered) & (c.customer % 8 == 0)
    log.add(
        "friend invited",
        reply.answered[delighted] + 0.01,
        touchpoint="referral",
        channel="web",
        customer_id=shop.names.shop[c.customer[delighted]],
        source="shop",
    )


def _after_tickets(log: Log, shop: Shop) -> None:
    c, x, t, rng = shop.c, shop.x, shop.t, shop.rng
    asked = x.ticket
    reopened = ~np.isnan(t.reopened)
    ease = 5.5 + 0.8 * c.mood - 1.5 * x.transferred - 0.9 * reopened + rng.normal(0, 1.0, len(c))
    sent = t.closed + 0.05
    score = np.clip(np.rint(ease), 1, 7)
    reply = answering(sent, pull(score - 1.5, -1.7), rng)
    _write(log, shop, CES, asked, sent, reply, score)


def _write(log: Log, shop: Shop, survey: Survey, asked: Bools, sent: Floats, reply: Answering, score: Floats) -> None:
    def about(where: Bools) -> dict[str, Any]:
        own = shop.ticket_about(where) if survey is CES else shop.about(where)
        whose = {"customer_id": shop.names.shop[shop.c.customer[where]], "source": "survey", "channel": "email"}
        return own | whose | {"metric": survey.metric}

    def sheet(where: Bools) -> list[str]:
        rows = int(where.sum())
        return properties(
            survey=np.full(rows, survey.asks, dtype=object), reminder_randomised=np.ones(rows, dtype=np.bool_)
        )

    log.add("survey sent", sent[asked], properties=sheet(asked), **about(asked))
    reminded = asked & ~np.isnan(reply.reminded)
    log.add("survey reminder sent", reply.reminded[reminded], properties=sheet(reminded), **about(reminded))
    answered = asked & ~np.isnan(reply.answered)
    log.add(
        "survey answered",
        reply.answered[answered],
        touchpoint="survey",
        score=score[answered],
        scale_max=survey.scale_max,
        text=_texts(shop, survey, np.flatnonzero(answered), score[answered]),
        properties=sheet(answered),
        **about(answered),
    )


def _texts(shop: Shop, survey: Survey, places: Ints, score: Floats) -> list[str | None]:
    """Comments: from a third of the lukewarm and more than half of those who feel strongly; none after tickets."""
    if survey is CES:
        return [None] * len(places)
    moods = [mood_of(value, survey.scale_max) for value in score.tolist()]
    writes = shop.rng.random(len(places)) < np.where(np.array(moods) == "fine", 0.3, 0.5)
    stories = shop.stories(places, moods)
    if survey is CSAT:  # the refund comes after this question
        stories = [_before_refund(story) for story in stories]
    return [comment(story, shop.rng) if write else None for story, write in zip(stories, writes.tolist(), strict=True)]


def _before_refund(story: Story) -> Story:
    return replace(story, happened=tuple(key for key in story.happened if key != "refund_late"))


def ask_employees(log: Log, rng: np.random.Generator) -> None:
    """Once a quarter, everybody who works there."""
    staff = employees()
    teams = np.array([team for _, team in staff], dtype=object)
    people = np.array([employee for employee, _ in staff], dtype=object)
    gloom = np.where(teams == "contact centre", -1.3, np.where(teams == "warehouse", -0.6, 0.5))
    for wave in range(WINDOW_DAYS // 91):
        score = np.clip(np.rint(7.6 + gloom + rng.normal(0, 1.7, len(staff))), 0, 10)
        answers = rng.random(len(staff)) < 0.62
        at = np.full(len(staff), 80.0 + 91 * wave) + rng.random(len(staff)) * 9
        moods = [mood_of(value, 10.0) for value in score[answers].tolist()]
        writes = rng.random(len(moods)) < 0.3
        log.add(
            "employee survey answered",
            at[answers],
            touchpoint="employee survey",
            channel="web",
            metric="enps",
            score=score[answers],
            scale_max=10.0,
            employee_id=people[answers],
            source="people",
            text=[at_work(mood, rng) if write else None for mood, write in zip(moods, writes.tolist(), strict=True)],
            properties=properties(team=teams[answers]),
        )
