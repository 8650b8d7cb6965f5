"""Viewer: the window's own copy of the network, which answers while the original is training. Qt-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data import Scaling
from core.errors import ShapeError
from core.layers.base import Layer
from core.sequential import Sequential


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
        batch = images[np.newaxis] if single else images
        if batch.shape[1:] == shape[:2] and shape[2:] == (1,):
            batch = batch[..., np.newaxis]
        if batch.shape[1:] != shape:
            raise ShapeError(f"The network reads images of shape {shape} but got {images.shape}. Resize them.")
        if batch.dtype.kind == "f":
            batch = batch * np.float32(255)
        self._take_over()
        with np.errstate(over="ignore", invalid="ignore"):  # a network that exploded still has to be drawn
            outputs: NDArray[np.float32] = self._model.predict(self._scaling.apply(batch))
        return outputs[0] if single else outputs

    def measure(self, kind: str, parameters: NDArray[np.float32], probe: Probe) -> Measured:
        """Take the probe through the network with these parameters, and copy what it left behind.

        `kind` is "a" (outputs), "dW" (gradient of the mean loss) or "δ" (gradient of each image's own loss by the
        weighted sums). Shapes: a and δ (images, ...), dW as W.
        """
        self._take_over()
        model = self._model
        shown = model.parameters.copy()
        values: dict[str, NDArray[np.float32]] = {}
        with np.errstate(all="ignore"):
            np.copyto(model.parameters, parameters)
            X = self._scaling.apply(probe.images)
            if kind == "a":
                model.forward(X)
            else:
                model.forward_backward(X, model.targets(probe.labels), training=False)
            for layer in model.layers:
                if layer.parameters:
                    values[layer.name] = _array(layer, kind, len(X))
            np.copyto(model.parameters, shown)
        return Measured(kind, values, len(X), probe.are_validation)

    def _take_over(self) -> None:
        if self._pending is not None:
            np.copyto(self._model.parameters, self._pending)
            self._pending = None

    def answer(self, image: NDArray[Any], step: int) -> Answer | None:
        """What the network says to one image; None when it has no finite outputs."""
        outputs = self.outputs(image)
        if outputs.ndim != 1 or len(outputs) < 2 or not np.isfinite(outputs).all():
            return None
        outputs.flags.writeable = False
        first, second = (int(index) for index in np.argsort(-outputs, kind="stable")[:2])
        return Answer(
            probabilities=outputs,
            digit=first,
            confidence=float(outputs[first]),
            second=second,
            second_confidence=float(outputs[second]),
            step=step,
            is_distribution=bool(outputs.min() >= 0 and abs(outputs.sum() - 1) < 1e-3),
        )


def _array(layer: Layer, kind: str, images: int) -> NDArray[np.float32]:
    """A copy of one array of the layer's last pass."""
    if kind == "dW":
        gradient: NDArray[np.float32] = next(iter(layer.gradients.values())).copy()
        return gradient
    arrays = layer.arrays()
    if kind == "a":
        outputs: NDArray[np.float32] = arrays["Y"].copy()
        return outputs
    # The loss is a mean over the images: times their number, each delta is that of its own image. A layer without an
    # activation of its own has no dZ; what comes back to its output is the same.
    delta: NDArray[np.float32] = (arrays["dZ"] if "dZ" in arrays else arrays["dY"]) * np.float32(images)
    return delta
