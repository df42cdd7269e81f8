"""Texts as rows of numbers, each a view: an encoder's block, standardised, or the words and letters they are made of.

Every row has length one, so that the product of two rows is a cosine.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from vivencia.understand.text.bert import Floats
from vivencia.understand.text.encoders import Encoder

Rows: TypeAlias = Any  # Floats, or a SciPy sparse matrix: its stubs and NumPy's do not go together
_ENOUGH = np.float32(1e-6)
_MOST_TERMS = 60_000


def vectors(texts: Sequence[str], encoders: Sequence[Encoder]) -> dict[str, Floats]:
    """Each encoder's blocks by name ("e5.0"), (texts, dim); a text that comes twice is encoded once."""
    different = list(dict.fromkeys(texts))
    place = {text: number for number, text in enumerate(different)}
    where = np.array([place[text] for text in texts], np.int64)
    found: dict[str, Floats] = {}
    with ThreadPoolExecutor(max(1, len(encoders))) as pool:  # USE works on one core: the others are not to wait for it
        wholes = list(pool.map(lambda encoder: encoder.encode(different), encoders))
    for encoder, whole in zip(encoders, wholes, strict=True):
        for number, block in enumerate(np.split(whole, encoder.blocks, axis=1)):
            found[f"{encoder.name}.{number}"] = block[where] if len(different) < len(texts) else block
    return found


@dataclass(frozen=True)
class Scaled:
    """An encoder's block, each dimension to mean 0 and spread 1 over the texts learned from, then to length one."""

    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, block: Floats) -> "Scaled":
        return cls(block.mean(axis=0), block.std(axis=0) + _ENOUGH)

    def rows(self, block: Floats) -> Floats:
        even = (block - self.mean) / self.spread
        return np.asarray(even / np.maximum(np.linalg.norm(even, axis=1, keepdims=True), _ENOUGH), np.float32)


@dataclass(frozen=True)
class Terms:
    """TF-IDF over words and pairs of words, or over 2 to 5 letters within words."""

    letters: bool
    vocabulary: tuple[str, ...]
    idf: npt.NDArray[np.float64]

    @classmethod
    def of(cls, texts: Sequence[str], *, letters: bool) -> "Terms":
        vectoriser = _vectoriser(letters, rare=2 if letters and len(texts) > 2_000 else 1)
        try:
            vectoriser.fit(texts)
        except ValueError:  # not one word in all the texts
            return cls(letters, (), np.zeros(0))
        terms = sorted(vectoriser.vocabulary_, key=vectoriser.vocabulary_.__getitem__)
        return cls(letters, tuple(map(str, terms)), np.asarray(vectoriser.idf_))

    def rows(self, texts: Sequence[str]) -> sparse.csr_matrix:
        if not self.vocabulary:
            return sparse.csr_matrix(np.zeros((len(texts), 1), np.float32))
        vectoriser = _vectoriser(self.letters, vocabulary={term: place for place, term in enumerate(self.vocabulary)})
        vectoriser.idf_ = self.idf
        return sparse.csr_matrix(vectoriser.transform(texts), dtype=np.float32)


def _vectoriser(letters: bool, rare: int = 1, vocabulary: Mapping[str, int] | None = None) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer  # a second to import: only who reads texts waits for it

    kind: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": (2, 5)} if letters else {
        "ngram_range": (1, 2), "token_pattern": r"\w+|[^\w\s]",
    }  # fmt: skip
    most = None if vocabulary else _MOST_TERMS
    return TfidfVectorizer(sublinear_tf=True, min_df=rare, vocabulary=vocabulary, max_features=most, **kind)


def likeness(rows: Rows, others: Rows, sharpness: float) -> Floats:
    """(rows, others): cosines for terms; for encoders exp(sharpness x (cosine - 1)), 1 for the same and less apart."""
    if sparse.issparse(rows):
        return np.asarray((rows @ others.T).toarray(), np.float32)
    cosines = np.asarray(rows @ others.T, np.float32)
    if sharpness:
        cosines -= 1
        cosines *= np.float32(sharpness)
        np.exp(cosines, out=cosines)
    return cosines
