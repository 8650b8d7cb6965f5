"""LayerNormalization: each sample is centred and scaled over its own units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.buffers import Array
from core.equation import Equation
from core.hyper import hyper
from core.layers.base import Layer, Shape


@dataclass
class LayerNormalization(Layer):
    """Brings the last axis of each sample to mean 0 and variance 1, whatever else is in the batch.

    Shapes: X (N, ..., C) -> Y the same; gamma, beta (C,). Source: Ba, Kiros and Hinton (2016), with Keras's defaults.
    """

    epsilon: float = hyper(1e-3, low=1e-8, high=1, log=True, advanced=True,
                           help="Keeps the division defined for a constant sample.")
    center: bool = hyper(True, help="Add a trained beta to each unit.")
    scale: bool = hyper(True, help="Multiply each unit by a trained gamma.")

    sentence: ClassVar[str] = "Centres and scales each sample over its units."
    icon: ClassVar[str] = "layer-normalization"
    group: ClassVar[str] = "Normalisation"
    passed_names: ClassVar[tuple[str, ...]] = ("X", "X_hat", "Y", "dY", "dX", "mu", "variance")

    def weight_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        shapes = {"gamma": self.scale, "beta": self.center}
        return {name: (input_shape[-1],) for name, wanted in shapes.items() if wanted}

    def initialize(self, input_shape: Shape, rng: np.random.Generator) -> dict[str, Array]:
        first = {"gamma": 1, "beta": 0}
        return {
            name: np.full(shape, first[name], self.dtype) for name, shape in self.weight_shapes(input_shape).items()
        }

    def forward(self, X: Array, training: bool = False) -> Array:
        self.check_input(X)
        self.X = X
        self.mu = X.mean(axis=-1, keepdims=True)
        centred = np.subtract(X, self.mu, out=self.buffers.get("X_hat", X.shape))
        self.variance = np.square(centred, out=self.buffers.get("Y", X.shape)).mean(axis=-1, keepdims=True)
        self._scale = 1 / np.sqrt(self.variance + self.epsilon)
        self.X_hat = np.multiply(centred, self._scale, out=centred)
        self.Y = np.multiply(self.X_hat, self._gamma, out=self.buffers.get("Y", X.shape))
        if self.center:
            self.Y += self.parameters["beta"]
        return self.Y

    @property
    def _gamma(self) -> Any:
        return self.parameters["gamma"] if self.scale else self.dtype.type(1)

    def backward(self, dY: Array) -> Array | None:
        self.dY = dY
        axes = tuple(range(dY.ndim - 1))
        if self.center:
            self.gradients["beta"][...] = dY.sum(axis=axes)
        product = np.multiply(dY, self.X_hat, out=self.buffers.get("product", dY.shape))
        if self.scale:
            self.gradients["gamma"][...] = product.sum(axis=axes)
        self.dX: Array | None = None
        if self.needs_input_gradient:
            # dX = scale (dX_hat - mean(dX_hat) - X_hat mean(dX_hat X_hat)), with dX_hat = gamma dY
            dX_hat = np.multiply(dY, self._gamma, out=self.buffers.get("dX", dY.shape))
            product *= self._gamma
            along = product.mean(axis=-1, keepdims=True)
            mean = dX_hat.mean(axis=-1, keepdims=True)
            dX_hat -= np.multiply(self.X_hat, along, out=product)
            dX_hat -= mean
            dX_hat *= self._scale
            self.dX = dX_hat
        return self.dX

    def equation_functions(self) -> dict[str, Any]:
        """batch_sum(A): over all axes but the last."""
        return {"batch_sum": lambda A: A.sum(axis=tuple(range(A.ndim - 1)))}

    def arrays(self) -> dict[str, Any]:
        missing = {"gamma": np.ones(1, self.dtype), "beta": np.zeros(1, self.dtype), "C": self.input_shape[-1]}
        return {**missing, **super().arrays()}

    def forward_equations(self) -> tuple[Equation, ...]:
        return (
            Equation("mu", "sum(X, axis=-1, keepdims=True) / C", "the mean of each sample"),
            Equation("X_hat", "(X - mu) / sqrt(variance + epsilon)", "centred and scaled"),
            Equation("Y", "gamma * X_hat + beta", "and undone as far as that is better"),
        )

    def backward_equations(self) -> tuple[Equation, ...]:
        trained = [Equation("dgamma", "batch_sum(dY * X_hat)", "BP3")] if self.scale else []
        trained += [Equation("dbeta", "batch_sum(dY)", "BP4")] if self.center else []
        mean = "sum(dX_hat, axis=-1, keepdims=True) / C"
        along = "sum(dX_hat * X_hat, axis=-1, keepdims=True) / C"
        return (
            *trained,
            Equation("dX_hat", "gamma * dY", "the error of the centred and scaled values"),
            Equation(
                "dX",
                f"(dX_hat - {mean} - X_hat * {along}) / sqrt(variance + epsilon)",
                "less what mean and variance undo",
            ),
        )
