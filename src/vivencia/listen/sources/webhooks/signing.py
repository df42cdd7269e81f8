"""Standard Webhooks: who sent a message, unchanged and just now; and signing our own.

While a secret is being exchanged the old one is valid too, until `previous_until`.
"""

import base64
import binascii
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class NotGenuineError(Exception):
    """A message without a valid signature of ours, or an old one sent again."""


def new_secret() -> str:
    """A secret as Standard Webhooks writes them: whsec_ and 32 random bytes."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def check(valid: Sequence[str], headers: Mapping[str, str], body: bytes) -> str:
    """The message's id, where one of the secrets signed it within five minutes. Raises NotGenuineError."""
    given = {name: headers.get(name, "") for name in HEADERS}
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise NotGenuineError("the body is not UTF-8") from None
    problem = "no secret is set"
    for secret in valid:
        try:
            Webhook(secret).verify(text, given, json_parse=False)
        except WebhookVerificationError as reason:
            problem = str(reason)
        except (ValueError, binascii.Error):
            problem = "the signature cannot be read"
        else:
            return given["webhook-id"]
    raise NotGenuineError(problem)


def sign(valid: Sequence[str], message_id: str, at: datetime, body: str) -> dict[str, str]:
    """The headers that prove a message is ours, signed with every valid secret."""
    signatures = [Webhook(secret).sign(message_id, at, body) for secret in valid]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
