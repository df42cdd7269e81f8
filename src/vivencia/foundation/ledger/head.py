"""Which versions of the tables are the ledger now.

A commit to one Delta table becomes visible only when `HEAD` names it, so a change to several tables is one change, and
a writer that dies half-way leaves what was there before.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from vivencia.foundation.ledger.disk import write_whole
from vivencia.foundation.ledger.schema import TABLES


@dataclass(frozen=True)
class Place:
    """Where one table stands.

    delta: its Delta version. content: how often what it says has changed; compaction is a new `delta`, not new content.
    """

    delta: int = 0
    content: int = 0


@dataclass(frozen=True)
class Head:
    events: Place = Place()
    customers: Place = Place()
    aliases: Place = Place()
    readings: Place = Place()

    @property
    def version(self) -> str:
        """Names what a reader sees, readings apart: equal versions are equal contents."""
        return f"e{self.events.content}-c{self.customers.content}-a{self.aliases.content}"

    @property
    def readings_version(self) -> str:
        """As `version`, and what was read in the texts too."""
        return f"{self.version}-r{self.readings.content}"

    def place(self, table: str) -> Place:
        place: Place = getattr(self, table)
        return place

    def moved(self, table: str, delta: int, *, changed: bool = True) -> "Head":
        """This head with one table at another Delta version."""
        content = self.place(table).content + (1 if changed else 0)
        return replace(self, **{table: Place(delta, content)})


def read_head(folder: Path) -> Head:
    """The published head. Raises FileNotFoundError where there is no ledger yet."""
    places = json.loads((folder / "HEAD").read_bytes())
    return Head(**{table: Place(**place) for table, place in places.items()})


def missing_tables(folder: Path) -> list[str]:
    """The tables there are not yet: all where there is no ledger, the new ones where an earlier release made it."""
    file = folder / "HEAD"
    made = json.loads(file.read_bytes()) if file.exists() else {}
    return [table for table in TABLES if table not in made]


def publish(folder: Path, head: Head) -> None:
    """From now on every new read sees this head; returns once the disk has it."""
    write_whole(folder / "HEAD", json.dumps(asdict(head)).encode())
