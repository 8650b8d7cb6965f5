"""The gradient check as an instrument: back-propagation beside central differences on a float64 copy. Qt-free.

Three questions, each answered piece by piece so that it can be given up: does every gradient agree (the scatter), how
small should the nudge be (the curve), and what would a mistake look like (a layer that forgets its slope).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.gradient_check import central_difference
from core.layers.base import Layer
from core.sequential import Sequential, WeightView

Array = NDArray[Any]
WEIGHTS_PER_LAYER = 80
CURVE_WEIGHTS = 24
EPSILONS = tuple(float(value) for value in 10.0 ** np.linspace(-9, 0, 19))
SMALL = 1e-6  # a gradient below that drowns in round-off
GOOD, DOUBTFUL = 1e-6, 1e-3  # relative differences
EXCUSED = ("kink", "small")  # verdicts that are no mistakes

Unwanted = Callable[[], bool]


@dataclass(frozen=True)
class Twin:
    """One weight: where it is, its gradient by back-propagation and its twin by central difference."""

    layer: int  # number of its layer among those with weights
    name: str  # "W[324, 14]"
    analytic: float
    numeric: float
    crosses_kink: bool  # a relu opens or closes between w - epsilon and w + epsilon

    @property
    def relative_error(self) -> float:
        """The difference beside the larger of the two."""
        larger = max(abs(self.analytic), abs(self.numeric))
        return abs(self.analytic - self.numeric) / larger if larger else 0.0

    @property
    def verdict(self) -> str:
        """good, look or bad; "kink" and "small" are no mistakes."""
        if self.relative_error <= GOOD:
            return "good"
        if self.crosses_kink:
            return "kink"
        if max(abs(self.analytic), abs(self.numeric)) < SMALL:
            return "small"
        return "look" if self.relative_error <= DOUBTFUL else "bad"


@dataclass(frozen=True, eq=False)
class Scatter:
    """The twins of some weights of every layer, what they cost, and the layers' names."""

    epsilon: float
    layers: tuple[str, ...]
    twins: tuple[Twin, ...]
    sizes: tuple[int, ...]  # how many weights each layer has
    backprop_seconds: float  # one pass forward and one back: all gradients
    forward_seconds: float  # one pass forward

    @property
    def weights(self) -> int:
        """How many weights all layers have."""
        return sum(self.sizes)

    @property
    def twin_seconds(self) -> float:
        """What the twins of all weights would take: two passes for each."""
        return 2 * self.weights * self.forward_seconds

    def of(self, chosen: Collection[int]) -> Scatter:
        """The same, of some layers alone; their numbers stay."""
        twins = tuple(twin for twin in self.twins if twin.layer in chosen)
        sizes = tuple(size if layer in chosen else 0 for layer, size in enumerate(self.sizes))
        return replace(self, twins=twins, sizes=sizes)

    def worst(self, layer: int) -> float:
        """The largest relative error of a layer, kinks and tiny gradients left out."""
        told = [twin.relative_error for twin in self.twins if twin.layer == layer and twin.verdict not in EXCUSED]
        return max(told, default=0.0)


@dataclass(frozen=True, eq=False)
class ErrorCurve:
    """The median relative error over epsilon, in double and in single precision."""

    epsilons: tuple[float, ...]
    float64: tuple[float, ...]
    float32: tuple[float, ...]
    weights: int


@dataclass(frozen=True, eq=False)
class Mistake:
    """What a backward pass gives that forgets the slope of one layer's activation."""

    layer: int  # its number among the layers with weights
    name: str
    twins: tuple[Twin, ...]


