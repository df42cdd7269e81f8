"""A word nobody has said: the word people do say that is spelled nearest to it.

Distance is that of Damerau and Levenshtein with neighbours swapped once (optimal string alignment): letters left out,
put in, replaced or swapped. One is allowed in short words, two in longer ones.
"""

import polars as pl
import pyarrow as pa

from vivencia.understand import voices
from vivencia.understand.frames import frame as frame_of

SHORTEST = 4  # letters: of shorter words too many are near
LONG = 7  # letters, from which two mistakes are allowed
SEEN = 2  # a word said once may be a mistake itself


def suggested(table: pa.Table, words: str, *, masked: bool) -> str:
    """The words looked for, each that nobody has said replaced by the nearest people say; "" where there is no better.

    masked: looks in the masked words only, so that nobody learns by trying what they may not read.
    """
    if '"' in words or not words.strip():
        return ""
    said = _said(table, masked=masked)
    told = [_nearest(term, said) for term in voices.terms(words)]
    return " ".join(told) if told != voices.terms(words) else ""


def _said(table: pa.Table, *, masked: bool) -> pl.DataFrame:
    """`word`, `n`: every word of some length, without accents and capitals, and in how many places it stands."""
    bare = voices.bare(masked=masked).str.replace_all(r"\[\w+\]", " ")  # what was masked is no word of theirs
    words = frame_of(table).lazy().select(word=bare.str.extract_all(r"\p{L}{3,}")).explode("word").drop_nulls()
    return words.group_by("word").agg(n=pl.len()).collect()


def _nearest(term: str, said: pl.DataFrame) -> str:
    """The term itself where somebody said it (also within a word), or where nothing is near enough."""
    if len(term) < SHORTEST or said["word"].str.contains(term, literal=True).any():
        return term
    most = 2 if len(term) >= LONG else 1
    length = pl.col("word").str.len_chars()
    alike = pl.col("word").str.starts_with(term[0]) | (pl.col("word").str.slice(1, 1) == term[1])
    near = said.filter((pl.col("n") >= SEEN) & length.is_between(len(term) - most, len(term) + most) & alike)
    ranked = sorted((distance(term, word), -n, word) for word, n in near.select("word", "n").iter_rows())
    return ranked[0][2] if ranked and ranked[0][0] <= most else term


def distance(one: str, other: str) -> int:
    """Letters left out, put in, replaced, or neighbours swapped, to make one word the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, its in enumerate(other, 1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                least = min(least, older[j - 2] + 1)
            row.append(least)
    return row[-1]
