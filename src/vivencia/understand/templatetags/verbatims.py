"""`{% load verbatims %}`: what somebody wrote, as this reader may see it."""

from django import template

from vivencia.foundation.rights import Right, may
from vivencia.understand import voice_words

register = template.Library()


@register.filter
def seen_by(text: str | None, user: object) -> str:
    """`{{ quote.text|seen_by:user }}`: personal data put out of sight for who may not read them."""
    return voice_words.shown(text or "", masked=not may(user, Right.SEE_PERSONAL))
