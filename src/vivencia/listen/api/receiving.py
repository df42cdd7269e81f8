"""`/v1/<call>`: what client libraries send. On the disk before it is acknowledged; read when it is carried over.

A plain view and not a schema's, because a batch must be kept as it came, also where single calls in it are wrong.
"""

import base64
import binascii
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from vivencia.foundation.rights import public
from vivencia.listen.api import arrivals, keys
from vivencia.listen.api.keys import Key
from vivencia.listen.api.limits import Gate
from vivencia.listen.api.protocol import body
from vivencia.listen.api.protocol.body import Refused

ALLOWED = {
    "identify": "identify", "track": "track", "page": "page", "screen": "screen", "group": "group", "alias": "alias",
    "batch": "batch", "import": "batch",
    "i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias", "b": "batch",
}  # fmt: skip
SERVERS_ONLY = {"import"}
COME_BACK_SECONDS = 2
gate = Gate()


@public
@csrf_exempt  # a key says who sends, never a cookie: there is nothing a forged request could borrow
def receive(request: HttpRequest, call: str) -> HttpResponse:
    """Take calls in: 200, 400 for what is no call at all, 401 and 403 for the key, 405, 429."""
    if call not in ALLOWED:
        return _open(_refusal(404, "not_found", f"no such call; there are: {', '.join(ALLOWED)}"))
    if request.method == "OPTIONS":
        return _preflight()
    if request.method != "POST":
        answer = _refusal(405, "method_not_allowed", "calls are sent by POST")
        answer["Allow"] = "POST, OPTIONS"
        return _open(answer)
    if not gate.enter():
        return _open(_later())
    try:
        return _open(_taken(request, call))
    finally:
        gate.leave()


def _taken(request: HttpRequest, call: str) -> HttpResponse:
    try:
        said = body.parsed(_body(request))
        key = keys.find(_key_said(request, said))
        if key is None:
            return _refusal(401, "invalid_key", "the write key is missing or not in force")
        if (refusal := _may_not(key, call, request)) is not None:
            return refusal
        if gate.full() or (not key.for_servers and gate.too_often(_address(request))):
            return _later()
        arrivals.keep(body.calls(ALLOWED[call], said), key)
    except Refused as refused:
        return _refusal(400, refused.code, str(refused))
    except DataError:
        return _refusal(400, "invalid", "this cannot be kept: a value is beyond what a database holds")
    except OperationalError:
        return _later()  # the database is busy: nothing is acknowledged, the sender comes again
    return JsonResponse({"success": True})


def _body(request: HttpRequest) -> bytes:
    """Raises Refused where it is larger than a batch may be, before it is read."""
    try:
        if int(request.headers.get("Content-Length") or 0) > body.MOST_BYTES:
            raise body.too_large()
        chunked = request.headers.get("Transfer-Encoding", "").lower() == "chunked"
        raw = request.META["wsgi.input"].read(body.MOST_BYTES + 1) if chunked else request.body
    except (RequestDataTooBig, ValueError):
        raise body.too_large() from None
    except (UnreadablePostError, OSError):
        raise Refused("invalid_json", "the body could not be read to its end") from None
    return body.unpacked(raw, request.headers.get("Content-Encoding", "").strip().lower())


def _key_said(request: HttpRequest, said: dict[str, Any]) -> str:
    scheme, _space, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, ValueError):
            return ""
    if scheme.lower() == "bearer":
        return value.strip()
    key = said.get("writeKey")
    return key if isinstance(key, str) else ""


def _may_not(key: Key, call: str, request: HttpRequest) -> HttpResponse | None:
    """Why this key may not do this, or None."""
    site = request.headers.get("Origin")
    if key.for_servers and site is not None:
        message = "this is a server's key: in a page everybody can read it. Make a browser key, and revoke this one"
        return _refusal(403, "server_key_in_browser", message)
    if key.for_servers:
        return None
    if call in SERVERS_ONLY:
        return _refusal(403, "scope", f"a browser key may not {call}; use a server's key")
    if key.sites and site is not None and site not in key.sites:
        return _refusal(403, "site", "this key is for other sites")
    return None


def _address(request: HttpRequest) -> str:
    """Who is asking; behind a proxy that we were told of, as that proxy says."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE else ""
    return forwarded.rsplit(",", 1)[-1].strip() or str(request.META.get("REMOTE_ADDR", ""))


def _refusal(status: int, code: str, message: str) -> HttpResponse:
    return JsonResponse({"success": False, "code": code, "message": message}, status=status)


def _later() -> HttpResponse:
    answer = _refusal(429, "busy", "too much is coming in; send again later")
    answer["Retry-After"] = str(COME_BACK_SECONDS)
    return answer


def _preflight() -> HttpResponse:
    answer = HttpResponse(status=204)
    answer["Access-Control-Allow-Methods"] = "POST, OPTIONS"
    # Segment's script adds a header when it tries again; whatever clients add, no header means anything but these.
    answer["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Content-Encoding, X-Retry-Count, *"
    answer["Access-Control-Max-Age"] = "86400"
    return _open(answer)


def _open(answer: HttpResponse) -> HttpResponse:
    """Any site may read the answer: it says nothing, and no cookie is ever looked at."""
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Access-Control-Expose-Headers"] = "Retry-After"
    answer["Cache-Control"] = "no-store"
    return answer
