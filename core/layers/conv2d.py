"""Conv2D: the same small weights look at every place of the picture."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core import activations, initializers
from core.activations import ActivationFunction, Linear
from core.buffers import Array
from core.equation import Equation
from core.hyper import hyper
from core.layers.base import Layer, Shape, count
from core.layers.window import PADDINGS, Windows, windows_for


@dataclass
class Conv2D(Layer):
    """Each filter is a window of weights that slides over the image and gives one sum at each place.

    All windows are laid out as rows of one matrix ("im2col"), so that the convolution is a single matrix product.
    Shapes: X (N, h, w, channels) -> Y (N, rows, columns, filters); W (kh, kw, channels, filters), b (filters,).
    Source: Chellapilla, Puri and Simard (2006) for the matrix form.
    """

    filters: int = hyper(32, low=1, high=1024, help="How many maps this layer gives.", log=True)
    kernel_size: Any = hyper((3, 3), kind="pair", low=1, high=31, help="Height and width of the window.", unit="px")
    strides: Any = hyper(
        (1, 1), kind="pair", low=1, high=16, help="How far the window moves, down and right.", unit="px"
    )
    padding: str = hyper("valid", choices=PADDINGS, help='"same" fills the border with zeros and keeps the size.')
    activation: str = hyper("linear", choices=activations.ACTIVATION_NAMES, help="What is done to each sum.")
    use_bias: bool = hyper(True, help="Give each filter a number of its own that is added to its sums.")
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

    sentence: ClassVar[str] = "Slides small filters over the image."
    icon: ClassVar[str] = "layer-conv2d"
    group: ClassVar[str] = "Convolution and pooling"
    input_rank: ClassVar[int | None] = 3
    best_in_pieces: ClassVar[bool] = True
    passed_names: ClassVar[tuple[str, ...]] = ("X", "Z", "Y", "dY", "dZ", "dX")

    def windows(self, input_shape: Shape) -> Windows:
        """The places where the filters stand."""
        self.check_rank(input_shape)
        return windows_for(self.label, input_shape, self.kernel_size, self.strides, self.padding)

    def output_shape(self, input_shape: Shape) -> Shape:
        return (*self.windows(input_shape).places, self.filters)

    def weight_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        shapes: dict[str, Shape] = {"W": (*self.kernel_size, input_shape[2], self.filters)}
        return shapes | {"b": (self.filters,)} if self.use_bias else shapes

    def multiply_adds(self, input_shape: Shape) -> int:
        return math.prod(self.windows(input_shape).places) * count({"W": self.weight_shapes(input_shape)["W"]})

    def working_numbers(self, input_shape: Shape) -> tuple[int, int]:
        columns = math.prod(self.windows(input_shape).places) * math.prod(self.kernel_size) * input_shape[2]
        forward, backward = super().working_numbers(input_shape)
        return forward + columns, backward + columns  # each cell stands in as many columns as windows see it

    def chips(self) -> tuple[str, ...]:
        size = "×".join(map(str, self.kernel_size))
        return (str(self.filters), size, *((self.activation,) if self.activation != "linear" else ()))

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
        # the same memory as matrices: one row per weight of the window, one column per filter
        self.W_matrix, self.dW_matrix = self.W.reshape(-1, self.filters), self.dW.reshape(-1, self.filters)
        self.function = activations.get(self.activation)
        self._is_linear = isinstance(self.function, Linear)
        self._windows = self.windows(self.input_shape)

    def penalty(self) -> float:
        return self.l2 * float(np.vdot(self.W, self.W)) if self.l2 else 0.0

    @property
    def output_activation(self) -> ActivationFunction | None:
        return self.function

    def forward(self, X: Array, training: bool = False) -> Array:
        self.check_input(X)
        self.X = X
        shape = (len(X), *self._windows.places, self.filters)
        self.columns = self._columns(X)
        self.Z = Z = self.buffers.get("Z", shape)
        rows = np.matmul(self.columns, self.W_matrix, out=Z.reshape(-1, self.filters))
        if self.b is not None:
            rows += self.b
        self.Y = Z if self._is_linear else self.function.forward(Z, self.buffers.get("Y", shape))
        return self.Y

    def _columns(self, X: Array) -> Array:
        """Every window of X as a row. Shapes: (N, h, w, C) -> (N * rows * columns, kh * kw * C)."""
        windows = self._windows.view(self._windows.padded(X, self.buffers))
        columns: Array = self.buffers.get("columns", windows.shape)
        np.copyto(columns, windows)
        return columns.reshape(-1, len(self.W_matrix))

    def backward(self, dY: Array) -> Array | None:
        self.dY: Array | None = dY
        if self._is_linear:
            return self._backward(dY)
        return self._backward(self.function.backward(dY, self.Z, self.Y, self.buffers.get("dZ", dY.shape)))

    def backward_from_preactivation(self, dZ: Array) -> Array | None:
        self.dY = None
        return self._backward(dZ)

    def _backward(self, dZ: Array) -> Array | None:
        self.dZ = dZ
        rows = dZ.reshape(-1, self.filters)
        np.matmul(self.columns.T, rows, out=self.dW_matrix)
        if self.l2:
            self.dW += 2 * self.l2 * self.W
        if self.db is not None:
            np.matmul(self.buffers.ones(len(rows)), rows, out=self.db)
        self.dX: Array | None = self._spread(rows) if self.needs_input_gradient else None
        return self.dX

    def _spread(self, rows: Array) -> Array:
        """dX: each error goes back to all cells of its window; where windows overlap, errors add up ("col2im")."""
        n, h, w, c = self.X.shape
        (top, bottom), (left, right) = self._windows.border
        errors = np.matmul(rows, self.W_matrix.T, out=self.buffers.get("dcolumns", self.columns.shape))
        errors = errors.reshape(n, *self._windows.places, *self.kernel_size, c)
        padded: Array = self.buffers.get("dX", (n, h + top + bottom, w + left + right, c))
        padded.fill(0)
        for cell, (i, j) in zip(self._windows.cells(padded), np.ndindex(*self.kernel_size), strict=True):
            cell += errors[:, :, :, i, j]
        return self._windows.inner(padded)

    def equation_functions(self) -> dict[str, Callable[..., Any]]:
        """windows(X): each window as a row; matrix(W): weights to match; spread: windows added back into an image."""

        def spread(errors: Array) -> Array:
            n, (top, bottom), (left, right) = len(errors), *self._windows.border
            h, w, c = self.input_shape
            padded = np.zeros((n, h + top + bottom, w + left + right, c), errors.dtype)
            for place in np.ndindex(n, *self._windows.places):
                y, x = place[1] * self.strides[0], place[2] * self.strides[1]
                window = errors[place].reshape(*self.kernel_size, c)
                padded[place[0], y : y + self.kernel_size[0], x : x + self.kernel_size[1]] += window
            return self._windows.inner(padded)

        def windows(X: Array) -> Array:
            view = self._windows.view(np.ascontiguousarray(self._windows.padded(X, self.buffers)))
            return view.reshape(len(X), *self._windows.places, -1)

        return {
            "windows": windows,
            "matrix": lambda W: W.reshape(-1, self.filters),
            "rows": lambda A: A.reshape(-1, A.shape[-1]),
            "spread": spread,
        }

    def forward_equations(self) -> tuple[Equation, ...]:
        sums = "windows(X) @ matrix(W)" + (" + b" if self.use_bias else "")
        note = "the same weights weigh every window"
        return (Equation("Z", sums, note), *activations.get(self.activation).forward_equations)

    def backward_equations(self) -> tuple[Equation, ...]:
        bias = (Equation("db", "sum(rows(dZ), axis=0)", "BP4: the errors of all places"),) if self.use_bias else ()
        return (
            *activations.get(self.activation).backward_equations,
            Equation(
                "dW",
                "reshape(rows(windows(X)).T @ rows(dZ), W.shape)" + (" + 2 * l2 * W" if self.l2 else ""),
                "BP3: each window times its error",
            ),
            *bias,
            Equation("dX", "spread(dZ @ matrix(W).T)", "BP2: each error back to all cells of its window"),
        )
