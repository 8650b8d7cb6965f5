"""The errors of a convolution's windows back to the cells they saw, as matrix products; laid out once for a batch size.

Each input cell gathers the errors of all windows that saw it, weighed by the kernel upside down. For each position of
the image the kh errors above each other are laid side by side; then the kw columns of a window follow each other in
memory, and its row of the matrix is there without being copied. Rows overlap, which BLAS does not take, so every kw-th
goes into one product. Between two lines of the image stand zeros.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from core.buffers import Array, aligned_empty
from core.layers import Conv2D
from core.product import parts_of


class Spread:
    """Turns dZ (2, 2, N, rows, columns, filters), phase by phase, into `dX` (N, h, w, C)."""

    def __init__(self, conv: Conv2D, dZ: Array) -> None:
        windows, (h, w, channels) = conv.windows(conv.input_shape), conv.input_shape
        (kh, kw), (top, _), (left, _) = windows.size, *windows.border
        _, _, n, rows, columns, F = dZ.shape
        before = kw - 1 - left
        line = max(w, windows.places[1] + max(before, left))
        positions = n * h * line
        in_each = -(-positions // kw)  # positions of one product; the last may reach beyond the last line
        stacked = aligned_empty(((before + kw * (in_each + 1)) * kh * F,), dZ.dtype)
        stacked.fill(0)  # what is written each time is always the same places
        cell = kh * F
        image = stacked[before * cell : (before + positions) * cell].reshape(n, h, line, kh, F)
        self._copies: list[tuple[Array, Array]] = []
        for py, px, i in product((0, 1), (0, 1), range(kh)):
            # the error of line 2a + py belongs to input line 2a + py - top + i
            first = max(0, -((py - top + i) // 2))
            last = min(rows, (h - 1 - (py - top + i)) // 2 + 1)
            start = 2 * first + py - top + i
            target = image[:, start : start + 2 * (last - first) : 2, px : px + 2 * columns : 2, i]
            self._copies.append((target, dZ[py, px, :, first:last]))
        self._kernel = conv.W[:, ::-1].transpose(1, 0, 3, 2)
        self._turned = aligned_empty(self._kernel.shape, dZ.dtype)
        result = aligned_empty((in_each * kw, channels), dZ.dtype)
        inner = kw * cell
        height = parts_of(in_each, inner, channels, False)[0]
        weights = self._turned.reshape(inner, channels)
        self._products = [
            (
                stacked[offset * cell :][: in_each * inner].reshape(-1, height, inner),
                weights,
                result.reshape(-1, height, kw, channels)[:, :, offset],
            )
            for offset in range(kw)
        ]
        self.dX = result[:positions].reshape(n, h, line, channels)[:, :, :w]

    def run(self) -> Array:
        """dX for what now stands in dZ."""
        for target, errors in self._copies:
            np.copyto(target, errors)
        np.copyto(self._turned, self._kernel)
        for operands in self._products:
            np.matmul(*operands)
        return self.dX
