"""What went wrong, in words, with a way on."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from vivencia.foundation.frame import theme
from vivencia.foundation.rights import public


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "foundation/error.html", {"title": title, "text": text, "status": status}, status=status)


@public
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    text = _("Something in the address or the form cannot be read. Go back, reload the page and try again.")
    return _page(request, 400, _("That could not be understood"), text)


@public
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    text = _("Your role does not include this page. An administrator can change that under Settings, People.")
    return _page(request, 403, _("This page is not for your role"), text)


@public
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    text = _("The address may be mistyped, or what was here has been removed.")
    return _page(request, 404, _("There is nothing here"), text)


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    text = _("The page was open for too long, or cookies are switched off. Reload it and try again.")
    return _page(request, 403, _("The form is out of date"), text)


@public
def broken(request: HttpRequest) -> HttpResponse:
    """Asks nothing of the database, which may be what is broken."""
    context: dict[str, Any] = {
        "title": _("Something broke on our side"),
        "text": _("Nothing of yours is lost. Try again in a moment; if it stays, the log of Vivencia says more."),
        "theme": theme(request),
        "status": 500,
    }
    return HttpResponse(render_to_string("foundation/error.html", context), status=500)
