"""`/health`, for whoever watches the server: 200 when pages can be made, 503 with the reason when not."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.rights import public


@public
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Says nothing of what the data are."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        open_ledger().read()
    except (DatabaseError, OSError, ValueError) as problem:
        return JsonResponse({"ok": False, "problem": type(problem).__name__}, status=503)
    return JsonResponse({"ok": True})
