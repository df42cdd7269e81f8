"""What the company decided for all of Vivencia: its name, currency, time zone and first language."""

from dataclasses import asdict, dataclass, fields

from django.conf import settings

from vivencia.foundation.models import Setting

KEY = "organisation"


@dataclass(frozen=True)
class Organisation:
    """`currency` is ISO 4217, `time_zone` IANA, `language` one of `settings.LANGUAGES`."""

    name: str = ""
    currency: str = "EUR"
    time_zone: str = "UTC"
    language: str = "en"


def organisation() -> Organisation:
    """As the company set it, defaults where it has not."""
    row = Setting.objects.filter(key=KEY).first()
    stored = row.value if row else {}
    known = {field.name for field in fields(Organisation)}
    return Organisation(**{"time_zone": settings.TIME_ZONE, **{k: v for k, v in stored.items() if k in known}})


def save(changed: Organisation) -> None:
    Setting.objects.update_or_create(key=KEY, defaults={"value": asdict(changed)})
