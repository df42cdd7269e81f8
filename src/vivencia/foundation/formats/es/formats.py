"""Spanish as business writes it: 1.234,56 (Django's own puts a space between thousands)."""

THOUSAND_SEPARATOR = "."
