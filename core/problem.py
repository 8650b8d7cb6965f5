"""What is said about a stack of layers before it is built: a report on each layer, problems, and ways out of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.errors import ShapeError
from core.layers.base import LONGEST_NAME, Layer, Shape, count


@dataclass(frozen=True)
class LayerReport:
    """What is known of one layer without building it. Shapes are None behind a layer that cannot stand."""

    name: str
    input_shape: Shape | None
    output_shape: Shape | None
    parameters: int
    multiply_adds: int


@dataclass(frozen=True)
class Remedy:
    """A way out of a problem: what the button says, and the whole stack as it would be."""

    label: str
    layers: tuple[Layer, ...]


@dataclass(frozen=True)
class Problem:
    """Something wrong, in plain words, on the layer that is wrong (None: the stack as a whole).

    Only an "error" stands in the way of training; a "warning" is most likely not meant; a "note" is good to know.
    """

    layer: int | None
    text: str
    hyper: str | None = None
    remedy: Remedy | None = None
    severity: Literal["error", "warning", "note"] = "error"
    topic: str = ""  # what one would read to understand it: the name of a layer, a hyperparameter or a concept

    def among(self, layers: Sequence[Layer]) -> Problem:
        """This problem of the layers that take part, said of the whole stack with those that are left out."""
        kept = [index for index, layer in enumerate(layers) if layer.enabled]
        remedy = self.remedy
        if remedy is not None:
            stack = list(remedy.layers)
            for index, layer in enumerate(layers):
                if not layer.enabled:
                    stack.insert(_end_of(layers[:index], stack), layer)
            remedy = Remedy(remedy.label, tuple(stack))
        return replace(self, layer=None if self.layer is None else kept[self.layer], remedy=remedy)


def _end_of(before: Sequence[Layer], stack: Sequence[Layer]) -> int:
    """Where in `stack` the last layer of `before` that is still there ends."""
    for layer in reversed(before):
        for index, other in enumerate(stack):
            if other is layer:
                return index + 1
    return 0


def layer_names(layers: Sequence[Layer]) -> tuple[str, ...]:
    """Unique names as Keras gives them: a layer's own, or dense, dense_1, conv2d, ..."""
    taken = {layer.name for layer in layers if layer.name}
    names: list[str] = []
    for layer in layers:
        name = layer.name
        if not name or name in names:
            stem = name[: LONGEST_NAME - 4] or snake_case(layer.kind_name())  # with room for a number behind it
            candidates = (stem if index == 0 else f"{stem}_{index}" for index in range(len(layers) + len(taken) + 1))
            name = next(text for text in candidates if text not in names and (text not in taken or text == layer.name))
        names.append(name)
    return tuple(names)


def snake_case(name: str) -> str:
    """Conv2D -> conv2d, BatchNormalization -> batch_normalization, ReLU -> re_lu, as Keras does it."""
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)).lower()


def describe(layers: Sequence[Layer], input_shape: Shape) -> tuple[LayerReport, ...]:
    """Shapes and counts of each layer; nothing is allocated, whatever the size. A layer left out passes its input."""
    reports: list[LayerReport] = []
    shape: Shape | None = tuple(input_shape)
    for layer, name in zip(layers, layer_names(layers), strict=True):
        output: Shape | None = None
        parameters = multiply_adds = 0
        if shape is not None:
            try:
                output = shape
                if layer.enabled:
                    output = layer.output_shape(shape)
                    parameters = count(layer.weight_shapes(shape)) + count(layer.state_shapes(shape))
                    multiply_adds = layer.multiply_adds(shape)
            except ShapeError:
                output = None
        reports.append(LayerReport(name, shape, output, parameters, multiply_adds))
        shape = output
    return tuple(reports)
