"""StepTrace: one update of a network, run on a copy, with every array that came up on the way. Qt-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.layers.base import Layer
from core.losses import Loss
from core.optimizers import Optimizer
from core.sequential import Sequential, WeightView
from nnvis.microscope.specimen import Specimen, frozen

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class LayerTrace:
    """One layer after both passes: `arrays` by the names of its equations, read-only."""

    layer: Layer
    name: str
    arrays: Mapping[str, Any]
    views: tuple[WeightView, ...]  # where its weights lie in the flat vector


@dataclass(frozen=True, eq=False)
class StepTrace:
    """Everything about one update. All arrays are read-only copies; the layers belong to nobody else.

    Shapes: outputs (N, K), losses (N,), both again after the step; `update` holds P, G and the optimizer's memory
    before, each (n,), and `moved` the parameters after; both only of the trained parameters.
    """

    specimen: Specimen
    layers: tuple[LayerTrace, ...]
    loss: Loss
    loss_arrays: Mapping[str, Any]
    targets: Array  # as the loss wants them
    is_fused: bool
    outputs: Array
    losses: Array
    mean_loss: float
    loss_after: float
    losses_after: Array
    outputs_after: Array
    optimizer: Optimizer
    update: Mapping[str, Any]
    moved: Array

    @property
    def size(self) -> int:
        """How many images went through together."""
        return len(self.specimen.labels)

    @property
    def labels(self) -> Array:
        """The true class of each image, or its targets."""
        return self.specimen.labels


class Bench:
    """A copy of the network on which specimens are traced. Only one thread may use it."""

    def __init__(self, model: Sequential) -> None:
        self.model = model
        self._fresh = [layer.rng.bit_generator.state for layer in model.layers]

    def prepare(self, specimen: Specimen) -> tuple[Array, Array]:
        """Give the copy the weights and dice of the specimen; X and T as the network wants them."""
        model = self.model
        np.copyto(model.parameters, specimen.parameters)
        for layer, state in zip(model.layers, specimen.dice or self._fresh, strict=True):
            layer.rng.bit_generator.state = state
        for layer, at_that_step in zip(model.layers, specimen.layers or model.layers, strict=True):
            layer.take_live(at_that_step)
        return specimen.X.astype(model.dtype), model.targets(specimen.labels)

    def trace(self, specimen: Specimen) -> StepTrace:
        """Take the specimen through both passes and the update."""
        model = self.model
        with np.errstate(all="ignore"):  # a network that exploded can be looked at, too
            X, T = self.prepare(specimen)
            mean_loss, Y = model.forward_backward(X, T, specimen.applies, specimen.weights)
            copies = _Copies()
            layers = tuple(
                LayerTrace(
                    layer,
                    layer.name,
                    {name: copies.of(value) for name, value in layer.arrays().items()},
                    tuple(view for view in model.parameter_views() if view.layer == index),
                )
                for index, layer in enumerate(model.layers)
            )
            loss_arrays = {name: copies.of(value) for name, value in model.loss.arrays(Y, T).items()}
            losses = self._losses(Y, T, loss_arrays)
            outputs = copies.of(Y)
            optimizer, update, moved = self._update(specimen)
            after = self._after(specimen, moved)
        return StepTrace(
            specimen, layers, model.loss, loss_arrays, frozen(T), model.is_fused, outputs, losses, mean_loss,
            *after, optimizer, update, moved,
        )  # fmt: skip

    def loss_of(self, specimen: Specimen) -> float:
        """The mean loss of the specimen, forward only."""
        X, T = self.prepare(specimen)
        return self.model.loss_value(self.model.forward(X, specimen.applies), T, specimen.weights)

    def _losses(self, Y: Array, T: Array, arrays: dict[str, Any]) -> Array:
        model = self.model
        if model.is_fused:
            Z = model.layers[-1].Z  # type: ignore[attr-defined]  # every layer with an activation keeps its Z
            arrays["Z"] = frozen(Z)
            return frozen(model.loss.fused_values_of(Z, Y, T))
        return frozen(model.loss.values_of(Y, T))

    def _update(self, specimen: Specimen) -> tuple[Optimizer, dict[str, Any], Array]:
        model = self.model
        optimizer = specimen.optimizer.replace()
        if specimen.optimizer_steps:
            optimizer.resume(specimen.optimizer_steps, dict(specimen.memory))
        optimizer.rate_factor = specimen.rate_factor
        before = {name: frozen(value) if np.ndim(value) else value for name, value in optimizer.arrays().items()}
        P, G = frozen(specimen.parameters[: model.trainable.size]), frozen(model.gradient)
        moved = P.astype(model.dtype)
        optimizer.step(moved, model.gradient.copy())
        moved.flags.writeable = False
        return optimizer, {**before, "P": P, "G": G}, moved

    def _after(self, specimen: Specimen, moved: Array) -> tuple[float, Array, Array]:
        """The mean loss, that of each image, and the outputs, with the weights that the step leads to."""
        parameters = np.array(specimen.parameters)
        parameters[: len(moved)] = moved
        X, T = self.prepare(replace(specimen, parameters=parameters))
        Y = self.model.forward(X, specimen.applies)
        return self.model.loss_value(Y, T, specimen.weights), self._losses(Y, T, {}), frozen(Y)


class _Copies:
    """Read-only copies; what two layers share is copied once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, Array]] = {}

    def of(self, value: Any) -> Any:
        """The copy of an array; anything else as it is."""
        if not isinstance(value, np.ndarray):
            return value
        if id(value) not in self._known:
            self._known[id(value)] = (value, frozen(value))  # the original is kept: its id stays its own
        return self._known[id(value)][1]
