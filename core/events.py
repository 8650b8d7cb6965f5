"""What happens while training, as frozen values. `Trainer.run()` yields them in order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrainingStarted:
    """The run begins: `epochs` times `batches_per_epoch` updates on `images` samples."""

    epochs: int
    batches_per_epoch: int
    images: int


@dataclass(frozen=True, slots=True)
class BatchDone:
    """One update is done. Loss and accuracy are those of the batch before the update.

    `step` counts batches from 1 over the run, `batch` from 1 within the epoch, `epoch` from 0. `position` is where the
    run then stands, in epochs: 1.5 is in the middle of the second.
    """

    step: int
    epoch: int
    batch: int
    size: int
    loss: float
    accuracy: float
    learning_rate: float
    position: float


@dataclass(frozen=True, slots=True)
class ValidationDone:
    """The network after `step` updates, measured on `count` validation samples; `epoch` is a position such as 1.5."""

    step: int
    epoch: float
    loss: float
    accuracy: float
    count: int


@dataclass(frozen=True, slots=True)
class EpochDone:
    """An epoch is over. `loss` and `accuracy` are running averages over it, while the weights were moving."""

    epoch: int
    step: int
    loss: float
    accuracy: float
    val_loss: float | None
    val_accuracy: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class TrainingDone:
    """The run is over: all epochs are done, or early stopping ended it.

    `best_epoch` (from 0) is the epoch whose weights were brought back, if they were.
    """

    step: int
    epochs: int
    stopped_early: bool = False
    best_epoch: int | None = None


Event = TrainingStarted | BatchDone | ValidationDone | EpochDone | TrainingDone
