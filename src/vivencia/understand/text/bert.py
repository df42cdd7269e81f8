"""The weights of a small BERT encoder in plain arrays, whatever package they came in.

Every matrix is (in, out), float32. A text becomes ids by `pieces`, ids become vectors by the layers, and a text's
vector is the mean of its pieces' vectors.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Norm:
    """Layer normalisation."""

    scale: Floats
    shift: Floats


@dataclass(frozen=True)
class Dense:
    """x @ weight + bias."""

    weight: Floats
    bias: Floats


@dataclass(frozen=True)
class Layer:
    """One transformer layer: attention, norm, two dense steps with a GELU between them, norm."""

    query: Dense
    key: Dense
    value: Dense
    attended: Dense
    attended_norm: Norm
    widened: Dense
    narrowed: Dense
    narrowed_norm: Norm


@dataclass(frozen=True)
class Bert:
    """An encoder: `words` (vocabulary, dim), `places` (longest text, dim; the token type is added to them)."""

    name: str
    words: Floats
    places: Floats
    first_norm: Norm
    layers: tuple[Layer, ...]
    heads: int
    epsilon: float
    pieces: Tokenizer

    @property
    def dim(self) -> int:
        return int(self.words.shape[1])
