"""BatchNormalization: each unit is centred and scaled over the batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.buffers import Array
from core.equation import Equation
from core.hyper import hyper
from core.layers.base import Layer, Shape


@dataclass
class BatchNormalization(Layer):
    """Brings each channel to mean 0 and variance 1 over the batch; gamma and beta may undo it if that is better.

    While training the batch's own statistics are used and followed by moving averages; outside training the averages
    are used. Shapes: X (N, ..., C) -> Y the same; gamma, beta, moving_mean, moving_variance (C,).
    Source: Ioffe and Szegedy (2015), with Keras's defaults.
    """

    momentum: float = hyper(0.99, low=0, high=0.9999, help="How slowly the moving averages follow.", live=True)
    epsilon: float = hyper(1e-3, low=1e-8, high=1, log=True, advanced=True,
                           help="Keeps the division defined for a constant unit.")
    center: bool = hyper(True, help="Add a trained beta to each unit.")
    scale: bool = hyper(True, help="Multiply each unit by a trained gamma.")

    sentence: ClassVar[str] = "Centres and scales each unit over the batch."
    icon: ClassVar[str] = "layer-normalization"
    group: ClassVar[str] = "Normalisation"
    changes_while_training: ClassVar[bool] = True
    mixes_samples: ClassVar[bool] = True
    passed_names: ClassVar[tuple[str, ...]] = ("X", "X_hat", "Y", "dY", "dX", "mu", "variance")

    def weight_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        shapes = {"gamma": self.scale, "beta": self.center}
        return {name: (input_shape[-1],) for name, wanted in shapes.items() if wanted}

    def state_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return {"moving_mean": (input_shape[-1],), "moving_variance": (input_shape[-1],)}

    def initialize(self, input_shape: Shape, rng: np.random.Generator) -> dict[str, Array]:
        first = {"gamma": 1, "beta": 0, "moving_mean": 0, "moving_variance": 1}
        shapes = self.weight_shapes(input_shape) | self.state_shapes(input_shape)
        return {name: np.full(shape, first[name], self.dtype) for name, shape in shapes.items()}

    def forward(self, X: Array, training: bool = False) -> Array:
        self.check_input(X)
        self.X = X
        axes = tuple(range(X.ndim - 1))
        self._by_batch = training
        if training:
            self.mu = X.mean(axis=axes)
            centred = np.subtract(X, self.mu, out=self.buffers.get("X_hat", X.shape))
            squares = np.multiply(centred, centred, out=self.buffers.get("Y", X.shape))
            self.variance = squares.mean(axis=axes)
            for moving, now in (("moving_mean", self.mu), ("moving_variance", self.variance)):
                self.states[moving] *= self.momentum
                self.states[moving] += (1 - self.momentum) * now
        else:
            self.mu, self.variance = self.states["moving_mean"].copy(), self.states["moving_variance"].copy()
            centred = np.subtract(X, self.mu, out=self.buffers.get("X_hat", X.shape))
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
        product = np.multiply(dY, self.X_hat, out=self.buffers.get("product", dY.shape))
        db, dg = dY.sum(axis=axes), product.sum(axis=axes)
        if self.center:
            self.gradients["beta"][...] = db
        if self.scale:
            self.gradients["gamma"][...] = dg
        self.dX: Array | None = None
        if self.needs_input_gradient:
            dX: Array = self.buffers.get("dX", dY.shape)
            if self._by_batch:
                # mean and variance depend on X too: their share of the error is taken off
                count = dY.size // dY.shape[-1]
                np.multiply(self.X_hat, dg / count, out=dX)
                np.subtract(dY, dX, out=dX)
                dX -= db / count
            else:
                np.copyto(dX, dY)
            dX *= self._gamma * self._scale
            self.dX = dX
        return self.dX

    def equation_functions(self) -> dict[str, Any]:
        """batch_mean(A): over all axes but the last; batch_sum(A): the same without dividing."""
        return {
            "batch_mean": lambda A: A.mean(axis=tuple(range(A.ndim - 1))),
            "batch_sum": lambda A: A.sum(axis=tuple(range(A.ndim - 1))),
        }

    def arrays(self) -> dict[str, Any]:
        missing = {"gamma": np.ones(1, self.dtype), "beta": np.zeros(1, self.dtype)}
        return {**missing, **super().arrays()}

    def forward_equations(self) -> tuple[Equation, ...]:
        return (
            Equation("X_hat", "(X - mu) / sqrt(variance + epsilon)", "centred and scaled"),
            Equation("Y", "gamma * X_hat + beta", "and undone as far as that is better"),
        )

    def backward_equations(self) -> tuple[Equation, ...]:
        trained = [Equation("dgamma", "batch_sum(dY * X_hat)", "BP3")] if self.scale else []
        trained += [Equation("dbeta", "batch_sum(dY)", "BP4")] if self.center else []
        slope = "gamma / sqrt(variance + epsilon)"
        if getattr(self, "_by_batch", True):
            rest = "(dY - batch_mean(dY) - X_hat * batch_mean(dY * X_hat))"
            return (*trained, Equation("dX", f"{slope} * {rest}", "what mean and variance would undo is taken off"))
        return (*trained, Equation("dX", f"{slope} * dY", "the moving averages are fixed numbers"))
