"""The demonstration company's customers: who they are, and which ids are one person."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vivencia.foundation.ledger.schema import ALIASES, CUSTOMERS
from vivencia.listen.demo.company import BATCH, TIME_ZONE

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

WINDOW_DAYS = 548  # eighteen months
SEGMENTS = ("occasional", "new home", "home gardener", "professional")
SEGMENT_SHARES = (0.40, 0.24, 0.26, 0.10)

# city, region, share of customers, whether the carrier reaches it slowly
CITIES: tuple[tuple[str, str, float, bool], ...] = (
    ("Madrid", "Madrid", 0.19, False),
    ("Barcelona", "Cataluña", 0.12, False),
    ("València", "Comunitat Valenciana", 0.14, False),
    ("Zaragoza", "Aragón", 0.09, False),
    ("Sevilla", "Andalucía", 0.11, False),
    ("Vigo", "Galicia", 0.07, True),
    ("Bilbao", "Euskadi", 0.06, False),
    ("Palma", "Illes Balears", 0.06, True),
    ("Las Palmas", "Canarias", 0.06, True),
    ("Badajoz", "Extremadura", 0.05, True),
    ("Teruel", "Aragón", 0.05, True),
)

_FEMALE_NAMES = (
    "Lucía Carmen Marta Elena Rosario Nuria Inés Pilar Julia Amparo Teresa Alba Noelia Rocío Beatriz Irene Sara Celia "
    "Montserrat Ainhoa Olga Vega Leonor Silvia Marina Candela Paula Esther Begoña Yolanda"
)
FEMALE = tuple(_FEMALE_NAMES.split())
_MALE_NAMES = (
    "Javier Andrés Manuel Íñigo Tomás Rafael Hugo Sergio Álvaro Vicente Emilio Joaquín Rubén Mateo Gonzalo Ignacio "
    "Xavier Lorenzo Marcos Darío Fermín Óscar Adrián Nicolás Pau Jaime Esteban Germán Raúl Bruno"
)
MALE = tuple(_MALE_NAMES.split())
_ENGLISH_NAMES = "Alice Harriet Emma Claire Ruth Olivia George Martin Peter Simon Edward Thomas"
ENGLISH = tuple(_ENGLISH_NAMES.split())
_ALL_SURNAMES = (
    "García Soler Navarro Ibáñez Castaño Ferrer Molina Ortega Vidal Cabrera Aranda Pascual Rivas Montero Quintana "
    "Lozano Bermejo Carrasco Duarte Escudero Fuentes Gallardo Herrero Izquierdo Jurado Lago Marín Nieto Olivares Peña "
    "Requena Salas Tejero Urrutia Valero Zamora Arenas Bosch Cuesta Dorado"
)
SURNAMES = tuple(_ALL_SURNAMES.split())
_ALL_ENGLISH = "Whitfield Harper Lowell Marsh Bennett Crane Dalton Everly Fletcher Godwin Hale Ingram"
ENGLISH_SURNAMES = tuple(_ALL_ENGLISH.split())
_PLAIN = str.maketrans("áéíóúüñÁÉÍÓÚÜÑ", "aeiouunAEIOUUN")


@dataclass(frozen=True)
class People:
    """Everyone who is or becomes a customer. Days count from the window's first day; `mood` is never written out."""

    segment: Ints
    city: Ints
    english: Bools
    female: Bools
    first_name: Ints
    surname: Ints
    second_surname: Ints
    age: Ints
    since_day: Floats  # may be negative: customer before the window
    first_order_day: Floats
    mood: Floats  # how mild a judge this person is: no cause of anything that happens to them
    has_app: Bools
    has_card: Bools
    newsletter: Bools
    referred: Bools

    def __len__(self) -> int:
        return len(self.segment)

    @property
    def far(self) -> Bools:
        """Whether the carrier reaches this person slowly."""
        return np.array([slow for *_, slow in CITIES])[self.city]


def invent(rng: np.random.Generator, customers: int) -> People:
    """Draw everyone at once."""
    segment = rng.choice(len(SEGMENTS), customers, p=SEGMENT_SHARES)
    gardener, professional = segment == 2, segment == 3
    old = rng.random(customers) < np.where(gardener | professional, 0.62, 0.44)
    since = np.where(old, -rng.gamma(1.6, 260, customers) - 2, rng.uniform(0, WINDOW_DAYS - 12, customers))
    first = np.where(old, rng.uniform(0, 240, customers), since + rng.uniform(0.01, 2, customers))
    chance_of_app = np.array([0.25, 0.42, 0.4, 0.3])[segment]
    chance_of_card = np.array([0.15, 0.25, 0.5, 0.45])[segment]
    return People(
        segment=segment,
        city=rng.choice(len(CITIES), customers, p=[share for _, _, share, _ in CITIES]),
        english=rng.random(customers) < 0.08,
        female=rng.random(customers) < 0.54,
        first_name=rng.integers(0, 10_000, customers),
        surname=rng.integers(0, 10_000, customers),
        second_surname=rng.integers(0, 10_000, customers),
        age=np.clip(rng.normal(46, 13, customers), 19, 86).astype(np.int64),
        since_day=since,
        first_order_day=first,
        mood=rng.normal(0, 0.4, customers),
        has_app=rng.random(customers) < chance_of_app,
        has_card=rng.random(customers) < chance_of_card,
        newsletter=rng.random(customers) < 0.55,
        referred=~old & (rng.random(customers) < np.where(gardener, 0.2, 0.11)),
    )


