"""The training loop, as a generator of frozen events.

    for event in Trainer(model, x, y, batch_size=64, epochs=5).run():
        ...

Whoever iterates is in command: not asking for the next event is a pause, and after each batch the loop can be left.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.buffers import Array, Buffers
from core.errors import ConfigError, DivergenceError, ShapeError
from core.evaluation import PixelScaling, evaluate
from core.metrics import predicted_classes, true_classes
from core.optimizers import Optimizer
from core.sequential import Sequential


@dataclass(frozen=True, slots=True)
class TrainingStarted:
    """The run begins: `epochs` times `batches_per_epoch` updates on `images` samples."""

    epochs: int
    batches_per_epoch: int
    images: int


@dataclass(frozen=True, slots=True)
class BatchDone:
    """One update is done. Loss and accuracy are those of the batch before the update.

    `step` counts batches from 1 over the run, `batch` from 1 within the epoch, `epoch` from 0.
    """

    step: int
    epoch: int
    batch: int
    size: int
    loss: float
    accuracy: float
    learning_rate: float


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
    """All epochs are over."""

    step: int
    epochs: int


Event = TrainingStarted | BatchDone | ValidationDone | EpochDone | TrainingDone


class ImageAugmentation(Protocol):
    """Varies images at random while training (core.data.Augmentation)."""

    @property
    def is_active(self) -> bool:
        """Whether it changes anything."""
        ...

    def apply(self, images: Array, rng: np.random.Generator, out: Array | None = None) -> Array:
        """float32 images in the range of the given ones, into `out` if given."""
        ...


EXPLODED = 1e6  # times the first loss: no network finds back from there
SUSPICIOUS = 20.0  # times the first loss: from here on the weights are kept before every update
KEEP_EVERY = 50  # batches between two copies of the weights otherwise


class Trainer:
    """Trains a built and compiled model on samples x with labels or targets y.

    x is float (N, *input_shape), or uint8 together with a `scaling`, which is then applied batch by batch. The order of
    the samples is drawn anew each epoch from `seed`; the last short batch is kept. With `validation_data` the network
    is measured before the first batch and `validations_per_epoch` times in each epoch. An `augmentation` varies the
    training images, never the ones that are validated with.

    Raises ShapeError and ConfigError when the data does not fit the model, before anything moves.
    """

    def __init__(
        self,
        model: Sequential,
        x: Array,
        y: Array,
        *,
        batch_size: int = 32,
        epochs: int = 1,
        validation_data: tuple[Array, Array] | None = None,
        validations_per_epoch: int = 1,
        shuffle: bool = True,
        seed: int = 0,
        scaling: PixelScaling | None = None,
        augmentation: ImageAugmentation | None = None,
    ) -> None:
        x, y = np.asarray(x), np.asarray(y)
        if len(x) != len(y):
            raise ShapeError(f"There are {len(x)} samples but {len(y)} labels. Give one label for each sample.")
        if not len(x):
            raise ConfigError("There are no samples to train on. Give at least one.")
        if batch_size < 1 or epochs < 1:
            raise ConfigError(f"Batch size {batch_size} and epochs {epochs} must both be at least 1.")
        if x.shape[1:] != model.input_shape:
            raise ShapeError(f"The model was built for samples of shape {model.input_shape} but gets {x.shape[1:]}.")
        if augmentation is not None and x.ndim != 4:
            raise ShapeError(f"Only images (N, H, W, C) can be augmented, not {x.shape}. Leave the augmentation out.")
        self.model = model
        self.x = x
        self.targets = model.loss.encode(y, model.output_shape[-1])
        if self.targets.dtype.kind == "f":
            self.targets = self.targets.astype(model.dtype, copy=False)
        self.labels = true_classes(y)
        self.batch_size = min(batch_size, len(x))
        self.epochs = epochs
        self.validation_data = validation_data
        self.shuffle = shuffle
        self.scaling = scaling
        self.augmentation = augmentation
        self.step = 0
        self.epochs_done = 0
        self._batch = 0  # of the epoch under way; 0 between epochs
        self.batches_per_epoch = math.ceil(len(x) / self.batch_size)
        self.validations_per_epoch = max(1, validations_per_epoch)
        self._rng = np.random.default_rng([seed, len(model.layers)])  # a stream of its own, beside the layers'
        self._augmentation_rng = np.random.default_rng([seed, len(model.layers), 1])
        self._buffers = Buffers(model.dtype)
        self._first_loss = math.nan
        self._kept: Array | None = None
        self._next_batch_size = self.batch_size

    def set_live(
        self,
        optimizer: Optimizer | None = None,
        *,
        batch_size: int | None = None,
        epochs: int | None = None,
        augmentation: ImageAugmentation | None = None,
    ) -> None:
        """Change a run that is under way; what is None stays.

        The augmentation and the live hyperparameters of `optimizer` (if it is of the kind in use) hold from the next
        batch on, the batch size from the next epoch. The run ends after `epochs` epochs in all, at the earliest with
        the present one.
        """
        current = self.model.optimizer
        if optimizer is not None and type(current) is type(optimizer):
            for declared in optimizer.hypers():
                if declared.live:
                    setattr(current, declared.name, getattr(optimizer, declared.name))
        if augmentation is not None and self.x.ndim == 4:
            self.augmentation = augmentation
        if batch_size is not None:
            self._next_batch_size = max(1, min(batch_size, len(self.x)))
        if epochs is not None:
            self.epochs = max(epochs, self.epochs_done + (self._batch > 0))

    def run(self) -> Iterator[Event]:
        """Train, one event at a time. Raises DivergenceError, with the last finite weights left in the model.

        After more epochs have been set (`set_live`), a run that was done goes on when it is run again.
        """
        yield TrainingStarted(self.epochs, self.batches_per_epoch, len(self.x))
        if self.validation_data is not None and not self.step:
            yield self._validation()
        while self.epochs_done < self.epochs:
            yield from self._epoch(self.epochs_done)
        yield TrainingDone(self.step, self.epochs)

    def _epoch(self, epoch: int) -> Iterator[Event]:
        started = time.perf_counter()
        self.batch_size = self._next_batch_size
        self.batches_per_epoch = math.ceil(len(self.x) / self.batch_size)
        order = self._rng.permutation(len(self.x)) if self.shuffle else np.arange(len(self.x))
        shares = range(1, self.validations_per_epoch + 1)
        measured_at = {round(self.batches_per_epoch * share / self.validations_per_epoch) for share in shares}
        loss_sum = accuracy_sum = 0.0
        validation: ValidationDone | None = None
        for batch in range(1, self.batches_per_epoch + 1):
            index = order[(batch - 1) * self.batch_size : batch * self.batch_size]
            loss, accuracy = self._train(index)
            self.step += 1
            self._batch = batch
            loss_sum += loss * len(index)
            accuracy_sum += accuracy * len(index)
            rate = self.model.optimizer.learning_rate
            yield BatchDone(self.step, epoch, batch, len(index), loss, accuracy, rate)
            if self.validation_data is not None and batch in measured_at:
                validation = self._validation()
                yield validation
        self.epochs_done, self._batch = epoch + 1, 0
        yield EpochDone(
            epoch, self.step, loss_sum / len(self.x), accuracy_sum / len(self.x),
            validation.loss if validation else None, validation.accuracy if validation else None,
            time.perf_counter() - started,
        )  # fmt: skip

    def _train(self, index: Array) -> tuple[float, float]:
        """One update on the samples of this index: loss and accuracy before it."""
        model = self.model
        X = self._gather(index)
        T = self.targets.take(index, 0)
        with np.errstate(all="ignore"):  # an overflow is told by DivergenceError, once and in words
            loss, Y = model.forward_backward(X, T)
            self._guard(loss)
            model.optimizer.step(model.trainable, model.gradient)
        accuracy = int(np.count_nonzero(predicted_classes(Y) == self.labels.take(index))) / len(index)
        return loss, accuracy

    def _gather(self, index: Array) -> Array:
        """The samples of this index as one float batch, in a buffer that is reused."""
        shape = (len(index), *self.x.shape[1:])
        # mode="clip" skips a bounds check that costs as much as the copy; a permutation cannot be out of bounds
        varied = self.augmentation is not None and self.augmentation.is_active
        if self.scaling is None and self.x.dtype == self.model.dtype and not varied:
            return self.x.take(index, 0, out=self._buffers.get("X", shape), mode="clip")
        raw = self.x.take(index, 0, out=self._buffers.get("raw", shape, self.x.dtype.type), mode="clip")
        if self.augmentation is not None and varied:
            raw = self.augmentation.apply(raw, self._augmentation_rng, self._buffers.get("varied", shape, np.float32))
        X: Array = self._buffers.get("X", shape)
        if self.scaling is not None:
            return self.scaling.apply(raw, out=X)
        np.copyto(X, raw, casting="unsafe")
        return X

    def _guard(self, loss: float) -> None:
        """Stop an exploding run, and keep weights to return to: cheap while all is well, every batch once it is not."""
        model = self.model
        if not self.step:
            self._first_loss = loss if math.isfinite(loss) else 1.0
        limit = max(1.0, self._first_loss)
        if math.isfinite(loss) and loss <= EXPLODED * limit:
            if self.step % KEEP_EVERY == 0 or loss > SUSPICIOUS * limit:
                if self._kept is None:
                    self._kept = np.empty_like(model.parameters)
                np.copyto(self._kept, model.parameters)
            return
        if self._kept is not None and not np.isfinite(model.parameters).all():
            np.copyto(model.parameters, self._kept)
        model.optimizer.reset()  # its averages are as infinite as the gradient was
        raise DivergenceError(
            f"The loss went from {self._first_loss:.3g} to {loss:.3g} at batch {self.step + 1}, with learning rate "
            f"{model.optimizer.learning_rate:g}. Set a smaller learning rate and start again.",
            step=self.step + 1, first_loss=self._first_loss, loss=loss,
        )  # fmt: skip

    def _validation(self) -> ValidationDone:
        assert self.validation_data is not None
        with np.errstate(all="ignore"):
            result = evaluate(self.model, *self.validation_data, self.scaling)
        position = self.epochs_done + self._batch / self.batches_per_epoch
        return ValidationDone(self.step, position, result.loss, result.accuracy, result.count)
