"""Convolution, bias, ReLU and 2x2 max pooling in one: the same numbers as the definitions, in half the time.

The rows of the convolution's matrix are ordered by their place in the pooling window, so that pooling is three maxima
of whole matrices, and bias and ReLU come after it, on a quarter of the data (the largest of four sums has the largest
ReLU). The way back is a tournament played in reverse: each match hands the error to its winner.
"""

from __future__ import annotations

from itertools import product
from typing import TypeGuard

import numpy as np
from numpy.lib.stride_tricks import as_strided

from core.buffers import Array, Buffers
from core.layers import Conv2D, MaxPooling2D
from core.layers.base import Layer

PHASES = ((0, 0), (0, 1), (1, 0), (1, 1))  # the places in a 2x2 window


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
        self.windows = conv.windows(conv.input_shape)
        rows, columns = self.windows.places
        self.places = rows // 2, columns // 2
        self.buffers = Buffers(conv.dtype)

    def forward(self, X: Array, training: bool = True) -> Array:
        """Y for the batch X, in a buffer."""
        self.shape = X.shape
        F = self.conv.filters
        self.pools = pools = len(X) * self.places[0] * self.places[1]
        self.columns = self._columns(X)
        get = self.buffers.get
        self.Z = get("Z", (4, pools, F))
        np.matmul(self.columns, self.conv.W_matrix, out=self.Z.reshape(4 * pools, F))
        # two matches side by side, then the final; of equals the first wins, as in the definition
        self.finalists, Y = get("finalists", (2, pools, F)), get("Y", (pools, F))
        self.won = get("won", (3, pools, F), bool)
        np.maximum(self.Z[0::2], self.Z[1::2], out=self.finalists)
        np.greater_equal(self.Z[0::2], self.Z[1::2], out=self.won[:2])
        np.maximum(self.finalists[0], self.finalists[1], out=Y)
        np.greater_equal(self.finalists[0], self.finalists[1], out=self.won[2])
        Y += self.conv.b
        self.Y = np.maximum(Y, 0, out=Y)
        return self.Y.reshape(len(X), *self.places, F)

    def _columns(self, X: Array) -> Array:
        """All windows as rows, phase by phase. Shapes: -> (4 * N * rows/2 * columns/2, kh * kw * C)."""
        padded = self.windows.padded(X, self.buffers)
        (kh, kw), (n, h, w, c) = self.windows.size, padded.strides
        channels = X.shape[3]
        shape = (2, 2, len(X), *self.places, kh, kw, channels)
        if channels > 1:
            columns: Array = self.buffers.get("columns", shape)
            np.copyto(columns, as_strided(padded, shape, (h, w, n, 2 * h, 2 * w, h, w, c)))
            return columns.reshape(4 * self.pools, -1)
        # With one channel a window's row is only kw numbers long: copying cell by cell has longer runs, and BLAS takes
        # the matrix lying on its side as well.
        across: Array = self.buffers.get("columns", (kh * kw, *shape[:5]))
        for cell, (i, j) in zip(across, np.ndindex(kh, kw), strict=True):
            for py, px in PHASES:
                rows, columns_ = self.places
                cell[py, px] = padded[:, i + py : i + py + 2 * rows : 2, j + px : j + px + 2 * columns_ : 2, 0]
        return across.reshape(kh * kw, -1).T

    def backward(self, dY: Array) -> Array | None:
        """Fill the convolution's gradients; dX, or None when nobody needs it."""
        conv, F = self.conv, self.conv.filters
        dP = self._through_relu(dY.reshape(self.pools, F))
        np.matmul(np.ones(self.pools, dP.dtype), dP, out=conv.db)
        dZ = self._to_winners(dP).reshape(4 * self.pools, F)
        np.matmul(self.columns.T, dZ, out=conv.dW_matrix)
        if conv.l2:
            conv.dW += 2 * conv.l2 * conv.W
        return self._spread(dZ) if conv.needs_input_gradient else None

    def _through_relu(self, dY: Array) -> Array:
        gate = np.greater(self.Y, 0, out=self.buffers.get("gate", self.Y.shape, bool))
        return np.multiply(dY, gate, out=self.buffers.get("dP", self.Y.shape))

    def _to_winners(self, dP: Array) -> Array:
        """Each error to the one sum of its four that won; Z's memory is reused, for nobody reads Z any more."""
        finalists, dZ = self.finalists, self.Z
        np.multiply(dP, self.won[2], out=finalists[0])
        np.subtract(dP, finalists[0], out=finalists[1])
        np.multiply(finalists, self.won[:2], out=dZ[0::2])
        np.subtract(finalists, dZ[0::2], out=dZ[1::2])
        return dZ

    def _spread(self, dZ: Array) -> Array:
        """dX: each input cell gathers the errors of all windows that saw it, weighed by the kernel upside down.

        For each position of the image the kh errors above each other are laid side by side; then the kw columns of a
        window follow each other in memory, and its row of the matrix is there without being copied. Rows overlap, which
        BLAS does not take, so every kw-th goes into one product. Between two lines of the image stand zeros.
        """
        n, h, w, channels = self.shape
        (kh, kw), (top, _), (left, _), F = self.windows.size, *self.windows.border, self.conv.filters
        rows, columns = self.places
        before = kw - 1 - left
        line = max(w, self.windows.places[1] + max(before, left))
        positions = n * h * line
        stacked = self.buffers.zeros("stacked", (before + positions + 2 * kw, kh, F))
        image = stacked[before : before + positions].reshape(n, h, line, kh, F)
        phases = dZ.reshape(2, 2, n, rows, columns, F)
        for (py, px), i in product(PHASES, range(kh)):
            # the error of line 2a + py belongs to input line 2a + py - top + i
            first = max(0, -((py - top + i) // 2))
            last = min(rows, (h - 1 - (py - top + i)) // 2 + 1)
            start = 2 * first + py - top + i
            image[:, start : start + 2 * (last - first) : 2, px : px + 2 * columns : 2, i] = phases[py, px][
                :, first:last
            ]
        turned = self.buffers.get("turned", (kw, kh, F, channels))
        np.copyto(turned, self.conv.W[:, ::-1].transpose(1, 0, 3, 2))
        dX: Array = self.buffers.get("dX", (positions + kw, channels))
        size = stacked.itemsize
        for offset in range(kw):
            count = -(-(positions - offset) // kw)
            matrix = as_strided(stacked[offset:], (count, kw * kh * F), (kw * kh * F * size, size))
            np.matmul(matrix, turned.reshape(-1, channels), out=dX[offset : offset + kw * count : kw])
        return dX[:positions].reshape(n, h, line, channels)[:, :, :w]
