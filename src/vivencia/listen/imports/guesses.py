"""What a column seems to be, by its name (Spanish, English, Portuguese) and its contents, each with its reason."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite
from typing import Final

from vivencia.listen.imports import dates
from vivencia.listen.imports.problems import N_
from vivencia.listen.imports.readers.table import Look
from vivencia.listen.imports.scales import Scale, are_most, scale_of

ROLES: Final[dict[str, tuple[str, ...]]] = {
    # most telling first; compared as whole words, without accents
    "when": (
        "occurred at", "timestamp", "event time", "time timestamp", "fecha evento", "fecha hora", "datetime",
        "date time", "complete timestamp", "recorded date", "recordeddate", "end date", "enddate",
        "created at", "createdat",
        "submitted at", "fecha", "date", "data", "time", "hora", "when",
    ),
    "promised_at": (
        "promised at", "promised date", "estimated delivery", "estimated", "due date", "due at", "expected", "deadline",
        "fecha prometida", "fecha estimada", "prometida", "prevista", "estimada", "vencimiento", "prazo",
    ),
    "customer": (
        "customer unique id", "customer id", "customerid", "customer", "client id", "client", "id cliente",
        "cliente id", "cliente", "codigo cliente", "user id", "userid", "user", "usuario", "id usuario", "member id",
        "contact id", "person id", "socio", "recipient email", "recipientemail",
        "external reference", "externalreference",
        "externaldatareference", "email", "correo", "e mail",
    ),
    "anonymous": ("anonymous id", "anonymousid", "visitor id", "cookie id", "session id", "device id"),
    "account": ("account id", "accountid", "company id", "organisation id", "organization id", "id empresa", "cuenta"),
    "subject": (
        "case concept name", "subject id", "order id", "orderid", "pedido id", "id pedido", "numero pedido", "pedido",
        "ticket id", "ticket", "case id", "caseid", "id caso", "caso", "case", "incidencia", "expediente", "booking id",
        "reserva", "invoice id", "factura", "order", "reservation id",
    ),
    "name": (
        "event name", "event", "concept name", "activity", "actividad", "evento", "action", "accion", "tipo evento",
        "event type", "atividade", "task",
    ),
    "touchpoint": ("touchpoint", "punto de contacto", "punto contacto", "stage", "etapa", "fase"),
    "channel": ("channel", "channel name", "canal", "medio", "source channel"),
    "amount": (
        "amount", "total amount", "revenue", "importe", "monto", "valor", "total", "price", "precio", "preco", "coste",
        "payment value", "ingreso",
    ),
    "currency": ("currency", "moneda", "divisa", "moeda"),
    "score": (
        "nps", "csat", "ces", "score", "rating", "csat score", "nps score", "review score", "puntuacion", "valoracion",
        "nota", "satisfaccion", "satisfaction", "calificacion", "stars", "estrellas", "pontuacao", "avaliacao",
    ),
    "text": (
        "comment", "comments", "comentario", "comentarios", "remarks", "customer remarks", "text", "texto", "feedback",
        "review", "opinion", "mensaje", "message", "verbatim", "reason", "motivo", "observaciones",
    ),
    "employee": (
        "employee id", "employee", "agent", "agent name", "agente", "org resource", "resource", "empleado", "seller",
        "vendedor", "operator", "operador", "assigned to",
    ),
    "segment": ("segment", "segmento", "tier", "plan", "customer state"),
    "id": ("event id", "eventid", "message id", "messageid", "response id", "responseid", "unique id", "id", "uuid"),
}  # fmt: skip
# What is known of a person, by what its column is called exactly.
KNOWN: Final[dict[str, tuple[str, ...]]] = {
    "name": ("name", "full name", "customer name", "nombre", "nombre completo", "nombre cliente", "nome"),
    "email": ("email", "e mail", "mail", "correo", "correo electronico", "customer email"),
    "phone": ("phone", "telephone", "telefono", "movil", "mobile"),
    "segment": ("segment", "segmento", "tier", "plan", "nivel"),
    "language": ("language", "idioma", "lengua", "locale"),
}
REASONS: Final = {
    "name": N_("its name says so"),
    "dates": N_("%(share)s %% of its values are dates, like %(example)s"),
    "dates-mixed": N_("its name says so, but only %(share)s %% of its values are dates written like %(example)s"),
    "ambiguous": N_("its dates could be day first or month first; day first is assumed"),
    "unique": N_("no two rows have the same value"),
    "scale": N_("whole numbers from %(low)s to %(high)s"),
    "scale-mostly": N_(
        "whole numbers from %(low)s to %(high)s; %(odd)s of the first %(n)s values are not and are left out"
    ),
    "long": N_("long texts, %(mean)s characters on average"),
    "numbers": N_("numbers, and its name says money"),
    "numbers-mostly": N_(
        "numbers, and its name says money; %(odd)s of the first %(n)s values are none and are left out"
    ),
    "only": N_("nothing else in the file is a date"),
}


@dataclass(frozen=True)
class Guess:
    """One guess: `column` is the `role`, because of `reason` (a key of REASONS, with its facts)."""

    role: str
    column: str
    reason: str
    facts: tuple[tuple[str, str], ...] = ()
    sure: bool = True


@dataclass(frozen=True)
class Seen:
    """What the sample tells of one column."""

    name: str
    values: tuple[str, ...]
    rows: int
    dates: dates.Dates
    numbers: tuple[float, ...]  # empty where not all values are numbers

    @property
    def is_date(self) -> bool:
        return (
            bool(self.values)
            and self.dates.share >= 0.9
            and (self.dates.order != "epoch" or "time" in plain(self.name))
        )

    @cached_property
    def scale(self) -> Scale | None:
        """The scale most of its values seem to be on."""
        return scale_of([_number(value) for value in self.values])

    @cached_property
    def odd_numbers(self) -> int | None:
        """How many of its values are no numbers, where nearly all are; None where they are not."""
        good = sum(_number(value) is not None for value in self.values)
        odd = len(self.values) - good
        return odd if good and are_most(good, odd, fewest=1) else None

    @property
    def mean_length(self) -> float:
        return sum(len(value) for value in self.values) / max(len(self.values), 1)

    @property
    def is_unique(self) -> bool:
        return len(self.values) == self.rows > 1 and len(set(self.values)) == self.rows

    @property
    def is_long_text(self) -> bool:
        spaced = sum(" " in value for value in self.values)
        return not self.numbers and self.mean_length >= 20 and spaced > 0.6 * len(self.values) and not self.is_date


def of_scale(column: str, low: float, high: float, *, odd: int, n: int) -> Guess:
    """A column is a score, because of the scale its values are on, but for `odd` of `n`."""
    ends = (("low", f"{low:g}"), ("high", f"{high:g}"))
    if not odd:
        return Guess("score", column, "scale", ends)
    return Guess("score", column, "scale-mostly", (*ends, ("odd", str(odd)), ("n", str(n))))


def see(look: Look) -> list[Seen]:
    """What the sample tells of each column."""
    columns = [_seen(look, name) for name in look.columns]
    forms = [column.dates for column in columns if column.values]
    return [
        replace(column, dates=dates.agreed(column.dates, forms)) if column.dates.ambiguous else column
        for column in columns
    ]


def best(role: str, columns: Sequence[Seen], taken: set[str]) -> Seen | None:
    """The column whose name tells the role best, if any does."""
    found: list[tuple[int, int, Seen]] = []
    for place, column in enumerate(columns):
        rank = name_rank(role, column.name)
        if rank is not None and column.name not in taken and column.values:
            found.append((rank, place, column))
    return min(found, key=lambda item: item[:2])[2] if found else None


def name_rank(role: str, name: str) -> int | None:
    """How well a column's name tells a role: 0 is best, None not at all."""
    words = plain(name)
    for rank, synonym in enumerate(ROLES[role]):
        if words == synonym:
            return rank
    for rank, synonym in enumerate(ROLES[role]):
        if len(synonym) > 3 and re.search(rf"\b{re.escape(synonym)}\b", words):
            return 100 + rank
    return None


