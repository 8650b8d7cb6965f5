"""Which pixels speak for an answer: gradients of a score by the input, and what happens when parts are covered.

The score is that of one class less that of another: "why 7, and not 2". It is taken before a final softmax, which
would hide all differences where the network is sure. Every map has the input's shape; above 0 speaks for the class.

Sources: K. Simonyan, A. Vedaldi, A. Zisserman, "Deep inside convolutional networks" (2013) for the gradient;
M. Sundararajan, A. Taly, Q. Yan, "Axiomatic attribution for deep networks" (2017) for integrated gradients;
M. Zeiler, R. Fergus, "Visualizing and understanding convolutional networks" (2013) for occlusion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.buffers import Array
from core.equation import Equation
from core.sequential import Sequential


# In the equations X is the image, X_0 blank paper, G the gradient of the score by the image, or one for each place on
# the way there; S the score of the image, S_c that with each of the patches covered that lie over the pixel; A the map.
@dataclass(frozen=True)
class Method:
    """A way to say which pixels speak: its function's name, and what it computes."""

    name: str
    title: str
    equations: tuple[Equation, ...]


METHODS = (
    Method("input_gradient", "input gradient", (Equation("A", "G", "what a little more ink would do"),)),
    Method("gradient_times_input", "gradient times input", (
        Equation("A", "G * (X - X_0)", "the gradient, times the ink that is there"),)),
    Method("integrated_gradients", "integrated gradients", (
        Equation("A", "mean(G, axis=0) * (X - X_0)", "the mean gradient on the way from blank paper, times the ink"),)),
    Method("occlusion", "occlusion", (
        Equation("A", "mean(S - S_c, axis=0)", "how far the score falls when a patch over the pixel is covered"),)),
)  # fmt: skip

STEPS = 32  # of the way from blank paper to the drawing
COVER, STRIDE = 5, 2  # pixels: the side of the patch that covers, and how far it moves
PIECE = 64  # covered images at a time


@dataclass(frozen=True, eq=False)
class Saliency:
    """A map (h, w, channels), and the score it speaks of: of the image, and of blank paper."""

    values: Array
    score: float
    blank_score: float


def scores(model: Sequential, X: Array) -> Array:
    """Scores before the last activation, where there is one. Shapes: (N, *input_shape) -> (N, classes), a copy."""
    Y = model.forward(X)
    last = model.layers[-1]
    kept = getattr(last, "Z", None) if last.output_activation is not None else None
    if kept is None and last.output_activation is not None:
        kept = getattr(last, "X", None)  # a layer that is nothing but an activation
    return np.array(Y if kept is None else kept)


def margin_gradient(model: Sequential, X: Array, first: int, second: int) -> Array:
    """The gradient of score[first] - score[second] by each input. Shapes: (N, *input_shape) -> the same."""
    with model.asked_for_input_gradients():
        Y = model.forward(X)
        error: Array | None = np.zeros_like(Y)
        assert error is not None
        error[:, first] += 1
        error[:, second] -= 1
        last = model.layers[-1]
        # a softmax at the end is left out: the score stands before it
        error = (last.backward if last.output_activation is None else last.backward_from_preactivation)(error)
        for layer in reversed(model.layers[:-1]):
            assert error is not None  # every layer was asked for it
            error = layer.backward(error)
    assert error is not None
    return np.array(error)


def input_gradient(model: Sequential, x: Array, blank: Array, first: int, second: int) -> Saliency:
    """How the score changes when a pixel gets a little more ink. Shapes of x, blank: *input_shape."""
    return _saliency(model, x, blank, first, second, margin_gradient(model, x[np.newaxis], first, second)[0])


def gradient_times_input(model: Sequential, x: Array, blank: Array, first: int, second: int) -> Saliency:
    """The gradient times the ink that is there: what each pixel adds, if the network were a straight line."""
    gradient = margin_gradient(model, x[np.newaxis], first, second)[0]
    return _saliency(model, x, blank, first, second, gradient * (x - blank))


def integrated_gradients(
    model: Sequential, x: Array, blank: Array, first: int, second: int, steps: int = STEPS
) -> Saliency:
    """The mean gradient on the way from blank paper to the drawing, times the ink.

    The values add up to the difference of the scores (completeness), up to the error of the sum over `steps`.
    """
    shares = (np.arange(steps, dtype=x.dtype) + 0.5) / steps  # middles: the midpoint rule
    way = blank + shares.reshape(-1, *([1] * x.ndim)) * (x - blank)
    gradient = margin_gradient(model, way, first, second).mean(axis=0)
    return _saliency(model, x, blank, first, second, gradient * (x - blank))


def occlusion(
    model: Sequential,
    x: Array,
    blank: Array,
    first: int,
    second: int,
    unwanted: Callable[[], bool] = lambda: False,
) -> Saliency:
    """How far the score falls when a small patch is covered with blank paper; the mean over the patches on a pixel.

    `unwanted` is asked between pieces; when it says yes the map is left unfinished.
    """
    height, width = x.shape[:2]
    corners = [(top, left) for top in range(1 - COVER // 2, height - COVER // 2, STRIDE)
               for left in range(1 - COVER // 2, width - COVER // 2, STRIDE)]  # fmt: skip
    sum_of, count = np.zeros((height, width)), np.zeros((height, width))
    whole = _margin(model, x[np.newaxis], first, second)[0]
    for start in range(0, len(corners), PIECE):
        if unwanted():
            break
        piece = corners[start : start + PIECE]
        covered = np.repeat(x[np.newaxis], len(piece), axis=0)
        areas = [(slice(max(0, top), top + COVER), slice(max(0, left), left + COVER)) for top, left in piece]
        for image, (rows, columns) in zip(covered, areas, strict=True):
            image[rows, columns] = blank[rows, columns]
        for fall, (rows, columns) in zip(whole - _margin(model, covered, first, second), areas, strict=True):
            sum_of[rows, columns] += fall
            count[rows, columns] += 1
    values = (sum_of / np.maximum(count, 1)).astype(x.dtype)[..., np.newaxis]
    return _saliency(model, x, blank, first, second, np.broadcast_to(values / x.shape[-1], x.shape).copy())


def _margin(model: Sequential, X: Array, first: int, second: int) -> Array:
    every = scores(model, X)
    return every[:, first] - every[:, second]


def _saliency(model: Sequential, x: Array, blank: Array, first: int, second: int, values: Array) -> Saliency:
    score, blank_score = (float(value) for value in _margin(model, np.stack([x, blank]), first, second))
    return Saliency(values, score, blank_score)
