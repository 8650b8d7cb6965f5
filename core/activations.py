"""Activation functions: what a layer does to its sums Z, and how an error dY passes back through it to dZ.

Each is stated twice: as equations, which are shown and tested, and as code that writes into given buffers. The full
Jacobian exists on request (`jacobian`); training never needs it, because an element-wise function has a diagonal one.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from core.buffers import Array, Buffers
from core.equation import Equation
from core.error_function import erf
from core.errors import ConfigError


class ActivationFunction:
    """Base: Y = f(Z). Shapes: Z, Y, dY, dZ are all (N, ...); softmax works along the last axis."""

    title: ClassVar[str]
    sentence: ClassVar[str]
    elementwise: ClassVar[bool] = True
    forward_equations: ClassVar[tuple[Equation, ...]]
    backward_equations: ClassVar[tuple[Equation, ...]]

    def __init__(self) -> None:
        self.buffers = Buffers()

    @classmethod
    def kind_name(cls) -> str:
        """The Keras name, such as "relu"."""
        return cls.__name__.lower()

    def forward(self, Z: Array, out: Array) -> Array:
        """Write f(Z) into `out` and return it."""
        raise NotImplementedError(f"{type(self).__name__} must define forward")

    def backward(self, dY: Array, Z: Array, Y: Array, out: Array) -> Array:
        """Write dC/dZ into `out` and return it; `out` may be dY itself."""
        raise NotImplementedError(f"{type(self).__name__} must define backward")

    def jacobian(self, Z: Array) -> Array:
        """dY[i] / dZ[j] of each sample. Shapes: Z (N, n) -> (N, n, n)."""
        samples, n = Z.shape
        Y = self.forward(Z, np.empty_like(Z))
        slopes = self.backward(np.ones_like(Z), Z, Y, np.empty_like(Z))
        matrices = np.zeros((samples, n, n), Z.dtype)
        matrices[:, np.arange(n), np.arange(n)] = slopes
        return matrices


class Linear(ActivationFunction):
    """Passes everything on unchanged."""

    title = "linear"
    sentence = "The sum goes on as it is."
    forward_equations = (Equation("Y", "Z", "unchanged"),)
    backward_equations = (Equation("dZ", "dY", "unchanged"),)

    def forward(self, Z: Array, out: Array) -> Array:
        np.copyto(out, Z)
        return out

    def backward(self, dY: Array, Z: Array, Y: Array, out: Array) -> Array:
        if out is not dY:
            np.copyto(out, dY)
        return out


class ReLU(ActivationFunction):
    """Rectified linear unit. Source: Nair and Hinton (2010). The slope at exactly 0 is taken as 0."""

    title = "ReLU"
    sentence = "What is above zero passes, the rest becomes 0."
    forward_equations = (Equation("Y", "maximum(Z, 0)", "negative sums become 0"),)
    backward_equations = (Equation("dZ", "dY * (Z > 0)", "errors pass only where the gate was open"),)

    def forward(self, Z: Array, out: Array) -> Array:
        # NumPy takes the maximum of two arrays three times as fast as that of an array and a number
        return np.maximum(Z, self.buffers.zeros("zeros", Z.shape, Z.dtype.type), out=out)

    def backward(self, dY: Array, Z: Array, Y: Array, out: Array) -> Array:
        # multiplying by a mask is four times faster than copying where it holds
        gate = np.greater(Z, 0, out=self.buffers.get("gate", Z.shape, bool))
        return np.multiply(dY, gate, out=out)


class LeakyReLU(ActivationFunction):
    """ReLU that lets a fifth of a negative sum through, as Keras's `leaky_relu` does. Source: Maas et al. (2013)."""

    title = "leaky ReLU"
    sentence = "What is below zero passes too, at a fifth of its size."
    NEGATIVE_SLOPE = 0.2
    forward_equations = (Equation("Y", "where(Z > 0, Z, 0.2 * Z)", "a small slope keeps every unit learning"),)
    backward_equations = (Equation("dZ", "dY * where(Z > 0, 1, 0.2)", "no gate ever closes"),)

    @classmethod
    def kind_name(cls) -> str:
        return "leaky_relu"

    def forward(self, Z: Array, out: Array) -> Array:
        # for a slope below 1, the larger of z and slope * z is the right one on either side of 0
        np.multiply(Z, self.NEGATIVE_SLOPE, out=out)
        return np.maximum(Z, out, out=out)

    def backward(self, dY: Array, Z: Array, Y: Array, out: Array) -> Array:
        slope = self.buffers.get("slope", Z.shape, Z.dtype.type)
        np.greater(Z, 0, out=slope, casting="unsafe")
        slope *= 1 - self.NEGATIVE_SLOPE
        slope += self.NEGATIVE_SLOPE
        return np.multiply(dY, slope, out=out)


