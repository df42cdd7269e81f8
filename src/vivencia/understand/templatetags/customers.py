"""`{% load customers %}`: what a page calls a customer."""

from django import template

from vivencia.understand import calling

register = template.Library()


@register.filter
def called(name: str | None, customer_id: str) -> str:
    """`{{ row.name|called:row.customer_id }}`: the name, or a short reference where there is none."""
    return calling.called(name, customer_id)
