"""What about a touchpoint may have decided the outcome, in a form a machine can match and people can be told."""

import re
from dataclasses import dataclass
from typing import Literal

Family = Literal[
    "promise",  # a promise was broken
    "failed",
    "happened",
    "missed",  # did not get to what nearly everybody gets to
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
    "promise", "failed", "happened", "missed", "repeated", "event", "slow", "duration", "channel", "property_above",
    "property", "employee",
)  # fmt: skip

PLAUSIBLE: dict[Family, float] = {
    "promise": 2.0, "failed": 2.0, "happened": 2.0, "missed": 2.0, "repeated": 1.5, "event": 1.0, "slow": 0.7,
    "duration": 1.0, "channel": 1.0, "property_above": 0.7, "property": 0.7, "employee": 0.5,
}  # fmt: skip
"""How plausible a kind of candidate is before any outcome is looked at, compared with the others."""


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
        """Stable machine form: `happened`, `not happened`, `failed`, `slow>p75`, `promise broken`, `channel=phone`,
        `property:category=books`."""
        above = f">p{self.percentile}"
        forms = {
            "promise": "promise broken" + (f":{self.key}" if self.key else ""),
            "slow": f"slow:{self.key}{above}" if self.key else f"slow{above}",
            "duration": f"slow:{self.key}{above}",
            "event": f"event:{self.value}",
            "missed": "not happened",
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


def read_code(code: str) -> Condition:
    """The condition a code (see `Condition.code`) stands for, without its threshold.

    >>> read_code("property:via=phone").value
    'phone'
    """
    plain: dict[str, Family] = {"promise broken": "promise", "not happened": "missed"}
    name, _, rest = code.partition(":")
    above = re.fullmatch(r"(.*)>p(\d+)", rest or name)
    percentile = int(above[2]) if above else None
    if name == "slow" or name.startswith("slow>"):
        return Condition("slow", above[1] if above and rest else None, percentile=percentile)
    if name == "property" and above and "=" not in rest:
        return Condition("property_above", above[1], percentile=percentile)
    if name == "property":
        key, _, value = rest.partition("=")
        return Condition("property", key, value)
    if name == "event":
        return Condition("event", value=rest)
    family, found, value = code.partition("=")
    if found and family in ("channel", "employee"):
        return Condition(family, value=value)  # type: ignore[arg-type]  # one of the two
    if name in plain:
        return Condition(plain[name], rest or None)
    return Condition(name)  # type: ignore[arg-type]  # the families that are their own code


_DURATION = re.compile(
    r"(?:^|_| )(?:duration|time|wait\w*|seconds|minutes|hours|days|secs?|mins?|delay|dwell|espera|demora|duracion"
    r"|tiempo|minutos|horas|dias|segundos|tempo|prazo)(?:$|_| )"
)


def is_duration(key: str) -> bool:
    """Whether a number named like this measures how long something took."""
    return bool(_DURATION.search(key.lower().replace("ó", "o").replace("í", "i")))
