"""The training images most like a drawing in the eyes of the network: nearest in its last hidden layer. Qt-free."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data import Scaling
from core.sequential import Sequential

WORK = 2e9  # multiplications for all of them: a second or less
FEWEST, MOST = 1000, 10_000
PIECE = 250


@dataclass(frozen=True, eq=False)
class Embedding:
    """Training images as the network with these parameters sees them. Shapes: points (n, units)."""

    parameters: NDArray[np.float32]
    step: int
    points: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The nearest ones, the nearest first. Shapes: indices and distances (k,). `embedding` can be used again."""

    image: NDArray[np.uint8]
    indices: NDArray[np.intp]
    distances: NDArray[np.float32]
    embedding: Embedding


def affordable(model: Sequential, images: int) -> int:
    """How many images can be looked at within `WORK`."""
    work = sum(layer.multiply_adds(layer.input_shape) for layer in model.layers)
    return min(images, MOST, max(FEWEST, int(WORK // max(1, work))))


def seen(model: Sequential, X: NDArray[np.float32]) -> NDArray[np.float32]:
    """What reaches the last layer with weights. Shapes: (N, *input_shape) -> (N, units), a copy."""
    model.forward(X)
    last = next(layer for layer in reversed(model.layers) if layer.parameters)
    return np.array(last.X, np.float32).reshape(len(X), -1)  # type: ignore[attr-defined]  # set by the pass


def embed(
    model: Sequential, scaling: Scaling, images: NDArray[Any], step: int, unwanted: Callable[[], bool]
) -> Embedding | None:
    """Send images (uint8) through the network as it is; None when nobody wants to know any more."""
    parameters = model.parameters.copy()
    parts = []
    for start in range(0, len(images), PIECE):
        if unwanted():
            return None
        parts.append(seen(model, scaling.apply(images[start : start + PIECE])))
    return Embedding(parameters, step, np.concatenate(parts))


def nearest(
    model: Sequential, X: NDArray[np.float32], image: NDArray[np.uint8], embedding: Embedding, k: int
) -> Neighbours:
    """The `k` images nearest to the one whose input X (1, ...) is; the model must hold the embedding's parameters."""
    point = seen(model, X)[0]
    # |a - b|^2 = |a|^2 - 2 ab + |b|^2: one product instead of a difference for each image
    squares = np.einsum("nu,nu->n", embedding.points, embedding.points) - 2 * (embedding.points @ point)
    distances = np.sqrt(np.maximum(squares + point @ point, 0))
    best = np.argsort(distances, kind="stable")[:k]
    return Neighbours(image, best, distances[best].astype(np.float32), embedding)
