"""Words for what files are made of."""

from django import template

from vivencia.listen.editor import DELIMITERS, Text

register = template.Library()


@register.filter
def delimiter(mark: str) -> Text:
    """A delimiter's name."""
    return DELIMITERS.get(mark, mark)
