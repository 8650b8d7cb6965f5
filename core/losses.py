"""Losses: one number that says how wrong the network is, and its first gradient dY.

Both are means over the batch. Behind a softmax, cross-entropy knows dZ directly: (Y - T) / N (`fused_gradient`). The
long way through the Jacobian of softmax gives the same numbers, and a test holds them to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.buffers import Array, Buffers
from core.equation import Equation
from core.errors import ConfigError, ShapeError
from core.hyper import Configurable, from_dict

SMALLEST_PROBABILITY = 1e-7  # as in Keras: ln 0 is minus infinity, so probabilities are taken as at least this


@dataclass
class Loss(Configurable):
    """Base. Shapes: outputs Y (N, n); targets T as `encode` gives them; dY (N, n)."""

    title: ClassVar[str]
    sentence: ClassVar[str]
    fuses_with: ClassVar[str | None] = None  # the activation behind which dZ is known without a Jacobian
    wants_probabilities: ClassVar[bool] = False
    value_equations: ClassVar[tuple[Equation, ...]]
    gradient_equations: ClassVar[tuple[Equation, ...]]
    fused_value_equations: ClassVar[tuple[Equation, ...]] = ()
    fused_equations: ClassVar[tuple[Equation, ...]] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.buffers = Buffers()

    def value(self, Y: Array, T: Array) -> float:
        """The mean loss of the batch."""
        raise NotImplementedError(f"{type(self).__name__} must define value")

    def gradient(self, Y: Array, T: Array) -> Array:
        """dY: the gradient of the mean loss by each output."""
        raise NotImplementedError(f"{type(self).__name__} must define gradient")

    def fused_value(self, Z: Array, Y: Array, T: Array) -> float:
        """The mean loss from the scores before the activation, exact where Y has underflowed to 0."""
        raise NotImplementedError(f"{type(self).__name__} is not fused with an activation")

    def fused_gradient(self, Y: Array, T: Array) -> Array:
        """dZ of the layer whose activation `fuses_with` names."""
        raise NotImplementedError(f"{type(self).__name__} is not fused with an activation")

    def encode(self, labels: Array, classes: int) -> Array:
        """Targets in the form this loss wants, from integer labels (N,) or from targets already in that form."""
        return one_hot(labels, classes) if labels.ndim == 1 else labels

    def arrays(self, Y: Array, T: Array) -> dict[str, Any]:
        """The names that the equations use."""
        return {"Y": Y, "T": T, "N": len(Y), "K": Y.shape[-1], "epsilon": SMALLEST_PROBABILITY}

    def check(self, Y: Array, T: Array) -> None:
        """Raise ShapeError unless targets and outputs fit."""
        if Y.shape != T.shape:
            raise ShapeError(
                f"{self.title} compares outputs {Y.shape} with targets {T.shape}. Both must have the same shape: give "
                f"one-hot targets, or use sparse_categorical_crossentropy for integer labels."
            )


@dataclass
class CategoricalCrossentropy(Loss):
    """Minus the logarithm of the probability given to the true class. T is one-hot (N, classes)."""

    title: ClassVar[str] = "categorical cross-entropy"
    sentence: ClassVar[str] = "Minus the logarithm of the probability given to the true class."
    fuses_with: ClassVar[str | None] = "softmax"
    wants_probabilities: ClassVar[bool] = True
    value_equations: ClassVar[tuple[Equation, ...]] = (
        Equation("L", "-mean(sum(T * log(maximum(Y, epsilon)), axis=-1))", "only the true class counts"),
    )
    gradient_equations: ClassVar[tuple[Equation, ...]] = (
        Equation("dY", "-T / (N * maximum(Y, epsilon))", "steep where Y is small"),
    )
    fused_value_equations: ClassVar[tuple[Equation, ...]] = (
        Equation("S", "Z - max(Z, axis=-1, keepdims=True)", "the scores, the largest of each row at 0"),
        Equation("L", "mean(log(sum(exp(S), axis=-1)) - sum(T * S, axis=-1))", "the same, finite even where Y is 0"),
    )
    fused_equations: ClassVar[tuple[Equation, ...]] = (
        Equation("dZ", "(Y - T) / N", "BP1: what was said minus what is true"),
    )

    @classmethod
    def kind_name(cls) -> str:
        return "categorical_crossentropy"

    def value(self, Y: Array, T: Array) -> float:
        self.check(Y, T)
        return float(-np.sum(T * np.log(np.maximum(Y, SMALLEST_PROBABILITY))) / len(Y))

    def gradient(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        dY: Array = np.maximum(Y, SMALLEST_PROBABILITY, out=self.buffers.get("dY", Y.shape, Y.dtype.type))
        np.divide(T, dY, out=dY)
        dY *= -1 / len(Y)
        return dY

    def fused_value(self, Z: Array, Y: Array, T: Array) -> float:
        self.check(Y, T)
        # ln softmax(z)_t = z_t - max - ln sum exp(z - max): finite even where softmax(z)_t is 0 in float32
        top = Z.max(axis=-1, keepdims=True)
        shifted = np.subtract(Z, top, out=self.buffers.get("shifted", Z.shape, Z.dtype.type))
        spread = np.exp(shifted, out=self.buffers.get("exp", Z.shape, Z.dtype.type))
        logarithms = np.log(np.add.reduce(spread, axis=-1))
        logarithms *= np.add.reduce(T, axis=-1)
        return float(logarithms.sum() - np.vdot(T, shifted)) / len(Z)

    def fused_gradient(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        dZ: Array = np.subtract(Y, T, out=self.buffers.get("dZ", Y.shape, Y.dtype.type))
        dZ *= 1 / len(Y)
        return dZ


@dataclass
class SparseCategoricalCrossentropy(CategoricalCrossentropy):
    """The same loss for integer labels. T is (N,) or (N, 1)."""

    title: ClassVar[str] = "sparse categorical cross-entropy"
    sentence: ClassVar[str] = "Categorical cross-entropy for labels given as whole numbers."

    @classmethod
    def kind_name(cls) -> str:
        return "sparse_categorical_crossentropy"

    def encode(self, labels: Array, classes: int) -> Array:
        if labels.ndim == 2 and labels.shape[1] == classes and classes > 1:
            return labels.argmax(axis=1)
        return labels.reshape(-1)

    def arrays(self, Y: Array, T: Array) -> dict[str, Any]:
        return super().arrays(Y, one_hot(T.reshape(-1), Y.shape[-1]).astype(Y.dtype))

    def check(self, Y: Array, T: Array) -> None:
        if T.shape not in ((len(Y),), (len(Y), 1)) or T.dtype.kind not in "iu":
            raise ShapeError(
                f"{self.title} needs one whole-number label for each of the {len(Y)} samples but got targets of shape "
                f"{T.shape} and type {T.dtype}. For one-hot targets use categorical_crossentropy."
            )

    def value(self, Y: Array, T: Array) -> float:
        self.check(Y, T)
        return float(-np.log(np.maximum(Y[self._true(Y, T)], SMALLEST_PROBABILITY)).mean())

    def gradient(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        true = self._true(Y, T)
        dY = np.zeros_like(Y)
        dY[true] = -1 / (len(Y) * np.maximum(Y[true], SMALLEST_PROBABILITY))
        return dY

    def fused_value(self, Z: Array, Y: Array, T: Array) -> float:
        self.check(Y, T)
        shifted = Z - Z.max(axis=-1, keepdims=True)
        return float((np.log(np.exp(shifted).sum(axis=-1)) - shifted[self._true(Z, T)]).mean())

    def fused_gradient(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        dZ: Array = np.multiply(Y, 1 / len(Y), out=self.buffers.get("dZ", Y.shape, Y.dtype.type))
        dZ[self._true(Y, T)] -= 1 / len(Y)
        return dZ

    @staticmethod
    def _true(Y: Array, T: Array) -> tuple[Array, Array]:
        """Where in Y the true class of each sample stands."""
        return np.arange(len(Y)), T.reshape(-1)


@dataclass
class MeanSquaredError(Loss):
    """The mean of the squared differences, over outputs and batch."""

    title: ClassVar[str] = "mean squared error"
    sentence: ClassVar[str] = "The mean of the squared differences between output and target."
    value_equations: ClassVar[tuple[Equation, ...]] = (Equation("L", "mean(square(Y - T))", "over all outputs"),)
    gradient_equations: ClassVar[tuple[Equation, ...]] = (
        Equation("dY", "2 * (Y - T) / (N * K)", "proportional to the difference"),
    )

    @classmethod
    def kind_name(cls) -> str:
        return "mean_squared_error"

    def value(self, Y: Array, T: Array) -> float:
        self.check(Y, T)
        difference = np.subtract(Y, T, out=self.buffers.get("difference", Y.shape, Y.dtype.type))
        return float(np.vdot(difference, difference)) / Y.size

    def gradient(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        dY: Array = np.subtract(Y, T, out=self.buffers.get("dY", Y.shape, Y.dtype.type))
        dY *= 2 / Y.size
        return dY


LOSSES: tuple[type[Loss], ...] = (CategoricalCrossentropy, SparseCategoricalCrossentropy, MeanSquaredError)


def get(loss: str | Loss) -> Loss:
    """The loss of this Keras name, or the loss itself. Raises ConfigError for an unknown name."""
    if isinstance(loss, Loss):
        return loss
    result: Loss = from_dict(LOSSES, {"type": loss}, "loss")
    return result


def one_hot(labels: Array, classes: int) -> Array:
    """Rows of zeros with a single 1 at the label. Shapes: (N,) -> (N, classes). Raises ConfigError for a bad label."""
    labels = np.asarray(labels).reshape(-1)
    if len(labels) and (labels.min() < 0 or labels.max() >= classes):
        raise ConfigError(
            f"Labels run from {labels.min()} to {labels.max()}, but the network has {classes} outputs. Labels must lie "
            f"between 0 and {classes - 1}: give the last layer as many units as there are classes."
        )
    encoded = np.zeros((len(labels), classes), np.float32)
    encoded[np.arange(len(labels)), labels.astype(np.intp)] = 1
    return encoded
