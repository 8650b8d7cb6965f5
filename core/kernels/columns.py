"""All windows of a batch as rows of one matrix, phase by phase; laid out once for a batch size, filled each step.

The phases are the four places in a 2x2 pooling window. The rows of one phase lie together, so that pooling is three
maxima of whole matrices.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from core.buffers import Array, aligned_empty
from core.layers.window import Windows


class Columns:
    """Fills `matrix` (4 * N * rows * columns, kh * kw * C), where rows and columns count the pooling windows."""

    def __init__(self, windows: Windows, count: int, channels: int, dtype: np.dtype[Any]) -> None:
        (kh, kw), (height, width) = windows.size, windows.image
        (top, bottom), (left, right) = windows.border
        padded = np.zeros((count, height + top + bottom, width + left + right, channels), dtype)
        self._image = windows.inner(padded)
        n, h, w, c = padded.strides
        pools, steps = (count, windows.places[0] // 2, windows.places[1] // 2), (n, 2 * h, 2 * w)
        if channels > 1:
            columns = aligned_empty((2, 2, *pools, kh, kw, channels), dtype)
            self._copies = [(columns, as_strided(padded, columns.shape, (h, w, *steps, h, w, c)))]
            self.matrix = columns.reshape(-1, kh * kw * channels)
        else:
            # With one channel a window's row is only kw numbers long, and copying it slow. Neighbouring pooling windows
            # see few different pictures, each a plane here; from there all goes in long runs. The matrix then lies on
            # its side, which BLAS takes as well.
            planes = aligned_empty((kh + 1, kw + 1, *pools), dtype)
            columns = aligned_empty((kh, kw, 2, 2, *pools), dtype)
            down, across, *rest = planes.strides
            self._copies = [
                (planes, as_strided(padded, planes.shape, (h, w, *steps))),
                (columns, as_strided(planes, columns.shape, (down, across, down, across, *rest))),
            ]
            self.matrix = columns.reshape(kh * kw, -1).T

    def fill(self, X: Array) -> None:
        """Lay out the windows of X (N, h, w, C)."""
        np.copyto(self._image, X)
        for target, source in self._copies:
            np.copyto(target, source)
