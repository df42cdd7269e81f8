"""Turns every order's life into dated events: visits, the order and its parcel, tickets, returns, loyalty, advice."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vivencia.listen.demo.company import PRODUCTS, STORES, staff_of
from vivencia.listen.demo.log import Log
from vivencia.listen.demo.orders import APP, CHANNELS, PHONE, STORE, WEB, Context, Lived
from vivencia.listen.demo.people import WINDOW_DAYS, Bools, Floats, Ints, People, app_id, card_id, customer_id
from vivencia.listen.demo.words import Story, question

TICKET_CHANNELS = ("phone", "chat", "email")
GIVE_UP = 0.6  # of those who fill a cart on a visit without a purchase: they begin to pay, and leave
PAYMENTS = ("card", "transfer", "instalments", "cash")
Texts = np.ndarray[Any, np.dtype[np.object_]]


@dataclass(frozen=True)
class Names:
    """The ids by which the shop's systems know each person, ready to be picked by place."""

    shop: Texts
    app: Texts
    card: Texts

    @classmethod
    def of(cls, people: People) -> "Names":
        places = range(len(people))
        shop = np.array([customer_id(place) for place in places], dtype=object)
        app = np.array([app_id(place) for place in places], dtype=object)
        card = np.array([card_id(place) for place in places], dtype=object)
        return cls(shop, np.where(people.has_app, app, shop), np.where(people.has_card, card, shop))

    def by_channel(self, customer: Ints, channel: Ints) -> Texts:
        """What the system of that channel calls them."""
        picked = np.where(channel == APP, self.app[customer], self.shop[customer])
        return np.asarray(np.where(channel == STORE, self.card[customer], picked), dtype=object)


@dataclass(frozen=True)
class Times:
    """When each order's turns came, in days since the window began; nan where they did not."""

    ordered: Floats
    promised: Floats
    handed_over: Floats
    got: Floats  # delivered, or taken along
    ticket: Floats
    answered: Floats
    transferred: Floats
    solved: Floats
    reopened: Floats
    closed: Floats  # solved for good
    returned: Floats
    refund_promised: Floats
    refunded: Floats


def _evening(days: Floats, hour: float) -> Floats:
    return np.floor(days) + hour / 24


def daytime(days: Floats) -> Floats:
    """The same day between nine in the morning and nine at night; keeps the order within a day."""
    return np.floor(days) + (9 + 12 * np.mod(days, 1.0)) / 24


def when(c: Context, x: Lived, rng: np.random.Generator) -> Times:
    """Give every turn its moment. An order's story ends within REST_DAYS, before the next one can begin."""
    n = len(c)
    u = rng.random((n, 12))
    ordered = np.floor(c.day) + rng.triangular(8.5, 18, 22.9, n) / 24
    promised = np.where(x.sent, _evening(ordered + 3 + np.floor(u[:, 0] * 4), 20), np.nan)
    early = _evening(promised - np.floor(u[:, 1] * 2), 9) + u[:, 2] * 10 / 24
    got = np.where(x.sent, np.where(x.late, promised + x.late_days, early), ordered + 0.01)
    after_late = promised + 0.15 + u[:, 3] * np.minimum(x.late_days, 2.0)
    over = np.where(x.sent, promised, got)  # whoever asks for help does so when the promised time is past
    asked = np.where(x.stock_out, ordered + 1.1 + u[:, 3] * 0.6, over + 0.55 + u[:, 3])
    ticket = np.where(x.ticket, daytime(np.where(x.late, after_late, asked)), np.nan)
    wait = np.array([3.0, 5.0, 500.0])[x.ticket_channel] * (0.4 + 1.6 * u[:, 4]) / 1440
    answered = ticket + wait
    transferred = np.where(x.transferred, answered + (5 + 15 * u[:, 5]) / 1440, np.nan)
    solved = answered + 0.03 + np.where(u[:, 6] < 0.55, 0.02, 1.1 * u[:, 7]) + 0.15 * x.transferred
    solved = np.maximum(answered + 0.03 + 0.15 * x.transferred, daytime(solved))
    reopened = np.where(u[:, 8] < 0.08 + 0.14 * x.transferred, solved + 0.4 + 0.5 * u[:, 9], np.nan)
    returned = np.where(x.returned, daytime(got + 5.5 + 3 * u[:, 10]), np.nan)
    due = _evening(returned + 7, 23)
    paid = np.where(x.refund_late, due + 0.6 + 5 * u[:, 11], returned + 1.5 + 4 * u[:, 11])
    return Times(
        ordered=ordered, promised=promised, handed_over=np.where(x.sent, daytime(ordered + 0.6 + u[:, 1]), np.nan),
        got=got, ticket=ticket, answered=answered, transferred=transferred, solved=solved, reopened=reopened,
        closed=np.where(np.isnan(reopened), solved, reopened + 0.5 * u[:, 10] + 0.05),
        returned=returned, refund_promised=due, refunded=paid,
    )  # fmt: skip


