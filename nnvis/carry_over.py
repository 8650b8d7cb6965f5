"""Carrying trained weights over into a changed stack: which layers keep theirs. Qt-free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from core.layers.base import Layer, Shape
from core.sequential import WeightView
from core.stack import describe, layer_names

Arrays = Mapping[tuple[str, str], NDArray[np.float32]]  # by layer name and array name


@dataclass(frozen=True)
class CarryOver:
    """The layers with weights that both stacks have, and how many there are in the new one."""

    pairs: tuple[tuple[str, str], ...]  # (name in the old stack, name in the new one)
    total: int

    def arrays(self, views: Sequence[WeightView], parameters: NDArray[np.float32]) -> Arrays:
        """The weights of the old stack, by their names in the new one; views on `parameters`."""
        names = dict(self.pairs)
        return {
            (names[view.layer_name], view.name): view.of(parameters) for view in views if view.layer_name in names
        }


def carry_over(old: Sequence[Layer], old_shape: Shape, new: Sequence[Layer], new_shape: Shape) -> CarryOver:
    """Which layers of the new stack can take the weights of one of the old, in the same order.

    They must be of one kind and their arrays of one shape; what else they are set to does not matter.
    """
    before, after = _weighted(old, old_shape), _weighted(new, new_shape)
    matcher = SequenceMatcher(None, [form for _, form in before], [form for _, form in after], autojunk=False)
    pairs = [
        (before[block.a + place][0], after[block.b + place][0])
        for block in matcher.get_matching_blocks()
        for place in range(block.size)
    ]
    return CarryOver(tuple(pairs), len(after))


def _weighted(layers: Sequence[Layer], input_shape: Shape) -> list[tuple[str, object]]:
    """Name and form of each layer that takes part and has weights."""
    found: list[tuple[str, object]] = []
    reports = describe(layers, input_shape)
    for layer, name, report in zip(layers, layer_names(layers), reports, strict=True):
        if layer.enabled and report.input_shape is not None and report.parameters:
            shapes = {**layer.weight_shapes(report.input_shape), **layer.state_shapes(report.input_shape)}
            found.append((name, (layer.kind_name(), tuple(sorted(shapes.items())))))
    return found
