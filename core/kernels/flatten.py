"""Flatten, with its view of an array kept: the layer above finds the same object again and lays nothing out anew."""

from __future__ import annotations

from typing import TypeGuard

from core.buffers import Array
from core.layers import Flatten
from core.layers.base import Layer


def fits(layer: Layer) -> TypeGuard[Flatten]:
    """Whether this is a Flatten layer; one derived from it may do something else."""
    return type(layer) is Flatten


class FlattenKernel:
    """Shapes: X (N, ...) -> Y (N, n), the same memory."""

    def __init__(self, layer: Flatten) -> None:
        self.layer = layer
        self._X: Array | None = None

    def forward(self, X: Array, training: bool = True) -> Array:
        """Y for the batch X."""
        if X is not self._X:
            self.layer.check_input(X)
            self._X, self._Y = X, X.reshape(len(X), -1)
        return self._Y

    def backward(self, dY: Array) -> Array:
        """dX: the same numbers in the shape of X."""
        assert self._X is not None
        return dY.reshape(self._X.shape)
