"""All weights of a stack in one flat vector, all gradients in another, and where each array lies in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from core.buffers import Array, aligned_zeros
from core.errors import ShapeError
from core.layers.base import Layer, Shape


@dataclass(frozen=True)
class WeightView:
    """Where one array of one layer lies in the flat vector: `flat[start:stop].reshape(shape)`.

    Arrays that are kept but not trained (`trainable` False: moving averages) lie behind all trained ones.
    """

    layer: int
    layer_name: str
    name: str
    start: int
    stop: int
    shape: Shape
    trainable: bool = True

    def of(self, flat: Array) -> Array:
        """This array within a flat vector, as a view."""
        return flat[self.start : self.stop].reshape(self.shape)


def gather(layers: Sequence[Layer], dtype: DTypeLike) -> tuple[list[WeightView], Array, Array]:
    """Move the weights of built layers into one vector, and let the layers work on views of it.

    Returns where each array lies, in the order of `get_weights()`, the vector of all parameters, and that of all
    gradients, which is as long as the trained parameters at its beginning.
    """
    views: list[WeightView] = []
    start = 0
    for trainable in (True, False):
        for index, layer in enumerate(layers):
            for name, value in (layer.parameters if trainable else layer.states).items():
                stop = start + value.size
                views.append(WeightView(index, layer.name, name, start, stop, value.shape, trainable))
                start = stop
    parameters = aligned_zeros(start, dtype)
    gradient = aligned_zeros(sum(view.stop - view.start for view in views if view.trainable), dtype)
    for index, layer in enumerate(layers):
        mine = [view for view in views if view.layer == index]
        for view in mine:
            view.of(parameters)[...] = (layer.parameters if view.trainable else layer.states)[view.name]
        layer.bind(
            {view.name: view.of(parameters) for view in mine if view.trainable},
            {view.name: view.of(gradient) for view in mine if view.trainable},
            {view.name: view.of(parameters) for view in mine if not view.trainable},
        )
    return sorted(views, key=lambda view: view.layer), parameters, gradient  # stable: states stay behind the weights


def fill(parameters: Array, views: Sequence[WeightView], weights: Sequence[Array]) -> None:
    """Write weight arrays into the flat vector, all or none. Raises ShapeError when they do not fit."""
    if len(weights) != len(views):
        raise ShapeError(
            f"The model has {len(views)} weight arrays but {len(weights)} were given. Give as many, in its order."
        )
    for view, value in zip(views, weights, strict=True):
        if np.shape(value) != view.shape:
            raise ShapeError(
                f"{view.name} of '{view.layer_name}' has shape {view.shape}, but the given array {np.shape(value)}. "
                f"Weights fit only a model of the same layers, built for the same input."
            )
    for view, value in zip(views, weights, strict=True):
        view.of(parameters)[...] = value
