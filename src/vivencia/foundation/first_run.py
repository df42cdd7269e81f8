"""Until somebody has been made administrator there is only one page, and only its owner may use it.

On the machine itself no code is needed. From anywhere else the set-up code is, which `vivencia serve` prints and which
lies in `VIVENCIA_HOME/setup_code` until the first administrator exists.
"""

import ipaddress
import os
import secrets
from collections.abc import Callable

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from vivencia.foundation.home import home
from vivencia.foundation.models import Role, Setting, User

LOCK = "first_administrator"
PROXY_HEADERS = ("forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip")
OPEN_PATHS = ("/static/", "/preferences/", "/welcome/", "/health")


class AlreadySetUpError(Exception):
    """Somebody else was first."""


def pending() -> bool:
    """Whether nobody has been given access yet."""
    return not User.objects.exists()


def setup_code() -> str:
    """The code that lets somebody who is not on this machine make the first administrator. Made once."""
    file = home() / "setup_code"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(descriptor, "w") as out:
        code = "-".join(secrets.token_hex(2) for _part in range(6))
        out.write(code + "\n")
    return code


def code_is_right(said: str) -> bool:
    return secrets.compare_digest(said.strip().lower().encode(), setup_code().encode())


def is_local(request: HttpRequest) -> bool:
    """Whether the request comes from this very machine, and not through a proxy that stands on it."""
    return not _proxied(request) and _loopback(request.META.get("REMOTE_ADDR", "")) and _loopback(_host(request))


def _proxied(request: HttpRequest) -> bool:
    """A proxy that adds no header is told by its settings here, or by HTTP/1.0, which no browser speaks."""
    if settings.SECURE or settings.CSRF_TRUSTED_ORIGINS or request.META.get("SERVER_PROTOCOL") == "HTTP/1.0":
        return True
    return any(name.lower().startswith("x-forwarded") or name.lower() in PROXY_HEADERS for name in request.headers)


def _host(request: HttpRequest) -> str:
    name = request.get_host()
    return name[1 : name.index("]")] if name.startswith("[") else name.split(":")[0]


def _loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def make_administrator(email: str, password: str, *, first_name: str = "", language: str = "") -> User:
    """The first person. Raises AlreadySetUpError where there is one: of two at the same moment, one wins."""
    try:
        with transaction.atomic():
            Setting.objects.create(key=LOCK, value=True)
            if not pending():
                raise AlreadySetUpError
            user = User.objects.create_user(
                email, password, role=Role.ADMINISTRATOR, first_name=first_name, language=language
            )
    except IntegrityError as taken:
        raise AlreadySetUpError from taken
    (home() / "setup_code").unlink(missing_ok=True)
    return user


class FirstRun:
    """Middleware, after authentication: while nobody has access, every page leads to the welcome page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(OPEN_PATHS) and not request.user.is_authenticated and pending():
            return HttpResponseRedirect(reverse("welcome"))
        return self.get_response(request)
