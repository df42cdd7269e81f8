"""In which language and time zone a person reads: their own choice, else the browser's, else the company's."""

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from vivencia.foundation.models import User
from vivencia.foundation.organisation import Organisation, organisation

CODES = [code for code, _name in settings.LANGUAGES]


def language_for(request: HttpRequest, company: Organisation) -> str:
    """The first of: the person's choice, the cookie, what the browser asks for, the company's language."""
    chosen = request.user.language if isinstance(request.user, User) else ""
    wishes = [chosen, request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")]
    wishes += [code.split("-")[0] for code, _q in parse_accept_lang_header(request.headers.get("accept-language", ""))]
    return next((wish for wish in [*wishes, company.language] if wish in CODES), CODES[0])


def zone_of(company: Organisation) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(company.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


class Viewer:
    """Middleware, after authentication: activates language and time zone for this request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        company = organisation()
        request.META["vivencia.organisation"] = company  # the frame shows its name: asked for once a request
        translation.activate(language_for(request, company))
        timezone.activate(zone_of(company))
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or "en")
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response
