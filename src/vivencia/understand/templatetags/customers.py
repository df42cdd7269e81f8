"""`{% load customers %}`: what a page calls a customer, and what they paid."""

from collections.abc import Mapping
from typing import Any

from django import template

from vivencia.understand import calling
from vivencia.understand.directory import revenues
from vivencia.understand.timeline import money

register = template.Library()


@register.filter
def called(name: str | None, customer_id: str) -> str:
    """`{{ row.name|called:row.customer_id }}`: the name, or a short reference where there is none."""
    return calling.called(name, customer_id)


@register.filter
def paid(row: Mapping[str, Any], currency: str) -> list[str]:
    """`{% for amount in row|paid:currency %}`: what a row's people paid, in each currency; none where it is not known.

    `currency` is the one sums are in.
    """
    return [money(amount, named) for amount, named in revenues(row, currency)]
