"""Words for what files are made of."""

from django import template

from vivencia.listen.editor import DELIMITERS, Text

register = template.Library()


@register.filter
def file_of(table: str, files: dict[str, str]) -> str:
    """The name of the file a mapping's table is read from."""
    return files.get(table, table)


@register.filter
def delimiter(mark: str) -> Text:
    """A delimiter's name."""
    return DELIMITERS.get(mark, mark)
