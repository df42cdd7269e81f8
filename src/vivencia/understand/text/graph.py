"""A BERT encoder's weights as an ONNX graph with 8-bit matrices, which onnxruntime runs several times as fast.

Matrices are rounded to 8 bits by column, the word table by row; what flows between them stays float32.
Inputs: `ids` (texts, pieces), `mask` (texts, pieces; 1 = a piece, 0 = filling). Outputs: `pooled` (texts, poolings x
dim), means over the pieces after each asked layer, and, where asked, `hidden` (texts, pieces, dim) after one layer.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from vivencia.understand.text.bert import Bert, Dense, Layer, Norm

_OURS = "com.microsoft"  # onnxruntime's own operators: several steps in one


def write(bert: Bert, *, pooled: Sequence[int] = (), hidden: int | None = None) -> bytes:
    """The graph; `pooled` and `hidden` are numbers of layers; 0 = before the first."""
    return _Graph(bert).build(tuple(pooled), hidden)


class _Graph:
    def __init__(self, bert: Bert) -> None:
        self._bert = bert
        self._nodes: list[onnx.NodeProto] = []
        self._kept: list[onnx.TensorProto] = []

    def build(self, pooled: tuple[int, ...], hidden: int | None) -> bytes:
        flow = self._embedded()
        after = [flow]
        for number, layer in enumerate(self._bert.layers[: max([*pooled, hidden or 0])], start=1):
            flow = self._layer(f"l{number}", flow, layer)
            after.append(flow)
        outputs = []
        if pooled:
            means = [self._mean(f"mean{number}", after[number]) for number in pooled]
            self._node("Concat", means, "pooled", axis=1)
            outputs.append(helper.make_tensor_value_info("pooled", TensorProto.FLOAT, ["n", None]))
        if hidden is not None:
            self._node("Identity", [after[hidden]], "hidden")
            outputs.append(helper.make_tensor_value_info("hidden", TensorProto.FLOAT, ["n", "p", self._bert.dim]))
        inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "p"]) for name in ("ids", "mask")]
        graph = helper.make_graph(self._nodes, self._bert.name, inputs, outputs, self._kept)
        versions = [helper.make_opsetid("", 17), helper.make_opsetid(_OURS, 1)]
        written: bytes = helper.make_model(graph, opset_imports=versions, ir_version=10).SerializeToString()
        return written

    def _embedded(self) -> str:
        codes, scales = _by_row(self._bert.words)
        rows = self._node("Gather", [self._keep("words", codes), "ids"], "word_codes")
        scale = self._node("Gather", [self._keep("word_scales", scales), "ids"], "word_scale")
        words = self._node("Cast", [rows], "word_numbers", to=TensorProto.FLOAT)
        words = self._node("Mul", [words, scale], "word_vectors")
        shape = self._node("Shape", ["ids"], "shape")
        length = self._node("Slice", [shape, *self._numbers("one", [1]), *self._numbers("two", [2])], "length")
        first = self._numbers("zero", [0])[0]
        places = self._node("Slice", [self._keep("places", self._bert.places), first, length, first], "place")
        self._node("Cast", ["mask"], "mask32", to=TensorProto.INT32)
        self._node("Cast", ["mask"], "mask_numbers", to=TensorProto.FLOAT)
        self._node("Unsqueeze", ["mask_numbers", *self._numbers("last", [-1])], "weights")
        self._node("ReduceSum", ["weights", *self._numbers("pieces", [1])], "pieces_of", keepdims=0)
        return self._normed("first", self._node("Add", [words, places], "placed"), self._bert.first_norm)

    def _layer(self, at: str, flow: str, layer: Layer) -> str:
        asked = [self._dense(f"{at}.{name}", flow, dense) for name, dense in _asked(layer).items()]
        attended = self._node(
            "MultiHeadAttention",
            [*asked, "", "mask32"],
            f"{at}.attended",
            domain=_OURS,
            num_heads=self._bert.heads,
        )
        attended = self._dense(f"{at}.out", attended, layer.attended)
        flow = self._skip(f"{at}.norm1", attended, flow, layer.attended_norm)
        wide = self._node("Gelu", [self._dense(f"{at}.wide", flow, layer.widened)], f"{at}.gelu", domain=_OURS)
        return self._skip(f"{at}.norm2", self._dense(f"{at}.narrow", wide, layer.narrowed), flow, layer.narrowed_norm)

    def _dense(self, name: str, flow: str, dense: Dense) -> str:
        codes, scales = _by_column(dense.weight)
        parts = [
            self._keep(f"{name}.codes", codes),
            self._keep(f"{name}.scales", scales),
            self._keep(f"{name}.zeros", np.zeros(len(scales), np.int8)),
            self._keep(f"{name}.bias", dense.bias),
        ]
        return self._node("DynamicQuantizeMatMul", [flow, *parts], name, domain=_OURS)

    def _skip(self, name: str, flow: str, beside: str, norm: Norm) -> str:
        parts = [self._keep(f"{name}.scale", norm.scale), self._keep(f"{name}.shift", norm.shift)]
        inputs = [flow, beside, *parts]
        return self._node("SkipLayerNormalization", inputs, name, domain=_OURS, epsilon=self._bert.epsilon)

    def _normed(self, name: str, flow: str, norm: Norm) -> str:
        parts = [self._keep(f"{name}.scale", norm.scale), self._keep(f"{name}.shift", norm.shift)]
        return self._node("LayerNormalization", [flow, *parts], name, axis=-1, epsilon=self._bert.epsilon)

    def _mean(self, name: str, flow: str) -> str:
        weighed = self._node("Mul", [flow, "weights"], f"{name}.weighed")
        summed = self._node("ReduceSum", [weighed, "pieces"], f"{name}.sum", keepdims=0)
        return self._node("Div", [summed, "pieces_of"], name)

    def _node(self, kind: str, inputs: list[str], output: str, domain: str = "", **more: Any) -> str:
        self._nodes.append(helper.make_node(kind, inputs, [output], name=output, domain=domain, **more))
        return output

    def _keep(self, name: str, array: npt.NDArray[np.generic]) -> str:
        self._kept.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def _numbers(self, name: str, numbers: list[int]) -> list[str]:
        return [self._keep(name, np.array(numbers, np.int64))]


def _asked(layer: Layer) -> dict[str, Dense]:
    return {"query": layer.query, "key": layer.key, "value": layer.value}


def _by_column(weight: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    scales = np.maximum(np.abs(weight).max(axis=0) / 127.0, 1e-12).astype(np.float32)
    return np.rint(weight / scales).astype(np.int8), scales


def _by_row(table: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    codes, scales = _by_column(table.T)
    return codes.T, scales[:, None]
