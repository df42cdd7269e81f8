"""Forms look and read the same everywhere: `{{ form }}` needs no classes, `{{ form.field|control }}` neither."""

from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates


class Renderer(DjangoTemplates):
    """Django's form renderer with our layout; named in the settings."""

    form_template_name = "foundation/parts/form.html"


def widget_class(widget: forms.Widget) -> str:
    """The class Tabler wants on this kind of control."""
    if isinstance(widget, (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


def control(field: forms.BoundField) -> str:
    """The field's control with its class, and marked where it has an error."""
    widget = field.field.widget
    own = widget.attrs.get("class", "")
    wrong = " is-invalid" if field.errors else ""
    attributes: dict[str, Any] = {"class": f"{own} {widget_class(widget)}{wrong}".strip()}
    return field.as_widget(attrs=attributes)
