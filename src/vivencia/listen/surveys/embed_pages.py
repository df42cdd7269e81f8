"""The one script a site needs: a stable address, small, cached for an hour."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from vivencia.foundation.rights import public

SCRIPT = "built/embed/widget.js"


@public
@require_GET
def widget(request: HttpRequest) -> HttpResponse:
    """The widget's script. The address never changes; what it holds may, so it is cached only briefly."""
    found = finders.find(SCRIPT)
    if not isinstance(found, str):
        raise Http404
    answer = HttpResponse(Path(found).read_bytes(), content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
