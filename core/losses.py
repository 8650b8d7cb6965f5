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
from core.hyper import Configurable, from_dict, hyper

SMALLEST_PROBABILITY = 1e-7  # as in Keras: ln 0 is minus infinity, so probabilities are taken as at least this


@dataclass
class Loss(Configurable):
    """Base. Shapes: outputs Y (N, n); targets T as `encode` gives them; dY (N, n)."""

    title: ClassVar[str]
    sentence: ClassVar[str]
    fuses_with: ClassVar[str | None] = None  # the activation behind which dZ is known without a Jacobian
    wants_probabilities: ClassVar[bool] = False
    asks_each_output: ClassVar[bool] = False  # True: every output answers a question of its own with yes or no
    value_equations: ClassVar[tuple[Equation, ...]]
    gradient_equations: ClassVar[tuple[Equation, ...]]
    fused_value_equations: ClassVar[tuple[Equation, ...]] = ()
    fused_equations: ClassVar[tuple[Equation, ...]] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.buffers = Buffers()

    def value(self, Y: Array, T: Array, weights: Array | None = None) -> float:
        """The mean loss of the batch; `weights` (N,) says how much each sample counts."""
        return weighted_mean(self.values_of(Y, T), weights)

    def fused_value(self, Z: Array, Y: Array, T: Array, weights: Array | None = None) -> float:
        """The mean loss from the scores before the activation, exact where Y has underflowed to 0."""
        return weighted_mean(self.fused_values_of(Z, Y, T), weights)

    def values_of(self, Y: Array, T: Array) -> Array:
        """The loss of each sample. Shapes: -> (N,)."""
        raise NotImplementedError(f"{type(self).__name__} must define values_of")

    def gradient(self, Y: Array, T: Array) -> Array:
        """dY: the gradient of the mean loss by each output."""
        raise NotImplementedError(f"{type(self).__name__} must define gradient")

    def fused_values_of(self, Z: Array, Y: Array, T: Array) -> Array:
        """The loss of each sample from the scores before the activation."""
        raise NotImplementedError(f"{type(self).__name__} is not fused with an activation")

    def fused_gradient(self, Y: Array, T: Array) -> Array:
        """dZ of the layer whose activation `fuses_with` names."""
        raise NotImplementedError(f"{type(self).__name__} is not fused with an activation")

    def encode(self, labels: Array, classes: int) -> Array:
        """Targets in the form this loss wants, from integer labels (N,) or from targets already in that form."""
        return one_hot(labels, classes) if labels.ndim == 1 and classes > 1 else labels.reshape(len(labels), -1)

    def arrays(self, Y: Array, T: Array) -> dict[str, Any]:
        """The names that the equations use."""
        return {**self.values(), "Y": Y, "T": T, "N": len(Y), "K": Y.shape[-1], "epsilon": SMALLEST_PROBABILITY}

    def check(self, Y: Array, T: Array) -> None:
        """Raise ShapeError unless targets and outputs fit."""
        if Y.shape != T.shape:
            raise ShapeError(
                f"{self.title} compares outputs {Y.shape} with targets {T.shape}. Both must have the same shape: give "
                f"one-hot targets, or use sparse_categorical_crossentropy for integer labels."
            )

    def buffer(self, name: str, like: Array) -> Array:
        """A scratch array of the shape and precision of `like`."""
        array: Array = self.buffers.get(name, like.shape, like.dtype.type)
        return array


