"""Spanish as business writes it: 1.234,56 (Django's own puts a space between thousands)."""

SHORT_DATE_FORMAT = "j b Y"  # 22 nov 2026: months are not capitalised in Spanish
SHORT_DATETIME_FORMAT = "j b Y, H:i"
THOUSAND_SEPARATOR = "."
