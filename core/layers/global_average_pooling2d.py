"""GlobalAveragePooling2D: each map becomes one number, its mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.buffers import Array
from core.equation import Equation
from core.layers.base import Layer, Shape


@dataclass
class GlobalAveragePooling2D(Layer):
    """The mean of each channel over the whole image. Shapes: X (N, h, w, C) -> Y (N, C). Source: Lin et al. (2014)."""

    sentence: ClassVar[str] = "Turns each map into one number, its mean."
    icon: ClassVar[str] = "layer-pooling"
    group: ClassVar[str] = "Convolution and pooling"
    input_rank: ClassVar[int | None] = 3

    def output_shape(self, input_shape: Shape) -> Shape:
        self.check_rank(input_shape)
        return (input_shape[2],)

    def forward(self, X: Array, training: bool = False) -> Array:
        self.check_input(X)
        self.X = X
        self.Y = np.mean(X, axis=(1, 2), out=self.buffers.get("Y", (len(X), X.shape[3])))
        return self.Y

    def backward(self, dY: Array) -> Array | None:
        self.dY = dY
        height, width, _ = self.input_shape
        self.dX = self.buffers.get("dX", self.X.shape)
        np.multiply(dY[:, None, None, :], 1 / (height * width), out=self.dX)
        return self.dX

    def forward_equations(self) -> tuple[Equation, ...]:
        return (Equation("Y", "mean(X, axis=(1, 2))", "the mean over all places"),)

    def backward_equations(self) -> tuple[Equation, ...]:
        return (Equation("dX", "everywhere(dY) / places", "every place gets the same share"),)

    def equation_functions(self) -> dict[str, Callable[..., Any]]:
        """everywhere(dY): the error of a map at each of its places."""
        return {"everywhere": lambda dY: np.broadcast_to(dY[:, None, None, :], (len(dY), *self.input_shape))}

    def arrays(self) -> dict[str, object]:
        return {**super().arrays(), "places": self.input_shape[0] * self.input_shape[1]}