def plain(name: str) -> str:
    """A name as plain words: `Issue_reported at` and `issueReportedAt` alike are "issue reported at".

    >>> plain("Fecha_Creación")
    'fecha creacion'
    """
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    bare = unicodedata.normalize("NFKD", split).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^0-9A-Za-z]+", " ", bare).lower().split())


def _seen(look: Look, name: str) -> Seen:
    values = tuple(look.column(name))
    numbers = tuple(number for value in values if (number := _number(value)) is not None)
    return Seen(
        name, values, len(look.rows), dates.detect(values), numbers if values and len(numbers) == len(values) else ()
    )


_GROUPED = re.compile(r"-?\d{1,3}(?:(?:\.\d{3})+(?:,\d+)?|(?:,\d{3})+(?:\.\d+)?)")


def _number(value: str) -> float | None:
    """A number however it is written: 1.244,92 and 1,244.92 alike. How it is read in the end is said by the table."""
    if _GROUPED.fullmatch(value) and ("," in value and "." in value):
        mark = max(value.rfind(","), value.rfind("."))
        value = re.sub(r"[.,]", "", value[:mark]) + "." + value[mark + 1 :]
    try:
        number = float(value.replace(",", ".")) if value.count(",") <= 1 else None
    except ValueError:
        return None
    return number if number is not None and isfinite(number) else None
