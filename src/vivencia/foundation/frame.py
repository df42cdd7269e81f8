"""What the page frame needs on every page: the menu a person may use, language, light or dark, the company's name."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from vivencia.foundation.organisation import organisation
from vivencia.foundation.rights import Right, may

THEMES = ("auto", "light", "dark")


@dataclass(frozen=True)
class Entry:
    """One line of the menu: it shows where its address exists and the person holds the right."""

    name: str
    label: Any
    icon: str
    right: Right
    apart: bool = False


MENU = (
    Entry("overview", _("Overview"), "home", Right.SEE_FIGURES),
    Entry("customers", _("Customers"), "users", Right.SEE_CUSTOMERS),
    Entry("journeys", _("Journeys"), "route", Right.SEE_FIGURES),
    Entry("metrics", _("Metrics"), "chart-line", Right.SEE_FIGURES),
    Entry("moments", _("Moments"), "heart-handshake", Right.SEE_FIGURES),
    Entry("voices", _("Voices"), "message-circle", Right.SEE_CUSTOMERS),
    Entry("personas", _("Personas"), "users-group", Right.SEE_FIGURES),
    Entry("plan", _("Plan"), "map", Right.SEE_FIGURES),
    Entry("surveys", _("Surveys"), "clipboard-text", Right.ASK),
    Entry("sources", _("Sources"), "database-import", Right.IMPORT, apart=True),
    Entry("settings", _("Settings"), "settings", Right.ADMINISTER),
)


def _address(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """The entries this person may use, the one they are on marked."""
    shown: list[dict[str, Any]] = []
    for entry in MENU:
        address = _address(entry.name)
        if address is None or not may(request.user, entry.right):
            continue
        here = request.path == address or (address != "/" and request.path.startswith(address))
        shown.append({"label": entry.label, "icon": entry.icon, "href": address, "here": here, "apart": entry.apart})
    return shown


def theme(request: HttpRequest) -> str:
    """The chosen theme, from the cookie; "auto" follows the system."""
    wish = request.COOKIES.get("theme", "auto")
    return wish if wish in THEMES else "auto"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Lazy, so that pages without the frame ask nothing of the database."""
    return {
        "menu": SimpleLazyObject(lambda: menu(request) if hasattr(request, "user") else []),
        "theme": theme(request),
        "languages": [get_language_info(code) for code, _name in settings.LANGUAGES],
        "organisation": request.META.get("vivencia.organisation") or SimpleLazyObject(organisation),
    }
