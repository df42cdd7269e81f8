"""Every order's life: what happened to it, what its buyer felt, and whether they came back.

`live` is a structural model: given who ordered what and when (`Context`) and the luck of the day (`Luck`), it works out
what happens. Because luck is drawn first and kept, the same order can be lived again with one thing changed, which is
what makes the planted truth checkable: `true_effect` is an average of such differences, not an estimate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np

from vivencia.listen.demo.company import PRODUCTS
from vivencia.listen.demo.people import WINDOW_DAYS, Bools, Floats, Ints, People
from vivencia.listen.demo.truth import PLANTED

WEB, APP, STORE, PHONE = range(4)
CHANNELS = ("web", "app", "store", "phone")
LONGEST_LIFE = 12  # orders a person can place in the window
REST_DAYS = 45  # nobody orders again sooner, so an order's story is over before the next begins
REPURCHASE_DAYS = 180

_PRICES = np.array([product.price for product in PRODUCTS])
_BULKY = np.array([product.bulky for product in PRODUCTS])
# what each segment buys: occasional, new home, home gardener, professional
_TASTE = np.array(
    [
        [1, 1, 1, 2, 4, 6, 2, 3, 2, 2, 1, 1, 3, 4, 2, 5],
        [6, 6, 4, 2, 5, 3, 1, 1, 1, 1, 1, 0, 3, 5, 5, 5],
        [1, 0, 1, 3, 1, 3, 6, 6, 6, 5, 6, 4, 1, 1, 0, 1],
        [2, 2, 1, 5, 3, 2, 3, 3, 1, 6, 7, 6, 4, 1, 1, 0],
    ],
    dtype=float,
)
_WAYS = np.array([[0.58, 0.14, 0.22, 0.06], [0.55, 0.24, 0.17, 0.04], [0.34, 0.22, 0.38, 0.06], [0.4, 0.15, 0.25, 0.2]])


@dataclass(frozen=True)
class Context:
    """Who ordered what, when and how: everything that is settled before anything happens to the order."""

    customer: Ints
    number: Ints  # 1 for a person's first order in the window
    day: Floats
    channel: Ints
    product: Ints
    quantity: Ints
    segment: Ints
    far: Bools
    english: Bools
    mood: Floats
    member: Bools
    peak: Floats  # 0-1: how busy the warehouse is that day

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def bulky(self) -> Bools:
        return _BULKY[self.product]

    @property
    def amount(self) -> Floats:
        """What the order costs, in EUR."""
        return np.round(_PRICES[self.product] * self.quantity, 2)


@dataclass(frozen=True)
class Luck:
    """The dice, thrown once per order: the same in every life the order is made to live."""

    uniform: Floats  # (orders, 24)
    feeling: Floats  # what else moved the CSAT answer
    loyalty: Floats  # what else moved the NPS answer


@dataclass(frozen=True)
class Lived:
    """What happened to each order and what its buyer felt, whether or not anybody asked."""

    sent: Bools  # delivered at home rather than taken along
    late: Bools
    late_days: Floats
    notice: Bools
    stock_out: Bools
    advice: Bools
    guide: Bools
    ticket: Bools
    ticket_channel: Ints  # 0 phone, 1 chat, 2 e-mail
    transferred: Bools
    returned: Bools
    refund_late: Bools
    chat_before: Bools
    newsletter: Bools
    instalments: Bools
    gift: Bools
    searches: Ints
    feeling: Floats  # hidden
    csat: Floats  # 1-5
    nps: Floats  # 0-10
    again: Bools  # buys again within REPURCHASE_DAYS


_Part = TypeVar("_Part", Context, Luck)


def _logistic(x: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-x)))


def _peak(day: Floats) -> Floats:
    """0-1, by day of the year: busy before Christmas and, less so, in spring."""
    year = np.mod(day, 365.25)
    christmas = np.exp(-0.5 * ((year - 335) / 18) ** 2)
    spring = 0.7 * np.exp(-0.5 * ((year - 115) / 25) ** 2)
    return np.asarray(np.minimum(christmas + spring, 1.0))


def _exposures(c: Context, u: Floats, do: Mapping[str, bool]) -> dict[str, Bools]:
    """What happens, in the order it happens. `do` forces one of the planted moments wherever it can happen."""

    def happens(key: str, chance: Floats, dice: int, where: Bools) -> Bools:
        natural = u[:, dice] < chance
        return np.asarray(where & (np.full(len(c), do[key]) if key in do else natural))

    everywhere = np.ones(len(c), dtype=np.bool_)
    gardener, professional = c.segment == 2, c.segment == 3
    sent = (c.channel != STORE) | (c.bulky & (u[:, 0] < 0.7))
    advice = happens("advice", np.where(c.channel == STORE, 0.42, 0.03) + 0.12 * gardener, 1, everywhere)
    stock_out = happens("stock_out", 0.03 + 0.06 * c.peak + 0.03 * (c.product % 5 == 0), 2, everywhere)
    late = happens("late", _logistic(-2.55 + 0.8 * c.far + 0.7 * c.bulky + 1.2 * c.peak - 0.3 * professional), 3, sent)
    digital = (c.channel == WEB) | (c.channel == APP)
    notice = happens("notice", np.where(digital, 0.42, 0.12) * np.where(c.day > 200, 1.0, 0.5), 4, sent)
    ticket = u[:, 5] < _logistic(-2.6 + 1.9 * late + 1.5 * stock_out + 0.3 * professional - 0.3 * notice)
    transferred = happens("transferred", 0.2 + 0.12 * c.peak + 0.08 * c.bulky, 7, ticket)
    guide = happens("guide", np.where(digital, 0.2, 0.06) + 0.12 * gardener + 0.04 * c.english, 8, everywhere)
    returned = u[:, 9] < 0.06 + 0.05 * c.bulky + 0.03 * digital
    refund_late = happens("refund_late", 0.2 + 0.15 * c.peak, 10, returned)
    return {
        "sent": sent, "advice": advice, "stock_out": stock_out, "late": late, "notice": notice, "ticket": ticket,
        "transferred": transferred, "guide": guide, "returned": returned, "refund_late": refund_late,
        "chat_before": u[:, 11] < 0.05 + 0.1 * gardener + 0.12 * professional,
        "newsletter": u[:, 12] < 0.04 + 0.07 * np.minimum(c.number, 6) + 0.12 * gardener,
        "instalments": u[:, 13] < 0.03 + 0.22 * (c.amount > 150) + 0.1 * (c.segment == 1),
        "gift": u[:, 14] < 0.03 + 0.25 * c.peak * ~c.bulky,
    }  # fmt: skip


def live(c: Context, luck: Luck, do: Mapping[str, bool] | None = None) -> Lived:
    """Live every order once. `do={"late": True}` makes every order that can be late late, all else being equal."""
    u = luck.uniform
    x = _exposures(c, u, do or {})
    shift = {
        outcome: sum(getattr(planted, outcome) * x[planted.key] for planted in PLANTED)
        for outcome in ("csat", "nps", "repurchase")
    }
    who = np.array([-0.1, -0.15, 0.22, 0.05])[c.segment] - 0.12 * c.far + 0.03 * np.minimum(c.number, 6)
    feeling = 3.95 + who + c.mood + shift["csat"] + luck.feeling
    nps = 7.55 + 1.6 * who + 1.5 * c.mood + shift["nps"] + 1.1 * luck.feeling + luck.loyalty
    usual = np.array([30.0, 36, 55, 60])[c.segment] + 1.5 * np.minimum(c.number, 6) - 3 * c.far
    # whoever is content for reasons of their own comes back more too: what people do tells what the silent would say
    chance = usual + 9 * (c.mood + luck.feeling) + shift["repurchase"]
    return Lived(
        **{key: value for key, value in x.items() if key in _BOOLS},
        late_days=np.where(x["late"], 0.4 + np.minimum(-2.6 * np.log(np.maximum(u[:, 15], 1e-9)), 12), 0.0),
        ticket_channel=np.searchsorted([0.55, 0.82], u[:, 6]).astype(np.int64),
        searches=(u[:, 16] * (2.2 + 1.6 * c.bulky)).astype(np.int64),
        feeling=feeling,
        csat=np.clip(np.rint(feeling), 1, 5),
        nps=np.clip(np.rint(nps), 0, 10),
        again=u[:, 17] < chance / 100,
    )


_BOOLS = {
    "sent", "late", "notice", "stock_out", "advice", "guide", "ticket", "transferred", "returned", "refund_late",
    "chat_before", "newsletter", "instalments", "gift",
}  # fmt: skip


def _pick(rng: np.random.Generator, weights: Floats) -> Ints:
    """One column per row, with that row's weights."""
    edges = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
    return np.asarray((rng.random(len(weights))[:, None] > edges[:, :-1]).sum(axis=1))


