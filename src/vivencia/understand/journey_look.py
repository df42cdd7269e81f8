"""One look at journeys: the ledger read, the journey table, and which journeys a page asks for."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from django.http import HttpRequest
from django.utils import timezone

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.numbers import whole
from vivencia.understand import journey_asking, journey_reading
from vivencia.understand.journey_asking import Asked
from vivencia.understand.journeys import beside
from vivencia.understand.journeys.flow import Felt, Sums
from vivencia.understand.journeys.phases import Placed, place
from vivencia.understand.journeys.table import JourneyTable, Mask, Scale
from vivencia.understand.models import Segment
from vivencia.understand.pages import now_of
from vivencia.understand.settling import view


@dataclass(frozen=True)
class Look:
    """`wish` says which journeys; `whole` is the table of all of them, `mask` and `table` the asked ones."""

    read: Read
    wish: Asked

    @cached_property
    def whole(self) -> JourneyTable:
        return journey_reading.journey_table(self.read, self.wish.journeys)

    @cached_property
    def mask(self) -> Mask:
        return journey_asking.mask(self.read, self.whole, self.wish)

    @cached_property
    def table(self) -> JourneyTable:
        return self.whole.only(self.mask)

    @property
    def scale(self) -> Scale | None:
        return self.whole.scales[self.whole.scale] if self.whole.scale >= 0 else None

    @cached_property
    def now(self) -> datetime:
        return now_of(self.read)

    def remember(self, what: str, compute: Callable[[], Any]) -> Any:
        """A result of the asked journeys, computed once a ledger version (and day, where a saved segment is meant)."""
        zone = timezone.get_current_timezone_name() if self.wish.since or self.wish.until else ""
        return self.read.remember(f"{self.wish.journeys.key}-{what}-{self.wish!r}-{zone}-{self._segment()}", compute)

    def felt(self) -> Felt:
        """What all asked journeys felt."""
        sums = Sums(1)
        sums.add(np.zeros(self.table.journeys, np.int64), self.table.scores(self.whole.scale))
        return sums.felt(0)

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """Where every step usually lies, over all journeys."""
        said = self.read.remember(
            f"{self.wish.journeys.key}-placed", lambda: [asdict(one) for one in place(self.whole)]
        )
        return tuple(Placed(**one) for one in said)

    def words(self) -> pa.Table:
        """Everything said on all journeys; `mask` says which of it belongs here."""
        return self.read.remember(
            f"{self.wish.journeys.key}-words", lambda: beside.words(self.read.events, self.read.to_arrow, self.whole)
        )

    def promised(self) -> pa.Table:
        """Every promise made on all journeys."""
        return self.read.remember(
            f"{self.wish.journeys.key}-promised-2",
            lambda: beside.promised(self.read.events, self.read.to_arrow, self.whole, self.now),
        )

    def _segment(self) -> str:
        kind, _colon, name = self.wish.segment.partition(":")
        if kind != "s":
            return ""
        saved = Segment.objects.filter(pk=whole(name) or 0).first()
        return f"{self.now:%Y-%m-%d}-{saved.stored!r}" if saved else ""


def look(request: HttpRequest, prefix: str = "") -> Look | None:
    """What this request asks for; None while the ledger is empty."""
    read = view().read
    if read.horizon is None:
        return None
    return Look(read, journey_asking.asked(read, request.GET, prefix))
