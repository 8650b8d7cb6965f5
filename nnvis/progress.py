"""Progress: how far a run is, in the words of the toolbar. Qt-free."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nnvis.history import History


@dataclass(frozen=True)
class Progress:
    """Epoch 3 of 5, batch 524 of 860, 52 % of the run, and what it will still take."""

    epoch: int  # counted from 1
    epochs: int
    batch: int
    batches_per_epoch: int
    fraction: float  # of the whole run
    seconds_left: float | None  # None: not known, or not running
    images_per_second: float | None


def progress(history: History, images: int, is_training: bool) -> Progress:
    """The progress of a run of `images` an epoch."""
    epochs = history.planned_epochs
    left = max(0.0, epochs - history.epoch) * images
    speed = history.images_per_second
    return Progress(
        epoch=max(1, math.ceil(history.epoch)),  # at 2.0 the second epoch is done, the third has not begun
        epochs=epochs,
        batch=history.batch,
        batches_per_epoch=history.batches_per_epoch,
        fraction=min(1.0, history.epoch / epochs) if epochs else 0.0,
        seconds_left=left / speed if is_training and speed else None,
        images_per_second=speed,
    )
