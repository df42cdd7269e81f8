"""What customers are suddenly talking about: known topics and intents, and themes nobody has named, watched together.

The worker looks whenever something new was read, and keeps what it saw beside the vectors, whence pages and the command
line take it. Everything here can be worked out again from the ledger.
"""

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from django.utils import timezone

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.foundation.organisation import organisation
from vivencia.foundation.viewer import zone_of
from vivencia.understand import emerging_themes, reading_vectors, voices
from vivencia.understand.emerging_themes import MASKED, Themes
from vivencia.understand.frames import frame as frame_of
from vivencia.understand.now import as_of
from vivencia.understand.text.emerging import series
from vivencia.understand.text.emerging.series import DAYS, Grain, Watched
from vivencia.understand.text.emerging.surveillance import began
from vivencia.understand.text.emerging.themes import telling_words
from vivencia.understand.text.emerging.whom import Group, concentrated

Places = npt.NDArray[np.int64]
GRAINS: tuple[Grain, ...] = ("week", "day")
FORM = 1  # of what is kept; raised when it changes, so that what is older is looked at again
DRAWN = 53  # periods kept for pictures
MOST_INTENTS = 40
EXAMPLES = 3
LATELY_DAYS = 28  # how people feel about what did not rise
LOOK_BACK_DAYS = 21  # for the day a rise began
LEAST_BESIDE, MOST_BESIDE = 30, 2_000  # texts against which an alarm's words are telling
SAME_NEWS = 0.5  # of an alarm's newest texts that are a surer one's
WORDS = 6
NAMED_BY = 3  # words of a theme's name
KNOWN_SHARE = 0.5  # of a theme's texts that one known topic or intent covers, for the theme to be no news
MOST_VALUES, LEAST_COVER = 200, 0.3  # of a property, to say for whom something rose
# Marks that an answer to our own survey is kept with; which survey it was says for whom.
OF_ANSWERS = frozenset(
    {"survey_name", "survey_version", "response", "question", "asked", "answer", "answer_codes", "about", "row",
     "language", "page"}
)  # fmt: skip
WHOM = ("segment", "touchpoint", "channel", "language", "employee_id")
_TOPIC = pl.List(pl.Struct({"topic": pl.String, "sentiment": pl.Int64}))


@dataclass(frozen=True)
class Subject:
    """Something that can rise. kind: "topic", "intent", "unknown" (problems of no known intent) or "theme".

    rows: places of its mentions among the texts. about: the known topic or intent that a theme mostly is, or "".
    """

    kind: str
    key: str
    rows: Places
    words: tuple[str, ...] = ()
    about: str = ""
    found: str = ""


def latest() -> dict[str, Any] | None:
    """What the worker saw last, as `look` returns it; None where it has not looked, or cannot."""
    file = _file()
    try:
        return _kept(file, file.stat().st_mtime_ns) if file else None
    except OSError:  # replaced or erased between looking and opening
        return None


@functools.lru_cache(maxsize=2)
def _kept(file: Path, _changed: int) -> dict[str, Any] | None:
    try:
        told: dict[str, Any] = json.loads(file.read_text())
    except ValueError:
        return None
    return told if told.get("form") == FORM else None


def alarms(grain: Grain = "week") -> list[dict[str, Any]]:
    """What rose beyond the usual when the worker looked last, the surest first; what is the same news once."""
    told = latest()
    return [one for one in told[grain]["subjects"] if one["alarm"] and not one["within"]] if told else []


def themes_of(told: dict[str, Any] | None) -> pl.DataFrame:
    """`event_id`, `theme`: every text's theme by its key, as the worker saw it last; empty where it has not."""
    return emerging_themes.keys(reading_vectors.folder() / (told["space"] if told else ""))


def names(told: dict[str, Any] | None) -> dict[str, str]:
    """Of each theme's key the words it is called by."""
    subjects = told["week"]["subjects"] if told else []
    return {one["key"]: ", ".join(one["words"][:NAMED_BY]) for one in subjects if one["kind"] == "theme"}


def _file() -> Path | None:
    folder = reading_vectors.folder()
    folders = [each for each in folder.iterdir() if each.is_dir()] if folder.exists() else []
    files = [file for each in folders if (file := each / "themes-seen.json").exists()]
    return max(files, key=lambda file: file.stat().st_mtime, default=None)


