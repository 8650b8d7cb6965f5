"""AveragePooling2D: every window is replaced by its mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.buffers import Array
from core.equation import Equation
from core.layers.base import Shape
from core.layers.pooling2d import Pooling2D


@dataclass
class AveragePooling2D(Pooling2D):
    """The mean of each window, channel by channel; cells of the border do not count.

    Shapes: X (N, h, w, C) -> Y (N, rows, columns, C).
    """

    sentence: ClassVar[str] = "Replaces each window by its mean."

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: Any = np.float32) -> Shape:
        output_shape = super().build(input_shape, rng, dtype)
        high, wide = self._windows.cells_inside
        # how many cells of the image each window sees: (1, rows, columns, 1)
        self._counts = np.outer(high, wide)[None, :, :, None].astype(dtype)
        return output_shape

    def forward(self, X: Array, training: bool = False) -> Array:
        self.check_input(X)
        self.X = X
        self._padded = self._windows.padded(X, self.buffers)
        self.Y = self.buffers.get("Y", (len(X), *self._windows.places, X.shape[3]))
        first, *others = self._windows.cells(self._padded)
        np.copyto(self.Y, first)
        for cell in others:
            self.Y += cell
        self.Y /= self._counts
        return self.Y

    def backward(self, dY: Array) -> Array | None:
        self.dY = dY
        padded: Array = self.buffers.get("dX", self._padded.shape)
        padded.fill(0)
        share = np.divide(dY, self._counts, out=self.buffers.get("share", dY.shape))
        for error in self._windows.cells(padded):
            error += share
        self.dX = self._windows.inner(padded)
        return self.dX

    def arrays(self) -> dict[str, Any]:
        return {**super().arrays(), "n": self._counts}

    def equation_functions(self) -> dict[str, Callable[..., Any]]:
        """windows(X): each window's cells beside each other; spread: each share back to all cells of its window."""

        def windows(X: Array) -> Array:
            view = self._windows.view(np.ascontiguousarray(self._windows.padded(X, self.buffers)))
            return np.moveaxis(view, 5, 3).reshape(*view.shape[:3], view.shape[5], -1)

        def spread(share: Array) -> Array:
            padded = np.zeros((len(share), *self._padded.shape[1:]), share.dtype)
            (down, right), (height, width) = self._windows.strides, self.pool_size
            for n, row, column in np.ndindex(*share.shape[:3]):
                y, x = row * down, column * right
                padded[n, y : y + height, x : x + width] += share[n, row, column]
            return self._windows.inner(padded)

        return {"windows": windows, "spread": spread}

    def forward_equations(self) -> tuple[Equation, ...]:
        return (Equation("Y", "sum(windows(X), axis=-1) / n", "the mean over the n cells of the window"),)

    def backward_equations(self) -> tuple[Equation, ...]:
        return (Equation("dX", "spread(dY / n)", "each cell gets its share of the error"),)