@dataclass
class CategoricalCrossentropy(Loss):
    """Minus the logarithm of the probability given to the true class. T is one-hot (N, classes)."""

    label_smoothing: float = hyper(
        0.0, low=0, high=0.5, help="Share of each target that is spread over all classes, against overconfidence.",
        advanced=True,
    )

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

    def smoothed(self, T: Array) -> Array:
        """The targets that are aimed at: T itself without label smoothing."""
        if not self.label_smoothing:
            return T
        return T * (1 - self.label_smoothing) + self.label_smoothing / T.shape[-1]

    def arrays(self, Y: Array, T: Array) -> dict[str, Any]:
        return super().arrays(Y, self.smoothed(T))

    def values_of(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        return -np.sum(self.smoothed(T) * np.log(np.maximum(Y, SMALLEST_PROBABILITY)), axis=-1)

    def gradient(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        dY = np.maximum(Y, SMALLEST_PROBABILITY, out=self.buffer("dY", Y))
        np.divide(self.smoothed(T), dY, out=dY)
        dY *= -1 / len(Y)
        return dY

    def fused_values_of(self, Z: Array, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        # -ln softmax(z)_t = ln sum exp(z - max) - (z_t - max): finite even where softmax(z)_t is 0 in float32
        shifted = np.subtract(Z, Z.max(axis=-1, keepdims=True), out=self.buffer("shifted", Z))
        values = np.log(np.add.reduce(np.exp(shifted, out=self.buffer("exp", Z)), axis=-1))
        values -= np.add.reduce(np.multiply(shifted, self.smoothed(T), out=shifted), axis=-1)
        return values

    def fused_gradient(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        dZ = np.subtract(Y, self.smoothed(T), out=self.buffer("dZ", Y))
        dZ *= 1 / len(Y)
        return dZ


@dataclass
class SparseCategoricalCrossentropy(Loss):
    """Categorical cross-entropy for integer labels. T is (N,) or (N, 1)."""

    title: ClassVar[str] = "sparse categorical cross-entropy"
    sentence: ClassVar[str] = "Categorical cross-entropy for labels given as whole numbers."
    fuses_with: ClassVar[str | None] = "softmax"
    wants_probabilities: ClassVar[bool] = True
    value_equations: ClassVar[tuple[Equation, ...]] = CategoricalCrossentropy.value_equations
    gradient_equations: ClassVar[tuple[Equation, ...]] = CategoricalCrossentropy.gradient_equations
    fused_value_equations: ClassVar[tuple[Equation, ...]] = CategoricalCrossentropy.fused_value_equations
    fused_equations: ClassVar[tuple[Equation, ...]] = CategoricalCrossentropy.fused_equations

    @classmethod
    def kind_name(cls) -> str:
        return "sparse_categorical_crossentropy"

    def encode(self, labels: Array, classes: int) -> Array:
        if labels.ndim == 2 and labels.shape[1] == classes and classes > 1:
            return labels.argmax(axis=1)
        if labels.ndim > 1 and labels.shape != (len(labels), 1):
            return labels  # `check` will say that these are no labels
        labels = labels.reshape(-1)
        check_labels(labels, classes)
        return labels if labels.dtype.kind in "iu" else labels.astype(np.intp)

    def arrays(self, Y: Array, T: Array) -> dict[str, Any]:
        return super().arrays(Y, one_hot(T, Y.shape[-1]).astype(Y.dtype))

    def check(self, Y: Array, T: Array) -> None:
        if T.shape not in ((len(Y),), (len(Y), 1)) or T.dtype.kind not in "iu":
            raise ShapeError(
                f"{self.title} needs one whole-number label for each of the {len(Y)} samples but got targets of shape "
                f"{T.shape} and type {T.dtype}. For one-hot targets use categorical_crossentropy."
            )

    def values_of(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        return -np.log(np.maximum(Y[self._true(Y, T)], SMALLEST_PROBABILITY))

    def gradient(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        true = self._true(Y, T)
        dY = np.zeros_like(Y)
        dY[true] = -1 / (len(Y) * np.maximum(Y[true], SMALLEST_PROBABILITY))
        return dY

    def fused_values_of(self, Z: Array, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        shifted = Z - Z.max(axis=-1, keepdims=True)
        return np.log(np.exp(shifted).sum(axis=-1)) - shifted[self._true(Z, T)]

    def fused_gradient(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        dZ = np.multiply(Y, 1 / len(Y), out=self.buffer("dZ", Y))
        dZ[self._true(Y, T)] -= 1 / len(Y)
        return dZ

    @staticmethod
    def _true(Y: Array, T: Array) -> tuple[Array, Array]:
        """Where in Y the true class of each sample stands."""
        return np.arange(len(Y)), T.reshape(-1)


@dataclass
class BinaryCrossentropy(Loss):
    """Cross-entropy of yes-or-no questions, one per output: for two classes, or for samples with several labels.

    T is 0 or 1 for each output (N, n); every label, also a 0, has its gradient.
    """

    label_smoothing: float = hyper(
        0.0, low=0, high=0.5,
        help="Moves the targets 0 and 1 towards one half.",
        advanced=True,
    )

    title: ClassVar[str] = "binary cross-entropy"
    sentence: ClassVar[str] = "Cross-entropy of yes-or-no questions, one for each output."
    fuses_with: ClassVar[str | None] = "sigmoid"
    wants_probabilities: ClassVar[bool] = True
    asks_each_output: ClassVar[bool] = True
    value_equations: ClassVar[tuple[Equation, ...]] = (
        Equation("Q", "clip(Y, epsilon, 1 - epsilon)", "no logarithm of 0"),
        Equation("L", "-mean(T * log(Q) + (1 - T) * log(1 - Q))", "over all outputs"),
    )
    gradient_equations: ClassVar[tuple[Equation, ...]] = (
        Equation("Q", "clip(Y, epsilon, 1 - epsilon)", "no division by 0"),
        Equation("dY", "((1 - T) / (1 - Q) - T / Q) / (N * K)", "both answers have their gradient"),
    )
    fused_value_equations: ClassVar[tuple[Equation, ...]] = (
        Equation("L", "mean(maximum(Z, 0) + log1p(exp(-abs(Z))) - T * Z)", "the same from the scores, safe for any"),
    )
    fused_equations: ClassVar[tuple[Equation, ...]] = (
        Equation("dZ", "(Y - T) / (N * K)", "BP1: what was said minus what is true"),
    )

    @classmethod
    def kind_name(cls) -> str:
        return "binary_crossentropy"

    def smoothed(self, T: Array) -> Array:
        """The targets that are aimed at: T itself without label smoothing."""
        return T * (1 - self.label_smoothing) + self.label_smoothing / 2 if self.label_smoothing else T

    def arrays(self, Y: Array, T: Array) -> dict[str, Any]:
        return super().arrays(Y, self.smoothed(T))

    def values_of(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        T, Y = self.smoothed(T), np.clip(Y, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
        return -np.mean(T * np.log(Y) + (1 - T) * np.log(1 - Y), axis=-1)

    def gradient(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        T, Y = self.smoothed(T), np.clip(Y, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
        return ((1 - T) / (1 - Y) - T / Y) / Y.size

    def fused_values_of(self, Z: Array, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        # -t ln s(z) - (1 - t) ln(1 - s(z)) = ln(1 + e^z) - t z
        return np.mean(np.logaddexp(Z, 0) - self.smoothed(T) * Z, axis=-1)

    def fused_gradient(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        dZ = np.subtract(Y, self.smoothed(T), out=self.buffer("dZ", Y))
        dZ *= 1 / Y.size
        return dZ


@dataclass
class MeanSquaredError(Loss):
    """The mean of the squared differences, over outputs and batch; the sum of squared errors up to a factor."""

    title: ClassVar[str] = "mean squared error"
    sentence: ClassVar[str] = "The mean of the squared differences between output and target."
    value_equations: ClassVar[tuple[Equation, ...]] = (Equation("L", "mean(square(Y - T))", "over all outputs"),)
    gradient_equations: ClassVar[tuple[Equation, ...]] = (
        Equation("dY", "2 * (Y - T) / (N * K)", "proportional to the difference"),
    )

    @classmethod
    def kind_name(cls) -> str:
        return "mean_squared_error"

    def values_of(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        difference = np.subtract(Y, T, out=self.buffer("difference", Y))
        return np.square(difference, out=difference).mean(axis=-1)

    def gradient(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        dY = np.subtract(Y, T, out=self.buffer("dY", Y))
        dY *= 2 / Y.size
        return dY


@dataclass
class MeanAbsoluteError(Loss):
    """The mean of the absolute differences, over outputs and batch."""

    title: ClassVar[str] = "mean absolute error"
    sentence: ClassVar[str] = "The mean distance between output and target; outliers weigh no more than they must."
    value_equations: ClassVar[tuple[Equation, ...]] = (Equation("L", "mean(abs(Y - T))", "over all outputs"),)
    gradient_equations: ClassVar[tuple[Equation, ...]] = (
        Equation("dY", "sign(Y - T) / (N * K)", "only the direction counts"),
    )

    @classmethod
    def kind_name(cls) -> str:
        return "mean_absolute_error"

    def values_of(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        return np.abs(Y - T).mean(axis=-1)

    def gradient(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        return np.sign(Y - T) / Y.size


@dataclass
class Huber(Loss):
    """Squared near the target, absolute beyond `delta`. Source: Huber (1964)."""

    delta: float = hyper(1.0, low=0, high=1e6, exclusive_low=True, log=True, help="From here on, absolute differences.")

    title: ClassVar[str] = "Huber loss"
    sentence: ClassVar[str] = "Squared differences near the target, absolute ones far from it."
    value_equations: ClassVar[tuple[Equation, ...]] = (
        Equation(
            "L",
            "mean(where(abs(Y - T) <= delta, square(Y - T) / 2, delta * (abs(Y - T) - delta / 2)))",
            "squared near the target, absolute far from it",
        ),
    )
    gradient_equations: ClassVar[tuple[Equation, ...]] = (
        Equation("dY", "clip(Y - T, -delta, delta) / (N * K)", "the difference, cut at delta"),
    )

    @classmethod
    def kind_name(cls) -> str:
        return "huber"

    def values_of(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        distance = np.abs(Y - T)
        # d^2 / 2 up to delta, and its tangent from there
        near = np.minimum(distance, self.delta)
        return np.mean(near * (distance - near / 2), axis=-1)

    def gradient(self, Y: Array, T: Array) -> Array:
        self.check(Y, T)
        return np.clip(Y - T, -self.delta, self.delta) / Y.size


LOSSES: tuple[type[Loss], ...] = (
    CategoricalCrossentropy, SparseCategoricalCrossentropy, BinaryCrossentropy, MeanSquaredError, MeanAbsoluteError,
    Huber,
)  # fmt: skip


SHORT_NAMES = {"mse": "mean_squared_error", "mae": "mean_absolute_error"}  # which Keras knows, too


def get(loss: str | Loss) -> Loss:
    """The loss of this Keras name, or the loss itself. Raises ConfigError for an unknown name."""
    if isinstance(loss, Loss):
        return loss
    result: Loss = from_dict(LOSSES, {"type": SHORT_NAMES.get(loss, loss)}, "loss")
    return result


def weighted_mean(values: Array, weights: Array | None) -> float:
    """The mean of the samples' losses, each counted with its weight; divided by their number, as Keras does."""
    return float(np.add.reduce(values) if weights is None else values @ weights) / len(values)


def one_hot(labels: Array, classes: int) -> Array:
    """Rows of zeros with a single 1 at the label. Shapes: (N,) -> (N, classes). Raises ConfigError for a bad label."""
    labels = np.asarray(labels).reshape(-1)
    check_labels(labels, classes)
    encoded = np.zeros((len(labels), classes), np.float32)
    encoded[np.arange(len(labels)), labels.astype(np.intp)] = 1
    return encoded


def check_labels(labels: Array, classes: int) -> None:
    """Raise ConfigError unless all labels are whole and lie between 0 and classes - 1."""
    if labels.dtype.kind == "f" and not np.all(np.floor(labels) == labels):
        raise ConfigError(
            f"Labels must be whole numbers, but {labels[np.floor(labels) != labels][0]:g} is among them. Numbers to be "
            f"met are for a network with one output."
        )
    if len(labels) and (labels.min() < 0 or labels.max() >= classes):
        raise ConfigError(
            f"Labels run from {labels.min()} to {labels.max()}, but the network has {classes} outputs. Labels must lie "
            f"between 0 and {classes - 1}: give the last layer as many units as there are classes."
        )
