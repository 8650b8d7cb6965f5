"""Viewer: the window's own copy of the network, which answers while the original is training. Qt-free."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.data import Scaling
from core.errors import ShapeError
from core.layers.base import Layer
from core.sequential import Sequential
from nnvis.reading import AS_TRAINED, Reading, tempered

Seen = TypeVar("Seen")


@dataclass(frozen=True, eq=False)
class Answer:
    """What the network after `step` updates says to one image."""

    probabilities: NDArray[np.float32]  # one output per class, read-only
    digit: int
    confidence: float
    second: int
    second_confidence: float
    step: int
    is_distribution: bool  # whether the outputs are shares of 1, as behind softmax
    reading: Reading = AS_TRAINED

    @property
    def is_sure(self) -> bool:
        """Whether the answer reaches the threshold that was set; outputs that are no shares know no doubt."""
        return not self.is_distribution or self.confidence >= self.reading.threshold


@dataclass(frozen=True, eq=False)
class Probe:
    """A few images on which the window looks at gradients, activations and deltas."""

    images: NDArray[np.uint8]
    labels: NDArray[Any]
    are_validation: bool


@dataclass(frozen=True, eq=False)
class Measured:
    """One kind of array of every layer with weights, by its unique name, over so many images."""

    kind: str
    values: Mapping[str, NDArray[np.float32]]
    images: int
    are_validation: bool


class Viewer:
    """A model that takes over parameters from snapshots. Only the window's thread uses it."""

    def __init__(self, model: Sequential, scaling: Scaling) -> None:
        self._model = model
        self._scaling = scaling
        self._pending: NDArray[np.float32] | None = None

    def show(self, parameters: NDArray[np.float32]) -> None:
        """Answer with these parameters from now on. They are copied only when somebody asks."""
        self._pending = parameters

    def outputs(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """The outputs for images, as a fresh array.

        Shapes: one image (28, 28) or (28, 28, 1) -> (classes,); several (N, 28, 28) or (N, 28, 28, 1) -> (N, classes).
        Pixels are whole numbers from 0 to 255, or fractions from 0 to 1. Raises ShapeError for anything else.
        """
        shape = self._model.input_shape
        images = np.asarray(images)
        single = images.shape in (shape, shape[:2])
        batch = self._batch(images[np.newaxis] if single else images)
        self._take_over()
        with np.errstate(over="ignore", invalid="ignore"):  # a network that exploded still has to be drawn
            outputs: NDArray[np.float32] = self._model.predict(self._scaling.apply(batch))
        return outputs[0] if single else outputs

    def measure(self, kind: str, parameters: NDArray[np.float32], probe: Probe) -> Measured:
        """Take the probe through the network with these parameters, and copy what it left behind.

        `kind` is "a" (outputs), "dW" or "db" (gradients of the mean loss) or "δ" (gradient of each image's own loss by
        the weighted sums). Shapes: a and δ (images, ...), dW as W, db as b.
        """
        self._take_over()
        shown = self._model.parameters.copy()
        np.copyto(self._model.parameters, parameters)
        values = measured_arrays(self._model, self._scaling, kind, probe)
        np.copyto(self._model.parameters, shown)
        return Measured(kind, values, len(probe.images), probe.are_validation)

    def _take_over(self) -> None:
        if self._pending is not None:
            np.copyto(self._model.parameters, self._pending)
            self._pending = None

    def _batch(self, images: NDArray[Any]) -> NDArray[Any]:
        """Images (N, 28, 28) or (N, 28, 28, 1) as the network's shape wants them, in pixels from 0 to 255."""
        shape = self._model.input_shape
        batch = images
        if batch.shape[1:] == shape[:2] and shape[2:] == (1,):
            batch = batch[..., np.newaxis]
        if batch.shape[1:] != shape:
            raise ShapeError(f"The network reads images of shape {shape} but got {images.shape}. Resize them.")
        return batch * np.float32(255) if batch.dtype.kind == "f" else batch

    def takes(self, image: NDArray[Any]) -> bool:
        """Whether one image has the form that the network reads."""
        shape = self._model.input_shape
        return image.shape == shape or (*image.shape, 1) == shape

    def look(
        self, eye: Callable[[Sequential, NDArray[np.float32]], Seen], image: NDArray[Any], reading: Reading
    ) -> Seen:
        """What `eye` sees in the network and in its input X (1, *input_shape). It must copy what it keeps."""
        self._take_over()
        X = reading.scaling(self._scaling).apply(self._batch(np.asarray(image)[np.newaxis]))
        with np.errstate(all="ignore"):
            return eye(self._model, X)

    def answer(self, image: NDArray[Any], step: int, reading: Reading = AS_TRAINED) -> Answer | None:
        """What the network says to one image; None when that does not fit it, or when it has no finite outputs."""
        if not self.takes(image):
            return None
        outputs = self.look(scores, image, reading)
        if outputs.shape[1:] != self._model.output_shape or outputs.ndim != 2 or outputs.shape[1] < 2:
            return None
        if not np.isfinite(outputs[0]).all():
            return None
        shares, before = outputs[0], outputs[1]
        is_distribution = bool(shares.min() >= 0 and abs(shares.sum() - 1) < 1e-3)
        if is_distribution and reading.temperature != 1.0:
            shares = tempered(before, reading.temperature)
        shares = shares.copy()
        shares.flags.writeable = False
        first, second = (int(index) for index in np.argsort(-shares, kind="stable")[:2])
        return Answer(
            probabilities=shares,
            digit=first,
            confidence=float(shares[first]),
            second=second,
            second_confidence=float(shares[second]),
            step=step,
            is_distribution=is_distribution,
            reading=reading,
        )


def measured_arrays(model: Sequential, scaling: Scaling, kind: str, probe: Probe) -> dict[str, NDArray[np.float32]]:
    """Take the probe through the network, and copy what it left behind in each layer that has such an array.

    The kinds and shapes are those of `Viewer.measure`.
    """
    with np.errstate(all="ignore"):  # a network that exploded still has to be drawn
        X = scaling.apply(probe.images)
        if kind == "a":
            model.forward(X)
        else:
            model.forward_backward(X, model.targets(probe.labels), training=False)
        found = {layer.name: _array(layer, kind, len(X)) for layer in model.layers if layer.parameters}
    return {name: values for name, values in found.items() if values is not None}


def scores(model: Sequential, X: NDArray[np.float32]) -> NDArray[np.float32]:
    """Outputs and, below them, the scores that the last activation made them from. Shape: (2, classes)."""
    Y = model.forward(X)
    last = model.layers[-1]
    Z = getattr(last, "Z", None) if last.output_activation is not None else None
    # Without a layer's own Z, the logarithm of shares is a score that gives the same shares.
    before = Z if Z is not None else np.log(np.maximum(Y, np.finfo(np.float32).tiny))
    return np.concatenate([Y, before]).astype(np.float32, copy=False)


def _array(layer: Layer, kind: str, images: int) -> NDArray[np.float32] | None:
    """A copy of one array of the layer's last pass; None where it has none, as there is no db without a bias."""
    if kind in ("dW", "db"):
        gradients = list(layer.gradients.values())
        place = 0 if kind == "dW" else 1
        if place >= len(gradients):
            return None
        gradient: NDArray[np.float32] = gradients[place].copy()
        return gradient
    arrays = layer.arrays()
    if kind == "a":
        outputs: NDArray[np.float32] = arrays["Y"].copy()
        return outputs
    # The loss is a mean over the images: times their number, each delta is that of its own image. A layer without an
    # activation of its own has no dZ; what comes back to its output is the same.
    delta: NDArray[np.float32] = (arrays["dZ"] if "dZ" in arrays else arrays["dY"]) * np.float32(images)
    return delta
