"""A lesson: one drawing with its label, taught by single steps of plain gradient descent. Qt-free.

The network learns from this drawing alone, without momentum and without the rest of the batch: so one sees what a
gradient step is, and what it costs elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data import Scaling
from core.evaluation import evaluate
from core.sequential import Sequential

RATE = 0.01
PIECE = 1000  # test images between two looks whether anybody still waits


@dataclass(frozen=True, eq=False)
class Error:
    """What a label says about an answer.

    Shapes: probabilities and delta (classes,), gradient as the image (H, W, C): how the loss grows with each input.
    """

    label: int
    loss: float
    probabilities: NDArray[np.float32]
    delta: NDArray[np.float32]  # p - y
    gradient: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Taught:
    """What some steps have done. Probabilities are those of the label; accuracies those on `count` test images."""

    label: int
    steps: int
    before: NDArray[np.float32]  # the flat vector of parameters, read-only, as `after`
    after: NDArray[np.float32]
    probability_before: float
    probability_after: float
    accuracy_before: float
    accuracy_after: float
    count: int


def error_of(model: Sequential, X: NDArray[np.float32], label: int) -> Error:
    """Loss, p - y and the gradient by the input, for one input X (1, H, W, C). Moves no weight."""
    with model.asked_for_input_gradients():
        T = model.targets(np.array([label]))
        Y = model.forward(X)
        probabilities = Y[0].copy()
        loss = model.loss_value(Y, T)
        dX = model.backward(Y, T)
    delta = probabilities.copy()
    delta[label] -= 1
    gradient = np.zeros(X.shape[1:], np.float32) if dX is None else dX[0].reshape(X.shape[1:]).astype(np.float32)
    return Error(label, float(loss), probabilities, delta, gradient)


def teach(
    model: Sequential,
    scaling: Scaling,
    X: NDArray[np.float32],
    label: int,
    steps: int,
    test: tuple[NDArray[np.uint8], NDArray[np.int64]],
    unwanted: Callable[[], bool] = lambda: False,
) -> Taught | None:
    """Make so many steps on the input X (1, H, W, C) in `model`, and test it before and after; None when unwanted.

    Layers behave as when they answer: no unit is dropped, no running statistic moves.
    """
    before = _frozen(model.parameters)
    accuracy_before = _accuracy(model, scaling, test, unwanted)
    T = model.targets(np.array([label]))
    rate = np.float32(RATE)
    probability_before = float(model.forward(X)[0, label])
    for _ in range(steps):
        if unwanted():
            return None
        model.forward_backward(X, T, training=False)
        model.trainable[...] -= rate * model.gradient
    probability_after = float(model.forward(X)[0, label])
    after = _frozen(model.parameters)
    accuracy_after = _accuracy(model, scaling, test, unwanted)
    if accuracy_before is None or accuracy_after is None:
        return None
    return Taught(
        label, steps, before, after, probability_before, probability_after, accuracy_before, accuracy_after,
        len(test[0]),
    )  # fmt: skip


def _accuracy(
    model: Sequential,
    scaling: Scaling,
    test: tuple[NDArray[np.uint8], NDArray[np.int64]],
    unwanted: Callable[[], bool],
) -> float | None:
    x, y = test
    right = 0.0
    for start in range(0, len(x), PIECE):
        if unwanted():
            return None
        part = evaluate(model, x[start : start + PIECE], y[start : start + PIECE], scaling)
        right += part.accuracy * part.count
    return right / max(1, len(x))


def _frozen(parameters: NDArray[np.float32]) -> NDArray[np.float32]:
    copy = parameters.copy()
    copy.flags.writeable = False
    return copy
