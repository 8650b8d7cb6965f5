"""Viewer: the window's own copy of the network, which answers while the original is training. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data import Scaling
from core.errors import ShapeError
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
        if self._pending is not None:
            np.copyto(self._model.parameters, self._pending)
            self._pending = None
        with np.errstate(over="ignore", invalid="ignore"):  # a network that exploded still has to be drawn
            outputs: NDArray[np.float32] = self._model.predict(self._scaling.apply(batch))
        return outputs[0] if single else outputs

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
