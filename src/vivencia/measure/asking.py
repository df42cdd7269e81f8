"""What a page of metrics was asked, as its address says it: so that every view can be sent to somebody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import QueryDict

from vivencia.foundation.numbers import day, whole
from vivencia.measure.metrics.catalogue import named
from vivencia.measure.metrics.computing import Question, refuse_to_split, splittable
from vivencia.measure.metrics.groups import dimension
from vivencia.measure.metrics.metric import Metric, Variant
from vivencia.measure.metrics.periods import GRAINS, Grain, midnight
from vivencia.understand import segments
from vivencia.understand.models import Segment

GROUP = "g."  # g.channel=web: look at this group only
UNKNOWN = "\u2205"  # the value of a group that is not known


@dataclass(frozen=True)
class Asked:
    """`since` and `until` are days, both included; `by`: the grain over time; `dim`: the dimension looked at."""

    metric: Metric
    variant: Variant
    since: date | None = None
    until: date | None = None
    by: Grain = "month"
    dim: str = ""
    segment: str = ""  # "saved:<pk>" or "company:<name>"
    where: Mapping[str, str | None] = field(default_factory=dict)

    def question(self, zone: str, by: tuple[str, ...] = (), where: Mapping[str, str | None] | None = None) -> Question:
        """What the ledger is asked, on the company's clock."""
        return Question(
            self.metric.name,
            self.variant.name,
            by,
            {**self.where, **(where or {})},
            midnight(self.since, zone) if self.since else None,
            midnight(self.until + timedelta(days=1), zone) if self.until else None,
        )

    def query(self, **changes: str | date | None) -> str:
        """The same address with these parts changed; empty parts are left out."""
        told: dict[str, str | date | None] = {
            "variant": self.variant.name if self.variant != self.metric.variants[0] else "",
            "since": self.since,
            "until": self.until,
            "by": self.by if self.by != "month" else "",
            "dim": self.dim,
            "segment": self.segment,
            **{f"{GROUP}{name}": UNKNOWN if value is None else value for name, value in self.where.items()},
            **changes,
        }
        return urlencode({name: str(value) for name, value in told.items() if value})

    def filters(self, **changes: str | date | None) -> str:
        """Only what holds for other metrics too: the window and the segment."""
        told: dict[str, str | date | None] = {
            "since": self.since,
            "until": self.until,
            "segment": self.segment,
            **changes,
        }
        return urlencode({name: str(value) for name, value in told.items() if value})

    @property
    def definition_of_segment(self) -> segments.Definition | None:
        return chosen_segment(self.segment)


def asked(name: str, query: QueryDict) -> Asked:
    """Read an address. Raises ValueError for a metric, variant or dimension that does not exist."""
    metric = named(name)
    variant = metric.variant(query.get("variant") or None)
    grain = query.get("by", "month")
    since, until = day(query.get("since")), day(query.get("until"))
    if since and until and since > until:
        since, until = until, since
    where = {key.removeprefix(GROUP): value for key, value in query.items() if key.startswith(GROUP)}
    dim = query.get("dim", "")
    for one in (*where, *filter(None, [dim])):
        dimension(one)
    refuse_to_split(variant, list(where))
    return Asked(
        metric,
        variant,
        since,
        until,
        next((one for one in GRAINS if one == grain), "month"),
        dim if dim and splittable(variant, dim) else "",
        query.get("segment", ""),
        {key: None if value == UNKNOWN else str(value) for key, value in where.items()},
    )


def chosen_segment(choice: str) -> segments.Definition | None:
    """The segment a choice names; None for none, and for one that is no longer there."""
    kind, _colon, key = choice.partition(":")
    if kind == "company" and key:
        return segments.Definition((segments.InSegment((key,)),))
    saved = Segment.objects.filter(pk=whole(key) or 0).first() if kind == "saved" else None
    return saved.definition if saved else None
