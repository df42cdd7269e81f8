"""A mapping for a table nobody described, from its columns' names and contents, each guess with its reason."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import PurePath
from typing import Any

from vivencia.listen.imports.guesses import KNOWN, Guess, Seen, best, of_scale, plain, see
from vivencia.listen.imports.logs import ARRIVALS, events_of_log
from vivencia.listen.imports.mapping import Condition, Defaults, Event, Mapping, People, Table, Value
from vivencia.listen.imports.problems import N_
from vivencia.listen.imports.questions import question_of_column
from vivencia.listen.imports.readers.table import Look

# Steps every company has, under the names the presets give them, so that sources meet on one timeline.
STEPS = {
    "purchase": ("pedido", "compra", "purchase"),
    "payment": ("pago", "payment"),
    "shipping": ("envio", "enviado", "shipping"),
    "delivery": ("entrega", "entregado", "delivery"),
}
SOME_DATES = 0.2  # of a column's values, that a column called a date is one
MISSING = {
    "when": N_("a column that says when it happened"),
    "who": N_("a column that says whom it is about (a customer, an order, a case)"),
    "several": N_("how the files belong together (not all of them are in the mapping)"),
    "joined": N_("whether the files belong together as is proposed here"),
    "mixed": N_("how the dates are written: not all of them are written alike, and the others would be left out"),
    "order": N_("whether the dates have the day or the month first"),
}


@dataclass(frozen=True)
class Proposal:
    """A mapping, why, and what keeps it from being certain (keys of MISSING)."""

    mapping: Mapping
    guesses: tuple[Guess, ...]
    missing: tuple[str, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether it can be imported without a person looking at it first."""
        return not self.missing


def propose(look: Look, table: str = "rows") -> Proposal:
    """What one table most likely says. Never fails: what it cannot find is in `missing`."""
    columns = see(look)
    chosen: dict[str, Seen] = {}
    guesses: list[Guess] = []
    for role in (
        "customer",
        "anonymous",
        "account",
        "subject",
        "name",
        "touchpoint",
        "channel",
        "employee",
        "currency",
        "id",
    ):
        taken = {column.name for column in chosen.values()}
        found = best(role, [column for column in columns if not column.is_date], taken)
        if found is not None and not (role == "id" and not found.is_unique):
            chosen[role] = found
            guesses.append(Guess(role, found.name, "unique" if role == "id" else "name"))
    born = ("birth", "nacim", "nasc")
    times = [column for column in columns if column.is_date and not any(word in plain(column.name) for word in born)]
    times, guesses = _times(times or _mixed(columns, chosen), chosen, guesses)
    guesses = _measures(columns, chosen, guesses)
    mapping = _mapping(look, table, chosen, times)
    people = _people(columns, table, chosen)
    if people or len(mapping.events) > 1:
        parts: list[Event | People] = [*mapping.events, *people]
        used = {name for part in parts for name in columns_of(part)}
        rest = _with_rest(mapping.events, columns, used, every="name" in chosen)
        mapping = replace(mapping, customers=people, events=rest)
    return Proposal(mapping, tuple(guesses), _missing(chosen, times))


def _times(times: Sequence[Seen], chosen: dict[str, Seen], guesses: list[Guess]) -> tuple[list[Seen], list[Guess]]:
    """The promised time goes to `chosen`; the others are when things happened, the main one first."""
    promised = best("promised_at", times, set())
    if promised is not None and len(times) > 1:
        chosen["promised_at"] = promised
        guesses = [*guesses, Guess("promised_at", promised.name, "name")]
    rest = [column for column in times if column is not chosen.get("promised_at")]
    main = best("when", rest, set()) or (rest[0] if rest else None)
    if main is None:
        return [], guesses
    reason = "ambiguous" if main.dates.ambiguous else "dates" if main.is_date else "dates-mixed"
    example = main.values[0] if main.is_date else main.dates.shown
    facts = () if main.dates.ambiguous else (("share", f"{100 * main.dates.share:.0f}"), ("example", example))
    guesses = [*guesses, Guess("when", main.name, reason, facts, sure=reason == "dates")]
    return [main, *(column for column in rest if column is not main)], guesses


