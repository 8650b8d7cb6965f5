"""Noticing that a run explodes, and keeping weights to return to."""

from __future__ import annotations

import math
from typing import Literal, NoReturn

import numpy as np

from core.buffers import Array
from core.errors import DivergenceError

Cause = Literal["rate", "data", "weights"]  # see DivergenceError

EXPLODED = 1e6  # times the first loss: no network finds back from there
SUSPICIOUS = 20.0  # times the first loss: from here on the weights are kept before every update
KEEP_EVERY = 50  # batches between two copies of the weights otherwise


class DivergenceGuard:
    """Watches the loss of each batch: cheap while all is well, careful once it is not."""

    def __init__(self) -> None:
        self.first_loss = math.nan
        self._kept: Array | None = None

    def check(self, loss: float, step: int, X: Array, parameters: Array, learning_rate: float) -> None:
        """Called before update `step` (from 1) with the loss that `parameters` gave on the samples X.

        Raises DivergenceError when the loss is not finite or has exploded; `parameters` then hold the last finite
        weights.
        """
        if math.isnan(self.first_loss) and math.isfinite(loss):
            self.first_loss = loss
        usual = max(1.0, self.first_loss)  # 1 as long as there is none
        if math.isfinite(loss) and loss <= EXPLODED * usual:
            if self._kept is None or step % KEEP_EVERY == 1 or loss > SUSPICIOUS * usual:
                if self._kept is None:
                    self._kept = np.empty_like(parameters)
                np.copyto(self._kept, parameters)
            return
        cause: Cause = "rate"
        if not np.isfinite(X).all():
            cause = "data"
            what = f"The samples of batch {step} contain values that are not finite numbers. Remove or replace them"
        elif math.isnan(self.first_loss):
            cause = "weights"
            what = f"The first loss is {loss:.3g}: the first weights are far too large. Draw smaller ones"
        else:
            what = (
                f"The loss went from {self.first_loss:.3g} to {loss:.3g} at batch {step}, with learning rate "
                f"{learning_rate:g}. Set a smaller learning rate"
            )
        self._give_up(what, loss, step, parameters, cause)

    def check_weights(self, step: int, parameters: Array, learning_rate: float) -> None:
        """Called where no loss will tell what update `step` did: before the network is measured or handed over."""
        if not np.isfinite(parameters).all():
            what = f"Update {step} made weights infinite, with learning rate {learning_rate:g}. Set a smaller one"
            self._give_up(what, math.nan, step, parameters, "rate")

    def _give_up(self, what: str, loss: float, step: int, parameters: Array, cause: Cause) -> NoReturn:
        if self._kept is not None and not np.isfinite(parameters).all():
            np.copyto(parameters, self._kept)
        raise DivergenceError(f"{what} and start again.", step=step, first_loss=self.first_loss, loss=loss, cause=cause)
