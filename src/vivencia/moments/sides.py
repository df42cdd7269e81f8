"""The two sides of each proven moment: everybody who lived it, and everybody they are compared with. Pure."""

from io import BytesIO

import numpy as np
import polars as pl

from vivencia.moments.assembly import Assembly
from vivencia.moments.findings import Findings
from vivencia.moments.lived import Lived

ABOUT = ("customer_id", "subject_kind", "subject_id", "began", "outcome")


def of(made: Assembly, told: Findings, lived: Lived) -> pl.DataFrame:
    """One row a unit of the study: `customer_id`, `subject_kind`, `subject_id` (both null for a customer's time),
    `began` (microseconds), `outcome` (as it was answered, null = not known), and for each proven moment a column of its
    key: true where it was lived, false where not, null where it does not apply."""
    frame = made.drawn.frame.select("person", "case", "start", "outcome", "score")
    named = frame.join(lived.people.select("person", "customer_id"), on="person", how="left", maintain_order="left")
    cased = named.join(lived.cases, on="case", how="left", maintain_order="left")
    by_key = {exposure.key: exposure.exposed for exposure in made.exposures}
    return cased.select(
        "customer_id",
        pl.col("kind").alias("subject_kind"),
        "subject_id",
        pl.col("start").alias("began"),
        (pl.coalesce("score", "outcome") if told.scale_max else pl.col("outcome")).alias("outcome"),
        *(pl.Series(one.key, _side(by_key[one.key])) for one in told.proven()),
    )


def _side(exposed: "np.typing.NDArray[np.float64]") -> pl.Series:
    return pl.Series(exposed).fill_nan(None).cast(pl.Boolean)


def packed(sides: pl.DataFrame) -> bytes:
    """As Parquet, which holds a column of yes and no in next to nothing."""
    out = BytesIO()
    sides.write_parquet(out, compression="zstd")
    return out.getvalue()


def unpacked(packed: bytes) -> pl.DataFrame:
    return pl.read_parquet(BytesIO(packed))


def side(packed: bytes, key: str, *, lived: bool) -> pl.DataFrame:
    """One side of a moment, with the columns `ABOUT`; empty where it is not known."""
    held = unpacked(packed)
    return held.filter(pl.col(key) == lived).select(ABOUT) if key in held.columns else held.clear().select(ABOUT)


def without(packed_sides: bytes, ids: frozenset[str]) -> bytes | None:
    """The same without these people; None where they are not in it."""
    held = unpacked(packed_sides)
    theirs = held["customer_id"].is_in(sorted(ids))
    return packed(held.filter(~theirs)) if theirs.any() else None
