"""What is said about a stack of layers before it is built: a report on each layer, problems, and ways out of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.layers.base import Layer, Shape


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
