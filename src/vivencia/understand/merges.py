"""Making two records one person, and taking them apart again without losing anything.

A merge only adds to the ledger: an alias that leads from one id to the other, and a row that says together what both
said of the person. Events keep the id their source gave them. Undoing takes those two rows out, so both people stand
as they were, with all that came in meanwhile.
"""

import json
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import ibis
import ibis.expr.types as ir
import polars as pl
import pyarrow as pa
from django.db.models import Q
from django.utils import timezone
from ibis import _

from vivencia.foundation import audit, traces
from vivencia.foundation.chores import chore
from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.schema import ALIASES, CUSTOMERS
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.foundation.merging import Said, merged
from vivencia.foundation.models import Act, Setting
from vivencia.understand.duplicates import PHONE_DIGITS, Pair, Person, Usual, person, ruled
from vivencia.understand.frames import frame as frame_of
from vivencia.understand.identity import canonical
from vivencia.understand.json_text import members_of
from vivencia.understand.models import KeptApart, Merge

BY_HAND = "merged by hand"
BY_FIELD = {"email": "same verified e-mail address", "phone": "same verified telephone"}
RULES = ("off", "verified", "always")
SAMPLED = 20_000  # people whose birthdays, postcodes and towns say how common each is
AT_ONCE = 2_000  # merges written in one go
_NEVER = datetime.max.replace(tzinfo=UTC)
Item = TypeVar("Item")
_looked_at: dict[str, str] = {}
_RULES_KEY = "identity_rules"
_SOURCE = "vivencia"
_PARTED = ("traits", "consent")
_OURS = ("updated_at", "batch_id", "source", "customer_id")


class CannotMergeError(ValueError):
    """What was to be merged is not two people any more, or never was."""


def merge(kept: str, other: str, *, reason: str = BY_HAND, pair: Pair | None = None, by: Any = None) -> Merge:
    """Have `other` be the same person as `kept`; ids may be any of theirs. Raises CannotMergeError."""
    ledger = open_ledger()
    read = ledger.read()
    stays, joins = canonical(read, kept), canonical(read, other)
    if stays is None or joins is None:
        raise CannotMergeError("nobody has this id")
    if stays == joins:
        raise CannotMergeError("these are one person already")
    made = _begun(stays, joins, reason, pair, by)
    made.save()
    _finish([made], ledger)
    audit.record(Act.CUSTOMERS_MERGED, by=by, rule=reason)
    return made


def _begun(stays: str, joins: str, reason: str, pair: Pair | None, by: Any) -> Merge:
    evidence = {key: value for key, value in asdict(pair).items() if key not in ("one", "other")} if pair else {}
    return Merge(batch=f"merge-{uuid.uuid4()}", kept=stays, other=joins, reason=reason, evidence=evidence, by=by)


def finish_begun() -> None:
    """End merges that a crash cut short; the ledger takes the same rows once."""
    begun = list(Merge.objects.filter(done_at=None, undone_at=None).order_by("pk"))
    while begun:
        some, begun = _disjoint(begun, lambda one: {one.kept, one.other})
        _finish(some, open_ledger())


def _disjoint(items: Sequence[Item], ids: Callable[[Item], set[str]]) -> tuple[list[Item], list[Item]]:
    """As many of the items as are written at once, nobody in two of them, in their order; and the rest."""
    some: list[Item] = []
    rest: list[Item] = []
    touched: set[str] = set()
    for item in items:
        own = ids(item)
        (rest if len(some) == AT_ONCE or own & touched else some).append(item)
        touched |= own
    return some, rest


def _finish(made: Sequence[Merge], ledger: Ledger) -> None:
    """Two writes for all of them; nobody is in two of them."""
    ledger.amend("customers", lambda read: _together(read, made))
    ledger.amend("aliases", lambda read: _leading(read, made))
    Merge.objects.filter(pk__in=[one.pk for one in made], done_at=None).update(done_at=timezone.now())


def _leading(read: Read, made: Sequence[Merge]) -> pa.Table:
    there = _told_of(read, read.told_aliases, made)
    rows = [
        {
            "alias_id": one.other, "customer_id": one.kept, "reason": one.reason, "made_at": one.made_at,
            "source": _SOURCE, "batch_id": one.batch,
        }
        for one in made
        if one.batch not in there
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=ALIASES)


def _told_of(read: Read, table: ir.Table, made: Sequence[Merge]) -> set[str]:
    """Which of these merges stand in the ledger's table already."""
    batches = table.filter(_.batch_id.isin([one.batch for one in made])).select("batch_id").distinct()
    return set(read.to_arrow(batches)["batch_id"].to_pylist())


def _together(read: Read, made: Sequence[Merge]) -> pa.Table:
    """For each one row that says what both said: the kept one's word where both say something."""
    there = _told_of(read, read.told_customers, made)
    told = read.customers.filter(_.customer_id.isin([each for one in made for each in (one.kept, one.other)]))
    rows = {row["customer_id"]: row for row in read.to_arrow(told).to_pylist()}
    asked = [one for one in made if one.other in rows and one.batch not in there]
    return pa.Table.from_pylist([_both(one, rows) for one in asked], schema=CUSTOMERS)


