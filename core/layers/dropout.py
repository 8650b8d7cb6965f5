"""Dropout: random units are switched off while training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.buffers import Array
from core.equation import Equation
from core.hyper import hyper
from core.layers.base import Layer


@dataclass
class Dropout(Layer):
    """Sets a random share of its inputs to 0 and scales the others up, so that the expected sum stays ("inverted").

    Outside training it does nothing. Shapes: X (N, ...) -> Y (N, ...). Source: Srivastava et al. (2014).
    """

    rate: float = hyper(0.5, low=0, high=0.95, help="Share of units switched off in each batch.", live=True)

    sentence: ClassVar[str] = "Switches off random units while training."
    icon: ClassVar[str] = "layer-dropout"
    group: ClassVar[str] = "Against overfitting"
    changes_while_training: ClassVar[bool] = True
    passed_names: ClassVar[tuple[str, ...]] = ("X", "Y", "dY", "dX", "M")

    def chips(self) -> tuple[str, ...]:
        return (f"{self.rate:g}",)

    def forward(self, X: Array, training: bool = False) -> Array:
        self.check_input(X)
        self.X = X
        if not training or self.rate == 0:
            self.M: Array | None = None
            self.Y = X
            return X
        uniform = self.buffers.get("uniform", X.shape, np.float32)
        self.rng.random(out=uniform, dtype=np.float32)
        # M holds 0 for a unit that is off, 1 / (1 - rate) for one that is on
        self.M = self.buffers.get("M", X.shape)
        np.greater_equal(uniform, self.rate, out=self.M)
        self.M *= 1 / (1 - self.rate)
        self.Y = np.multiply(X, self.M, out=self.buffers.get("Y", X.shape))
        return self.Y

    def backward(self, dY: Array) -> Array | None:
        self.dY = dY
        self.dX = dY if self.M is None else np.multiply(dY, self.M, out=self.buffers.get("dX", dY.shape))
        return self.dX

    def arrays(self) -> dict[str, object]:
        return {"M": np.ones(1, self.dtype), **super().arrays()}

    def forward_equations(self) -> tuple[Equation, ...]:
        return (Equation("Y", "X * M", "M is 0 for units that are off, 1 / (1 - rate) for the others"),)

    def backward_equations(self) -> tuple[Equation, ...]:
        return (Equation("dX", "dY * M", "no error for units that were off"),)
