"""Every address of the product, walked from the root URL configuration."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Address:
    route: str  # as in urls.py: "customers/<str:id>/"
    view: Any

    @property
    def decided(self) -> object:
        """What the page's decorator says: a Right, "public", "signed in", or None where nobody decided."""
        return getattr(self.view, "decided", None)

    @property
    def fixed(self) -> bool:
        """Whether the address has no parameters."""
        return "<" not in self.route and "(" not in self.route

    @property
    def path(self) -> str:
        return "/" + self.route


def addresses() -> list[Address]:
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[Any], before: str) -> Iterator[Address]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield Address(route, pattern.callback)
