"""Activation: an activation function as a layer of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core import activations
from core.activations import ActivationFunction
from core.buffers import Array
from core.equation import Equation
from core.hyper import hyper
from core.layers.base import Layer, Shape


@dataclass
class Activation(Layer):
    """Applies a function to its input, which plays the part of Z. Shapes: X (N, ...) -> Y (N, ...)."""

    activation: str = hyper("relu", choices=activations.ACTIVATION_NAMES, help="The function that is applied.")

    sentence: ClassVar[str] = "relu, sigmoid, tanh, softmax as a layer of its own."
    icon: ClassVar[str] = "layer-activation"
    group: ClassVar[str] = "Activation"
    passed_names: ClassVar[tuple[str, ...]] = ("X", "Z", "Y", "dY", "dZ", "dX")

    def chips(self) -> tuple[str, ...]:
        return (self.activation,)

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: type = np.float32) -> Shape:
        self.function = activations.get(self.activation)
        return super().build(input_shape, rng, dtype)

    @property
    def output_activation(self) -> ActivationFunction | None:
        return self.function

    def forward(self, X: Array, training: bool = False) -> Array:
        self.check_input(X)
        self.X = self.Z = X
        self.Y = self.function.forward(X, self.buffers.get("Y", X.shape))
        return self.Y

    def backward(self, dY: Array) -> Array | None:
        self.dY: Array | None = dY
        self.dX = self.dZ = self.function.backward(dY, self.X, self.Y, self.buffers.get("dX", dY.shape))
        return self.dX

    def backward_from_preactivation(self, dZ: Array) -> Array | None:
        self.dY = None
        self.dX = self.dZ = dZ
        return dZ

    def forward_equations(self) -> tuple[Equation, ...]:
        return (Equation("Z", "X", "its input is the sum"), *activations.get(self.activation).forward_equations)

    def backward_equations(self) -> tuple[Equation, ...]:
        return (*activations.get(self.activation).backward_equations, Equation("dX", "dZ", "and on to the layer below"))
