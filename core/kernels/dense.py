"""A Dense layer with everything laid out beforehand: its working arrays, and its products in parts.

A step of a small network is over in a quarter of a millisecond. Looking arrays up, checking shapes and cutting views
would take a tenth of that; here it is done once for each batch size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard

import numpy as np

from core.activations import Linear
from core.buffers import Array, aligned_empty
from core.layers import Dense
from core.layers.base import Layer
from core.product import parts

SIZES_KEPT = 4  # batch sizes whose arrays are kept: the usual one, the last short one, and those before a change


def fits(layer: Layer) -> TypeGuard[Dense]:
    """Whether this is a Dense layer; one derived from it may do something else."""
    return type(layer) is Dense


class DenseKernel:
    """Runs a Dense layer on the layer's own weights and gradients. Shapes: X (N, inputs) -> Y (N, units)."""

    def __init__(self, layer: Dense) -> None:
        self.layer = layer
        self._is_linear = isinstance(layer.function, Linear)
        self._kept: dict[int, _Arrays] = {}

    def forward(self, X: Array, training: bool = True) -> Array:
        """Y for the batch X, in a buffer."""
        Z = self.scores(X)
        return Z if self._is_linear else self.layer.function.forward(Z, self._arrays.Y)

    def scores(self, X: Array) -> Array:
        """Z for the batch X, in a buffer: `forward` that ends before the activation."""
        arrays = self._kept.get(len(X))
        if arrays is None or arrays.X is not X:
            arrays = self._lay_out(X, arrays)
        self._arrays = arrays
        np.matmul(*arrays.forward_product)
        if self.layer.b is not None:
            arrays.Z += self.layer.b
        return arrays.Z

    def backward(self, dY: Array) -> Array | None:
        """Fill the layer's gradients; dX, or None when nobody needs it."""
        arrays = self._arrays
        if self._is_linear:
            return self.backward_from_scores(dY)
        return self.backward_from_scores(self.layer.function.backward(dY, arrays.Z, arrays.Y, arrays.dZ))

    def backward_from_scores(self, dZ: Array) -> Array | None:
        """`backward` that starts behind the activation."""
        layer, arrays = self.layer, self._arrays
        if dZ is not arrays.dZ:
            np.copyto(arrays.dZ, dZ)
        np.matmul(*arrays.weight_product)
        if layer.l2:
            layer.dW += 2 * layer.l2 * layer.W
        if layer.db is not None:
            np.matmul(arrays.ones, arrays.dZ, out=layer.db)
        if not layer.needs_input_gradient:
            return None
        np.matmul(*arrays.input_product)
        return arrays.dX

    def _lay_out(self, X: Array, arrays: _Arrays | None) -> _Arrays:
        """The working arrays for this X: those for its size, with views of it."""
        layer = self.layer
        layer.check_input(X)
        if arrays is None:
            if len(self._kept) == SIZES_KEPT:
                self._kept.pop(next(iter(self._kept)))
            arrays = self._kept[len(X)] = _Arrays.of(layer, len(X))
        arrays.X = X
        arrays.forward_product = parts(X, layer.W, arrays.Z)
        arrays.weight_product = parts(X.T, arrays.dZ, layer.dW)
        return arrays


@dataclass(eq=False)
class _Arrays:
    """What is laid out for one batch size. A product is the arguments of one call of `np.matmul`."""

    Z: Array
    Y: Array
    dZ: Array
    dX: Array
    ones: Array  # a row of ones times dZ: BLAS sums a column faster than add.reduce does
    input_product: tuple[Array, Array, Array]
    X: Array | None = None
    forward_product: tuple[Array, ...] = ()
    weight_product: tuple[Array, ...] = ()

    @classmethod
    def of(cls, layer: Dense, count: int) -> _Arrays:
        inputs, units = layer.W.shape
        Z, Y, dZ = (aligned_empty((count, units), layer.dtype) for _ in range(3))
        dX = aligned_empty((count, inputs) if layer.needs_input_gradient else (0, inputs), layer.dtype)
        ones = np.ones(count, layer.dtype)
        return cls(Z, Y, dZ, dX, ones, parts(dZ[: len(dX)], layer.W.T, dX))