def _mixed(columns: Sequence[Seen], chosen: dict[str, Seen]) -> list[Seen]:
    """A column that is called a date where some of its values are dates, but not nearly all."""
    free = [column for column in columns if column not in chosen.values() and column.dates.share >= SOME_DATES]
    found = best("when", [column for column in free if column.dates.order != "epoch"], set())
    return [found] if found else []


def _measures(columns: Sequence[Seen], chosen: dict[str, Seen], guesses: list[Guess]) -> list[Guess]:
    """Score, amount and text: by name, borne out by the contents."""
    taken = {column.name for column in chosen.values()}
    free = [column for column in columns if column.name not in taken and not column.is_date]
    score = best("score", [column for column in free if column.scale], set())
    if score is not None and score.scale is not None:
        chosen["score"] = score
        asked = question_of_column(score)
        guesses = [*guesses, of_scale(score.name, asked.low, asked.high, odd=score.scale.odd, n=len(score.values))]
    amount = best("amount", [one for one in free if one.odd_numbers is not None and one is not score], set())
    if amount is not None:
        chosen["amount"] = amount
        odd = (("odd", str(amount.odd_numbers)), ("n", str(len(amount.values)))) if amount.odd_numbers else ()
        guesses = [*guesses, Guess("amount", amount.name, "numbers-mostly" if odd else "numbers", odd)]
    texts = [column for column in free if column.is_long_text]
    text = best("text", texts, set()) or max(texts, key=lambda column: column.mean_length, default=None)
    if text is not None:
        chosen["text"] = text
        guesses = [*guesses, Guess("text", text.name, "long", (("mean", f"{text.mean_length:.0f}"),))]
    return guesses


def _people(columns: Sequence[Seen], table: str, chosen: dict[str, Seen]) -> tuple[People, ...]:
    """What the rows tell of their customers: a name, an address to write to, a segment."""
    taken = {column.name for column in chosen.values()}
    free = [column for column in columns if column.name not in taken and column.values]
    found = {role: next((one for one in free if plain(one.name) in names), None) for role, names in KNOWN.items()}
    known: dict[str, Any] = {role: _value(column) for role, column in found.items() if column is not None}
    if "customer" not in chosen or not known:
        return ()
    return (People(table=table, id=Value((chosen["customer"].name,)), **known),)


def columns_of(part: Event | People) -> Iterator[str]:
    """The columns that say something of an event or a person."""
    for one in fields(part):
        value = getattr(part, one.name)
        yield from value.columns if isinstance(value, Value) else ()


def _with_rest(events: tuple[Event, ...], columns: Sequence[Seen], used: set[str], *, every: bool) -> tuple[Event, ...]:
    """What no part of the row says becomes a property of its first event (of a log, where a row is one event, of
    `every` one); who somebody is and what they answered later does not."""
    left = {column.name: Value((column.name,)) for column in columns if column.name not in used and column.values}
    told = len(events) if every else 1
    return (*(replace(event, rest=False, properties=left) for event in events[:told]), *events[told:])


def _missing(chosen: dict[str, Seen], times: Sequence[Seen]) -> tuple[str, ...]:
    missing = []
    if not times:
        missing.append("when")
    elif not times[0].is_date:
        missing.append("mixed")
    elif times[0].dates.ambiguous:
        missing.append("order")
    if not {"customer", "anonymous", "account", "subject"} & chosen.keys():
        missing.append("who")
    return tuple(missing)


def _mapping(look: Look, table: str, chosen: dict[str, Seen], times: Sequence[Seen]) -> Mapping:
    stem = PurePath(look.name).name.partition(".")[0]
    source = plain(stem).replace(" ", "-") or "file"
    known_by = chosen.get("id") or chosen.get("subject")
    key = (known_by.name,) if known_by is not None and known_by.is_unique else ()
    events = tuple(replace(event, table=table) for event in _events(look, chosen, times, plain(stem)))
    return Mapping(
        source=source,
        title=stem,
        tables={table: Table(file=look.name, key=key)},
        events=events,
        defaults=Defaults(),
    )


