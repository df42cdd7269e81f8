"""Readings as a page shows them, in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from vivencia.foundation.ledger import reading as ledger_reading
from vivencia.understand import readings, timeline, voice_words


def read_in(read: ledger_reading.Read, entries: Sequence[timeline.Entry]) -> list[timeline.Entry]:
    """The entries, each that carries words with what was read in them, where they have been read."""
    worded = [entry.event_id for entry in entries if entry.words and entry.event_id]
    found = readings.of_events(read, worded)
    by_hand = readings.corrections(worded)
    return [
        replace(each, read=words(found[each.event_id], corrected=each.event_id in by_hand))
        if each.event_id in found
        else each
        for each in entries
    ]


def words(row: Mapping[str, Any], *, corrected: bool = False) -> timeline.Read:
    """One of `readings.of_events`' rows."""
    emotion = row["emotion"] or "none"
    tones = voice_words.TONES
    return timeline.Read(
        feeling=voice_words.feeling(row["sentiment"]),
        tone=tones.get(row["sentiment"], "neutral"),
        emotion="" if emotion == "none" else str(voice_words.EMOTIONS.get(emotion, emotion)),
        intent=row["intent"] or "",
        topics=tuple(
            (voice_words.topic(topic), voice_words.TONES.get(sentiment, "neutral"))
            for topic, sentiment in row["topics"]
        ),
        corrected=corrected,
    )
