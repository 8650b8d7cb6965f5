"""GaussianNoise: a little noise on the input while training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.buffers import Array
from core.equation import Equation
from core.hyper import hyper
from core.layers.base import Layer


@dataclass
class GaussianNoise(Layer):
    """Adds normal noise of mean 0 while training, so that no single pixel is relied upon.

    Outside training it does nothing. Shapes: X (N, ...) -> Y the same. Source: Bishop (1995), who shows that it acts
    like weight decay.
    """

    stddev: float = hyper(0.1, low=0, high=10, help="Standard deviation of the noise.", live=True)

    sentence: ClassVar[str] = "Adds noise while training."
    icon: ClassVar[str] = "layer-dropout"
    group: ClassVar[str] = "Against overfitting"
    changes_while_training: ClassVar[bool] = True
    passed_names: ClassVar[tuple[str, ...]] = ("X", "Y", "dY", "dX", "E")

    def chips(self) -> tuple[str, ...]:
        return (f"{self.stddev:g}",)

    def forward(self, X: Array, training: bool = False) -> Array:
        self.check_input(X)
        self.X = X
        self.E = np.zeros(1, self.dtype)
        if not training or self.stddev == 0:
            self.Y = X
            return X
        self.E = self.buffers.get("E", X.shape)
        self.rng.standard_normal(out=self.E, dtype=self.dtype.type)
        self.E *= self.stddev
        self.Y = np.add(X, self.E, out=self.buffers.get("Y", X.shape))
        return self.Y

    def backward(self, dY: Array) -> Array | None:
        self.dY = self.dX = dY
        return dY

    def forward_equations(self) -> tuple[Equation, ...]:
        return (Equation("Y", "X + E", "E is noise, 0 outside training"),)

    def backward_equations(self) -> tuple[Equation, ...]:
        return (Equation("dX", "dY", "noise does not depend on the input"),)
