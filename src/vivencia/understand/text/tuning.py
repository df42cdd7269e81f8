"""Fine-tuning the top layers of a BERT encoder on labelled texts, in NumPy.

The lower layers stay as they are, so what leaves them is computed once (8-bit, by onnxruntime) and kept; only the top
layers and a cosine classifier are trained, by AdamW on cross-entropy with the learning rate warmed up and let down
linearly. Without a GPU and without torch this takes minutes for ten thousand short texts, and most of what tuning the
whole encoder would bring.

All arrays are float32. Pieces of a batch's texts lie one after the other, (pieces, dim); only attention pads them.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import erf

from vivencia.understand.text.bert import Bert, Floats

Parameters = dict[str, Floats]
_SCALE = 16.0  # of the cosines, before the softmax
_SPREAD = np.float32(1 / math.sqrt(2.0))
_BELL = np.float32(1 / math.sqrt(2.0 * math.pi))
_CLIP = 1.0


@dataclass(frozen=True)
class Plan:
    """How to tune. layers: how many of the top ones; rates: of the layers and of the classifier."""

    layers: int = 2
    epochs: int = 5
    batch: int = 32
    rate: float = 2e-4
    classifier_rate: float = 2e-3
    smoothing: float = 0.1
    decay: float = 0.01
    dropout: float = 0.1
    seed: int = 0


@dataclass(frozen=True)
class Batch:
    """Texts' pieces one after the other, and where each belongs: (texts, longest) with True at a piece."""

    pieces: Floats
    mask: npt.NDArray[np.bool_]

    def spread(self, flat: Floats) -> Floats:
        padded = np.zeros((*self.mask.shape, flat.shape[1]), np.float32)
        padded[self.mask] = flat
        return padded


def gather(texts: Sequence[npt.NDArray[np.float16]]) -> Batch:
    """Texts as (pieces, dim) each."""
    lengths = np.array([len(each) for each in texts])
    mask = np.arange(lengths.max())[None, :] < lengths[:, None]
    return Batch(np.concatenate(texts).astype(np.float32), mask)


