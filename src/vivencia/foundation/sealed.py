"""Secrets kept in the operational database (a mail server's password, a webhook's key), sealed with our secret key.

Whoever reads the database or a backup of it without the key reads nothing. Changing `VIVENCIA_SECRET_KEY` makes them
unreadable: they are then asked for again.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class UnreadableSecretError(Exception):
    """It was sealed with another secret key."""


def seal(secret: str) -> str:
    """The secret as it may be stored; an empty one stays empty."""
    return _box().encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str) -> str:
    """What was sealed. Raises UnreadableSecretError where the secret key has changed since."""
    if not sealed:
        return ""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise UnreadableSecretError("sealed with another secret key; enter it again") from None


def _box() -> Fernet:
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"vivencia-sealed").digest()
    return Fernet(base64.urlsafe_b64encode(key))