def _context(
    rng: np.random.Generator, people: People, customer: Ints, day: Floats, number: int, year_day: int
) -> Context:
    segment = people.segment[customer]
    ways = _WAYS[segment].copy()
    ways[:, APP] = np.where(people.has_app[customer], ways[:, APP] * 2.4, 0.0)
    return Context(
        customer=customer,
        number=np.full(len(customer), number),
        day=day,
        channel=_pick(rng, ways),
        product=_pick(rng, _TASTE[segment]),
        quantity=1 + rng.poisson(np.array([0.1, 0.25, 0.3, 0.9])[segment]),
        segment=segment,
        far=people.far[customer],
        english=people.english[customer],
        mood=people.mood[customer],
        member=rng.random(len(customer)) < np.array([0.1, 0.2, 0.45, 0.35])[segment] + 0.06 * min(number, 6),
        peak=_peak(day + year_day),
    )


def _luck(rng: np.random.Generator, orders: int) -> Luck:
    return Luck(rng.random((orders, 24)), rng.normal(0, 0.75, orders), rng.normal(0, 1.1, orders))


def _next_day(rng: np.random.Generator, c: Context, lived: Lived) -> Floats:
    """When the next order comes; infinity where none does."""
    soon = c.day + REST_DAYS + rng.beta(1.1, 2.2, len(c)) * (REPURCHASE_DAYS - REST_DAYS)
    later = c.day + REPURCHASE_DAYS + 5 + rng.exponential(140, len(c))
    comes_later = rng.random(len(c)) < 0.12
    return np.where(lived.again, soon, np.where(comes_later, later, np.inf))


