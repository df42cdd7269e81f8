"""What a page of a survey carries to its answer, signed: whose response it is, and when the page was shown.

There is no session and no cookie: whoever holds the page may answer it, once, and nobody can make one up. That is also
why these addresses need no CSRF token: an answer rests on nothing a browser would send along by itself.
"""

import hashlib
import hmac
import uuid
from dataclasses import asdict, dataclass
from typing import Any

from django.core import signing

from vivencia.listen.surveys.models import Survey

SALT = "vivencia.surveys.page"
VALID_SECONDS = 24 * 3600
HUMAN_SECONDS = 0.8  # nobody reads a question and answers it faster than this


@dataclass(frozen=True)
class Page:
    """`response`: its key; `version`, `link`: primary keys (0: no link); `shown`: seconds since 1970.

    `score`: the answer of the link in a mail by which the page was opened, not confirmed yet.
    """

    response: str
    version: int
    shown: float
    channel: str = "link"
    language: str = "en"
    link: int = 0
    customer: str = ""
    site_page: str = ""
    score: int | None = None

    @property
    def key(self) -> uuid.UUID:
        return uuid.UUID(self.response)


class StaleError(Exception):
    """The page was made too long ago; what it says is true nevertheless."""

    def __init__(self, page: Page) -> None:
        self.page = page


def seal(page: Page) -> str:
    return signing.dumps(asdict(page), salt=SALT, compress=True)


def unseal(token: str) -> Page:
    """The page a token speaks of. Raises signing.BadSignature for a made-up one, StaleError for an old one."""
    told: dict[str, Any] = signing.loads(token, salt=SALT)
    page = Page(**told)
    try:
        signing.loads(token, salt=SALT, max_age=VALID_SECONDS)
    except signing.SignatureExpired as old:
        raise StaleError(page) from old
    return page


def signature(survey: Survey, customer_id: str) -> str:
    """What a site's server computes so that the widget may say who is answering: HMAC-SHA256, in hex."""
    return hmac.new(survey.secret.encode(), customer_id.encode(), hashlib.sha256).hexdigest()


def is_signed(survey: Survey, customer_id: str, given: str) -> bool:
    return bool(customer_id) and hmac.compare_digest(signature(survey, customer_id).encode(), given.encode())
