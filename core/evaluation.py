"""Evaluating a network on many samples, in pieces that stay in the processor's cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from core.buffers import Array
from core.errors import ConfigError, ShapeError
from core.metrics import ConfusionMatrix, are_classes, predicted_classes, true_classes

if TYPE_CHECKING:
    from core.sequential import Sequential

PIECE = 250  # samples at a time; measured to be as fast as larger pieces at a fraction of the memory


class PixelScaling(Protocol):
    """Turns uint8 pixels into what the network receives (core.data.Scaling)."""

    def apply(self, images: Array, out: Array | None = None) -> Array:
        """float32 from uint8, into `out` if given."""
        ...


@dataclass(frozen=True)
class Evaluation:
    """What a network scored over `count` samples: mean loss, and the confusion matrix (empty without classes)."""

    loss: float
    count: int
    confusion: ConfusionMatrix

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return self.confusion.accuracy


def evaluate(
    model: Sequential,
    x: Array,
    y: Array,
    scaling: PixelScaling | None = None,
    observe: Callable[[], None] | None = None,
) -> Evaluation:
    """Score `model` on samples x with integer or one-hot labels y. Nothing is changed but the layers' buffers.

    Where y are no classes but numbers to be met, only the loss is measured. `observe` is called after each piece, while
    the layers hold its outputs.

    Raises ShapeError when x and y differ in length, ConfigError when there is nothing to evaluate.
    """
    if len(x) != len(y):
        raise ShapeError(f"There are {len(x)} samples but {len(y)} labels. Give one label for each sample.")
    if not len(x):
        raise ConfigError("There are no samples to evaluate. Give at least one.")
    y = np.asarray(y)
    classified = are_classes(y, model.output_shape[-1])
    targets = model.targets(y)
    confusion = ConfusionMatrix(max(2, model.output_shape[-1]))
    total = 0.0
    for start, X in pieces(x, scaling, model.dtype):
        T = targets[start : start + len(X)]
        Y = model.forward(X)
        total += model.loss_value(Y, T) * len(X)
        if classified:
            confusion.update(true_classes(y[start : start + len(X)]), predicted_classes(Y))
        if observe is not None:
            observe()
    return Evaluation(total / len(x), len(x), confusion)


def pieces(
    x: Array, scaling: PixelScaling | None, dtype: np.dtype[np.floating], size: int = PIECE
) -> Iterator[tuple[int, Array]]:
    """The samples in pieces of `size` ready for the network, with the index where each starts."""
    for start in range(0, len(x), size):
        piece = x[start : start + size]
        yield start, np.asarray(piece if scaling is None else scaling.apply(piece), dtype=dtype)