class Top:
    """The top layers: forwards, and backwards with the gradient of every parameter."""

    def __init__(self, parameters: Parameters, layers: int, heads: int, epsilon: float) -> None:
        self.parameters, self.layers = parameters, layers
        self._heads, self._epsilon = heads, np.float32(epsilon)

    @classmethod
    def of(cls, bert: Bert, layers: int) -> "Top":
        """The encoder's own top layers, copied."""
        parameters: Parameters = {}
        for number, layer in enumerate(bert.layers[-layers:]):
            for name in ("query", "key", "value", "attended", "widened", "narrowed"):
                dense = getattr(layer, name)
                parameters[f"{number}.{name}.w"], parameters[f"{number}.{name}.b"] = (
                    dense.weight.copy(),
                    dense.bias.copy(),
                )
            for name in ("attended_norm", "narrowed_norm"):
                norm = getattr(layer, name)
                parameters[f"{number}.{name}.w"], parameters[f"{number}.{name}.b"] = (
                    norm.scale.copy(),
                    norm.shift.copy(),
                )
        return cls(parameters, layers, bert.heads, bert.epsilon)

    def pooled(self, batch: Batch) -> Floats:
        """(texts, dim): the mean over each text's pieces."""
        flow = batch.pieces
        for number in range(self.layers):
            flow, _memory = self._forward(number, flow, batch)
        return _mean(flow, batch)

    def forward(self, batch: Batch) -> tuple[Floats, list[dict[str, Floats]]]:
        """`pooled`, and what `backward` needs to know of the way there."""
        flow, memories = batch.pieces, []
        for number in range(self.layers):
            flow, memory = self._forward(number, flow, batch)
            memories.append(memory)
        return _mean(flow, batch), memories

    def backward(self, change: Floats, batch: Batch, memories: list[dict[str, Floats]]) -> Parameters:
        """The gradient of every parameter, from the gradient of `pooled`."""
        counts = batch.mask.sum(axis=1, keepdims=True).astype(np.float32)
        flow = np.repeat(change / counts, batch.mask.sum(axis=1), axis=0)
        gradients: Parameters = {}
        for number in reversed(range(self.layers)):
            flow = self._backward(number, flow, batch, memories[number], gradients)
        return gradients

    def _dense(self, number: int, name: str, flow: Floats) -> Floats:
        return np.asarray(flow @ self.parameters[f"{number}.{name}.w"] + self.parameters[f"{number}.{name}.b"])

    def _split(self, flat: Floats, batch: Batch) -> Floats:
        """(texts, heads, pieces, dim of a head)"""
        padded = batch.spread(flat)
        texts, longest, dim = padded.shape
        return padded.reshape(texts, longest, self._heads, dim // self._heads).transpose(0, 2, 1, 3)

    def _joined(self, split: Floats, batch: Batch) -> Floats:
        texts, heads, longest, dim = split.shape
        return np.asarray(split.transpose(0, 2, 1, 3).reshape(texts, longest, heads * dim)[batch.mask])

    def _forward(self, number: int, x: Floats, batch: Batch) -> tuple[Floats, dict[str, Floats]]:
        q, k, v = (self._split(self._dense(number, name, x), batch) for name in ("query", "key", "value"))
        scores = (q @ k.transpose(0, 1, 3, 2)) * np.float32(1 / math.sqrt(q.shape[-1]))
        scores = np.where(batch.mask[:, None, None, :], scores, np.float32(-1e9))
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        p = scores / scores.sum(axis=-1, keepdims=True)
        c = self._joined(p @ v, batch)
        y, y_hat, y_std = self._norm(number, "attended_norm", x + self._dense(number, "attended", c))
        h = self._dense(number, "widened", y)
        cdf = np.float32(0.5) * (1 + erf(h * _SPREAD))
        g = h * cdf
        z, z_hat, z_std = self._norm(number, "narrowed_norm", y + self._dense(number, "narrowed", g))
        memory = {"x": x, "q": q, "k": k, "v": v, "p": p, "c": c, "y": y, "y_hat": y_hat, "y_std": y_std}
        return z, memory | {"h": h, "cdf": cdf, "g": g, "z_hat": z_hat, "z_std": z_std}

    def _norm(self, number: int, name: str, x: Floats) -> tuple[Floats, Floats, Floats]:
        centred = x - x.mean(axis=1, keepdims=True)
        std = np.sqrt((centred * centred).mean(axis=1, keepdims=True) + self._epsilon)
        hat = centred / std
        return hat * self.parameters[f"{number}.{name}.w"] + self.parameters[f"{number}.{name}.b"], hat, std

    def _backward(self, number: int, dz: Floats, batch: Batch, m: dict[str, Floats], to: Parameters) -> Floats:
        dz = self._norm_back(number, "narrowed_norm", dz, m["z_hat"], m["z_std"], to)
        dg = self._dense_back(number, "narrowed", dz, m["g"], to)
        dh = dg * (m["cdf"] + m["h"] * (_BELL * np.exp(np.float32(-0.5) * m["h"] * m["h"])))
        dy = dz + self._dense_back(number, "widened", dh, m["y"], to)
        dy = self._norm_back(number, "attended_norm", dy, m["y_hat"], m["y_std"], to)
        dc = self._split(self._dense_back(number, "attended", dy, m["c"], to), batch)
        dp = dc @ m["v"].transpose(0, 1, 3, 2)
        dv = m["p"].transpose(0, 1, 3, 2) @ dc
        ds = m["p"] * (dp - (dp * m["p"]).sum(axis=-1, keepdims=True))
        ds *= np.float32(1 / math.sqrt(m["q"].shape[-1]))
        dq, dk = ds @ m["k"], ds.transpose(0, 1, 3, 2) @ m["q"]
        dx = dy
        for name, split in (("query", dq), ("key", dk), ("value", dv)):
            dx = dx + self._dense_back(number, name, self._joined(split, batch), m["x"], to)
        return dx

    def _dense_back(self, number: int, name: str, change: Floats, given: Floats, to: Parameters) -> Floats:
        to[f"{number}.{name}.w"], to[f"{number}.{name}.b"] = given.T @ change, change.sum(axis=0)
        return np.asarray(change @ self.parameters[f"{number}.{name}.w"].T)

    def _norm_back(self, number: int, name: str, change: Floats, hat: Floats, std: Floats, to: Parameters) -> Floats:
        to[f"{number}.{name}.w"], to[f"{number}.{name}.b"] = (change * hat).sum(axis=0), change.sum(axis=0)
        inner = change * self.parameters[f"{number}.{name}.w"]
        mean, along = inner.mean(axis=1, keepdims=True), (inner * hat).mean(axis=1, keepdims=True)
        return np.asarray((inner - mean - hat * along) / std)


def _mean(flow: Floats, batch: Batch) -> Floats:
    return np.asarray(batch.spread(flow).sum(axis=1) / batch.mask.sum(axis=1, keepdims=True).astype(np.float32))


def tune(top: Top, texts: Sequence[npt.NDArray[np.float16]], labels: npt.NDArray[np.int64], plan: Plan) -> Floats:
    """Train `top` in place to tell the labels (0..n-1) apart; returns the classifier's directions (dim, labels)."""
    chance = np.random.default_rng(plan.seed)
    classes = int(labels.max()) + 1
    start = _directions(top, texts, labels, classes)
    learner = _AdamW(top.parameters | {"directions": start}, plan)
    steps = plan.epochs * math.ceil(len(texts) / plan.batch)
    for step, chosen in enumerate(_batches(len(texts), plan, chance)):
        batch = gather([texts[i] for i in chosen])
        pooled, memories = top.forward(batch)
        stays = chance.random(pooled.shape, np.float32) >= plan.dropout
        kept = stays.astype(np.float32) / np.float32(1 - plan.dropout)
        change, on_directions = _cosine_loss(
            pooled * kept, learner.values["directions"], labels[chosen], plan.smoothing
        )
        gradients = top.backward(change * kept, batch, memories) | {"directions": on_directions}
        learner.step(gradients, _warmth(step, steps))
    return learner.values["directions"]


def embed(top: Top, texts: Sequence[npt.NDArray[np.float16]], batch: int = 64) -> Floats:
    """(texts, dim), of length one."""
    order = np.argsort([len(each) for each in texts], kind="stable")
    found = np.zeros((len(texts), top.parameters["0.query.w"].shape[0]), np.float32)
    for start in range(0, len(texts), batch):
        chosen = order[start : start + batch]
        found[chosen] = top.pooled(gather([texts[i] for i in chosen]))
    return _unit(found)[0]


def _directions(
    top: Top, texts: Sequence[npt.NDArray[np.float16]], labels: npt.NDArray[np.int64], classes: int
) -> Floats:
    """Each label's mean vector before any training, from at most twenty texts, less the mean of all."""
    chosen = np.concatenate([np.flatnonzero(labels == each)[:20] for each in range(classes)])
    found = embed(top, [texts[i] for i in chosen])
    centre = found.mean(axis=0)
    means = [found[labels[chosen] == each].mean(axis=0) - centre for each in range(classes)]
    return _unit(np.array(means, np.float32))[0].T.copy()


def _batches(count: int, plan: Plan, chance: np.random.Generator) -> Iterator[npt.NDArray[np.int64]]:
    for _epoch in range(plan.epochs):
        order = chance.permutation(count)
        yield from (order[start : start + plan.batch] for start in range(0, count, plan.batch))


def _warmth(step: int, steps: int) -> float:
    warm = max(1, steps // 10)
    return min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))


