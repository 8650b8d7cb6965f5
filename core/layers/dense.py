"""Dense: every input to every unit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core import activations, initializers
from core.activations import ActivationFunction, Linear
from core.buffers import Array
from core.equation import Equation
from core.hyper import hyper
from core.layers.base import Layer, Shape


@dataclass
class Dense(Layer):
    """Each unit weighs all inputs, adds its bias and passes the sum through the activation.

    Shapes: X (N, inputs) -> Y (N, units); W (inputs, units), b (units,), as in Keras.
    """

    units: int = hyper(32, low=1, high=8192, help="How many numbers this layer gives.", log=True)
    activation: str = hyper("linear", choices=activations.ACTIVATION_NAMES, help="What is done to each sum.")
    use_bias: bool = hyper(True, help="Give each unit a number of its own that is added to its sum.")
    kernel_initializer: str = hyper(
        "glorot_uniform", choices=initializers.INITIALIZER_NAMES, title="Initializer",
        help="How the first weights W are drawn.",
    )
    bias_initializer: str = hyper(
        "zeros", choices=initializers.INITIALIZER_NAMES, help="The first biases b.", title="Bias start", advanced=True
    )
    l2: float = hyper(
        0.0,
        low=0,
        high=1,
        live=True,
        log=True,
        help="Adds l2 times the sum of all squared weights to the loss; 0: nothing.",
        title="L2",
        advanced=True,
    )
    kernel_scale: float = hyper(
        1.0, low=0, high=1e3, exclusive_low=True, log=True, title="Initial scale", advanced=True,
        help="The first weights W, as drawn, are multiplied with this.",
    )  # fmt: skip

    sentence: ClassVar[str] = "Every input to every unit."
    icon: ClassVar[str] = "layer-dense"
    group: ClassVar[str] = "Core"
    input_rank: ClassVar[int | None] = 1
    passed_names: ClassVar[tuple[str, ...]] = ("X", "Z", "Y", "dY", "dZ", "dX")

    def output_shape(self, input_shape: Shape) -> Shape:
        self.check_rank(input_shape)
        return (self.units,)

    def weight_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        shapes: dict[str, Shape] = {"W": (math.prod(input_shape), self.units)}
        return shapes | {"b": (self.units,)} if self.use_bias else shapes

    def multiply_adds(self, input_shape: Shape) -> int:
        return math.prod(input_shape) * self.units

    def chips(self) -> tuple[str, ...]:
        return (str(self.units), *((self.activation,) if self.activation != "linear" else ()))

    def initialize(self, input_shape: Shape, rng: np.random.Generator) -> dict[str, Array]:
        how = {"W": (self.kernel_initializer, self.kernel_scale), "b": (self.bias_initializer, 1.0)}
        return {
            name: (initializers.get(how[name][0])(shape, rng) * how[name][1]).astype(self.dtype)
            for name, shape in self.weight_shapes(input_shape).items()
        }

    def bind(self, parameters: dict[str, Array], gradients: dict[str, Array], states: dict[str, Array]) -> None:
        super().bind(parameters, gradients, states)
        self.W, self.dW = parameters["W"], gradients["W"]
        self.b, self.db = parameters.get("b"), gradients.get("b")
        self.function = activations.get(self.activation)
        self._is_linear = isinstance(self.function, Linear)

    def penalty(self) -> float:
        return self.l2 * float(np.vdot(self.W, self.W)) if self.l2 else 0.0

    @property
    def output_activation(self) -> ActivationFunction | None:
        return self.function

    def forward(self, X: Array, training: bool = False) -> Array:
        self.check_input(X)
        shape = (len(X), self.units)
        self.X = X
        self.Z = Z = np.matmul(X, self.W, out=self.buffers.get("Z", shape))
        if self.b is not None:
            Z += self.b
        self.Y = Z if self._is_linear else self.function.forward(Z, self.buffers.get("Y", shape))
        return self.Y

    def backward(self, dY: Array) -> Array | None:
        self.dY: Array | None = dY
        if self._is_linear:
            return self._backward(dY)
        return self._backward(self.function.backward(dY, self.Z, self.Y, self.buffers.get("dZ", dY.shape)))

    def backward_from_preactivation(self, dZ: Array) -> Array | None:
        self.dY = None  # the loss went straight to dZ
        return self._backward(dZ)

    def _backward(self, dZ: Array) -> Array | None:
        self.dZ = dZ
        np.matmul(self.X.T, dZ, out=self.dW)
        if self.l2:
            self.dW += 2 * self.l2 * self.W
        if self.db is not None:
            # a row of ones times dZ: BLAS sums a column faster than add.reduce does
            np.matmul(self.buffers.ones(len(dZ)), dZ, out=self.db)
        self.dX: Array | None = None
        if self.needs_input_gradient:
            self.dX = np.matmul(dZ, self.W.T, out=self.buffers.get("dX", self.X.shape))
        return self.dX

    def forward_equations(self) -> tuple[Equation, ...]:
        sums = "X @ W + b" if self.use_bias else "X @ W"
        return (Equation("Z", sums, "each unit weighs all inputs"), *activations.get(self.activation).forward_equations)

    def backward_equations(self) -> tuple[Equation, ...]:
        bias = (Equation("db", "sum(dZ, axis=0)", "BP4: the errors, summed over the batch"),) if self.use_bias else ()
        return (
            *activations.get(self.activation).backward_equations,
            Equation(
                "dW",
                "X.T @ dZ" + (" + 2 * l2 * W" if self.l2 else ""),
                "BP3: each input times each error, summed over the batch",
            ),
            *bias,
            Equation("dX", "dZ @ W.T", "BP2: each error goes back along the weights it came by"),
        )
