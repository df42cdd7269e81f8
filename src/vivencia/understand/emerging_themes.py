"""The themes of a company: found among its texts' vectors, kept, widened by what is new; whose theme each text is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from vivencia.understand import reading_vectors
from vivencia.understand.text.emerging import memory
from vivencia.understand.text.emerging.memory import Memory
from vivencia.understand.text.emerging.themes import LEAST_TEXTS, MOST_TEXTS
from vivencia.understand.text.meaning import Held, Space

Places = npt.NDArray[np.int64]
NEW_DAYS = 28  # texts that belong nowhere and are younger are searched for themes that did not exist before
MOST_NEW = 3_000
AT_ONCE = 8_192  # vectors held as floats
MASKED = r"\[[^\]]{1,20}\]"  # what stands in the place of personal data


@dataclass(frozen=True)
class Themes:
    """memory: None where there are too few texts. member: of each text the place of its theme, or -1. place: of each
    text the place of its vector in `held`, or -1."""

    memory: Memory | None
    member: Places
    place: Places
    held: Held


def themes(of: Space, texts: pl.DataFrame, moment: datetime) -> Themes:
    """The themes of these texts (the newest first), as they are at the moment; kept for the next time."""
    folder, held = reading_vectors.folder() / of.name, reading_vectors.store(of).held()
    joined = texts.select(id="event_id").join(held.table().select("id", "place"), on="id", how="left")
    place = joined["place"].cast(pl.Int64).fill_null(-1).to_numpy()
    words = texts["masked"].fill_null("").str.replace_all(MASKED, " ")
    known, day = memory.load(folder / "themes.npz"), moment.date().isoformat()
    there = np.flatnonzero(place >= 0)
    if known is None or known.outgrown(len(there)):
        some = _sample(there)
        if len(some) < LEAST_TEXTS:
            return Themes(None, np.full(texts.height, -1), place, held)
        vectors = held.rows(place[some]).astype(np.float64)
        known = memory.founded(words.gather(some).to_list(), vectors, known, on=day, of_all=len(there))
        known.save(_made(folder) / "themes.npz")
    member = _members(known, texts, place, held, folder)
    days = texts["days_ago"].to_numpy()
    loose = np.flatnonzero((member < 0) & (place >= 0) & (days < NEW_DAYS))[:MOST_NEW]
    if len(loose) >= LEAST_TEXTS and _worth_a_search(folder, texts["event_id"].gather(loose)):
        vectors = held.rows(place[loose]).astype(np.float64)
        beside = words.gather(np.flatnonzero(member >= 0)[:MOST_NEW]).to_list()
        wider = memory.widened(known, words.gather(loose).to_list(), vectors, on=day, beside=beside)
        if wider is not known:
            known = wider
            known.save(folder / "themes.npz")
            member = _members(known, texts, place, held, folder)
    return Themes(known, member, place, held)


def keys(folder: Path) -> pl.DataFrame:
    """`event_id`, `theme`: every text's theme by its key, as kept in the folder of a space."""
    known, file = memory.load(folder / "themes.npz"), folder / "themes-members.arrow"
    if known is None or not file.exists():
        return pl.DataFrame(schema={"event_id": pl.String, "theme": pl.String})
    kept = pl.read_ipc(file).filter(pl.col("version") == known.version)
    named = pl.DataFrame({"member": pl.Series(range(len(known.themes)), dtype=pl.Int16)}).with_columns(
        theme=pl.Series([one.key for one in known.themes], dtype=pl.String)
    )
    return kept.join(named, on="member").select("event_id", "theme")


def middle(themes: Themes, rows: Places, words: pl.Series, most: int) -> Places:
    """Of these texts those nearest to their middle, each wording once: the ones to quote."""
    seen = rows[themes.place[rows] >= 0]
    if len(seen):
        vectors = themes.held.rows(themes.place[seen])
        seen = seen[np.argsort(-(vectors @ vectors.mean(axis=0)), kind="stable")]
    chosen: dict[str, int] = {}
    for row in [*seen, *np.setdiff1d(rows, seen)]:
        chosen.setdefault(words[int(row)].strip().lower(), int(row))
        if len(chosen) == most:
            break
    return np.array(list(chosen.values()), np.int64)


def _sample(there: Places) -> Places:
    """At most twice what is grouped at once: half the newest, half from any time. The same for the same texts."""
    if len(there) <= 2 * MOST_TEXTS:
        return there
    rest = np.random.default_rng(0).choice(there[MOST_TEXTS:], MOST_TEXTS, replace=False)
    return np.sort(np.concatenate([there[:MOST_TEXTS], rest]))


def _members(known: Memory, texts: pl.DataFrame, place: Places, held: Held, folder: Path) -> Places:
    """Each text's theme; of texts that were asked about before under these themes, the same answer without asking."""
    file, ids = _made(folder) / "themes-members.arrow", texts.select("event_id")
    member = np.full(texts.height, -1, np.int64)
    asked = np.zeros(texts.height, bool)
    if file.exists():
        kept = pl.read_ipc(file).filter(pl.col("version") == known.version)
        earlier = ids.join(kept, on="event_id", how="left")["member"].to_numpy()
        asked = ~np.isnan(earlier.astype(float))
        member[asked] = earlier[asked].astype(np.int64)
    new = np.flatnonzero(~asked & (place >= 0))
    for start in range(0, len(new), AT_ONCE):
        some = new[start : start + AT_ONCE]
        member[some] = known.members(held.rows(place[some]).astype(np.float64))
    if len(new):
        told = texts.select("event_id").with_columns(
            pl.Series("member", member, pl.Int16), pl.lit(known.version).alias("version")
        )
        partial = folder / "themes-members.partial"
        told.filter(pl.Series(place >= 0)).write_ipc(partial)
        partial.replace(file)
    return member


def _worth_a_search(folder: Path, loose: pl.Series) -> bool:
    """Whether enough came that belongs nowhere since it was searched last; notes that it is searched now."""
    file = folder / "themes-searched.json"
    try:
        before = set(json.loads(file.read_text()))
    except (OSError, ValueError):
        before = set()
    ids: Sequence[str] = loose.to_list()
    new = sum(each not in before for each in ids)
    if new < max(10, len(ids) // 20):
        return False
    file.write_text(json.dumps(ids))
    return True


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
