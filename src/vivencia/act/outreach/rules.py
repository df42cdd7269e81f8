"""The company's rules of writing to people: how often, when, and what needs their consent.

Pure but for `load` and `save`.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from vivencia.foundation.models import Setting

KEY = "outreach"
SERVICE = "service"  # answers to what the person asked us, and what they must know of their own orders


@dataclass(frozen=True)
class Rules:
    """`most` messages to one person in any `days` days, across purposes and channels.

    Nothing goes out from `quiet_from` until `quiet_until` o'clock in the person's time zone, nor on weekends where
    `quiet_weekends`. `consent_needed`: purposes for which a person must have said yes; for others it is enough that
    they have not said no. A broken promise or a bad answer counts as open for `remember_days`, a question nobody
    solved or a promise nobody kept for `open_days`: data that never tell an end must not silence a person for ever.
    While a problem is open a message is looked at again every `look_again_hours`. Service messages pass the cap and
    open problems.
    """

    most: int = 2
    days: int = 14
    quiet_from: int = 21
    quiet_until: int = 9
    quiet_weekends: bool = False
    consent_needed: tuple[str, ...] = ("surveys", "newsletter")
    remember_days: int = 30
    open_days: int = 180
    look_again_hours: int = 12

    def __post_init__(self) -> None:
        """Raises ValueError naming the field and what is allowed."""
        for name in ("most", "days", "remember_days", "open_days", "look_again_hours"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; allowed: 1 or more")
        for name in ("quiet_from", "quiet_until"):  # so that no day is quiet from end to end
            if not 0 <= getattr(self, name) <= 23:
                raise ValueError(f"{name} is {getattr(self, name)}; allowed: 0 to 23")

    @property
    def window(self) -> timedelta:
        return timedelta(days=self.days)


def load() -> Rules:
    """As the company set them, defaults where it has not."""
    row = Setting.objects.filter(key=KEY).first()
    stored: dict[str, Any] = row.value if row else {}
    known = {name: value for name, value in stored.items() if name in Rules.__dataclass_fields__}
    if "consent_needed" in known:
        known["consent_needed"] = tuple(known["consent_needed"])
    return Rules(**known)


def save(rules: Rules) -> None:
    Setting.objects.update_or_create(key=KEY, defaults={"value": asdict(rules)})
