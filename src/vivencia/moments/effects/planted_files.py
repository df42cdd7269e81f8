"""Planted customers as the files a company would have, so that the whole chain from import to moments can be checked.

`write` makes events.csv (columns by the ledger's names) and customers.csv, ready for
`vivencia import --preset events FOLDER`. What the estimator must not know is not in them.
"""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from vivencia.moments.effects.planted import TOUCHPOINTS, Planted
from vivencia.moments.effects.units import FloatArray

BEGIN = datetime(2024, 1, 8, 9, tzinfo=UTC)
STARTS = 240  # journeys begin on so many successive days
SURVEY_DAY, REMINDER_DAY, AGAIN_DAY = 30.0, 35.0, 60.0
COLUMNS = ("event_id", "customer_id", "occurred_at", "name", "touchpoint", "metric", "score", "scale_max", "amount")
Row = tuple[object, ...]


def write(planted: Planted, folder: Path, *, seed: int = 0) -> None:
    """Write the planted customers' events.csv and customers.csv into `folder` (made where absent)."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(seed)
    n = len(planted.score)
    starts = draw.integers(0, STARTS, n)
    with (folder / "events.csv").open("w", newline="", encoding="utf-8") as file:
        sheet = csv.writer(file)
        sheet.writerow(COLUMNS)
        for i in range(n):
            begin = BEGIN + timedelta(days=int(starts[i]))
            sheet.writerows(_lived(planted, i, begin, draw.random(len(TOUCHPOINTS))))
            sheet.writerows(_asked(planted, i, begin, draw.random(3)))
    with (folder / "customers.csv").open("w", newline="", encoding="utf-8") as file:
        sheet = csv.writer(file)
        sheet.writerow(("customer_id", "segment", "since"))
        for i in range(n):
            since = BEGIN + timedelta(days=int(starts[i]) - 365.25 * float(planted.tenure[i]))
            sheet.writerow((_name(i), "ABCDEFGHIJ"[planted.segment[i]], since.date().isoformat()))


def _name(i: int) -> str:
    return f"customer-{i:06}"


def _lived(planted: Planted, i: int, begin: datetime, luck: FloatArray) -> Iterator[Row]:
    for j, touchpoint in enumerate(TOUCHPOINTS):
        if not planted.happened[i, j]:
            continue
        at = begin + timedelta(days=2 * j + float(luck[j]))
        yield _row(i, at, f"{touchpoint} used", touchpoint)
        if planted.failed[i, j]:
            yield _row(i, at + timedelta(hours=2), f"{touchpoint} failed", touchpoint)


def _asked(planted: Planted, i: int, begin: datetime, luck: FloatArray) -> Iterator[Row]:
    """The survey, its reminder, the answer, and the purchase made again or not."""
    yield _row(i, begin + timedelta(days=SURVEY_DAY), "survey sent", "")
    if planted.world.reminder and planted.reminded[i] == 1:
        yield _row(i, begin + timedelta(days=REMINDER_DAY), "survey reminder sent", "")
    if planted.answered[i]:
        wait = 4 * float(luck[0]) if planted.early[i] else REMINDER_DAY - SURVEY_DAY + 0.1 + 8 * float(luck[0])
        at = begin + timedelta(days=SURVEY_DAY + wait)
        yield _row(i, at, "survey answered", "", ("nps", int(planted.score[i]), 10))
    if planted.repurchase[i]:
        yield _row(i, begin + timedelta(days=AGAIN_DAY + 20 * float(luck[1])), "order placed", "", amount=50)


def _row(
    i: int,
    at: datetime,
    name: str,
    touchpoint: str,
    answer: tuple[str, int, int] | tuple[str, str, str] = ("", "", ""),
    amount: int | str = "",
) -> Row:
    when = at.isoformat(timespec="seconds")
    return (f"{_name(i)} {name}", _name(i), when, name, touchpoint, *answer, amount)
