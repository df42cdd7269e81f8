"""Whose turn it is among background tasks: one runs at a time, the highest first."""

from typing import Final

SOMEBODY_WAITS: Final = 50  # a person has just asked for it and looks at its progress; else 0