def customer_id(place: int) -> str:
    """The canonical id of the customer at this place."""
    return f"at-{place + 1:06d}"


def app_id(place: int) -> str:
    """What the app calls the same person."""
    return f"app-{(place * 7919 + 104_729) % 9_999_991:07d}"


def card_id(place: int) -> str:
    """What the tills call the same person: the number on the shop's card."""
    return f"card-{(place * 6131 + 35_317) % 9_999_973:07d}"


def full_names(people: People) -> list[str]:
    """First name and surnames, two of them for people who use two."""
    names: list[str] = []
    for english, female, first, one, two in zip(
        people.english.tolist(),
        people.female.tolist(),
        people.first_name.tolist(),
        people.surname.tolist(),
        people.second_surname.tolist(),
        strict=True,
    ):
        if english:
            names.append(f"{ENGLISH[first % len(ENGLISH)]} {ENGLISH_SURNAMES[one % len(ENGLISH_SURNAMES)]}")
        else:
            given = (FEMALE if female else MALE)[first % 30]
            names.append(f"{given} {SURNAMES[one % len(SURNAMES)]} {SURNAMES[two % len(SURNAMES)]}")
    return names


def _email(name: str, place: int) -> str:
    first, surname = name.translate(_PLAIN).lower().split()[:2]
    host = ("correo.example", "buzon.example", "casa.example")[place % 3]
    return f"{first}.{surname}{place + 1}@{host}"


def _consent(given: Sequence[bool], since: Sequence[datetime]) -> list[str]:
    return [
        json.dumps(
            {
                "service": {"given": True, "at": at.isoformat(), "proof": "terms accepted at first purchase"},
                "surveys": {"given": True, "at": at.isoformat(), "proof": "terms accepted at first purchase"},
                "newsletter": {"given": wanted, "at": at.isoformat(), "proof": "box on the registration form"},
            }
        )
        for wanted, at in zip(given, since, strict=True)
    ]


def _traits(people: People) -> list[str]:
    return [
        json.dumps(
            {
                "city": CITIES[city][0],
                "region": CITIES[city][1],
                "age": age,
                "app": app,
                "loyalty_card": card,
                "acquired_by": "referral" if referred else ("search", "store", "social media")[first % 3],
                **({"referred_by": "a customer"} if referred else {}),
            },
            ensure_ascii=False,
        )
        for city, age, app, card, referred, first in zip(
            people.city.tolist(),
            people.age.tolist(),
            people.has_app.tolist(),
            people.has_card.tolist(),
            people.referred.tolist(),
            people.first_name.tolist(),
            strict=True,
        )
    ]


def customers_table(people: People, start: datetime, until: datetime) -> pa.Table:
    """Everyone who is a customer before `until`, in CUSTOMERS' shape."""
    here = np.flatnonzero(people.first_order_day < (until - start) / timedelta(days=1))
    names = full_names(people)
    since = [start + timedelta(days=day) for day in np.floor(people.since_day).tolist()]
    english = people.english.tolist()
    columns = {
        "customer_id": [customer_id(place) for place in range(len(people))],
        "name": names,
        "email": [_email(name, place) for place, name in enumerate(names)],
        # no Spanish subscriber's number begins with 0, so these ring nowhere
        "phone": [f"+34 000 {place // 1000:03d} {place % 1000:03d}" for place in range(len(people))],
        "account_id": [None] * len(people),
        "segment": [SEGMENTS[segment] for segment in people.segment.tolist()],
        "language": ["en" if e else "es" for e in english],
        "timezone": [
            "Atlantic/Canary" if CITIES[city][0] == "Las Palmas" else TIME_ZONE for city in people.city.tolist()
        ],
        "since": since,
        "traits": _traits(people),
        "consent": _consent(people.newsletter.tolist(), since),
        "updated_at": [max(at, start) for at in since],
        "source": ["shop"] * len(people),
        "batch_id": [BATCH] * len(people),
    }
    return pa.Table.from_pydict(columns, schema=CUSTOMERS).take(pa.array(here))


def aliases_table(people: People, start: datetime, until: datetime) -> pa.Table:
    """The app's and the tills' ids of the people who have them, in ALIASES' shape."""
    here = people.first_order_day < (until - start) / timedelta(days=1)
    rows: list[tuple[str, str, str, datetime]] = []
    for place in np.flatnonzero(here & people.has_app).tolist():
        at = start + timedelta(days=max(float(people.since_day[place]), 0.0))
        rows.append((app_id(place), customer_id(place), "Signed in to the app with the e-mail address of the shop", at))
    for place in np.flatnonzero(here & people.has_card).tolist():
        at = start + timedelta(days=max(float(people.since_day[place]), 0.0))
        rows.append((card_id(place), customer_id(place), "Showed the shop's card at the till and online", at))
    alias, customer, reason, made_at = (
        (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [], [])
    )
    columns = {
        "alias_id": alias,
        "customer_id": customer,
        "reason": reason,
        "made_at": made_at,
        "source": ["shop"] * len(rows),
        "batch_id": [BATCH] * len(rows),
    }
    return pa.Table.from_pydict(columns, schema=ALIASES)