class ELU(ActivationFunction):
    """Exponential linear unit. Source: Clevert, Unterthiner and Hochreiter (2016)."""

    title = "ELU"
    sentence = "Bends softly towards -1 below zero."
    forward_equations = (Equation("Y", "where(Z > 0, Z, exp(minimum(Z, 0)) - 1)", "at most -1 below zero"),)
    backward_equations = (Equation("dZ", "dY * where(Z > 0, 1, Y + 1)", "the slope fades below zero"),)

    def forward(self, Z: Array, out: Array) -> Array:
        np.minimum(Z, 0, out=out)
        np.expm1(out, out=out)
        positive = np.maximum(Z, 0, out=self.buffers.get("positive", Z.shape, Z.dtype.type))
        out += positive
        return out

    def backward(self, dY: Array, Z: Array, Y: Array, out: Array) -> Array:
        slope = np.minimum(Y, 0, out=self.buffers.get("slope", Y.shape, Y.dtype.type))
        slope += 1
        return np.multiply(dY, slope, out=out)


class GELU(ActivationFunction):
    """Gaussian error linear unit, exact as Keras's default. Source: Hendrycks and Gimpel (2016)."""

    title = "GELU"
    sentence = "Weighs each sum by how large it is among normal ones."
    forward_equations = (
        Equation("Y", "Z * (1 + erf(Z / sqrt(2))) / 2", "z times the share of normal numbers below z"),
    )
    backward_equations = (
        Equation("dZ", "dY * ((1 + erf(Z / sqrt(2))) / 2 + Z * exp(-square(Z) / 2) / sqrt(2 * pi))", "product rule"),
    )

    def forward(self, Z: Array, out: Array) -> Array:
        return np.multiply(Z, self._share_below(Z), out=out)

    def backward(self, dY: Array, Z: Array, Y: Array, out: Array) -> Array:
        density = np.exp(-0.5 * np.square(Z)) / math.sqrt(2 * math.pi)
        return np.multiply(dY, self._share_below(Z) + Z * density, out=out)

    @staticmethod
    def _share_below(Z: Array) -> Array:
        """The share of standard normal numbers below each z."""
        return (1 + erf(Z * math.sqrt(0.5))) / 2


class SiLU(ActivationFunction):
    """Sigmoid linear unit, also called swish. Source: Elfwing, Uchibe and Doya (2018)."""

    title = "SiLU"
    sentence = "Weighs each sum by its own sigmoid."
    forward_equations = (Equation("Y", "Z / (1 + exp(-Z))", "z times its sigmoid"),)
    backward_equations = (
        Equation("S", "1 / (1 + exp(-Z))", "the sigmoid of z"),
        Equation("dZ", "dY * (S + Y * (1 - S))", "product rule"),
    )

    def forward(self, Z: Array, out: Array) -> Array:
        return np.multiply(Z, self._sigmoid(Z), out=out)

    def backward(self, dY: Array, Z: Array, Y: Array, out: Array) -> Array:
        S = self._sigmoid(Z)
        slope = np.subtract(1, S, out=self.buffers.get("slope", Z.shape, Z.dtype.type))
        slope *= Y
        slope += S
        return np.multiply(dY, slope, out=out)

    def _sigmoid(self, Z: Array) -> Array:
        return Sigmoid.of(Z, self.buffers.get("sigmoid", Z.shape, Z.dtype.type))


class Softplus(ActivationFunction):
    """A smooth ReLU: the logarithm of 1 + e^z. Source: Dugas et al. (2001)."""

    title = "softplus"
    sentence = "A ReLU without the corner."
    forward_equations = (Equation("Y", "maximum(Z, 0) + log1p(exp(-abs(Z)))", "ln(1 + e^z), safe for any z"),)
    backward_equations = (Equation("dZ", "dY / (1 + exp(-Z))", "its slope is the sigmoid"),)

    def forward(self, Z: Array, out: Array) -> Array:
        return np.logaddexp(Z, 0, out=out)

    def backward(self, dY: Array, Z: Array, Y: Array, out: Array) -> Array:
        slope = Sigmoid.of(Z, self.buffers.get("slope", Z.shape, Z.dtype.type))
        return np.multiply(dY, slope, out=out)