def order_ids(c: Context) -> Texts:
    """Order numbers in the order of time, as people read them out on the phone."""
    rank = np.empty(len(c), dtype=np.int64)
    rank[np.argsort(c.day, kind="stable")] = np.arange(len(c))
    return np.array([f"AT-{100_000 + place}" for place in rank.tolist()], dtype=object)


def properties(**columns: npt.NDArray[Any]) -> list[str]:
    """One JSON object a row."""
    keys = list(columns)
    rows = zip(*(np.asarray(column, dtype=object).tolist() for column in columns.values()), strict=True)
    return [json.dumps(dict(zip(keys, row, strict=True)), ensure_ascii=False) for row in rows]


def _stores(c: Context) -> Texts:
    return np.array(STORES, dtype=object)[c.customer % len(STORES)]


def _staff(teams: Texts, dice: Floats) -> list[str]:
    rosters = {team: staff_of(team) for team in set(teams.tolist())}
    return [
        rosters[team][int(die * len(rosters[team]))] for team, die in zip(teams.tolist(), dice.tolist(), strict=True)
    ]


class Shop:
    """Writes one company's events into a log."""

    def __init__(self, log: Log, people: People, c: Context, x: Lived, t: Times, rng: np.random.Generator) -> None:
        self.log, self.people, self.c, self.x, self.t, self.rng = log, people, c, x, t, rng
        self.names = Names.of(people)
        self.orders = order_ids(c)
        self.channel = np.array(CHANNELS, dtype=object)[c.channel]

    def write(self) -> None:
        """Everything but surveys."""
        self._before_the_order()
        self._order()
        self._parcel()
        self._tickets()
        self._returns()
        self._loyalty()
        self._browsing()

    def about(self, where: Bools, source: str = "shop") -> dict[str, Any]:
        """The columns that say whose event it is and which order it is about."""
        return {
            "customer_id": self.names.by_channel(self.c.customer[where], self.c.channel[where]),
            "subject_kind": "order",
            "subject_id": self.orders[where],
            "source": source,
        }

    def _before_the_order(self) -> None:
        c, x, rng = self.c, self.x, self.rng
        advised = x.advice
        self.log.add(
            "expert advice given",
            np.where(
                c.channel[advised] == STORE,
                self.t.ordered[advised] - 0.02,
                daytime(self.t.ordered[advised] - 1 - rng.random(int(advised.sum()))),
            ),
            touchpoint="store advice",
            channel="store",
            employee_id=_staff(_stores(c)[advised], rng.random(int(advised.sum()))),
            properties=properties(store=_stores(c)[advised]),
            **self.about(advised),
        )
        chatted = x.chat_before
        self.log.add(
            "question answered in chat",
            self.t.ordered[chatted] - 0.01 - 0.1 * rng.random(int(chatted.sum())),
            touchpoint="pre-sales chat",
            channel="chat",
            employee_id=_staff(
                np.full(int(chatted.sum()), "contact centre", dtype=object), rng.random(int(chatted.sum()))
            ),
            **self.about(chatted, "contact-centre"),
        )
        self._deciding_visit()

    def _deciding_visit(self) -> None:
        """The visit in which an order is placed; it belongs to the order's story."""
        c, rng = self.c, self.rng
        online = (c.channel == WEB) | (c.channel == APP)
        visit = {
            "customer_id": self.names.by_channel(c.customer[online], c.channel[online]),
            "channel": self.channel[online],
            "subject_kind": "order",
            "subject_id": self.orders[online],
            "source": "shop",
        }
        begin = self.t.ordered[online] - (8 + 30 * rng.random(int(online.sum()))) / 1440
        self._visit(begin, self.x.searches[online], visit, np.ones(int(online.sum()), dtype=np.bool_), rng)
        self.log.add("checkout started", self.t.ordered[online] - 2 / 1440, touchpoint="checkout", **visit)
        self.log.add("checkout completed", self.t.ordered[online], touchpoint="checkout", **visit)

    def _visit(
        self, begin: Floats, searches: Ints, visit: dict[str, Any], fills_cart: Bools, rng: np.random.Generator
    ) -> None:
        """A visit to web or app: pages, searches (some must search again) and perhaps a cart."""
        self.log.add("visit started", begin, touchpoint="visit", **visit)
        for turn in range(int(searches.max(initial=0))):
            searched = searches > turn
            at = begin + (1 + 1.5 * turn) / 1440
            self.log.add("search made", at[searched], touchpoint="search", **_where(visit, searched))
            found = searched & ((searches == turn + 1) | (rng.random(len(begin)) < 0.3))
            self.log.add(
                "search result opened", at[found] + 0.5 / 1440, touchpoint="product page", **_where(visit, found)
            )
        self.log.add("cart filled", begin[fills_cart] + 5 / 1440, touchpoint="cart", **_where(visit, fills_cart))

    def _order(self) -> None:
        c, x, t = self.c, self.x, self.t
        everyone = np.ones(len(c), dtype=np.bool_)
        payment = np.where(
            x.instalments, 2, np.where(c.channel == STORE, 3 * (c.product % 3 == 0), c.customer % 7 == 0)
        )
        category = np.array([product.category for product in PRODUCTS], dtype=object)[c.product]
        self.log.add(
            "order purchased",
            t.ordered,
            touchpoint="purchase",
            channel=self.channel,
            amount=c.amount,
            promise=np.array([None, "delivery"], dtype=object)[x.sent.astype(np.int64)],
            promised=t.promised,
            properties=properties(
                category=category,
                product=np.array([product.spanish for product in PRODUCTS], dtype=object)[c.product],
                items=c.quantity,
                payment=np.array(PAYMENTS, dtype=object)[payment.astype(np.int64)],
                gift_wrapping=x.gift,
                carrier=np.where(x.sent, np.where(c.bulky, "large parcels", "parcels"), "none"),
            ),
            **self.about(everyone),
        )
        gone = x.stock_out
        self.log.add(
            "item out of stock", t.ordered[gone] + 0.7, touchpoint="stock-out", channel="email", **self.about(gone)
        )
        letters = x.newsletter
        self.log.add(
            "newsletter opened",
            daytime(t.ordered[letters] + 1 + 1.5 * self.rng.random(int(letters.sum()))),
            touchpoint="newsletter",
            channel="email",
            customer_id=self.names.shop[c.customer[letters]],
            source="shop",
        )

    def _parcel(self) -> None:
        x, t = self.x, self.t
        sent, taken = x.sent, ~x.sent
        self.log.add("parcel handed over", t.handed_over[sent], touchpoint="shipping", **self.about(sent))
        told = x.notice
        self.log.add(
            "delivery notice sent",
            t.promised[told] - 1.1,
            touchpoint="delivery notice",
            channel=np.where(self.c.channel[told] == APP, "app", "email"),
            **self.about(told),
        )
        self.log.add(
            "order delivered",
            t.got[sent],
            touchpoint="delivery",
            channel="courier",
            promise="delivery",
            **self.about(sent),
        )
        self.log.add("order collected", t.got[taken], touchpoint="collection", channel="store", **self.about(taken))
        read = x.guide
        self.log.add(
            "care guide opened",
            np.maximum(t.got[read] + 0.01, daytime(t.got[read] + 0.1 + 2 * self.rng.random(int(read.sum())))),
            touchpoint="care guide",
            channel=np.where(self.c.channel[read] == APP, "app", "web"),
            **self.about(read),
        )

    def ticket_about(self, where: Bools) -> dict[str, Any]:
        """The columns of an event in a ticket's life."""
        return {
            "customer_id": self.names.shop[self.c.customer[where]],
            "subject_kind": "ticket",
            "subject_id": np.array([f"S{order[2:]}" for order in self.orders[where]], dtype=object),
            "channel": np.array(TICKET_CHANNELS, dtype=object)[self.x.ticket_channel[where]],
            "source": "contact-centre",
        }

    def topic(self) -> Texts:
        """What each order's ticket is about."""
        rest = np.array(["invoice", "assembly", "guarantee", "address"], dtype=object)[self.c.customer % 4]
        return np.asarray(
            np.where(self.x.late, "late delivery", np.where(self.x.stock_out, "missing item", rest)), object
        )

    def _tickets(self) -> None:
        x, t, rng = self.x, self.t, self.rng
        opened = x.ticket
        n = int(opened.sum())
        agent = np.full(len(opened), None, dtype=object)
        agent[opened] = _staff(np.full(n, "contact centre", dtype=object), rng.random(n))
        asked = self.ticket_about(opened)
        self.log.add(
            "ticket opened",
            t.ticket[opened],
            touchpoint="contact centre",
            text=[question(story, rng) for story in self.stories(np.flatnonzero(opened))],
            properties=properties(topic=self.topic()[opened], order=self.orders[opened]),
            **asked,
        )
        self.log.add("ticket answered", t.answered[opened], employee_id=agent[opened], **asked)
        passed = x.transferred
        self.log.add(
            "call transferred",
            t.transferred[passed],
            touchpoint="transfer",
            employee_id=agent[passed],
            **self.ticket_about(passed),
        )
        self._call_backs(agent)
        self.log.add("ticket solved", t.solved[opened], touchpoint="ticket solved", employee_id=agent[opened], **asked)
        again = ~np.isnan(t.reopened)
        self.log.add("ticket reopened", t.reopened[again], touchpoint="ticket reopened", **self.ticket_about(again))
        self.log.add(
            "ticket solved",
            t.closed[again],
            touchpoint="ticket solved",
            employee_id=agent[again],
            **self.ticket_about(again),
        )

    def _call_backs(self, agent: Texts) -> None:
        """A third of the phone tickets end with "we will call you": most are called in time, some late, a few never."""
        x, t, rng = self.x, self.t, self.rng
        die = rng.random(len(agent))
        promised = x.ticket & (x.ticket_channel == 0) & (die < 0.33)
        due = t.answered + 0.4
        about = self.ticket_about(promised)
        self.log.add(
            "call-back promised", t.answered[promised] + 0.004, touchpoint="call-back", employee_id=agent[promised],
            promise="call-back", promised=due[promised], **about,
        )  # fmt: skip
        made = promised & (die < 0.31)
        at = np.where(die < 0.27, t.answered + 0.05 + 0.3 * rng.random(len(agent)), due + 0.1 + rng.random(len(agent)))
        self.log.add(
            "call-back made", at[made], touchpoint="call-back", employee_id=agent[made], promise="call-back",
            **self.ticket_about(made),
        )  # fmt: skip

    def _returns(self) -> None:
        x, t = self.x, self.t
        back = x.returned
        self.log.add(
            "return requested", t.returned[back], touchpoint="return", channel="web", promise="refund",
            promised=t.refund_promised[back], **self.about(back),
        )  # fmt: skip
        self.log.add(
            "refund paid", t.refunded[back], touchpoint="refund", channel="bank", promise="refund",
            amount=-self.c.amount[back], **self.about(back),
        )  # fmt: skip

    def _loyalty(self) -> None:
        c, t = self.c, self.t
        first = np.full(len(self.people), 99)
        np.minimum.at(first, c.customer[c.member], c.number[c.member])
        member = c.number >= first[c.customer]
        joins = c.number == first[c.customer]
        whose: dict[str, Any] = {"source": "loyalty", "channel": "store"}
        self.log.add(
            "loyalty programme joined",
            t.ordered[joins] + 0.002,
            touchpoint="loyalty",
            customer_id=self.names.shop[c.customer[joins]],
            **whose,
        )
        self.log.add(
            "loyalty points earned", t.ordered[member] + 0.003, customer_id=self.names.shop[c.customer[member]],
            properties=properties(points=np.rint(c.amount[member])), **whose,
        )  # fmt: skip
        spends = member & (c.number >= 3) & (c.customer % 2 == 0)
        self.log.add(
            "loyalty points spent", t.ordered[spends] - 0.0005, customer_id=self.names.shop[c.customer[spends]],
            properties=properties(points=np.full(int(spends.sum()), 200)), **whose,
        )  # fmt: skip
        new = np.flatnonzero(self.people.referred)
        self.log.add(
            "referred by a customer", np.maximum(self.people.since_day[new], 0.0), touchpoint="referral", channel="web",
            customer_id=self.names.shop[new], source="shop",
        )  # fmt: skip

    def _browsing(self) -> None:
        """Visits without a purchase: known customers who look around, and people nobody knows."""
        rng = self.rng
        n = len(self.people) * 2
        known = rng.random(n) < 0.7
        person = rng.integers(0, len(self.people), n)
        begin = daytime(np.maximum(self.people.first_order_day[person], 0) + rng.random(n) * WINDOW_DAYS)
        in_app = known & self.people.has_app[person] & (rng.random(n) < 0.5)
        visit = {
            "customer_id": _known(np.where(in_app, self.names.app[person], self.names.shop[person]), known),
            "anonymous_id": np.array(
                [f"anon-{place:06d}" for place in rng.integers(0, 999_999, n).tolist()], dtype=object
            ),
            "channel": np.where(in_app, "app", "web"),
            "subject_kind": "visit",
            "subject_id": np.array([f"v-{place}" for place in range(n)], dtype=object),
            "source": "shop",
        }
        fills_cart = rng.random(n) < 0.18
        self._visit(begin, rng.integers(0, 3, n), visit, fills_cart, rng)
        # Dice of its own, so that whatever is drawn after it stays as it was.
        gives_up = fills_cart & (np.random.default_rng(n).random(n) < GIVE_UP)
        self.log.add("checkout started", begin[gives_up] + 7 / 1440, touchpoint="checkout", **_where(visit, gives_up))

    def stories(self, places: Ints, moods: Sequence[str] | None = None) -> list[Story]:
        """What the buyers of these orders can write about; without moods, as somebody with a question."""
        keys = ("stock_out", "late", "transferred", "refund_late", "advice", "guide", "notice")
        happened = {key: getattr(self.x, key) for key in keys}
        return [
            Story(
                english=bool(self.c.english[place]),
                female=bool(self.people.female[self.c.customer[place]]),
                product=PRODUCTS[int(self.c.product[place])],
                mood=moods[row] if moods else "unhappy",
                happened=tuple(key for key in keys if happened[key][place]),
                late_days=max(1, round(float(self.x.late_days[place]))),
            )
            for row, place in enumerate(places.tolist())
        ]


def _known(names: npt.NDArray[Any], known: Bools) -> Texts:
    """The names, and None for whom nobody knows."""
    told = names.astype(object)
    told[~known] = None
    return told


def _where(columns: dict[str, Any], rows: Bools) -> dict[str, Any]:
    return {key: value[rows] if isinstance(value, np.ndarray) else value for key, value in columns.items()}


__all__ = ["PHONE", "Names", "Shop", "Times", "order_ids", "properties", "when"]
