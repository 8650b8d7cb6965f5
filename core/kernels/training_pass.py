"""The passes of a whole stack as fast as they go: with kernels, and in pieces where that pays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.buffers import Array, Buffers
from core.kernels import dense, softmax_crossentropy
from core.kernels.dense import DenseKernel
from core.kernels.softmax_crossentropy import SoftmaxCrossentropy
from core.kernels.steps import plan
from core.losses import Loss

if TYPE_CHECKING:
    from core.sequential import Sequential

PIECE = 16  # samples; more and a convolution's working arrays outgrow the caches, fewer and calls take over


class TrainingPass:
    """What `Sequential.fast_forward_backward` and `fast_forward` do, for one built stack.

    The same loss, outputs and gradient as layer by layer, up to round-off. `piece` is the number of samples at which
    the working arrays of a large stack stay in the cache, None for a small one.
    """

    def __init__(self, model: Sequential) -> None:
        self.steps = plan(model.layers)
        self.piece = PIECE if any(layer.best_in_pieces for layer in model.layers) else None
        self._trains_in_pieces = self.piece is not None and not any(layer.mixes_samples for layer in model.layers)
        self._buffers = Buffers(model.dtype)
        last = model.layers[-1]
        self._last = DenseKernel(last) if dense.fits(last) else None
        self._end: SoftmaxCrossentropy | None = None

    def forward(self, model: Sequential, X: Array) -> Array:
        """Outputs for one batch while nothing is learned; the last layer itself gives them.

        A small stack goes through its layers, which costs little more and leaves all their arrays to be looked at.
        """
        for step in self.steps[:-1] if self.piece else model.layers[:-1]:
            X = step.forward(X, False)
        return model.layers[-1].forward(X)

    def forward_backward(
        self, model: Sequential, X: Array, T: Array, weights: Array | None = None
    ) -> tuple[float, Array]:
        """The mean loss and the outputs of one batch; fills the model's gradient."""
        if len(X) <= PIECE or not self._trains_in_pieces:
            return self._whole(model, X, T, weights)
        # loss and gradient are the means of the pieces', of which a last short one counts less
        outputs: Array = self._buffers.get("outputs", (len(X), *model.output_shape))
        total: Array = self._buffers.get("total", model.gradient.shape)
        loss = 0.0
        for start in range(0, len(X), PIECE):
            piece = slice(start, start + PIECE)
            part = None if weights is None else weights[piece]
            value, outputs[piece] = self._whole(model, X[piece], T[piece], part)
            if start + PIECE > len(X):
                share = (len(X) - start) / PIECE
                value *= share
                model.gradient *= share
            loss += value
            if start + PIECE < len(X):
                np.copyto(total, model.gradient) if start == 0 else np.add(total, model.gradient, out=total)
        np.add(total, model.gradient, out=model.gradient)
        model.gradient *= PIECE / len(X)
        return loss * PIECE / len(X), outputs

    def _whole(self, model: Sequential, X: Array, T: Array, weights: Array | None) -> tuple[float, Array]:
        end, last = self._end_for(model.loss), self._last
        if end is None or last is None:
            return model.both_passes(self.steps, X, T, True, weights)
        below = self.steps[:-1]
        for step in below:
            X = step.forward(X, True)
        loss, Y, dZ = end.forward_backward(last.scores(X), T, weights)
        error = last.backward_from_scores(dZ)
        for step in reversed(below):
            if error is None:
                break
            error = step.backward(error)
        return loss + model.penalty(), Y

    def _end_for(self, loss: Loss) -> SoftmaxCrossentropy | None:
        """The kernel for the end of the network, if there is one for its last activation and this loss."""
        if self._end is None or self._end.loss is not loss:
            fits = self._last is not None and softmax_crossentropy.fits(self._last.layer.function, loss)
            self._end = SoftmaxCrossentropy(loss) if fits else None
        return self._end
