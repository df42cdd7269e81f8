"""How often one machine may answer: enough for an office behind one address, too little to fill a database.

Counted in the cache under a keyed digest of the address, which is kept nowhere else. Each server process counts for
itself, so that the true limit is at most the limit times the number of processes.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


@dataclass(frozen=True)
class Limit:
    """At most `times` within `seconds`."""

    name: str
    times: int
    seconds: int


PAGES = Limit("pages", 600, 600)
BEGINNINGS = Limit("beginnings", 60, 600)  # new responses by a public address


def address(request: HttpRequest) -> str:
    """Where a request comes from; behind a trusted proxy, what the proxy says."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


def allowed(request: HttpRequest, limit: Limit) -> bool:
    """Count this request; False once there were too many."""
    key = "survey-" + limit.name + "-" + salted_hmac("vivencia.surveys.throttle", address(request)).hexdigest()
    if cache.add(key, 1, limit.seconds):
        return True
    try:
        return cache.incr(key) <= limit.times
    except ValueError:  # it ran out in between
        return True
