"""Reshape: the same numbers in another shape."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from core.buffers import Array
from core.equation import Equation
from core.errors import ShapeError
from core.hyper import hyper
from core.layers.base import Layer, Shape, shape_text


@dataclass
class Reshape(Layer):
    """Nothing is computed; the numbers are read in the same order. Shapes: X (N, ...) -> Y (N, *target_shape)."""

    target_shape: Any = hyper((28, 28, 1), kind="shape", low=1, high=65536, help="The new shape, without the batch.")

    sentence: ClassVar[str] = "Gives the same numbers another shape."
    icon: ClassVar[str] = "layer-flatten"
    group: ClassVar[str] = "Reshaping"

    def output_shape(self, input_shape: Shape) -> Shape:
        target: Shape = self.target_shape
        if math.prod(input_shape) != math.prod(target):
            raise ShapeError(
                f"{self.label} cannot make {shape_text(target)} of {shape_text(input_shape)}: that is "
                f"{math.prod(input_shape)} numbers, not {math.prod(target)}. Choose a shape with as many numbers."
            )
        return target

    def chips(self) -> tuple[str, ...]:
        return (shape_text(self.target_shape),)

    def forward(self, X: Array, training: bool = False) -> Array:
        self.check_input(X)
        self.X = X
        self.Y = X.reshape(len(X), *self.target_shape)
        return self.Y

    def backward(self, dY: Array) -> Array | None:
        self.dY = dY
        self.dX = dY.reshape(self.X.shape)
        return self.dX

    def forward_equations(self) -> tuple[Equation, ...]:
        return (Equation("Y", "reshape(X, Y.shape)", "the same numbers, read in the same order"),)

    def backward_equations(self) -> tuple[Equation, ...]:
        return (Equation("dX", "reshape(dY, X.shape)", "each error returns to its place"),)
