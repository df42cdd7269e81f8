"""The address at which other systems tell us what happened.

It is public, because a machine has no session; the signature says who it is, and there is no form that a CSRF token
could protect.
"""

from django.core.cache import cache
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from vivencia.foundation.rights import public
from vivencia.foundation.sealed import UnreadableSecretError
from vivencia.listen.sources.models import Endpoint
from vivencia.listen.sources.webhooks import receiving, signing

LARGEST_BYTES = 1 << 20
MOST_A_MINUTE = 1_200  # to one endpoint, in each server process


@public
@csrf_exempt
@require_POST
def webhook_in(request: HttpRequest, token: str) -> JsonResponse:
    if _length(request) > LARGEST_BYTES:
        return JsonResponse({"error": "a message may have 1 MB at most"}, status=413)
    endpoint = Endpoint.objects.filter(token=token[:40], active=True).first()
    if endpoint is None:
        return JsonResponse({"error": "there is no such endpoint"}, status=404)
    if _too_many(endpoint.pk):
        return JsonResponse({"error": "too many messages"}, status=429, headers={"Retry-After": "60"})
    try:
        got = receiving.receive(endpoint, request.headers, request.body, timezone.now())
    except signing.NotGenuineError as problem:
        return JsonResponse({"error": str(problem)}, status=401)
    except receiving.BadBodyError as problem:
        return JsonResponse({"error": str(problem)}, status=400)
    except UnreadableSecretError:
        return JsonResponse({"error": "the secret must be made anew"}, status=503)
    return JsonResponse({"events": got.events, "known": got.known, **({"problem": got.problem} if got.problem else {})})


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _too_many(pk: int) -> bool:
    key = f"webhook-in-{pk}-{timezone.now():%H%M}"
    cache.add(key, 0, 120)
    return cache.incr(key) > MOST_A_MINUTE
