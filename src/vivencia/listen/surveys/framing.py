"""Which sites may show a survey in a frame."""

import re
from collections.abc import Iterable

from vivencia.foundation.security import POLICY

SITE = re.compile(r"https?://(\*\.)?[A-Za-z0-9.-]+(:\d{1,5})?")
MOST_SITES = 50


def policy(sites: Iterable[str]) -> str:
    """The Content-Security-Policy of an answer page: our own scripts only, framed by these origins only."""
    allowed = [site for site in sites if SITE.fullmatch(site)]
    return POLICY.replace("frame-ancestors 'none'", "frame-ancestors " + (" ".join(allowed) or "'none'"))


def sites_in(text: str) -> list[str]:
    """The origins somebody wrote, one a line. Raises ValueError naming the first that is none."""
    found = [line.strip().rstrip("/") for line in text.splitlines() if line.strip()]
    for site in found:
        if not SITE.fullmatch(site):
            raise ValueError(site)
    if len(found) > MOST_SITES:
        raise ValueError(found[MOST_SITES])
    return list(dict.fromkeys(found))
