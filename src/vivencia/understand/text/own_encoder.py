"""A company's own sentence encoder, from a folder on this machine: an ONNX graph as sentence-transformers lays it out.

`model.onnx` (or `onnx/model.onnx`), `tokenizer.json`, and where they are there `1_Pooling/config.json` (mean or first
token), `sentence_bert_config.json` (longest text) and `config_sentence_transformers.json` (what stands before texts).
It works beside the shipped encoders: heads are learned from all their views. Nothing leaves the machine.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from vivencia.understand.text.bert import Floats
from vivencia.understand.text.bert_e5 import UnknownWeightsError

AT_A_TIME = 16
LONGEST = 256  # pieces, where the folder does not say
_GRAPHS = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")


class OwnEncoder:
    """name: "own-" and the beginning of the graph's SHA-256, so that another model is another name."""

    blocks = 1

    def __init__(self, folder: Path) -> None:
        """Raises UnknownWeightsError saying what is missing or wrong."""
        graph = next((folder / each for each in _GRAPHS if (folder / each).is_file()), None)
        if graph is None or not (folder / "tokenizer.json").is_file():
            raise UnknownWeightsError(f"{folder} holds no model.onnx with a tokenizer.json")
        self.name = f"own-{_digest(graph)}"
        try:
            self._open(folder, graph)
            self.encode(["a text to try it"])
        except UnknownWeightsError:
            raise
        except Exception as problem:  # noqa: BLE001  # the runtime and the tokenizer raise whatever they like
            raise UnknownWeightsError(f"the model in {folder} does not run: {problem}") from None

    def _open(self, folder: Path, graph: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        self._inputs = [each.name for each in self._session.get_inputs()]
        self._pieces = Tokenizer.from_file(str(folder / "tokenizer.json"))
        longest = _said(folder / "sentence_bert_config.json").get("max_seq_length", LONGEST)
        self._pieces.enable_truncation(min(int(longest or LONGEST), 512))
        self._pieces.no_padding()
        self._first_token = bool(_said(folder / "1_Pooling" / "config.json").get("pooling_mode_cls_token"))
        told = _said(folder / "config_sentence_transformers.json")
        prompts = told.get("prompts") or {}
        self._prefix = str(prompts.get(told.get("default_prompt_name") or "", "") or "")

    def encode(self, texts: Sequence[str]) -> Floats:
        """(texts, d)"""
        ids = [each.ids or [0] for each in self._pieces.encode_batch([self._prefix + text for text in texts])]
        order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        found: list[Floats] = [np.zeros(0, np.float32)] * len(ids)
        for start in range(0, len(order), AT_A_TIME):
            places = order[start : start + AT_A_TIME]
            for place, vector in zip(places, self._batch([ids[place] for place in places]), strict=True):
                found[place] = vector
        return np.array(found, np.float32)

    def _batch(self, ids: Sequence[Sequence[int]]) -> Floats:
        longest = max(len(each) for each in ids)
        padded, mask = np.zeros((2, len(ids), longest), np.int64)
        for row, each in enumerate(ids):
            padded[row, : len(each)], mask[row, : len(each)] = each, 1
        given = {"input_ids": padded, "attention_mask": mask, "token_type_ids": np.zeros_like(padded)}
        unknown = [name for name in self._inputs if name not in given]
        if unknown:
            raise UnknownWeightsError(f"the graph asks for {', '.join(unknown)}; it may ask for {', '.join(given)}")
        output = np.asarray(self._session.run(None, {name: given[name] for name in self._inputs})[0], np.float32)
        if output.ndim == 2:
            return output
        if self._first_token:
            return np.asarray(output[:, 0], np.float32)
        kept = mask[:, :, None].astype(np.float32)
        return np.asarray((output * kept).sum(axis=1) / kept.sum(axis=1), np.float32)


def _digest(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()[:12]


def _said(file: Path) -> dict[str, Any]:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as problem:
        raise UnknownWeightsError(f"{file} cannot be read: {problem}") from None
    return told if isinstance(told, dict) else {}