def _unit(rows: Floats) -> tuple[Floats, Floats]:
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-12))
    return rows / lengths, lengths


def _cosine_loss(
    pooled: Floats, directions: Floats, labels: npt.NDArray[np.int64], smoothing: float
) -> tuple[Floats, Floats]:
    """The gradients of smoothed cross-entropy over scaled cosines, on the vectors and on the directions."""
    unit, lengths = _unit(pooled)
    ways, far = _unit(directions.T)
    scores = _SCALE * unit @ ways.T
    scores -= scores.max(axis=1, keepdims=True)
    chances = np.exp(scores)
    chances /= chances.sum(axis=1, keepdims=True)
    wanted = np.full_like(chances, smoothing / chances.shape[1])
    wanted[np.arange(len(labels)), labels] += 1 - smoothing
    change = (chances - wanted) * np.float32(_SCALE / len(labels))
    on_unit, on_ways = change @ ways, change.T @ unit
    on_pooled = (on_unit - unit * (on_unit * unit).sum(axis=1, keepdims=True)) / lengths
    on_directions = (on_ways - ways * (on_ways * ways).sum(axis=1, keepdims=True)) / far
    return on_pooled, on_directions.T


class _AdamW:
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019) and gradients clipped to length one."""

    def __init__(self, values: Parameters, plan: Plan) -> None:
        self.values, self._plan, self._steps = values, plan, 0
        self._mean = {name: np.zeros_like(each) for name, each in values.items()}
        self._square = {name: np.zeros_like(each) for name, each in values.items()}

    def step(self, gradients: Parameters, warmth: float) -> None:
        self._steps += 1
        length = math.sqrt(sum(float(np.vdot(each, each)) for each in gradients.values()))
        shrink = np.float32(min(1.0, _CLIP / max(length, 1e-12)))
        first, second = 1 - 0.9**self._steps, math.sqrt(1 - 0.999**self._steps)
        for name, raw in gradients.items():
            gradient, mean, square, value = raw * shrink, self._mean[name], self._square[name], self.values[name]
            mean *= np.float32(0.9)
            mean += np.float32(0.1) * gradient
            square *= np.float32(0.999)
            square += np.float32(0.001) * gradient * gradient
            rate = warmth * (self._plan.classifier_rate if name == "directions" else self._plan.rate)
            if name.endswith(".w") and "norm" not in name:
                value *= np.float32(1 - rate * self._plan.decay)
            value -= np.float32(rate / first) * mean / (np.sqrt(square) / np.float32(second) + np.float32(1e-8))