def _both(made: Merge, rows: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    other, kept = rows[made.other], rows.get(made.kept)
    row = merged(None, Said(_said(other, made.kept), other["updated_at"]))
    if kept:
        row = merged(row, Said(_said(kept, made.kept), kept["updated_at"]))
    said = [each["updated_at"] + timedelta(microseconds=1) for each in (other, kept) if each]
    return {**row, "updated_at": max([made.made_at, *said]), "batch_id": made.batch, "source": _SOURCE}


def _said(row: Mapping[str, Any], customer_id: str) -> dict[str, Any]:
    fields = {name: row[name] for name in CUSTOMERS.names if name not in (*_PARTED, *_OURS) and row[name] is not None}
    return {
        **fields,
        **{name: members_of(row[name]) for name in _PARTED},
        "customer_id": customer_id,
        "source": _SOURCE,
    }


def take_apart(made: Merge, *, by: Any = None) -> None:
    """Undo a merge; the two are not merged by a rule nor offered again. A second call does nothing."""
    if Merge.objects.filter(pk=made.pk, undone_at=None).update(undone_at=timezone.now(), undone_by=by):
        audit.record(Act.MERGE_UNDONE, by=by)
    keep_apart(made.kept, made.other, by=by)
    ledger = open_ledger()
    ledger.amend("customers", lambda read: _own_again(read, made))
    ledger.undo(made.batch)


def _own_again(read: Read, made: Merge) -> pa.Table:
    """A row for the kept one without the other's part, where something was said of both since; else none is needed."""
    rows = read.to_arrow(read.told_customers.filter(_.customer_id == made.kept).order_by("updated_at")).to_pylist()
    together = next((row for row in rows if row["batch_id"] == made.batch), None)
    if together is None or rows[-1]["batch_id"] == made.batch:
        return CUSTOMERS.empty_table()
    before = next((row for row in reversed(rows) if row["updated_at"] < together["updated_at"]), None)
    was, since, now = (_members(row or {}) for row in (before, together, rows[-1]))
    changed = {name for name in {*since, *now} if now.get(name) != since.get(name)}
    own = {name: now.get(name) if name in changed else was.get(name) for name in {*was, *changed}}
    newer = rows[-1]["updated_at"] + timedelta(microseconds=1)
    row = {**_row(own, made.kept), "updated_at": newer, "batch_id": f"{made.batch}-apart", "source": rows[-1]["source"]}
    return pa.Table.from_pylist([row], schema=CUSTOMERS)


def _members(row: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    """A row's fields one by one, traits and consents each for itself."""
    single = {("", name): row.get(name) for name in CUSTOMERS.names if name not in (*_PARTED, *_OURS)}
    parted = {(name, key): value for name in _PARTED for key, value in members_of(row.get(name)).items()}
    return single | parted


def _row(members: Mapping[tuple[str, str], Any], customer_id: str) -> dict[str, Any]:
    row: dict[str, Any] = {name: value for (part, name), value in members.items() if not part}
    for part in _PARTED:
        own = {key: value for (of, key), value in members.items() if of == part and value is not None}
        row[part] = json.dumps(own, ensure_ascii=False, sort_keys=True) if own else None
    return {**row, "customer_id": customer_id}


def keep_apart(one: str, other: str, *, by: Any = None) -> None:
    """Remember that these are two people."""
    first, second = sorted((one, other))
    KeptApart.objects.get_or_create(one=first, other=second, defaults={"by": by})


def apart() -> set[tuple[str, str]]:
    return set(KeptApart.objects.values_list("one", "other"))


def sharing(read: Read) -> tuple[list[Person], Usual]:
    """Those who share an address, a number or a name with somebody, and how common values are among everybody.

    Found column by column: of a million people a few thousand are then looked at one by one.
    """
    frame = frame_of(read.to_arrow(read.customers.select("customer_id", "name", "email", "phone", "traits")))
    people = _sharing(frame, ("email", "phone", "name"))
    return people, _usual(people, frame)


def _sharing(frame: pl.DataFrame, fields: Collection[str]) -> list[Person]:
    """Those who share a value of one of these fields with somebody.

    Rules ask by address and number only: of a million people most share their name with somebody, few an address.
    """
    keys = frame.select("customer_id", **{name: key for name, key in _keys().items() if name in fields})
    shared = [(pl.len().over(name) > 1) & pl.col(name).is_not_null() & (pl.col(name) != "") for name in fields]
    wanted = keys.filter(pl.any_horizontal(*shared))["customer_id"]
    return [person(row) for row in frame.filter(pl.col("customer_id").is_in(wanted.implode())).to_dicts()]


def _keys() -> dict[str, pl.Expr]:
    """About what `duplicates` compares, for whole columns: nobody who shares a value there may differ here."""
    email = pl.col("email").str.strip_chars().str.to_lowercase()
    bare = pl.col("name").str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    return {
        "email": email.str.replace_all(r"\+[^@]*|\.", "").str.replace("googlemail", "gmail"),
        "phone": pl.col("phone").str.replace_all(r"\D", "").str.tail(PHONE_DIGITS),
        "name": bare.str.replace_all("[,.]", " ")
        .str.split(" ")
        .list.eval(pl.element().filter(pl.element() != "").sort())
        .list.join(" "),
    }


def _usual(people: list[Person], everybody: pl.DataFrame) -> Usual:
    """Counts among everybody: exact for those who share something; all others have values of their own."""
    counted = Usual.among(people)
    said = {name: everybody.height - everybody[name].null_count() for name in ("email", "phone", "name")}
    sample = [person(row) for row in everybody.sample(min(SAMPLED, everybody.height), seed=0).to_dicts()]
    by_sample = Usual.among(sample)
    scale = everybody.height / max(1, len(sample))
    traits = ("birthday", "postcode", "city")
    counts = {
        **counted.counts,
        **{name: {v: round(n * scale) for v, n in by_sample.counts[name].items()} for name in traits},
    }
    said |= {name: round(by_sample.said[name] * scale) for name in traits}
    return Usual(counts, said, everybody.height)


def rules() -> dict[str, str]:
    """field -> "off", "verified" or "always": when the same address or number makes two records one person."""
    row = Setting.objects.filter(key=_RULES_KEY).first()
    stored = row.value if row else {}
    return {field: stored[field] if stored.get(field) in RULES else "verified" for field in BY_FIELD}


def save_rules(chosen: Mapping[str, str]) -> None:
    """Raises ValueError for what is no rule."""
    if wrong := [value for field, value in chosen.items() if field not in BY_FIELD or value not in RULES]:
        raise ValueError(f"{wrong[0]!r} is no rule; allowed: {', '.join(RULES)}")
    Setting.objects.update_or_create(key=_RULES_KEY, defaults={"value": dict(chosen)})


@chore(every_seconds=30)
def watch() -> None:
    """Look again whom the rules join, where what is known of people, or the rules, changed since the last look."""
    finish_begun()
    now = f"{open_ledger().head.customers.content} {sorted(rules().items())}"
    if _looked_at.get("now") != now:
        merge_by_rules()
        _looked_at["now"] = now


def merge_by_rules() -> int:
    """Merge whom the rules make one person; returns how many merges that took.

    Many are written at once: each write makes a version of the ledger, and a million people may hold thousands
    of pairs.
    """
    active = {field: rule for field, rule in rules().items() if rule != "off"}
    left = ruled(_whom(active), active, apart()) if active else []
    led: dict[str, str] = {}  # who leads to whom by what is merged here
    count = 0
    while left:
        asked = [(pair, ids) for pair in left if len(ids := {_led(one, led) for one in pair.ids}) == 2]
        some, rest = _disjoint(asked, lambda one: one[1])
        left = [pair for pair, _ids in rest]
        count += _merge_together(some, led)
    return count


def _whom(fields: Collection[str]) -> list[Person]:
    read = open_ledger().read()
    asked = read.customers.select("customer_id", "name", "email", "phone", "traits")
    said = asked.filter(ibis.or_(*(asked[name].notnull() for name in fields)))
    return _sharing(frame_of(read.to_arrow(said)), fields)


def _led(one: str, led: Mapping[str, str]) -> str:
    while one in led:
        one = led[one]
    return one


def _merge_together(pairs: Sequence[tuple[Pair, set[str]]], led: dict[str, str]) -> int:
    """Merge pairs that share nobody: the one of whom we have heard for longer stays."""
    ledger, begun = open_ledger(), []
    since = _first_heard(ledger.read(), [one for _pair, ids in pairs for one in ids])
    for pair, ids in pairs:
        kept, other = sorted(ids, key=lambda one: (since.get(one, _NEVER), one))
        begun.append(_begun(kept, other, BY_FIELD[pair.agree[0]], pair, None))
        led[other] = kept
    if begun:
        Merge.objects.bulk_create(begun, 500)
        _finish(begun, ledger)
        audit.record(Act.CUSTOMERS_MERGED, by=None, merges=len(begun))
    return len(begun)


def _first_heard(read: Read, customer_ids: Sequence[str]) -> dict[str, datetime]:
    """When each did something first; without those who never did."""
    theirs = read.events.filter(_.customer_id.isin(list(customer_ids)))
    rows = read.to_arrow(theirs.group_by("customer_id").aggregate(at=_.occurred_at.min())).to_pylist()
    return {row["customer_id"]: row["at"] for row in rows}


@traces.wiper
def _forget(marks: Collection[str]) -> int:
    gone, _rows = Merge.objects.filter(Q(kept__in=marks) | Q(other__in=marks)).delete()
    kept_apart, _rows = KeptApart.objects.filter(Q(one__in=marks) | Q(other__in=marks)).delete()
    return gone + kept_apart
