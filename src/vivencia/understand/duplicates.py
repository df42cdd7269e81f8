"""Who is in here twice? Pairs of people who may be one, how sure that is, and what speaks for and against it.

Record linkage after Fellegi and Sunter (JASA 64, 1969): each field that agrees speaks for a pair by how rarely two
different people agree on it (a rare name says much, a common one little), each that differs speaks against it by how
rarely one person's records differ. Only pairs that share an address, a number or a name are looked at. Pure.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from typing import Any

from vivencia.understand.directory import plain
from vivencia.understand.json_text import members_of

OFFERED = 0.5  # a pair less likely than even is not offered
SHARED_BY_MORE = 6  # records with the same value: a household, an office, info@; no hint that two are one
ALIKE = 0.88  # names this alike are taken for one with a slip of the pen
PHONE_DIGITS = 9  # the last ones: the country's code is often left out
TWICE_IN = 0.05  # of the records, so many are thought to be second ones, before anything is looked at
BEGUN_FROM = 1000  # records that the fields' own chances weigh as much as
_POSTCODES = ("postal_code", "postcode", "postalcode", "zip", "zip_code", "cp", "codigo_postal")
_BIRTHDAYS = ("birthday", "birth_date", "birthdate", "date_of_birth", "fecha_nacimiento")
_CITIES = ("city", "ciudad", "town", "localidad")
_VERIFIED = {"email": ("email_verified", "emailverified"), "phone": ("phone_verified", "phoneverified")}


@dataclass(frozen=True)
class Field:
    """same: how often two records of one person agree, where both say something. by_chance: how often two people agree
    on a value, before these records say how common each is. Blocking fields make the pairs."""

    name: str
    same: float
    by_chance: float
    blocks: bool = False


FIELDS = (
    Field("email", 0.6, 1e-6, blocks=True),
    Field("phone", 0.7, 3e-6, blocks=True),
    Field("name", 0.85, 1e-4, blocks=True),
    Field("birthday", 0.97, 5e-5),
    Field("postcode", 0.85, 1e-3),
    Field("city", 0.85, 2e-2),
)


@dataclass(frozen=True)
class Person:
    """One record's values in the form in which they are compared; a field that says nothing is missing."""

    customer_id: str
    values: Mapping[str, str]
    verified: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Usual:
    """How often each value of each field occurs among everybody; `said`: how many say something, of `records`."""

    counts: Mapping[str, Mapping[str, int]]
    said: Mapping[str, int]
    records: int

    @classmethod
    def among(cls, people: Sequence[Person]) -> "Usual":
        counts = {
            one.name: Counter(each.values[one.name] for each in people if one.name in each.values) for one in FIELDS
        }
        return cls(counts, {name: counted.total() for name, counted in counts.items()}, len(people))

    def of(self, field: str, value: str) -> int:
        return self.counts.get(field, {}).get(value, 0)


@dataclass(frozen=True)
class Pair:
    """Two records that may be one person. ids in order; chance: 0 to 1; agree, alike and differ: names of fields."""

    one: str
    other: str
    chance: float
    agree: tuple[str, ...]
    alike: tuple[str, ...]
    differ: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, str]:
        return self.one, self.other


def person(row: Mapping[str, Any]) -> Person:
    """A row of CUSTOMERS, ready to be compared."""
    traits = {str(key).lower(): value for key, value in members_of(row.get("traits")).items()}
    said = {
        "email": email_key(row.get("email")),
        "phone": phone_key(row.get("phone")),
        "name": name_key(row.get("name")),
        "birthday": str(_first(traits, _BIRTHDAYS) or "")[:10],
        "postcode": plain(str(_first(traits, _POSTCODES) or "")).replace(" ", ""),
        "city": plain(str(_first(traits, _CITIES) or "")).strip(),
    }
    verified = frozenset(field for field, names in _VERIFIED.items() if _first(traits, names) in (True, "true", 1))
    return Person(row["customer_id"], {field: value for field, value in said.items() if value}, verified)