def look(ledger: Ledger | None = None, clock: datetime | None = None) -> dict[str, Any] | None:
    """Look at everything read up to now, and keep what is seen; None where no encoder works here.

    Quick where little has changed: themes are only looked for among what is new.
    Returns `space`, `at`, `readings_version`, `texts`, `themes`, and for "week" and "day": `periods`, `begins` (days on
    which those drawn begin), `said`, `judged` and `subjects`, the surest alarms first.
    """
    of = reading_vectors.open_space()
    if of is None:
        return None
    ledger = ledger or open_ledger()
    while reading_vectors.catch_up(ledger):
        pass
    reading_vectors.sweep(ledger)
    read = ledger.read()
    moment = as_of(read.horizon, clock or timezone.now())
    with timezone.override(zone_of(organisation())):  # days are those of the pages an alarm leads to
        texts = _texts(read, moment)
        themes = emerging_themes.themes(of, texts, moment)
        told = {"form": FORM, "space": of.name} | _seen(read, texts, themes, moment)
    folder = reading_vectors.folder() / of.name
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / "themes-seen.partial"
    partial.write_text(json.dumps(told, allow_nan=False))
    partial.replace(folder / "themes-seen.json")
    return told


def _texts(read: Read, moment: datetime) -> pl.DataFrame:
    """What customers wrote and was read, up to the moment: a row a text, the newest first, with `days_ago`: 0 for the
    moment's own day, so that a period is what pages filter by."""
    table = frame_of(voices.voices(read))
    zone = timezone.get_current_timezone_name()
    day = pl.col("occurred_at").dt.convert_time_zone(zone).dt.date()
    ago = (pl.lit(timezone.localtime(moment).date()) - day).dt.total_days().alias("days_ago")
    return table.filter(pl.col("model").is_not_null() & (pl.col("occurred_at") <= moment)).with_columns(ago)


def _seen(read: Read, texts: pl.DataFrame, themes: Themes, moment: datetime) -> dict[str, Any]:
    subjects = _subjects(texts, themes)
    told: dict[str, Any] = {
        "at": moment.isoformat(),
        "readings_version": read.readings_version,
        "texts": texts.height,
        "themes": len(themes.memory.themes) if themes.memory else 0,
    }
    for grain in GRAINS:
        told[grain] = _grain(read, texts, subjects, themes, moment, grain)
    return told


def _subjects(texts: pl.DataFrame, themes: Themes) -> list[Subject]:
    rows = texts.select("topics", "intent", "sentiment").with_row_index("row")
    found = [Subject("topic", str(key), places) for key, places in _by(_topics(rows), "topic")]
    wanted = _by(rows.filter(pl.col("intent").is_not_null()), "intent")
    wanted = sorted(wanted, key=lambda one: -len(one[1]))[:MOST_INTENTS]
    found += [Subject("intent", str(key), places) for key, places in wanted]
    if wanted:
        unknown = rows.filter(pl.col("intent").is_null() & (pl.col("sentiment") == -1))["row"].to_numpy()
        found.append(Subject("unknown", "", unknown.astype(np.int64)))
    known = [one for one in found if one.kind in ("topic", "intent")]
    called: dict[tuple[str, ...], frozenset[str]] = {}
    for place, theme in enumerate(themes.memory.themes if themes.memory else ()):
        own = np.flatnonzero(themes.member == place)
        words = _told_apart(theme.words, called)
        found.append(Subject("theme", theme.key, own, words, _about(own, known), theme.found))
    return [one for one in found if len(one.rows)]


def _told_apart(words: tuple[str, ...], called: dict[tuple[str, ...], frozenset[str]]) -> tuple[str, ...]:
    """A theme's words, those first that tell it from a theme named by the same ones; its name is added to `called`."""
    name, rest = words[:NAMED_BY], words[NAMED_BY:]
    if name in called:
        own = [word for word in rest if word not in called[name]] or list(rest)
        words = next(
            (tuple(dict.fromkeys((*name[:-1], word, *words))) for word in own if (*name[:-1], word) not in called),
            words,
        )
    called[words[:NAMED_BY]] = frozenset(words)
    return words


