"""Looking for voices by what they mean: the nearest vectors, joined with those that hold the words themselves.

Two rankings are fused by their ranks (reciprocal rank fusion, Cormack et al. 2009), so that neither a cosine nor a
count of words need be turned into the other's unit. The words looked for are masked first, as the texts were.
"""

from dataclasses import replace

import polars as pl
import pyarrow as pa

from vivencia.understand import reading_vectors, voices
from vivencia.understand.text.personal import mask
from vivencia.understand.voices import Asked

MOST = 300  # more are no longer near anything
FUSED = 60  # the constant of reciprocal rank fusion, as published


def by_meaning(table: pa.Table, asked: Asked, *, masked: bool) -> Asked:
    """The same question, answered by meaning: the nearest of what all its other filters leave, the nearest first.

    Unchanged where nothing is looked for, or where no encoder works here: then words are looked for.
    """
    of = reading_vectors.open_space()
    query = reading_vectors.seen(mask(asked.words)) if asked.words.strip() and of else None
    if query is None or of is None:
        return asked
    held = reading_vectors.store(of).held()
    cosines = held.cosines(query)
    near = held.table().select(event_id="id", place="place")
    near = near.with_columns(pl.Series("cosine", cosines[near["place"].to_numpy()]))
    left = voices.found(table, replace(asked, words=""), masked=masked)
    ranked = left.select("event_id", has=voices.how_many(asked.words, masked=masked)).join(
        near, on="event_id", how="left"
    )
    by_cosine = pl.col("cosine").rank("ordinal", descending=True)
    by_words = pl.when(pl.col("has") > 0).then(pl.col("has").rank("min", descending=True))
    fused = (1 / (FUSED + by_cosine)).fill_null(0) + (1 / (FUSED + by_words)).fill_null(0)
    best = ranked.with_columns(fused.alias("fused")).filter(pl.col("fused") > 0).top_k(MOST, by="fused")
    events = best.sort("fused", descending=True).select("event_id").to_arrow()
    return replace(asked, events=events)
