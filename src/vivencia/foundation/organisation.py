"""What the company decided for all of Vivencia: its name, currency, time zone and first language."""

from dataclasses import asdict, dataclass, fields

from django.conf import settings

from vivencia.foundation.models import Setting

KEY = "organisation"


@dataclass(frozen=True)
class Organisation:
    """`currency` is ISO 4217, `time_zone` IANA, `language` one of `settings.LANGUAGES`.

    `public_url`: where customers reach this installation, without a slash at its end; empty where nobody said.
    """

    name: str = ""
    currency: str = "EUR"
    time_zone: str = "UTC"
    language: str = "en"
    public_url: str = ""


def organisation() -> Organisation:
    """As the company set it, defaults where it has not."""
    row = Setting.objects.filter(key=KEY).first()
    stored = row.value if row else {}
    known = {field.name for field in fields(Organisation)}
    return Organisation(**{"time_zone": settings.TIME_ZONE, **{k: v for k, v in stored.items() if k in known}})


def save(changed: Organisation) -> None:
    Setting.objects.update_or_create(key=KEY, defaults={"value": asdict(changed)})


def absolute(path: str) -> str:
    """The full address of one of our pages, for messages and codes that leave this machine ("/s/abc/").

    Where nobody has said how customers reach us: the first trusted origin, else where `vivencia serve` listens.
    """
    base = organisation().public_url or next(iter(settings.CSRF_TRUSTED_ORIGINS), settings.SERVED_AT)
    return base.rstrip("/") + path