def _topics(rows: pl.DataFrame) -> pl.DataFrame:
    told = rows.filter(pl.col("topics").is_not_null()).select("row", pl.col("topics").str.json_decode(_TOPIC))
    return told.explode("topics").drop_nulls().unnest("topics").unique(["row", "topic"])


def _by(rows: pl.DataFrame, column: str) -> list[tuple[Any, Places]]:
    grouped = rows.group_by(column).agg(pl.col("row").sort()).sort(column)
    return [(key, np.array(places, np.int64)) for key, places in grouped.iter_rows()]


def _about(own: Places, known: Sequence[Subject]) -> str:
    """The known topic or intent most of a theme's texts are about, as "kind:key"; "" where none is."""
    if not len(own):
        return ""
    shares = [(len(np.intersect1d(own, one.rows, assume_unique=True)) / len(own), one) for one in known]
    share, most = max(shares, key=lambda pair: pair[0], default=(0.0, None))
    return f"{most.kind}:{most.key}" if most is not None and share >= KNOWN_SHARE else ""


def _grain(
    read: Read, texts: pl.DataFrame, subjects: Sequence[Subject], themes: Themes, moment: datetime, grain: Grain
) -> dict[str, Any]:
    period, count = series.periods(texts["days_ago"].to_numpy().astype(np.int64), grain)
    said = np.bincount(period[period >= 0], minlength=count).astype(float)
    counts = np.array(
        [np.bincount(period[one.rows][period[one.rows] >= 0], minlength=count) for one in subjects], float
    ).reshape(len(subjects), count)
    judged = series.watched(counts, said, grain) if count else []
    first = max(0, count - DRAWN)
    today = timezone.localtime(moment).date()
    begins = [today - timedelta(days=DAYS[grain] * (count - place) - 1) for place in range(first, count)]
    told, surely = [], []
    for one, watched in zip(subjects, judged, strict=False):
        newest = one.rows[period[one.rows] >= count - watched.rise.periods]
        lately = one.rows[texts["days_ago"].gather(one.rows).to_numpy() < LATELY_DAYS]
        said_of = _told(one, watched, first) | _feelings(texts, newest if watched.alarm else lately)
        if watched.alarm:
            said_of |= _alarm(read, texts, one, newest, themes, moment, watched, grain)
            surely.append((said_of, newest))
        told.append(said_of)
    _with_whom(surely)
    return {
        "periods": count,
        "begins": [each.isoformat() for each in begins],
        "said": said[first:].tolist(),
        "judged": sum(one.rise.judged for one in judged),
        "subjects": sorted(told, key=lambda one: (not one["alarm"], one["q"], -one["observed"])),
    }


def _with_whom(alarms: list[tuple[dict[str, Any], Places]]) -> None:
    """Notes `within` at each alarm whose newest texts are mostly those of a surer one: it is the same news."""
    alarms.sort(key=lambda pair: (pair[0]["q"], -pair[0]["observed"]))
    for place, (one, newest) in enumerate(alarms):
        surer = [other for other, rows in alarms[:place] if not other["within"] and _share(newest, rows) >= SAME_NEWS]
        one["within"] = f"{surer[0]['kind']}:{surer[0]['key']}" if surer else ""


def _share(rows: Places, of: Places) -> float:
    return len(np.intersect1d(rows, of, assume_unique=True)) / max(1, len(rows))


def _told(one: Subject, watched: Watched, first: int) -> dict[str, Any]:
    rise = watched.rise
    newest = float(watched.counts[-rise.periods :].sum())
    return {
        "kind": one.kind, "key": one.key, "words": list(one.words), "about": one.about, "found": one.found,
        "counts": watched.counts[first:].tolist(),
        "expected": np.round(watched.expected[first:], 2).tolist(),
        "upper": watched.upper[first:].tolist(),
        "observed": newest,
        "usual": round(rise.expected, 2) if rise.judged else None,
        "most": rise.upper if rise.judged else None,
        "p": rise.p_value if rise.judged else None,
        "q": watched.chance_share,
        "window": rise.periods, "alarm": watched.alarm, "total": len(one.rows),
    }  # fmt: skip


