"""Specimens that are no batch of the run: a test image, a misread one, a drawing. They move no weights. Qt-free."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.data import Dataset, Scaling
from core.optimizers import Optimizer
from nnvis.microscope.specimen import Specimen

if TYPE_CHECKING:
    from nnvis.project import Project

Array = NDArray[Any]
LOOKED_THROUGH = 2000  # test images among which a misread one is looked for


class Shown(Protocol):
    """What is needed of a Session."""

    drawing: NDArray[np.uint8] | None
    dataset: Dataset | None

    @property
    def scaling(self) -> Scaling | None: ...
    @property
    def running_project(self) -> Project | None: ...
    @property
    def parameters(self) -> NDArray[np.float32]: ...
    @property
    def shown_step(self) -> int: ...
    def predict(self, images: Array) -> NDArray[np.float32]: ...


def own_specimen(shown: Shown, source: str, label: int) -> Specimen | None:
    """One image with its label, through the network that is shown; None when there is no such image."""
    dataset, scaling, project = shown.dataset, shown.scaling, shown.running_project
    if dataset is None or scaling is None or project is None:
        return None
    found: tuple[Array, Any] | None
    if source == "drawing":
        found = None if shown.drawing is None else (shown.drawing.reshape(dataset.input_shape), label)
    elif source == "misread":
        found = _misread(shown, dataset)
    elif source == "batch":  # of a moment that is over: images of the test set stand in for it
        return specimen_of(shown, project.optimizer, scaling, dataset.x_test[:8], dataset.y_test[:8])
    else:
        found = (dataset.x_test[0], dataset.y_test[0])
    if found is None:
        return None
    return specimen_of(shown, project.optimizer, scaling, found[0][None], np.array([found[1]]))


def _misread(shown: Shown, dataset: Dataset) -> tuple[Array, Any] | None:
    images, labels = dataset.x_test[:LOOKED_THROUGH], dataset.y_test[:LOOKED_THROUGH]
    outputs = shown.predict(images)
    wrong = np.flatnonzero(outputs.argmax(axis=-1) != labels)
    return (images[wrong[0]], labels[wrong[0]]) if wrong.size else None


def specimen_of(shown: Shown, optimizer: Optimizer, scaling: Scaling, images: Array, labels: Array) -> Specimen:
    """These images through the network that is shown. Shapes: images as the data set has them, labels (N,)."""
    return Specimen(
        step=shown.shown_step, parameters=shown.parameters, optimizer=optimizer.replace(), X=scaling.apply(images),
        labels=np.asarray(labels), scaling=scaling,
    )  # fmt: skip
