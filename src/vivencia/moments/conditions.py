"""What about a touchpoint may have decided the outcome, in a form a machine can match and people can be told."""

import re
from dataclasses import dataclass
from typing import Literal

Family = Literal[
    "promise",  # a promise was broken
    "failed",
    "happened",
    "repeated",  # the same step twice or more
    "event",  # one kind of step among several at the touchpoint
    "slow",  # waited longer for a step than most (key: which step, where not the touchpoint's own)
    "duration",  # a measured duration (key) is among the longest
    "channel",
    "property_above",  # a number among the highest
    "property",
    "employee",
]
FAMILIES: tuple[Family, ...] = (
    "promise", "failed", "happened", "repeated", "event", "slow", "duration", "channel", "property_above",
    "property", "employee",
)  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """`key`: promise kind, step name or property; `value`: which one; `percentile` and `threshold` (in the key's own
    unit, seconds for waiting; None where it differs by the step before)."""

    family: Family
    key: str | None = None
    value: str | None = None
    percentile: int | None = None
    threshold: float | None = None

    @property
    def code(self) -> str:
        """Stable machine form: `happened`, `failed`, `slow>p75`, `promise broken`, `channel=phone`,
        `property:category=books`."""
        above = f">p{self.percentile}"
        forms = {
            "promise": "promise broken" + (f":{self.key}" if self.key else ""),
            "slow": f"slow:{self.key}{above}" if self.key else f"slow{above}",
            "duration": f"slow:{self.key}{above}",
            "event": f"event:{self.value}",
            "channel": f"channel={self.value}",
            "employee": f"employee={self.value}",
            "property": f"property:{self.key}={self.value}",
            "property_above": f"property:{self.key}{above}",
        }
        return forms.get(self.family, self.family)

    @property
    def clarity(self) -> int:
        """Smaller is clearer: which of several that say the same is shown."""
        return FAMILIES.index(self.family)


_DURATION = re.compile(
    r"(?:^|_| )(?:duration|time|wait\w*|seconds|minutes|hours|days|secs?|mins?|delay|dwell|espera|demora|duracion"
    r"|tiempo|minutos|horas|dias|segundos|tempo|prazo)(?:$|_| )"
)


def is_duration(key: str) -> bool:
    """Whether a number named like this measures how long something took."""
    return bool(_DURATION.search(key.lower().replace("ó", "o").replace("í", "i")))