class GradientStudy:
    """A network in double precision, and a batch. Never the network that trains."""

    def __init__(self, model: Sequential, X: Array, labels: Array, seed: int = 0) -> None:
        self.model = model.clone("float64")
        self._X = X.astype(np.float64)
        self._T = self.model.targets(labels)
        self._seed = seed
        self.views = [view for view in self.model.parameter_views() if view.trainable]
        numbers = sorted({view.layer for view in self.views})
        self.layers = tuple(self.model.layers[number].name for number in numbers)
        self._number = {number: place for place, number in enumerate(numbers)}

    def scatter(self, epsilon: float, unwanted: Unwanted = lambda: False) -> Scatter | None:
        """Twins of up to WEIGHTS_PER_LAYER weights a layer; None when nobody waits for them any more."""
        gradient, backprop = self._gradient()
        twins = []
        for view, offset in self._chosen(WEIGHTS_PER_LAYER):
            if unwanted():
                return None
            numeric = central_difference(self._loss, self.model.parameters, offset, epsilon)
            twins.append(self._twin(view, offset, gradient[offset], numeric, epsilon))
        sizes = [0] * len(self.layers)
        for view in self.views:
            sizes[self._number[view.layer]] += view.stop - view.start
        return Scatter(epsilon, self.layers, tuple(twins), tuple(sizes), backprop, self._timed(self._loss))

    def curve(
        self, unwanted: Unwanted = lambda: False, chosen: Collection[int] | None = None
    ) -> ErrorCurve | None:  # fmt: skip
        """How far off the central difference is, by the size of the nudge; None when it is not wanted any more,
        or there are no weights to nudge.

        `chosen`: numbers of the layers whose weights are nudged; None: of all.
        """
        offsets = self._telling(CURVE_WEIGHTS, chosen)
        if not offsets:
            return None
        medians: list[list[float]] = []
        for model in (self.model, self.model.clone("float32")):
            X, T = self._X.astype(model.dtype), self._T.astype(model.dtype) if self._T.dtype.kind == "f" else self._T
            exact, _ = self._gradient()
            row = []
            for epsilon in EPSILONS:
                errors = []
                for offset in offsets:
                    if unwanted():
                        return None
                    numeric = central_difference(
                        lambda: model.loss_value(model.forward(X), T), model.parameters, offset, epsilon  # noqa: B023
                    )
                    errors.append(abs(numeric - exact[offset]) / max(abs(numeric), abs(exact[offset]), 1e-12))
                row.append(float(np.median(errors)))
            medians.append(row)
        return ErrorCurve(EPSILONS, tuple(medians[0]), tuple(medians[1]), len(offsets))

    def mistakes(self, scatter: Scatter) -> tuple[Mistake, ...]:
        """The same twins beside gradients of a backward pass that forgets the slope of one layer's activation.

        One for each layer but the last that has weights and an activation with a slope.
        """
        chosen = self._chosen(WEIGHTS_PER_LAYER)
        found = []
        for forgetful in self._forgetful_layers():
            gradient = self._gradient_forgetting(forgetful)
            twins = tuple(
                Twin(twin.layer, twin.name, float(gradient[offset]), twin.numeric, twin.crosses_kink)
                for twin, (_, offset) in zip(scatter.twins, chosen, strict=True)
            )
            found.append(Mistake(self._number[forgetful], self.model.layers[forgetful].name, twins))
        return tuple(found)

    # --- the passes -------------------------------------------------------------------------------------------------

    def _loss(self) -> float:
        return float(self.model.loss_value(self.model.forward(self._X), self._T))

    def _gradient(self) -> tuple[Array, float]:
        started = time.perf_counter()
        self.model.forward_backward(self._X, self._T, training=False)
        return self.model.gradient.copy(), time.perf_counter() - started

    def _gradient_forgetting(self, forgetful: int) -> Array:
        """The backward pass as the layers define it, but through one activation as if its slope were 1."""
        model = self.model
        Y = self._X
        for layer in model.layers:
            Y = layer.forward(Y)
        last = model.layers[-1]
        if model.is_fused:
            error = last.backward_from_preactivation(model.loss.fused_gradient(Y, self._T))
        else:
            error = last.backward(model.loss.gradient(Y, self._T))
        for number in reversed(range(len(model.layers) - 1)):
            if error is None:
                break
            layer = model.layers[number]
            error = layer.backward_from_preactivation(error) if number == forgetful else layer.backward(error)
        return model.gradient.copy()

    def _forgetful_layers(self) -> list[int]:
        return [
            number for number, layer in enumerate(self.model.layers[:-1])
            if number in self._number and layer.output_activation is not None
            and layer.output_activation.kind_name() != "linear"
        ]  # fmt: skip

    def _timed(self, run: Callable[[], Any]) -> float:
        seconds = []
        for _ in range(5):
            started = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - started)
        return min(seconds)

    # --- which weights ----------------------------------------------------------------------------------------------

    def _chosen(self, per_layer: int) -> list[tuple[WeightView, int]]:
        """Weights of every layer, drawn by the seed; with their place in the flat vector."""
        rng = np.random.default_rng(self._seed)
        found = []
        for number in self._number:
            views = [view for view in self.views if view.layer == number]
            sizes = np.array([view.stop - view.start for view in views])
            count = min(per_layer, int(sizes.sum()))
            for flat in sorted(rng.choice(int(sizes.sum()), count, replace=False)):
                place = int(np.searchsorted(np.cumsum(sizes), flat, side="right"))
                found.append((views[place], views[place].start + int(flat - np.cumsum(sizes)[place] + sizes[place])))
        return found

    def _telling(self, count: int, chosen: Collection[int] | None) -> list[int]:
        """Weights whose gradient is large enough to tell something, of all layers or of some."""
        gradient, _ = self._gradient()
        looked_at = np.zeros(len(gradient), bool)
        for view in self.views:
            looked_at[view.start : view.stop] = chosen is None or self._number[view.layer] in chosen
        size = np.where(looked_at, np.abs(gradient), -1.0)
        order = np.argsort(-size)[: int(looked_at.sum())]
        strong = order[: max(count, int((size > SMALL).sum()) // 2)]
        rng = np.random.default_rng(self._seed)
        return [int(offset) for offset in rng.choice(strong, min(count, len(strong)), replace=False)]

    def _twin(self, view: WeightView, offset: int, analytic: float, numeric: float, epsilon: float) -> Twin:
        index = ", ".join(map(str, np.unravel_index(offset - view.start, view.shape)))
        suspicious = abs(analytic - numeric) > GOOD * max(abs(analytic), abs(numeric))
        kink = suspicious and self._crosses_kink(offset, epsilon)
        return Twin(self._number[view.layer], f"{view.name}[{index}]", float(analytic), float(numeric), kink)

    def _crosses_kink(self, offset: int, epsilon: float) -> bool:
        """Whether a relu is open on one side of the nudge and closed on the other."""
        parameters = self.model.parameters
        original = parameters[offset]
        gates = []
        for nudge in (-epsilon, epsilon):
            parameters[offset] = original + nudge
            gates.append([gate.copy() for gate in self._gates()])
        parameters[offset] = original
        return any((below != above).any() for below, above in zip(*gates, strict=True))

    def _gates(self) -> Iterator[Array]:
        Y = self._X
        for layer in self.model.layers:
            Y = layer.forward(Y)
            if _has_kink(layer):
                yield layer.arrays()["Z"] > 0


def _has_kink(layer: Layer) -> bool:
    function = layer.output_activation
    return function is not None and function.kind_name() in ("relu", "leaky_relu", "elu")
