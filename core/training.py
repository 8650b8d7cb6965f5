"""The training loop, as a generator of frozen events.

    for event in Trainer(model, x, y, batch_size=64, epochs=5).run():
        ...

Whoever iterates is in command: not asking for the next event is a pause, and after each batch the loop can be left.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import numpy as np

from core import schedules
from core.buffers import Array, Buffers
from core.divergence import DivergenceGuard
from core.early_stopping import EarlyStopping
from core.errors import ConfigError, DivergenceError, ShapeError
from core.evaluation import PixelScaling, evaluate
from core.events import BatchDone, EpochDone, Event, TrainingDone, TrainingStarted, ValidationDone
from core.metrics import are_classes, predicted_classes, true_classes
from core.optimizers import Optimizer
from core.schedules import Schedule
from core.sequential import Sequential

__all__ = ["BatchDone", "EpochDone", "Event", "Trainer", "TrainingDone", "TrainingStarted", "ValidationDone"]


class ImageAugmentation(Protocol):
    """Varies images at random while training (core.data.Augmentation)."""

    @property
    def is_active(self) -> bool:
        """Whether it changes anything."""
        ...

    def apply(self, images: Array, rng: np.random.Generator, out: Array | None = None) -> Array:
        """float32 images in the range of the given ones, into `out` if given."""
        ...


class Trainer:
    """Trains a built and compiled model on samples x with labels or targets y.

    x is float (N, *input_shape), or uint8 together with a `scaling`, which is then applied batch by batch. The order of
    the samples is drawn anew each epoch from `seed`; the last short batch is kept. With `validation_data` the network
    is measured before the first batch and `validations_per_epoch` times in each epoch. `class_weight` says how much the
    samples of a class count in loss and gradient. An `augmentation` varies the training images, never the ones that are
    validated with.

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
        schedule: str | Schedule | None = None,
        early_stopping: EarlyStopping | None = None,
        class_weight: Mapping[int, float] | None = None,
        augmentation: ImageAugmentation | None = None,
    ) -> None:
        model.require_built()
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
        if early_stopping is not None and validation_data is None:
            raise ConfigError(
                "Early stopping watches validation data, but there is none. Set some apart, or turn it off."
            )
        self.model = model
        self.x = x
        self.targets = model.targets(y)
        self.labels = true_classes(y)
        self._has_classes = are_classes(y, model.output_shape[-1])
        self.weights = self._weights(class_weight)
        self.batch_size = min(batch_size, len(x))
        self.epochs = epochs
        self.validation_data = validation_data
        self.shuffle = shuffle
        self.scaling = scaling
        self.schedule = schedules.get(schedule)
        self.early_stopping = early_stopping
        self.augmentation = augmentation
        self.step = 0
        self.epochs_done = 0
        self.batches_per_epoch = math.ceil(len(x) / self.batch_size)
        self.validations_per_epoch = max(1, validations_per_epoch)
        self._batch = 0  # batches done of the epoch under way; 0 between epochs
        self._loss_sum = self._accuracy_sum = 0.0
        self._last_validation: ValidationDone | None = None
        self._measured = -1  # the step at which the network was measured last
        self._stopped = False
        self._next_batch_size = self.batch_size
        self._rng = np.random.default_rng([seed, len(model.layers)])  # a stream of its own, beside the layers'
        self._augmentation_rng = np.random.default_rng([seed, len(model.layers), 1])
        self._buffers = Buffers(model.dtype)
        self._guard = DivergenceGuard()
        self._epoch_state = self._rng.bit_generator.state

    def state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Everything that `restore` needs to go on bit for bit, as JSON-ready values and as arrays.

        To be asked between two events. The model's weights are not part of it.
        """
        optimizer, stopping, done = self.model.optimizer, self.early_stopping, self._last_validation
        measures = [done.step, done.epoch, done.loss, done.accuracy, done.count] if done else []
        values = {
            "step": self.step, "epochs_done": self.epochs_done, "epochs": self.epochs, "batch": self._batch,
            "batch_size": self.batch_size, "next_batch_size": self._next_batch_size, "stopped": self._stopped,
            "loss_sum": self._loss_sum, "accuracy_sum": finite_or_none(self._accuracy_sum), "measured": self._measured,
            "last_validation": [finite_or_none(number) for number in measures],
            "first_loss": finite_or_none(self._guard.first_loss),
            "order": self._rng.bit_generator.state if self._batch == 0 else self._epoch_state,
            "augmentation": self._augmentation_rng.bit_generator.state,
            "layers": [layer.rng.bit_generator.state for layer in self.model.layers],
            "optimizer_steps": optimizer.steps, "schedule": self.schedule.state(),
            "early_stopping": stopping.state() if stopping else None,
        }  # fmt: skip
        arrays = {f"optimizer.{name}": vector for name, vector in optimizer.state.items()}
        if stopping is not None and stopping.best_weights is not None:
            arrays["best_weights"] = stopping.best_weights
        return values, arrays

    def restore(self, values: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        """Go on where a Trainer with the same data and recipe was left. The model must hold that moment's weights.

        Raises ConfigError when the state does not fit this model or these data.
        """
        try:
            self._restore(values, arrays)
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise ConfigError(f"This training cannot be gone on with: its state does not fit ({error}).") from None

    def _restore(self, values: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        optimizer, stopping = self.model.optimizer, self.early_stopping
        names = optimizer.state_names if values["optimizer_steps"] else ()  # before the first update there is no state
        vectors = {name: arrays[f"optimizer.{name}"] for name in names}
        if any(vector.shape != self.model.trainable.shape for vector in vectors.values()):
            raise ValueError("the optimizer's vectors have another length")
        self.step, self.epochs_done = count(values, "step"), count(values, "epochs_done")
        self.epochs, self._stopped = count(values, "epochs"), bool(values["stopped"])
        self.batch_size = count(values, "batch_size", 1, len(self.x))
        self._next_batch_size = count(values, "next_batch_size", 1, len(self.x))
        self.batches_per_epoch = math.ceil(len(self.x) / self.batch_size)
        self._batch = count(values, "batch", 0, self.batches_per_epoch)
        self._loss_sum, self._accuracy_sum = values["loss_sum"], number_or_nan(values["accuracy_sum"])
        self._measured, measures = values["measured"], [number_or_nan(number) for number in values["last_validation"]]
        self._last_validation = ValidationDone(*measures) if measures else None
        self._guard.first_loss = number_or_nan(values["first_loss"])
        self._epoch_state = values["order"]
        self._rng.bit_generator.state = values["order"]
        self._augmentation_rng.bit_generator.state = values["augmentation"]
        for layer, state in zip(self.model.layers, values["layers"], strict=True):
            layer.rng.bit_generator.state = state
        self.schedule.restore(values["schedule"])
        if stopping is not None and values["early_stopping"] is not None:
            stopping.restore(values["early_stopping"], arrays.get("best_weights"))
        optimizer.resume(values["optimizer_steps"], vectors)

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
        if self.validation_data is not None and self._measured < 0:
            self._measured = 0
            yield self._validation()
        try:
            while self.epochs_done < self.epochs and not self._stopped:
                yield from self._epoch(self.epochs_done)
        except DivergenceError:
            self.model.optimizer.reset()  # its averages are as infinite as the gradient was
            raise
        yield TrainingDone(self.step, self.epochs_done, self._stopped, self._bring_back_best())

    def _epoch(self, epoch: int) -> Iterator[Event]:
        """One epoch, from its start or from the batch where a restored run was left."""
        started = time.perf_counter()
        order = self._order()
        shares = range(1, self.validations_per_epoch + 1)
        measured_at = {round(self.batches_per_epoch * share / self.validations_per_epoch) for share in shares}
        model = self.model
        while True:
            is_over = self._batch == self.batches_per_epoch
            is_due = self.validation_data is not None and self._batch in measured_at and self._measured != self.step
            if is_over or is_due:
                self._guard.check_weights(self.step, model.parameters, model.optimizer.rate)
            if is_due:
                self._last_validation = validation = self._validation()
                self._measured = self.step
                yield validation
            if is_over:
                break
            index = order[self._batch * self.batch_size : (self._batch + 1) * self.batch_size]
            progress = (epoch + self._batch / self.batches_per_epoch) / self.epochs
            model.optimizer.rate_factor = self.schedule.factor(progress, epoch)
            loss, accuracy = self._train(index)
            self.step += 1
            self._batch += 1
            self._loss_sum += loss * len(index)
            self._accuracy_sum += accuracy * len(index)
            yield BatchDone(self.step, epoch, self._batch, len(index), loss, accuracy, model.optimizer.rate)
        done = self._last_validation
        event = EpochDone(
            epoch, self.step, self._loss_sum / len(self.x), self._accuracy_sum / len(self.x),
            done.loss if done else None, done.accuracy if done else None, time.perf_counter() - started,
        )  # fmt: skip
        self.epochs_done, self._batch = epoch + 1, 0
        if done is not None:
            self._observe(epoch, done)
        yield event

    def _order(self) -> Array:
        """The order of the samples in the epoch under way, drawn anew at its start."""
        if self._batch == 0:
            self.batch_size = self._next_batch_size
            self.batches_per_epoch = math.ceil(len(self.x) / self.batch_size)
            self._loss_sum = self._accuracy_sum = 0.0
            self._epoch_state = self._rng.bit_generator.state
        else:
            self._rng.bit_generator.state = self._epoch_state
        return self._rng.permutation(len(self.x)) if self.shuffle else np.arange(len(self.x))

    def _observe(self, epoch: int, validation: ValidationDone) -> None:
        """Let those who listen to the validation at an epoch's end draw their conclusions."""
        self.schedule.observe(validation.loss)
        if self.early_stopping is not None:
            self._stopped = self.early_stopping.observe(
                epoch, validation.loss, validation.accuracy, self.model.parameters
            )

    def _bring_back_best(self) -> int | None:
        """Put the best weights back into the model, if early stopping kept any; their epoch."""
        stopping = self.early_stopping
        if stopping is None or stopping.best_weights is None:
            return None
        np.copyto(self.model.parameters, stopping.best_weights)
        return stopping.best_epoch

    def _train(self, index: Array) -> tuple[float, float]:
        """One update on the samples of this index: loss and accuracy before it."""
        model = self.model
        X = self._gather(index)
        T = self.targets.take(index, 0)
        labels = self.labels.take(index)
        weights = None if self.weights is None else self.weights.take(labels)
        with np.errstate(all="ignore"):  # an overflow is told by DivergenceError, once and in words
            loss, Y = model.fast_forward_backward(X, T, weights)
            self._guard.check(loss, self.step + 1, X, model.parameters, model.optimizer.rate)
            model.optimizer.step(model.trainable, model.gradient)
        right = int(np.count_nonzero(predicted_classes(Y) == labels)) if self._has_classes else math.nan
        return loss, right / len(index)

    def _gather(self, index: Array) -> Array:
        """The samples of this index as one float batch, in a buffer that is reused."""
        shape = (len(index), *self.x.shape[1:])
        X: Array = self._buffers.get("X", shape)
        varied = self.augmentation is not None and self.augmentation.is_active
        # mode="clip" skips a bounds check that costs as much as the copy; a permutation cannot be out of bounds
        if self.scaling is None and self.x.dtype == self.model.dtype and not varied:
            return self.x.take(index, 0, out=X, mode="clip")
        raw = self.x.take(index, 0, out=self._buffers.get("raw", shape, self.x.dtype.type), mode="clip")
        if self.augmentation is not None and varied:
            raw = self.augmentation.apply(raw, self._augmentation_rng, self._buffers.get("varied", shape, np.float32))
        if self.scaling is not None:
            return self.scaling.apply(raw, out=X)
        np.copyto(X, raw, casting="unsafe")
        return X

    def _weights(self, class_weight: Mapping[int, float] | None) -> Array | None:
        """The weight of each class as an array, or None when all count alike. Raises ConfigError for a bad weight."""
        if not class_weight:
            return None
        classes = max(2, self.model.output_shape[-1])
        weights = np.ones(classes, self.model.dtype)
        for label, weight in class_weight.items():
            if not 0 <= label < classes or not (math.isfinite(weight) and weight >= 0):
                raise ConfigError(
                    f"Class {label} cannot have weight {weight}. Classes run from 0 to {classes - 1}, weights from 0."
                )
            weights[label] = weight
        return weights

    def _validation(self) -> ValidationDone:
        assert self.validation_data is not None
        with np.errstate(all="ignore"):
            result = evaluate(self.model, *self.validation_data, self.scaling)
        position = self.epochs_done + self._batch / self.batches_per_epoch
        return ValidationDone(self.step, position, result.loss, result.accuracy, result.count)


def finite_or_none(number: float) -> float | None:
    """For JSON, which knows neither NaN nor infinity."""
    return number if math.isfinite(number) else None


def count(values: Mapping[str, Any], name: str, low: int = 0, high: int = 2**53) -> int:
    """A whole number that was read from a file. Raises ValueError when it cannot be one of these."""
    value = values[name]
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{name} is {value!r}")
    return value


def number_or_nan(number: Any) -> Any:
    """The way back from `finite_or_none`."""
    return math.nan if number is None else number
