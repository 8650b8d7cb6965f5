"""Checking back-propagation against its definition: nudge a weight, see how the loss moves.

The central difference (L(w + e) - L(w - e)) / 2e is right up to e squared, in float64 to about ten digits; back-
propagation gives all gradients in two passes where this needs two passes for each weight.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.buffers import Array
from core.errors import ConfigError
from core.sequential import Sequential

FLOOR = 1e-4  # gradients below this are compared absolutely: their relative error is round-off alone


@dataclass(frozen=True)
class WeightCheck:
    """One weight: where it is, and its gradient by back-propagation and by central difference."""

    layer_name: str
    name: str
    index: tuple[int, ...]
    analytic: float
    numeric: float

    @property
    def relative_error(self) -> float:
        """|analytic - numeric| relative to the larger of the two; infinite where either is no number."""
        error = abs(self.analytic - self.numeric) / max(abs(self.analytic), abs(self.numeric), FLOOR)
        return error if math.isfinite(error) else math.inf


@dataclass(frozen=True)
class GradientReport:
    """All checked weights. `passed` says whether the worst relative error lies below `tolerance`."""

    checks: tuple[WeightCheck, ...]
    tolerance: float

    @property
    def worst(self) -> WeightCheck:
        """The weight that agrees least."""
        return max(self.checks, key=lambda check: check.relative_error)

    @property
    def passed(self) -> bool:
        """Whether every checked weight agrees."""
        return all(check.relative_error <= self.tolerance for check in self.checks)

    def __str__(self) -> str:
        worst = self.worst
        place = f"{worst.name}{list(worst.index)} of layer '{worst.layer_name}'"
        return (
            f"{len(self.checks)} weights checked, worst: {place}: back-propagation {worst.analytic:.6g}, central "
            f"difference {worst.numeric:.6g}, relative error {worst.relative_error:.1e} (allowed {self.tolerance:.0e})."
            + ("" if self.passed else " Look at that layer's backward pass first.")
        )


def central_difference(function: Callable[[], float], array: Array, index: Any, epsilon: float) -> float:
    """The slope of `function` along one entry of `array`, which is nudged in place and put back."""
    original = array[index]
    array[index] = original + epsilon
    above = function()
    array[index] = original - epsilon
    below = function()
    array[index] = original
    return (above - below) / (2 * epsilon)


def gradient_check(
    model: Sequential,
    x: Array,
    y: Array,
    *,
    epsilon: float = 1e-5,
    tolerance: float = 1e-5,
    weights_per_array: int = 20,
    seed: int = 0,
    training: bool = False,
    dtype: str = "float64",
) -> GradientReport:
    """Compare back-propagation with central differences on a float64 copy of the model; the model stays as it is.

    Up to `weights_per_array` weights of each array are drawn with `seed`. With `training`, dropout and the like draw
    the same random numbers in every pass. Raises ConfigError for a model that has no weights or is not built.
    """
    model.require_built()
    if not model.trainable.size:
        raise ConfigError("There are no weights to check: no layer of this model has any. Add a Dense layer.")
    twin = model.clone(dtype)
    X, T = twin._batch(x, y)
    states = [layer.rng.bit_generator.state for layer in twin.layers]

    def rewind() -> None:
        for layer, state in zip(twin.layers, states, strict=True):
            layer.rng.bit_generator.state = state

    def loss() -> float:
        rewind()
        return twin.loss_value(twin.forward(X, training), T)

    rewind()
    twin.forward_backward(X, T, training)
    analytic = twin.gradient.copy()
    rng = np.random.default_rng(seed)
    checks = []
    for view in (view for view in twin.parameter_views() if view.trainable):
        size = view.stop - view.start
        for offset in sorted(rng.choice(size, min(weights_per_array, size), replace=False)):
            numeric = central_difference(loss, twin.parameters, view.start + offset, epsilon)
            index = tuple(int(part) for part in np.unravel_index(offset, view.shape))
            checks.append(WeightCheck(view.layer_name, view.name, index, float(analytic[view.start + offset]), numeric))
    return GradientReport(tuple(checks), tolerance)
