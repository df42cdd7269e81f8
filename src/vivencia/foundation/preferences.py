"""Language, light or dark: chosen in the menu, kept in a cookie (and the language with the person)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from vivencia.foundation.frame import THEMES
from vivencia.foundation.models import User
from vivencia.foundation.rights import public

YEAR = 365 * 24 * 3600


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page the choice was made on, never to another site."""
    wish = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wish, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(wish if ours else "/")


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=settings.SECURE)


@public
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    wish = request.POST.get("theme", "")
    if wish not in THEMES:
        return HttpResponseBadRequest("theme: " + ", ".join(THEMES))
    response = _back(request)
    _keep(response, "theme", wish)
    return response


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    wish = request.POST.get("language", "")
    codes = [code for code, _name in settings.LANGUAGES]
    if wish not in codes:
        return HttpResponseBadRequest("language: " + ", ".join(codes))
    if isinstance(request.user, User):
        User.objects.filter(pk=request.user.pk).update(language=wish)
    response = _back(request)
    _keep(response, settings.LANGUAGE_COOKIE_NAME, wish)
    return response