def live_through(rng: np.random.Generator, people: People, year_day: int) -> tuple[Context, Luck]:
    """Every order of the window, everybody's n-th order in one round, each following from how the last one went.

    `year_day` is the day of the year on which the window begins.
    """
    customer, day = np.arange(len(people)), people.first_order_day
    rounds: list[tuple[Context, Luck]] = []
    for number in range(1, LONGEST_LIFE + 1):
        inside = day < WINDOW_DAYS
        customer, day = customer[inside], day[inside]
        if not len(customer):
            break
        context, luck = _context(rng, people, customer, day, number, year_day), _luck(rng, len(customer))
        rounds.append((context, luck))
        day = _next_day(rng, context, live(context, luck))
    return _join(Context, [context for context, _ in rounds]), _join(Luck, [luck for _, luck in rounds])


def _join(kind: type[_Part], parts: list[_Part]) -> _Part:
    return kind(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(kind)))


@dataclass(frozen=True)
class TrueEffect:
    """What one planted moment does, averaged over the orders it happened to."""

    csat: float  # points of 1-5 as answered by everybody, had everybody answered
    nps: float  # points of 0-10
    repurchase: float  # percentage points
    orders: int  # it happened to


def true_effect(c: Context, luck: Luck, key: str) -> TrueEffect:
    """Live every order with and without the moment; average the difference over those it happened to."""
    happened = getattr(live(c, luck), key)
    with_it, without = live(c, luck, {key: True}), live(c, luck, {key: False})
    return TrueEffect(
        csat=float((with_it.csat - without.csat)[happened].mean()),
        nps=float((with_it.nps - without.nps)[happened].mean()),
        repurchase=float(100 * (with_it.again.astype(float) - without.again)[happened].mean()),
        orders=int(happened.sum()),
    )
