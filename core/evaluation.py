"""Evaluating a network on many samples, in pieces that stay in the processor's cache."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from core.answers import OneClass, answers_for
from core.buffers import Array
from core.errors import ConfigError, ShapeError
from core.metrics import ClassScores, ConfusionMatrix, LabelScores, TopK

if TYPE_CHECKING:
    from core.sequential import Sequential

PIECE = 250  # samples at a time; measured to be as fast as larger pieces at a fraction of the memory


METRICS = ("accuracy", "precision", "recall", "f1")
KERAS_TOP = ("top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy")  # there k is 5


def top_of(metric: str) -> int | None:
    """The k of a metric such as "top_3", None for any other metric."""
    if metric in KERAS_TOP:
        return 5
    match = re.fullmatch(r"top_([1-9]\d{0,3})", metric)
    return int(match[1]) if match else None


def check_metrics(metrics: Iterable[str]) -> None:
    """Raise ConfigError naming the first that is no metric."""
    for metric in metrics:
        if not isinstance(metric, str) or (metric not in METRICS and top_of(metric) is None):
            raise ConfigError(f"Unknown metric {metric!r:.60}. Known: {', '.join(METRICS)}, top_3 and the like.")


class PixelScaling(Protocol):
    """Turns uint8 pixels into what the network receives (core.data.Scaling)."""

    def apply(self, images: Array, out: Array | None = None) -> Array:
        """float32 from uint8, into `out` if given."""
        ...


@dataclass(frozen=True)
class Evaluation:
    """What a network scored over `count` samples: mean loss, and the counts behind accuracy, precision and recall.

    `confusion` is empty where samples have several labels or none: there `labels` counts. `top` says for each k how
    often the true class was among the k largest outputs.
    """

    loss: float
    count: int
    confusion: ConfusionMatrix
    labels: LabelScores | None = None
    top: Mapping[int, float] = field(default_factory=dict)

    @property
    def scores(self) -> ClassScores:
        """Precision, recall and F1."""
        return self.labels or self.confusion

    def score(self, metric: str) -> float:
        """One of METRICS, or "top_3" where 3 was asked for; precision, recall and f1 as plain means over classes."""
        if k := top_of(metric):
            return self.top.get(k, math.nan)
        score = getattr(self.scores, metric)
        return float(score if metric == "accuracy" else score("macro"))

    @property
    def accuracy(self) -> float:
        """Share of right answers; NaN where there is no right and wrong."""
        return self.scores.accuracy


def evaluate(
    model: Sequential,
    x: Array,
    y: Array,
    scaling: PixelScaling | None = None,
    observe: Callable[[], None] | None = None,
    top: Sequence[int] = (),
) -> Evaluation:
    """Score `model` on samples x with labels or targets y. Nothing is changed but the layers' buffers.

    Where y are no classes but numbers to be met, only the loss is measured. `observe` is called after each piece, while
    the layers hold its outputs.

    Raises ShapeError when x and y differ in length, ConfigError when there is nothing to evaluate.
    """
    if len(x) != len(y):
        raise ShapeError(f"There are {len(x)} samples but {len(y)} labels. Give one label for each sample.")
    if not len(x):
        raise ConfigError("There are no samples to evaluate. Give at least one.")
    y = np.asarray(y)
    answers = answers_for(model.loss, y, model.output_shape[-1])
    targets, truth, scores = model.targets(y), answers.labels(y), answers.scores()
    tops = [TopK(k) for k in top] if isinstance(answers, OneClass) else []
    total = 0.0
    for start, X in pieces(x, scaling, model.dtype):
        size = model.best_piece or len(X)
        for first in range(start, start + len(X), size):
            piece = slice(first, min(first + size, start + len(X)))
            Y = model.fast_forward(X[first - start : piece.stop - start])
            total += model.loss_value(Y, targets[piece]) * len(Y)
            answers.count(scores, Y, truth[piece])
            for one in tops:
                one.update(truth[piece], Y)
        if observe is not None:
            if model.best_piece:  # kernels leave out what somebody wants to look at, so it is computed beside them
                model.forward(X)
            observe()
    labels = scores if isinstance(scores, LabelScores) else None
    confusion = scores if isinstance(scores, ConfusionMatrix) else ConfusionMatrix(max(2, model.output_shape[-1]))
    return Evaluation(total / len(x), len(x), confusion, labels, {one.k: one.accuracy for one in tops})


def predict(model: Sequential, x: Array, size: int) -> Array:
    """Outputs for all samples, so many at a time. Shapes: (N, *input_shape) -> (N, *output_shape), a fresh array."""
    outputs = np.empty((len(x), *model.output_shape), model.dtype)
    for start, X in pieces(x, None, model.dtype, size):
        outputs[start : start + len(X)] = model.forward(X)
    return outputs


def pieces(
    x: Array, scaling: PixelScaling | None, dtype: np.dtype[np.floating], size: int = PIECE
) -> Iterator[tuple[int, Array]]:
    """The samples in pieces of `size` ready for the network, with the index where each starts."""
    for start in range(0, len(x), size):
        piece = x[start : start + size]
        yield start, np.asarray(piece if scaling is None else scaling.apply(piece), dtype=dtype)
