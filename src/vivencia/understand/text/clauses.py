"""Cutting what somebody wrote into the statements it makes, so that each can have a topic and a feeling of its own."""

import re

from vivencia.understand.text.topics import named

_END = re.compile(r"(?<=[.!?…;\n])\s+|\n+")
_TURN = re.compile(
    r"\s*,?\s+(?=(?:pero|aunque|sin embargo|en cambio|mas|por[eé]m|but|although|though|however|yet|whereas|while)\b)",
    re.IGNORECASE,
)
LEAST_WORDS = 2
MOST = 12  # clauses of one text


def clauses(text: str) -> list[str]:
    """The statements, in order; the whole text where it makes one. Very short ones stay with what comes before."""
    parts = [clause.strip() for sentence in _END.split(text) for clause in _TURN.split(sentence) if clause.strip()]
    joined: list[str] = []
    for part in parts:
        if joined and len(part.split()) < LEAST_WORDS:
            joined[-1] = f"{joined[-1]} {part}"
        else:
            joined.append(part)
    return [piece for part in joined for piece in _by_topic(part)][:MOST] or [text]


def _by_topic(clause: str) -> list[str]:
    """Cut at a comma where what stands before it is about something else than what stands after it."""
    pieces: list[str] = []
    for piece in re.split(r",\s+(?:y |e |and )?", clause):
        about = named(piece)
        before = named(pieces[-1]) if pieces else []
        if before and about and len(piece.split()) >= LEAST_WORDS and not set(about) & set(before):
            pieces.append(piece)
        else:
            pieces[-1:] = [", ".join([*pieces[-1:], piece])]
    return pieces
