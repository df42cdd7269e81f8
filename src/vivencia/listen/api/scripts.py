"""What browsers fetch from us: our script, and the settings Segment's own script asks for."""

import gzip
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.views.decorators.http import require_safe

from vivencia.foundation.rights import public

BUILT = "built/embed/tracker.js"
AN_HOUR = "public, max-age=3600"


@public
@require_safe
def ours(request: HttpRequest, key: str = "") -> HttpResponse:
    """The browser script, at an address that stays. The key in Segment's form of the address is read by the script."""
    found = finders.find(BUILT)
    if not found:
        return HttpResponseNotFound("the browser script has not been built", content_type="text/plain")
    plain, packed = _script(str(found), Path(str(found)).stat().st_mtime_ns)
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    answer = HttpResponse(packed if zipped else plain, content_type="text/javascript; charset=utf-8")
    if zipped:
        answer["Content-Encoding"] = "gzip"
    answer["Vary"] = "Accept-Encoding"
    return _for_every_site(answer)


@public
@require_safe
def segment_settings(request: HttpRequest, key: str) -> HttpResponse:
    """Where Segment's script is to send: here, and nowhere else."""
    told = {"apiKey": key, "apiHost": f"{request.get_host()}/v1", "protocol": request.scheme}
    silent = {"sampleRate": 0}  # it would tell Segment how it fares
    answer = JsonResponse(
        {"integrations": {"Segment.io": told}, "metrics": silent, "plan": {}, "enabledMiddleware": {}}
    )
    return _for_every_site(answer)


def _for_every_site(answer: HttpResponse) -> HttpResponse:
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer["Cache-Control"] = AN_HOUR
    return answer


@lru_cache(maxsize=2)
def _script(file: str, changed: int) -> tuple[bytes, bytes]:
    content = Path(file).read_bytes()
    return content, gzip.compress(content, 9)