def _events(look: Look, chosen: dict[str, Seen], times: Sequence[Seen], stem: str) -> list[Event]:
    main = times[0].name if times else ""
    asked = question_of_column(chosen["score"]) if "score" in chosen else None
    named = _value(chosen.get("name"))
    touchpoint = _value(chosen.get("touchpoint")) or named
    whole = Event(
        table="rows",
        kind="row",
        name=named or Value(constant=_name(chosen, main, stem, alone=len(times) < 2)),
        when=Value((main,)),
        touchpoint=touchpoint or Value(constant=_name(chosen, main, stem, alone=len(times) < 2)),
        customer=_value(chosen.get("customer")),
        anonymous=_value(chosen.get("anonymous")),
        account=_value(chosen.get("account")),
        subject=_value(chosen.get("subject")),
        channel=_value(chosen.get("channel")),
        employee=_value(chosen.get("employee")),
        amount=_value(chosen.get("amount")),
        currency=_value(chosen.get("currency")),
        promise=Value(constant="delivery") if "promised_at" in chosen else None,
        promised_at=_value(chosen.get("promised_at")),
        metric=Value(constant=asked.metric) if asked else None,
        score=_value(chosen.get("score")),
        scale_min=Value(constant=asked.low) if asked else None,
        scale_max=Value(constant=asked.high) if asked else None,
        text=_value(chosen.get("text")),
        rest=True,
    )
    if named:
        return [*events_of_log(whole, look)]
    rest = times[1:]
    arrivals = [column.name for column in rest if _is_arrival(column.name)]
    kept = arrivals[-1] if arrivals and "promised_at" in chosen else None
    answered = next((column for column in rest if _is_answer(column.name)), None)
    after = [answered.name] if answered else arrivals[-1:]
    said = _answer(whole, chosen["score"].name, after) if asked and after else None
    if said is not None:
        whole = replace(whole, metric=None, score=None, scale_min=None, scale_max=None, text=None)
    others = [_other(column, chosen, keeps=column.name == kept) for column in rest if column is not answered]
    return [whole, *others, *([said] if said else [])]


def _is_answer(name: str) -> bool:
    words = ("answer", "respond", "respuesta", "contest", "encuesta", "survey", "valoracion", "avaliacao", "resena")
    return any(word in plain(name) for word in words)


def _answer(whole: Event, score: str, after: Sequence[str]) -> Event:
    """People judge what they have lived: of a row with several dates, the answer comes last, not when it all began.

    Where the later date is empty (it never arrived), the answer is dated as the row is.
    """
    words = Value(constant="survey answered")
    return replace(
        whole, kind="answer", name=words, touchpoint=words, when=Value((*after, *whole.when.columns)), amount=None,
        currency=None, promise=None, promised_at=None, only_if=Condition(score, filled=True), rest=False,
    )  # fmt: skip


def _is_arrival(name: str) -> bool:
    return any(word in plain(name) for word in ARRIVALS)


def _other(column: Seen, chosen: dict[str, Seen], *, keeps: bool) -> Event:
    """A further date of a wide row: an event of its own, which may not have happened."""
    words = _words_of_date(column.name)
    return Event(
        table="rows",
        kind=words.replace(" ", "-"),
        name=Value(constant=words),
        touchpoint=Value(constant=words),
        when=Value((column.name,)),
        optional=True,
        customer=_value(chosen.get("customer")),
        subject=_value(chosen.get("subject")),
        promise=Value(constant="delivery") if keeps else None,
    )


def _name(chosen: dict[str, Seen], main: str, stem: str, *, alone: bool) -> str:
    if not alone:
        return _words_of_date(main)
    if "score" in chosen:
        return "survey answered"
    return "purchase" if "amount" in chosen else stem or "event"


def _words_of_date(name: str) -> str:
    """`order_delivered_customer_date` happened as "order delivered customer"."""
    dull = {"date", "at", "time", "timestamp", "fecha", "hora", "data", "de", "on", "datetime"}
    words = " ".join(word for word in plain(name).split() if word not in dull) or plain(name)
    return next((step for step, called in STEPS.items() if words in called), words)


def _value(column: Seen | None) -> Value | None:
    return Value((column.name,)) if column is not None else None
