"""Softmax and cross-entropy in one: the loss, the outputs and dZ = (Y - T) / N, with every exponential taken once."""

from __future__ import annotations

import numpy as np

from core.activations import ActivationFunction, Softmax
from core.buffers import Array, Buffers
from core.losses import CategoricalCrossentropy, Loss, SparseCategoricalCrossentropy


def fits(function: ActivationFunction | None, loss: Loss) -> bool:
    """Whether a network ends with what this kernel computes: a softmax of scores (N, classes) and its cross-entropy."""
    # a loss derived from these may do something else
    return type(function) is Softmax and type(loss) in (CategoricalCrossentropy, SparseCategoricalCrossentropy)


class SoftmaxCrossentropy:
    """Stands for the activation of the last layer and for the loss."""

    def __init__(self, loss: Loss) -> None:
        self.loss = loss
        self.buffers = Buffers()
        self._shape: tuple[int, ...] = ()  # of the scores that `_arrays` fit
        self._dtype = self.buffers.dtype

    def forward_backward(self, Z: Array, T: Array, weights: Array | None = None) -> tuple[float, Array, Array]:
        """The mean loss of the batch, Y and dZ, both in buffers.

        Shapes: Z (N, classes), T as the loss encodes it, `weights` (N,) -> Y (N, classes), dZ (N, classes).
        """
        loss, count = self.loss, len(Z)
        loss.check(Z, T)
        if Z.shape != self._shape or Z.dtype != self._dtype:
            self._lay_out(Z)
        row, S, Y, dZ, ones, sums = self._arrays
        np.maximum.reduce(Z, axis=1, keepdims=True, out=row)
        np.subtract(Z, row, out=S)  # the largest score of each row at 0: no exponential overflows
        np.exp(S, out=Y)
        np.dot(Y, ones, out=sums)  # BLAS sums short rows faster than add.reduce; `row` is the same memory
        Y /= row
        logs = np.log(sums, out=sums)
        if isinstance(loss, CategoricalCrossentropy):
            T = loss.smoothed(T)
            np.subtract(Y, T, out=dZ)
            true = np.vdot(T, S) if weights is None else weights @ np.einsum("nk,nk->n", T, S)
        else:
            places = np.arange(count), T.reshape(count)
            np.copyto(dZ, Y)
            dZ[places] -= 1
            true = np.add.reduce(S[places]) if weights is None else weights @ S[places]
        dZ *= 1 / count
        if weights is None:
            return float(np.add.reduce(logs) - true) / count, Y, dZ
        dZ *= weights[:, None]
        return float(weights @ logs - true) / count, Y, dZ

    def _lay_out(self, Z: Array) -> None:
        """Find the working arrays for scores of this shape and precision."""
        (count, classes), kind = Z.shape, Z.dtype.type
        get = self.buffers.get
        row: Array = get("row", (count, 1), kind)
        ones: Array = get("ones", (classes,), kind)
        ones.fill(1)
        self._arrays = row, *(get(name, Z.shape, kind) for name in ("S", "Y", "dZ")), ones, row.reshape(count)
        self._shape, self._dtype = Z.shape, Z.dtype
