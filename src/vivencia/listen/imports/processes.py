"""Process logs: a case, an activity and a time are all that is needed to map them."""

from pathlib import PurePath
from typing import Final

from vivencia.listen.imports.guesses import plain
from vivencia.listen.imports.mapping import Defaults, Event, Mapping, Table, Value
from vivencia.listen.imports.readers.ocel import OBJECT
from vivencia.listen.imports.readers.table import Look

_CASE: Final = ("case concept name", "case id", "caseid", "case", "id caso", "caso id", "caso", "trace id", "case key")
_ACTIVITY: Final = (
    "concept name",
    "activity",
    "activity name",
    "actividad",
    "atividade",
    "task",
    "event",
    "activity id",
)
_TIME: Final = ("time timestamp", "timestamp", "complete timestamp", "completion time", "end timestamp", "time",
                "start timestamp", "start time", "fecha hora", "fecha", "date")  # fmt: skip
_WHO: Final = ("org resource", "resource", "recurso", "agent", "agente", "user", "usuario")
_CUSTOMER: Final = ("case customer id", "customer id", "case customer", "id cliente", "case cliente")


def process_mapping(look: Look) -> Mapping | None:
    """The mapping of a process log; None where the file is none."""
    if look.kind == "ocel":
        return _ocel(look)
    case, activity, time = (_find(look, names) for names in (_CASE, _ACTIVITY, _TIME))
    if case is None or activity is None or time is None:
        return None
    who, customer = _find(look, _WHO), _find(look, _CUSTOMER)
    return _mapping(look, activity, time, case, _kind_of(look, activity), customer, who, None)


def _ocel(look: Look) -> Mapping | None:
    """The case is the object most events are about, but not the customer."""
    objects = [name for name in look.columns if name.startswith(OBJECT)]
    if not objects:
        return None
    customers = [name for name in objects if any(word in plain(name) for word in ("customer", "client", "cliente"))]
    others = [name for name in objects if name not in customers] or objects
    case = max(others, key=lambda name: len(look.column(name)))
    kind = case.removeprefix(OBJECT)
    return _mapping(look, "type", "time", case, kind, customers[0] if customers else None, None, "id")


def _mapping(
    look: Look,
    activity: str,
    time: str,
    case: str,
    kind: str,
    customer: str | None,
    who: str | None,
    own_id: str | None,
) -> Mapping:
    event = Event(
        table="log",
        kind="event",
        id=Value((own_id,)) if own_id else None,
        name=Value((activity,)),
        touchpoint=Value((activity,)),
        when=Value((time,)),
        customer=Value((customer,)) if customer else None,
        employee=Value((who,)) if who else None,
        subject=Value((case,)),
        subject_kind=Value(constant=kind),
        rest=True,
    )
    title = PurePath(look.name).name.partition(".")[0]
    return Mapping(
        source=plain(title).replace(" ", "-") or "log",
        title=title,
        tables={"log": Table(file=look.name)},
        events=(event,),
        defaults=Defaults(),
    )


def _kind_of(look: Look, activity: str) -> str:
    words = plain(" ".join([look.name, *set(look.column(activity))])).split()
    return "ticket" if {"ticket", "tickets", "helpdesk"} & set(words) else "case"


def _find(look: Look, names: tuple[str, ...]) -> str | None:
    known = {plain(column): column for column in reversed(look.columns)}
    return next((known[name] for name in names if name in known), None)
