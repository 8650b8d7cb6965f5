"""Flatten: an image laid out as one row of numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from core.buffers import Array
from core.equation import Equation
from core.layers.base import Layer, Shape


@dataclass
class Flatten(Layer):
    """Nothing is computed: the values are laid end to end, row by row, channel innermost.

    Shapes: X (N, height, width, channels) -> Y (N, height * width * channels).
    """

    sentence: ClassVar[str] = "Lays an image out as one row of numbers."
    icon: ClassVar[str] = "layer-flatten"
    group: ClassVar[str] = "Reshaping"

    def output_shape(self, input_shape: Shape) -> Shape:
        return (math.prod(input_shape),)

    def forward(self, X: Array, training: bool = False) -> Array:
        self.check_input(X)
        self.X = X
        self.Y = X.reshape(len(X), -1)
        return self.Y

    def backward(self, dY: Array) -> Array | None:
        self.dY = dY
        self.dX = dY.reshape(self.X.shape)
        return self.dX

    def forward_equations(self) -> tuple[Equation, ...]:
        return (Equation("Y", "reshape(X, (len(X), -1))", "laid end to end"),)

    def backward_equations(self) -> tuple[Equation, ...]:
        return (Equation("dX", "reshape(dY, X.shape)", "each error returns to its place"),)
