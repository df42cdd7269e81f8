"""Addresses for programs, which bring a key and no cookie: straight to the view, past sessions and languages.

What stands behind them costs a request several questions to the database, and none of it means anything to a program.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import resolve

PATHS = ("/v1/", "/v.js", "/analytics.js/")


class ForMachines:
    """Middleware, before sessions: requests below `PATHS` end here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PATHS):
            return self.get_response(request)
        match = resolve(request.path_info)
        request.resolver_match = match
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        response.headers.setdefault("Content-Length", str(len(response.content)))
        return response
