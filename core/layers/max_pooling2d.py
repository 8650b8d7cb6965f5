"""MaxPooling2D: of every window only the largest value goes on."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.buffers import Array
from core.equation import Equation
from core.layers.pooling2d import Pooling2D


@dataclass
class MaxPooling2D(Pooling2D):
    """Keeps the largest value of each window, channel by channel; of equal ones the first takes the error.

    Shapes: X (N, h, w, C) -> Y (N, rows, columns, C).
    """

    sentence: ClassVar[str] = "Keeps the largest value of each window."

    def forward(self, X: Array, training: bool = False) -> Array:
        self.check_input(X)
        self.X = X
        self._padded = self._windows.padded(X, self.buffers, fill=-math.inf)
        self.Y = self.buffers.get("Y", (len(X), *self._windows.places, X.shape[3]))
        first, *others = self._windows.cells(self._padded)
        np.copyto(self.Y, first)
        for cell in others:
            np.maximum(self.Y, cell, out=self.Y)
        return self.Y

    def backward(self, dY: Array) -> Array | None:
        self.dY = dY
        padded: Array = self.buffers.get("dX", self._padded.shape)
        padded.fill(0)
        waiting = self.buffers.get("waiting", dY.shape, bool)  # windows whose winner has not been met yet
        waiting.fill(True)
        won = self.buffers.get("won", dY.shape, bool)
        share: Array = self.buffers.get("share", dY.shape)
        for cell, error in zip(self._windows.cells(self._padded), self._windows.cells(padded), strict=True):
            np.equal(cell, self.Y, out=won)
            won &= waiting
            waiting ^= won
            error += np.multiply(dY, won, out=share)
        self.dX = self._windows.inner(padded)
        return self.dX

    def equation_functions(self) -> dict[str, Callable[..., Any]]:
        """windows(X): the cells of each window beside each other; scatter: each error back to its window's winner."""

        def windows(X: Array) -> Array:
            padded = self._windows.padded(X, self.buffers, fill=-math.inf)
            view = self._windows.view(np.ascontiguousarray(padded))
            return np.moveaxis(view, 5, 3).reshape(*view.shape[:3], view.shape[5], -1)

        def scatter(X: Array, dY: Array) -> Array:
            padded = np.zeros((len(X), *self._windows.padded(X, self.buffers).shape[1:]), dY.dtype)
            winners = windows(X).argmax(axis=-1)
            (down, right), width = self._windows.strides, self.pool_size[1]
            for n, row, column, channel in np.ndindex(*dY.shape):
                winner = winners[n, row, column, channel]
                y, x = row * down + winner // width, column * right + winner % width
                padded[n, y, x, channel] += dY[n, row, column, channel]
            return self._windows.inner(padded)

        return {"windows": windows, "scatter": scatter}

    def forward_equations(self) -> tuple[Equation, ...]:
        return (Equation("Y", "max(windows(X), axis=-1)", "of every window the largest"),)

    def backward_equations(self) -> tuple[Equation, ...]:
        return (Equation("dX", "scatter(X, dY)", "the error goes only to the cell that won"),)
