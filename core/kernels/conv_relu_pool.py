"""Convolution, bias, ReLU and 2x2 max pooling in one: the same numbers as the definitions, in half the time.

The rows of the convolution's matrix are ordered by their place in the pooling window, so that pooling is three maxima
of whole matrices, and bias and ReLU come after it, on a quarter of the data (the largest of four sums has the largest
ReLU). The way back is a tournament played in reverse: each match hands the error to its winner.
"""

from __future__ import annotations

from typing import TypeGuard

import numpy as np

from core.buffers import Array, aligned_empty
from core.kernels.columns import Columns
from core.kernels.spread import Spread
from core.layers import Conv2D, MaxPooling2D
from core.layers.base import Layer
from core.product import inner_cut, inner_parts, parts

SIZES_KEPT = 3  # batch sizes whose arrays are kept: a piece, the last one of a batch, and that of the last batch


def fits(first: Layer, above: Layer | None) -> TypeGuard[Conv2D]:
    """Whether these two neighbours are what this kernel computes; `first` is then a convolution."""
    return (
        type(first) is Conv2D  # one derived from it may do something else
        and (first.strides, first.activation, first.use_bias) == ((1, 1), "relu", True)
        and type(above) is MaxPooling2D
        and above.pool_size == (2, 2)
        and above.strides in (None, (2, 2))
        and above.padding == "valid"
    )


class ConvReluPool:
    """Runs a Conv2D and the MaxPooling2D above it on the convolution's own weights and gradients.

    Shapes: X (N, h, w, C) -> Y (N, rows // 2, columns // 2, filters).
    """

    def __init__(self, conv: Conv2D) -> None:
        self.conv = conv
        self._kept: dict[int, _Passes] = {}

    def forward(self, X: Array, training: bool = True) -> Array:
        """Y for the batch X, in a buffer."""
        passes = self._kept.get(len(X))
        if passes is None:
            self.conv.check_input(X)
            if len(self._kept) == SIZES_KEPT:
                self._kept.pop(next(iter(self._kept)))
            passes = self._kept[len(X)] = _Passes(self.conv, len(X))
        self._passes = passes
        return passes.forward(X)

    def backward(self, dY: Array) -> Array | None:
        """Fill the convolution's gradients; dX, or None when nobody needs it."""
        return self._passes.backward(dY)


class _Passes:
    """Both passes for one batch size, with everything laid out beforehand."""

    def __init__(self, conv: Conv2D, count: int) -> None:
        windows = conv.windows(conv.input_shape)
        rows, columns, F = windows.places[0] // 2, windows.places[1] // 2, conv.filters
        pools = count * rows * columns
        self.conv = conv
        self.shape = count, rows, columns, F
        self.columns = Columns(windows, count, conv.input_shape[2], conv.dtype)
        matrix = self.columns.matrix
        self.Z, self.finalists, self.Y, self.dP = (
            aligned_empty((*wide, pools, F), conv.dtype) for wide in ((4,), (2,), (), ())
        )
        self.won, self.gate = aligned_empty((3, pools, F), bool), aligned_empty((pools, F), bool)
        sums = self.Z.reshape(4 * pools, F)
        self.forward_product = parts(matrix, conv.W_matrix, sums)
        # the kernel's gradient has a long inner dimension: the products of its parts are added up
        self.dW_parts = aligned_empty((inner_parts(*matrix.T.shape, F), *conv.dW_matrix.shape), conv.dtype)
        self.weight_product = *inner_cut(matrix.T, sums, len(self.dW_parts)), self.dW_parts
        # NumPy is slow at adding short rows: the bias of one place is repeated along a line of places
        self.b, self.line = conv.parameters["b"], aligned_empty((columns, F), conv.dtype)
        self.lines = self.Y.reshape(count * rows, columns * F)
        self.output = self.Y.reshape(self.shape)
        self.zeros, self.ones = np.zeros((pools, F), conv.dtype), np.ones(pools, conv.dtype)
        self.spread = Spread(conv, self.Z.reshape(2, 2, *self.shape)) if conv.needs_input_gradient else None

    def forward(self, X: Array) -> Array:
        Z, finalists, Y, won = self.Z, self.finalists, self.Y, self.won
        self.columns.fill(X)
        np.matmul(*self.forward_product)
        # two matches side by side, then the final; of equals the first wins, as in the definition
        np.maximum(Z[0::2], Z[1::2], out=finalists)
        np.greater_equal(Z[0::2], Z[1::2], out=won[:2])
        np.maximum(finalists[0], finalists[1], out=Y)
        np.greater_equal(finalists[0], finalists[1], out=won[2])
        np.copyto(self.line, self.b)
        self.lines += self.line.reshape(-1)
        np.maximum(Y, self.zeros, out=Y)  # of two arrays: three times as fast as of an array and a number
        return self.output

    def backward(self, dY: Array) -> Array | None:
        conv, dP, finalists, won = self.conv, self.dP, self.finalists, self.won
        dZ = self.Z  # its memory: nobody reads Z any more
        np.greater(self.Y, 0, out=self.gate)
        np.multiply(dY.reshape(dP.shape), self.gate, out=dP)
        np.matmul(self.ones, dP, out=conv.db)
        np.multiply(dP, won[2], out=finalists[0])
        np.subtract(dP, finalists[0], out=finalists[1])
        np.multiply(finalists, won[:2], out=dZ[0::2])
        np.subtract(finalists, dZ[0::2], out=dZ[1::2])
        np.matmul(*self.weight_product)
        np.add.reduce(self.dW_parts, axis=0, out=conv.dW_matrix)
        if conv.l2:
            conv.dW += 2 * conv.l2 * conv.W
        return None if self.spread is None else self.spread.run()
