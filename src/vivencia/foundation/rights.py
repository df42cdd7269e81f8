"""Who may see and do what: rights, which roles hold them, and the decorators every page wears.

A view without `needs` or `public` fails the suite (`tests/foundation/test_every_page_decides.py`).
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from vivencia.foundation.models import Role, User

View = Callable[..., HttpResponseBase]


class Right(StrEnum):
    SEE_FIGURES = "see_figures"  # metrics, journeys, moments: aggregates only
    SEE_CUSTOMERS = "see_customers"  # single people, their timelines and words
    SEE_PERSONAL = "see_personal"  # e-mail, phone and the like inside what customers wrote, unmasked
    EXPORT = "export"  # take rows out
    ANALYSE = "analyse"  # segments, targets, phases, running studies
    PLAN = "plan"  # vision, personas, target journeys, initiatives, roadmap
    IMPORT = "import"  # bring data in, undo imports
    ASK = "ask"  # surveys: make them, ask customers
    ADMINISTER = "administer"  # people, settings, erasure


_EVERYONE = frozenset({Right.SEE_FIGURES})
_ANALYST = _EVERYONE | {Right.SEE_CUSTOMERS, Right.EXPORT, Right.ANALYSE, Right.PLAN, Right.IMPORT, Right.ASK}

RIGHTS: dict[str, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(Right),
    Role.CX_LEAD: _ANALYST | {Right.SEE_PERSONAL},
    Role.ANALYST: _ANALYST,
    Role.AGENT: _EVERYONE | {Right.SEE_CUSTOMERS, Right.SEE_PERSONAL},
    Role.EXECUTIVE: _EVERYONE | {Right.SEE_CUSTOMERS},
    Role.VIEWER: _EVERYONE,
}


def may(user: object, right: Right) -> bool:
    """Whether this user holds the right; strangers and inactive users hold none."""
    return isinstance(user, User) and user.is_active and right in RIGHTS.get(user.role, frozenset())


def needs(right: Right) -> Callable[[View], View]:
    """Let only holders of `right` in: strangers go to sign-in, others get 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not may(request.user, right):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.decided = right  # type: ignore[attr-defined]  # read by the suite, which walks every URL
        return guarded

    return decorate


def signed_in(view: View) -> View:
    """Let everyone in who has signed in, whatever their role: their own account, their own preferences."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    guarded.decided = "signed in"  # type: ignore[attr-defined]
    return guarded


def public(view: View) -> View:
    """Say on purpose that anyone may see this page."""
    view.decided = "public"  # type: ignore[attr-defined]
    return view