def _feelings(texts: pl.DataFrame, rows: Places) -> dict[str, Any]:
    felt = texts["sentiment"].gather(rows)
    return {"n": len(rows), "bad": int((felt == -1).sum()), "good": int((felt == 1).sum())}


def _alarm(
    read: Read, texts: pl.DataFrame, one: Subject, newest: Places, themes: Themes, moment: datetime, watched: Watched,
    grain: Grain,
) -> dict[str, Any]:  # fmt: skip
    """What an alarm says besides: since when, for whom, in which words."""
    days = texts["days_ago"].to_numpy()
    before = np.setdiff1d(one.rows, newest, assume_unique=True)
    masked = texts["masked"].fill_null("")
    others = before if len(before) >= LEAST_BESIDE else np.setdiff1d(np.arange(texts.height), newest)
    some = others[:MOST_BESIDE]  # the newest of them
    both = [masked.gather(rows).str.replace_all(MASKED, " ").to_list() for rows in (newest, some)]
    places = np.arange(len(newest) + len(some))
    own = telling_words([*both[0], *both[1]], [places[: len(newest)], places[len(newest) :]])[0]
    return {
        "since": (timezone.localtime(moment) - timedelta(days=_since(days, one.rows, watched, grain)))
        .date()
        .isoformat(),
        "new_words": list(own[:WORDS]),
        "whom": [_group(each) for each in _for_whom(read, texts, newest, before)],
        "examples": texts["event_id"].gather(emerging_themes.middle(themes, newest, masked, EXAMPLES)).to_list(),
    }


def _since(days_ago: npt.NDArray[Any], rows: Places, watched: Watched, grain: Grain) -> int:
    """How many days ago the rise began, by the days' counts against what the newest periods were expected to bring."""
    long = max(LOOK_BACK_DAYS, watched.rise.periods * DAYS[grain])
    said = np.bincount(days_ago[days_ago < long], minlength=long)[::-1].astype(float)
    own = np.bincount(days_ago[rows][days_ago[rows] < long], minlength=long)[::-1].astype(float)
    judged = max(1.0, float(said[-watched.rise.periods * DAYS[grain] :].sum()))
    return long - 1 - began(own, said * watched.rise.expected / judged)


def _for_whom(read: Read, texts: pl.DataFrame, newest: Places, before: Places) -> list[Group]:
    usual = before if len(before) >= len(newest) else np.setdiff1d(np.arange(texts.height), newest)
    usual = usual[:5_000]
    now, then = ({name: texts[name].gather(rows).to_list() for name in WHOM} for rows in (newest, usual))
    properties = _properties(read, texts["event_id"].gather(np.concatenate([newest, usual])).to_list(), len(newest))
    for name, values in properties.items():
        now[name], then[name] = values[: len(newest)], values[len(newest) :]
    return concentrated(now, then)


def _properties(read: Read, event_ids: Sequence[str], newest: int) -> dict[str, list[str | None]]:
    """What else the sources said of these events (a product's category, a version), where it groups all of them, or
    the `newest` first: a source may have begun to say it with what rose."""
    asked = read.events.filter(read.events.event_id.isin(list(event_ids))).select("event_id", "properties")
    told = {
        row["event_id"]: json.loads(row["properties"]) for row in read.to_arrow(asked).to_pylist() if row["properties"]
    }
    said = {name for each in told.values() for name, value in each.items() if isinstance(value, str)}
    names = sorted(said - OF_ANSWERS if "survey" in said else said)
    found: dict[str, list[str | None]] = {}
    for name in names:
        values = [_text(told.get(event_id, {}).get(name)) for event_id in event_ids]
        if _groups(values) or _groups(values[:newest]):
            found[f"property:{name}"] = values
    return found


def _groups(values: Sequence[str | None]) -> bool:
    """Whether a property says something of enough texts, and the same of several of them."""
    known = [value for value in values if value]
    return bool(known) and (
        len(known) >= LEAST_COVER * len(values) and len(set(known)) <= min(MOST_VALUES, len(known) // 3)
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _group(group: Group) -> dict[str, Any]:
    return {
        "dimension": group.dimension, "value": group.value, "mentions": group.mentions,
        "share": round(group.share, 4), "usual": round(group.usual, 4),
    }  # fmt: skip
