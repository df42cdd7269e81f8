"""Foundation's tables: who signs in."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person does with Vivencia; `foundation.rights` says what each may see and do."""

    ADMINISTRATOR = "administrator", _("Administrator")
    CX_LEAD = "cx_lead", _("CX lead")
    ANALYST = "analyst", _("Analyst")
    AGENT = "agent", _("Agent")
    EXECUTIVE = "executive", _("Executive")
    VIEWER = "viewer", _("Viewer")


class User(AbstractUser):
    """A person who signs in, known by e-mail address."""

    username = None  # type: ignore[assignment]  # Django's documented way to drop the field
    email = models.EmailField(_("e-mail address"), unique=True)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.VIEWER)
    language = models.CharField(_("language"), max_length=8, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
