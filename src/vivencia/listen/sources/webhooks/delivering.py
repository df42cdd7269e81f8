"""Delivering happenings to those who subscribed: signed, once as far as HTTP allows, tried again with longer waits.

An answer of 2xx is taken as delivered; 410 ends the subscription; anything else is tried again for about three days.
Redirects are not followed: a signed message goes to the address an administrator entered and to no other.
"""

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from vivencia.foundation.sealed import UnreadableSecretError
from vivencia.listen.sources import reasons
from vivencia.listen.sources.models import Delivery, Subscription
from vivencia.listen.sources.webhooks import cloudevents, signing
from vivencia.listen.sources.webhooks.receiving import secrets_of

TIMEOUT_SECONDS = 15
AT_A_TIME = 50
WAITS = tuple(
    timedelta(seconds=each) for each in (5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)  # after each failure
GONE = 410
KEPT_DAYS = 30


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirects)


def deliver(now: Callable[[], datetime] = timezone.now) -> int:
    """Try what is due, each delivery once; returns how many were delivered.

    A receiver that fails is left alone for this round: it must not make the others wait for its silence.
    """
    delivered, silent = 0, set[int]()
    for _turn in range(AT_A_TIME):
        due = Delivery.objects.filter(state=Delivery.State.WAITING, next_try_at__lte=now(), subscription__active=True)
        due = due.exclude(subscription__in=silent).select_related("subscription").order_by("next_try_at", "pk")
        one = due.first()
        if one is None:
            break
        if not _claim(one, now()):
            continue
        if _try(one, now()):
            delivered += 1
        else:
            silent.add(one.subscription_id)
    return delivered


def _claim(one: Delivery, now: datetime) -> bool:
    """Whether it is ours to try: whoever comes second finds it not yet due."""
    wait = WAITS[min(one.attempts, len(WAITS) - 1)] + timedelta(seconds=TIMEOUT_SECONDS)
    still = Delivery.objects.filter(pk=one.pk, attempts=one.attempts, state=Delivery.State.WAITING)
    one.attempts += 1
    return bool(still.update(attempts=F("attempts") + 1, next_try_at=now + wait))


def _try(one: Delivery, now: datetime) -> bool:
    try:
        status = _post(one.subscription, str(one.body["id"]), cloudevents.written(one.body), now)
    except (OSError, http.client.HTTPException, ValueError) as problem:
        return _failed(one, None, " ".join(str(problem).split())[:300] or type(problem).__name__, now)
    except UnreadableSecretError:
        return _failed(one, None, reasons.SECRET_SEALED, now)
    if 200 <= status < 300:
        changed = {"state": Delivery.State.DELIVERED, "status": status, "problem": "", "settled_at": now}
        Delivery.objects.filter(pk=one.pk).update(**changed)
        return True
    if status == GONE:
        Subscription.objects.filter(pk=one.subscription_id).update(active=False)
    return _failed(one, status, reasons.ANSWERED % {"status": status}, now)


def _post(subscription: Subscription, message_id: str, body: str, now: datetime) -> int:
    headers = signing.sign(secrets_of(subscription, now), message_id, now, body)
    request = urllib.request.Request(  # noqa: S310  # the form takes only http and https
        subscription.url,
        data=body.encode(),
        method="POST",
        headers={**headers, "Content-Type": cloudevents.CONTENT_TYPE, "User-Agent": "Vivencia"},
    )
    try:
        with _opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as answer:
        answer.close()
        return int(answer.code)


def _failed(one: Delivery, status: int | None, problem: str, now: datetime) -> bool:
    """Written down; after the last wait it is given up."""
    over = one.attempts > len(WAITS) or status == GONE
    changed: dict[str, Any] = {"status": status, "problem": problem}
    if over:
        changed |= {"state": Delivery.State.GIVEN_UP, "settled_at": now}
    Delivery.objects.filter(pk=one.pk).update(**changed)
    return False


def again(one: Delivery, now: datetime) -> None:
    """Have a delivery tried once more, from the beginning of the waits."""
    changed = {"state": Delivery.State.WAITING, "attempts": 0, "next_try_at": now, "settled_at": None}
    Delivery.objects.filter(pk=one.pk).update(**changed)


@transaction.atomic
def clear_away(now: datetime) -> None:
    """Settled deliveries hold what people said: kept no longer than anybody asks whether they arrived."""
    old = Delivery.objects.exclude(state=Delivery.State.WAITING)
    old.filter(settled_at__lt=now - timedelta(days=KEPT_DAYS)).delete()