class Sigmoid(ActivationFunction):
    """The logistic function, computed through tanh so that no exponential can overflow."""

    title = "sigmoid"
    sentence = "Squeezes the sum between 0 and 1."
    forward_equations = (Equation("Y", "1 / (1 + exp(-Z))", "between 0 and 1"),)
    backward_equations = (Equation("dZ", "dY * Y * (1 - Y)", "the slope is at most one quarter"),)

    def forward(self, Z: Array, out: Array) -> Array:
        return self.of(Z, out)

    @staticmethod
    def of(Z: Array, out: Array) -> Array:
        """Write the sigmoid of each entry into `out`."""
        # 1 / (1 + e^-z) = (1 + tanh(z / 2)) / 2
        np.multiply(Z, 0.5, out=out)
        np.tanh(out, out=out)
        out += 1.0
        out *= 0.5
        return out

    def backward(self, dY: Array, Z: Array, Y: Array, out: Array) -> Array:
        slope = self.buffers.get("slope", Y.shape, Y.dtype.type)
        np.subtract(1.0, Y, out=slope)
        slope *= Y
        return np.multiply(dY, slope, out=out)


class Tanh(ActivationFunction):
    """The hyperbolic tangent."""

    title = "tanh"
    sentence = "Squeezes the sum between -1 and 1."
    forward_equations = (Equation("Y", "tanh(Z)", "between -1 and 1"),)
    backward_equations = (Equation("dZ", "dY * (1 - square(Y))", "the flatter the curve, the less is learned"),)

    def forward(self, Z: Array, out: Array) -> Array:
        return np.tanh(Z, out=out)

    def backward(self, dY: Array, Z: Array, Y: Array, out: Array) -> Array:
        slope = np.square(Y, out=self.buffers.get("slope", Y.shape, Y.dtype.type))
        np.subtract(1.0, slope, out=slope)
        return np.multiply(dY, slope, out=out)


class Softmax(ActivationFunction):
    """Scores become shares of 1, sample by sample.

    The largest score of each row is subtracted first: that changes nothing in exact arithmetic and keeps every
    exponential at most 1.
    """

    title = "softmax"
    sentence = "Scores become probabilities that add up to 1."
    elementwise = False
    forward_equations = (
        Equation("E", "exp(Z - max(Z, axis=-1, keepdims=True))", "the largest score of a row becomes 1"),
        Equation("Y", "E / sum(E, axis=-1, keepdims=True)", "shares of 1"),
    )
    backward_equations = (
        Equation("dZ", "Y * (dY - sum(dY * Y, axis=-1, keepdims=True))", "the Jacobian times dY, written out"),
    )

    def forward(self, Z: Array, out: Array) -> Array:
        row = self.buffers.get("row", (*Z.shape[:-1], 1), Z.dtype.type)
        np.maximum.reduce(Z, axis=-1, keepdims=True, out=row)
        np.subtract(Z, row, out=out)
        np.exp(out, out=out)
        np.add.reduce(out, axis=-1, keepdims=True, out=row)
        out /= row
        return out

    def backward(self, dY: Array, Z: Array, Y: Array, out: Array) -> Array:
        product = np.multiply(dY, Y, out=self.buffers.get("product", Y.shape, Y.dtype.type))
        row = self.buffers.get("row", (*Z.shape[:-1], 1), Z.dtype.type)
        np.add.reduce(product, axis=-1, keepdims=True, out=row)
        np.subtract(dY, row, out=out)
        out *= Y
        return out

    def jacobian(self, Z: Array) -> Array:
        """dY[i] / dZ[j] = Y[i] (1[i = j] - Y[j]). Shapes: (N, n) -> (N, n, n)."""
        Y = self.forward(Z, np.empty_like(Z))
        return np.eye(Z.shape[1], dtype=Z.dtype) * Y[:, :, None] - Y[:, :, None] * Y[:, None, :]


ACTIVATIONS: tuple[type[ActivationFunction], ...] = (
    Linear, ReLU, LeakyReLU, ELU, GELU, SiLU, Softplus, Sigmoid, Tanh, Softmax,
)  # fmt: skip
ACTIVATION_NAMES = tuple(function.kind_name() for function in ACTIVATIONS)


def get(name: str) -> ActivationFunction:
    """The activation function of this Keras name. Raises ConfigError for an unknown one."""
    for function in ACTIVATIONS:
        if function.kind_name() == name:
            return function()
    raise ConfigError(f"Unknown activation {name!r}. Known: {', '.join(ACTIVATION_NAMES)}.")