def email_key(address: str | None) -> str:
    """The address without what mail servers do not look at: capitals, "+tag", and the dots of Gmail."""
    local, at, domain = (address or "").strip().lower().partition("@")
    local = local.split("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}" if at and local and domain else ""


def phone_key(number: str | None) -> str:
    digits = "".join(sign for sign in number or "" if sign.isdigit())
    return digits[-PHONE_DIGITS:] if len(digits) >= PHONE_DIGITS else ""


def name_key(name: str | None) -> str:
    """Name and surname in any order, without accents; a single word is no full name."""
    words = plain(name or "").replace(",", " ").replace(".", " ").split()
    return " ".join(sorted(words)) if len(words) > 1 else ""


def pairs(people: Sequence[Person], usual: Usual | None = None, apart: Collection[tuple[str, str]] = ()) -> list[Pair]:
    """Pairs more likely one person than not, the surest first.

    usual: how common each value is among everybody, where `people` are only those who share something with somebody
    (`sharing`); else it is counted among them. apart: pairs of ids, in order, of which somebody said they are two.
    """
    by_id = {one.customer_id: one for one in people}
    common = usual or Usual.among(people)
    found = [_compared(by_id[one], by_id[other], common) for one, other in _candidates(people) - set(apart)]
    offered = (pair for pair in found if pair.chance >= OFFERED)
    return sorted(offered, key=lambda pair: (-pair.chance, pair.one, pair.other))


def _candidates(people: Iterable[Person]) -> set[tuple[str, str]]:
    sharing: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for one in people:
        for field in FIELDS:
            if field.blocks and field.name in one.values:
                sharing[field.name, one.values[field.name]].append(one.customer_id)
    groups = (sorted(group) for group in sharing.values() if 2 <= len(group) <= SHARED_BY_MORE)
    return {pair for group in groups for pair in combinations(group, 2)}


def _compared(one: Person, other: Person, usual: Usual) -> Pair:
    weight = math.log2(TWICE_IN / max(usual.records, 2))  # prior odds that two records taken at random are one person
    agree, alike, differ = [], [], []
    for field in FIELDS:
        a, b = one.values.get(field.name), other.values.get(field.name)
        if a is None or b is None:
            continue
        chance = _by_chance(field, usual, max(usual.of(field.name, a), usual.of(field.name, b)))
        if a == b:
            agree.append(field.name)
            weight += math.log2(field.same / chance)
        elif field.name == "name" and _names_alike(a, b):
            alike.append(field.name)
            weight += 0.6 * math.log2(field.same / chance)
        else:
            differ.append(field.name)
            weight += math.log2((1 - field.same) / (1 - chance))
    sure = 1 / (1 + 2.0**-weight) if weight > -60 else 0.0
    return Pair(one.customer_id, other.customer_id, sure, tuple(agree), tuple(alike), tuple(differ))


def _names_alike(one: str, other: str) -> bool:
    """A slip of the pen, or a name with and without its second surname or middle name."""
    shorter, longer = sorted((set(one.split()), set(other.split())), key=len)
    return shorter <= longer or SequenceMatcher(None, one, other).ratio() >= ALIKE


def _by_chance(field: Field, usual: Usual, have_it: int) -> float:
    """How often two different people agree on this value: as often as others here have it, begun from the field's own.

    The two who are compared are left out: they may be one.
    """
    others = max(0, have_it - 2)
    return min(0.99, (others + BEGUN_FROM * field.by_chance) / (usual.said.get(field.name, 0) + BEGUN_FROM))


def ruled(people: Sequence[Person], fields: Mapping[str, str], apart: Collection[tuple[str, str]] = ()) -> list[Pair]:
    """Pairs that a rule makes one: the same e-mail address or telephone. fields: field -> "verified" or "always".

    "verified": both records say that the address was verified. Values that more than a household share join nobody.
    """
    found: dict[tuple[str, str], Pair] = {}
    for field, rule in fields.items():
        sharing: defaultdict[str, list[str]] = defaultdict(list)
        for one in people:
            if field in one.values and (rule == "always" or field in one.verified):
                sharing[one.values[field]].append(one.customer_id)
        for group in sharing.values():
            if 2 <= len(group) <= SHARED_BY_MORE:
                for pair in combinations(sorted(group), 2):
                    found.setdefault(pair, Pair(*pair, 1.0, (field,), (), ()))
    return [pair for ids, pair in sorted(found.items()) if ids not in apart]


def _first(traits: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((traits[name] for name in names if traits.get(name) not in (None, "")), None)
