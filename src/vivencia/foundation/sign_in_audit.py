"""Sign-ins and lock-outs go into the audit log by themselves."""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from vivencia.foundation import audit
from vivencia.foundation.models import Act


@receiver(user_logged_in)
def _signed_in(user: object, **_more: Any) -> None:
    audit.record(Act.SIGNED_IN, by=user)


@receiver(user_locked_out)
def _locked_out(**_more: Any) -> None:
    audit.record(Act.SIGN_IN_LOCKED, by=None)
