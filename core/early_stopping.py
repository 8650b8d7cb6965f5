"""Early stopping: end a run that no longer improves on validation data, and go back to its best weights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from core.buffers import Array
from core.hyper import Configurable, Hyper, checked_values, hyper


@dataclass
class EarlyStopping(Configurable):
    """Watches the validation loss or accuracy at the end of each epoch. Names as in Keras's callback."""

    monitor: str = hyper("val_loss", title="Watches", choices=("val_loss", "val_accuracy"), help="What must improve.")
    patience: int = hyper(3, low=1, high=1000, unit="epochs", help="How long without improvement until the run ends.")
    min_delta: float = hyper(0.0, low=0, high=10, advanced=True, help="Less than this is no improvement.")
    stop: bool = hyper(
        True, title="Ends the run", advanced=True,
        help="End the run; if not, only the best weights are brought back at its end.",
    )  # fmt: skip
    restore_best_weights: bool = hyper(
        True, title="Keep the best", advanced=True, help="At the end, go back to the weights of the best epoch."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self.best = -math.inf
        self.best_epoch: int | None = None
        self.best_weights: Array | None = None
        self.waited = 0

    def observe(self, epoch: int, val_loss: float, val_accuracy: float, parameters: Array) -> bool:
        """Take note of an epoch's end; True when the run should stop. Keeps a copy of the best parameters."""
        score = -val_loss if self.monitor == "val_loss" else val_accuracy
        if math.isnan(score):
            score = -math.inf
        if score > self.best + self.min_delta or self.best_epoch is None:
            self.best, self.best_epoch, self.waited = score, epoch, 0
            self.best_weights = parameters.copy() if self.restore_best_weights else None
            return False
        self.waited += 1
        return self.stop and self.waited >= self.patience

    def state(self) -> dict[str, Any]:
        """What has been seen so far, to go on later."""
        return {
            "best": self.best if math.isfinite(self.best) else None,
            "best_epoch": self.best_epoch,
            "waited": self.waited,
        }

    def restore(self, state: object, best_weights: Array | None) -> None:
        """Go on from what `state` said. Raises ConfigError for anything else."""
        declared = (
            Hyper("best", None, "float", optional=True), Hyper("best_epoch", None, "int", low=0, optional=True),
            Hyper("waited", 0, "int", low=0),
        )  # fmt: skip
        best, self.best_epoch, self.waited = checked_values(declared, state, "EarlyStopping").values()
        self.best = -math.inf if best is None else best
        self.best_weights = best_weights
