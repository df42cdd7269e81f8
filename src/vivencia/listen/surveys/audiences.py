"""Who can be invited besides a file of addresses: groups of customers other packages know, such as saved segments.

`understand` lies above this package and declares its segments here when it starts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Audience:
    """A group of customers; `people` gives their canonical ids as of now."""

    key: str
    name: str
    people: Callable[[], Sequence[str]]


Provider = Callable[[], Sequence[Audience]]
PROVIDERS: dict[str, Provider] = {}


def provider(give: Provider) -> Provider:
    """Offer what the function gives on the page where people are invited."""
    PROVIDERS[f"{give.__module__}.{give.__qualname__}"] = give
    return give


def audiences() -> list[Audience]:
    return [one for give in PROVIDERS.values() for one in give()]


def named(key: str) -> Audience | None:
    return next((one for one in audiences() if one.key == key), None)
