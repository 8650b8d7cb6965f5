"""The steps of both passes: the layers themselves, or kernels where they fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.buffers import Array
from core.kernels import conv_relu_pool, dense, flatten
from core.kernels.conv_relu_pool import ConvReluPool
from core.kernels.dense import DenseKernel
from core.kernels.flatten import FlattenKernel
from core.layers.base import Layer


class Step(Protocol):
    """What both passes are made of: a layer, or a kernel that stands for several."""

    def forward(self, X: Array, training: bool = False) -> Array:
        """Outputs for the batch X, in a buffer."""
        ...

    def backward(self, dY: Array) -> Array | None:
        """Fill the gradients; the error of the input, or None when nobody needs it."""
        ...


def plan(layers: Sequence[Layer]) -> list[Step]:
    """The steps of a built stack, with kernels where they fit. The last layer stays itself: the loss speaks to it."""
    steps: list[Step] = []
    index = 0
    while index < len(layers):
        layer, above = layers[index], layers[index + 1] if index + 2 < len(layers) else None
        if conv_relu_pool.fits(layer, above):
            steps.append(ConvReluPool(layer))
            index += 2
            continue
        if index + 1 == len(layers):
            steps.append(layer)
        elif dense.fits(layer):
            steps.append(DenseKernel(layer))
        elif flatten.fits(layer):
            steps.append(FlattenKernel(layer))
        else:
            steps.append(layer)
        index += 1
    return steps
