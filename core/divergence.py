"""Noticing that a run explodes, and keeping weights to return to."""

from __future__ import annotations

import math

import numpy as np

from core.buffers import Array
from core.errors import DivergenceError

EXPLODED = 1e6  # times the first loss: no network finds back from there
SUSPICIOUS = 20.0  # times the first loss: from here on the weights are kept before every update
KEEP_EVERY = 50  # batches between two copies of the weights otherwise


class DivergenceGuard:
    """Watches the loss of each batch: cheap while all is well, careful once it is not."""

    def __init__(self) -> None:
        self.first_loss = math.nan
        self._kept: Array | None = None

    def check(self, loss: float, step: int, parameters: Array, learning_rate: float) -> None:
        """Called before update `step` (from 1) with the loss that `parameters` gave.

        Raises DivergenceError when the loss is not finite or has exploded; `parameters` then hold the last finite
        weights.
        """
        if math.isnan(self.first_loss):
            self.first_loss = loss if math.isfinite(loss) else 1.0
        usual = max(1.0, self.first_loss)
        if math.isfinite(loss) and loss <= EXPLODED * usual:
            if step % KEEP_EVERY == 1 or loss > SUSPICIOUS * usual:
                if self._kept is None:
                    self._kept = np.empty_like(parameters)
                np.copyto(self._kept, parameters)
            return
        if self._kept is not None and not np.isfinite(parameters).all():
            np.copyto(parameters, self._kept)
        raise DivergenceError(
            f"The loss went from {self.first_loss:.3g} to {loss:.3g} at batch {step}, with learning rate "
            f"{learning_rate:g}. Set a smaller learning rate and start again.",
            step=step,
            first_loss=self.first_loss,
            loss=loss,
        )
