"""Arrow tables as Polars frames, for questions answered in memory."""

import polars as pl
import pyarrow as pa


def frame(table: pa.Table) -> pl.DataFrame:
    """The same columns and rows, without copying them."""
    made = pl.from_arrow(table)
    assert isinstance(made, pl.DataFrame)
    return made
