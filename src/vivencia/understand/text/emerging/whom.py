"""For whom something rose: the segments, touchpoints or products that the newest mentions come from more than usual."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.stats import binom, false_discovery_control

LEAST = 5  # newest mentions of a group; fewer are an anecdote
HARDLY = 0.1  # of the mentions before carry a dimension: nothing can be said of those that do not
MOST_OF = 0.5  # of the newest have the same value of such a dimension, for it to be told
FALSE_SHARE = 0.05  # of the groups told, at most so many are chance (Benjamini and Hochberg)


@dataclass(frozen=True)
class Group:
    """Of the newest mentions `mentions` (a share of `share`) come from this group, usually a share of `usual`."""

    dimension: str
    value: str
    mentions: int
    share: float
    usual: float


def concentrated(
    newest: Mapping[str, Sequence[str | None]], usually: Mapping[str, Sequence[str | None]], most: int = 3
) -> list[Group]:
    """Groups over-represented among the newest mentions, the strongest first.

    newest, usually: dimension -> each mention's value there, None where not known; `usually` are the mentions before,
    or everything said at the same time where the theme is new. A dimension missing in one of them is not looked at.
    One that hardly any mention before carries is told where most of the newest have the same value of it.
    """
    found: list[tuple[float, Group]] = []
    for dimension in newest:
        found += _looked_at(dimension, newest[dimension], usually.get(dimension, ()))
    if not found:
        return []
    adjusted = false_discovery_control([chance for chance, _group in found])
    told = [group for q, (_chance, group) in zip(adjusted, found, strict=True) if q <= FALSE_SHARE]
    return sorted(told, key=lambda group: group.usual - group.share)[:most]


def _looked_at(
    dimension: str, newest: Sequence[str | None], usually: Sequence[str | None]
) -> list[tuple[float, Group]]:
    now, before = Counter(v for v in newest if v is not None), Counter(v for v in usually if v is not None)
    n, base, least = now.total(), before.total(), LEAST
    if base < HARDLY * len(usually):  # only what is new carries it: compared among all, and told of most of it alone
        n, base, least = len(newest), len(usually), max(LEAST, math.ceil(MOST_OF * len(newest)))
    looked = []
    for value, mentions in now.items():
        if mentions < least or base == 0:
            continue
        usual = (before[value] + 0.5) / (base + 1)  # never quite zero: not seen before is not impossible
        share = mentions / n
        chance = float(binom.sf(mentions - 1, n, min(usual, 1.0))) if share > usual else 1.0
        looked.append((chance, Group(dimension, value, mentions, share, usual)))
    return looked
