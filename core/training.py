"""The training loop, as a generator of frozen events.

    for event in Trainer(model, x, y, batch_size=64, epochs=5).run():
        ...

Whoever iterates is in command: not asking for the next event is a pause, and after each batch the loop can be left.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from core import schedules
from core.batch_place import BatchPlace
from core.buffers import Array
from core.divergence import DivergenceGuard
from core.early_stopping import EarlyStopping
from core.errors import ConfigError, DivergenceError
from core.evaluation import Evaluation, PixelScaling, evaluate
from core.events import BatchDone, EpochDone, Event, TrainingDone, TrainingStarted, ValidationDone
from core.hyper import Hyper, checked_values
from core.layers.base import Layer
from core.mixture import Mixture, check_share
from core.optimizers import Optimizer
from core.samples import Batch, ImageAugmentation, Samples
from core.schedules import Schedule
from core.sequential import Sequential

__all__ = ["BatchDone", "EpochDone", "Event", "Trainer", "TrainingDone", "TrainingStarted", "ValidationDone"]

PLACE = (  # how far a run has come: attributes of the Trainer that are saved
    Hyper("step", 0, "int", low=0),
    Hyper("epochs", 1, "int", low=1),
    Hyper("epochs_done", 0, "int", low=0),
    Hyper("batch", 0, "int", low=0),
    Hyper("seen", 0, "int", low=0),
    Hyper("batch_size", 1, "int", low=1),
    Hyper("loss_sum", 0.0, "float"),
    Hyper("right", 0, "int", low=0),
    Hyper("validations", -1, "int", low=-1),
    Hyper("stopped", False, "bool"),
)
VALIDATION = (  # None stands for what is not finite
    Hyper("step", 0, "int", low=0),
    Hyper("epoch", 0.0, "float", low=0),
    Hyper("loss", None, "float", optional=True),
    Hyper("accuracy", None, "float", optional=True),
    Hyper("count", 1, "int", low=1),
)


class Trainer:
    """Trains a built and compiled model on samples x with labels or targets y.

    x is float (N, *input_shape), or uint8 together with a `scaling`, which is then applied batch by batch. The order of
    the samples is drawn anew each epoch from `seed`; the last short batch is kept. With `validation_data` the network
    is measured before the first batch and `validations_per_epoch` times in each epoch. `class_weight` says how much the
    samples of a class count in loss and gradient. An `augmentation` varies the training images, never the ones that are
    validated with. The samples `mixed_in` take the place of a share of every batch, from the first to the last. With
    `rows` only those samples of x are trained on, without a copy of them; y has a label for each row.

    Raises ShapeError and ConfigError when the data does not fit the model, before anything moves.
    """

    def __init__(
        self,
        model: Sequential,
        x: Array,
        y: Array,
        *,
        rows: Array | None = None,
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
        mixed_in: Mixture | None = None,
    ) -> None:
        model.require_built()
        self.samples = Samples(model, x, y, scaling, augmentation, class_weight, mixed_in, rows)
        if batch_size < 1 or epochs < 1:
            raise ConfigError(f"Batch size {batch_size} and epochs {epochs} must both be at least 1.")
        if early_stopping is not None:
            if validation_data is None:
                raise ConfigError(
                    "Early stopping watches validation data, but there is none. Set some apart, or turn it off."
                )
            if early_stopping.monitor == "val_accuracy" and not self.samples.answers.per_sample:
                raise ConfigError("There is no accuracy where targets are numbers to be met. Let it watch val_loss.")
        self.model = model
        self.validation_data = validation_data
        self.validations_per_epoch = max(1, validations_per_epoch)
        self.shuffle = shuffle
        self.schedule = schedules.get(schedule)
        self.early_stopping = early_stopping
        self.epochs = int(epochs)  # int: NumPy's own numbers cannot be written as JSON
        self.batch_size = min(int(batch_size), len(self.samples))
        self.step = 0
        self.epochs_done = 0
        self.batch = 0  # batches done of the epoch under way; 0 between epochs, as the next four
        self.seen = 0  # their samples
        self.loss_sum = 0.0
        self.right = 0
        self.validations = -1  # -1 before the very first one
        self.stopped = False
        self.evaluation: Evaluation | None = None  # the last validation in full, with its confusion matrix
        self.observe_validation: Callable[[], None] | None = None  # called after each piece of a validation
        self._last_validation: ValidationDone | None = None
        self._told: tuple[Optimizer, tuple[Layer, ...]] | None = None
        self._rng = np.random.default_rng([seed, len(model.layers)])  # a stream of its own, beside the layers'
        self._augmentation_rng = np.random.default_rng([seed, len(model.layers), 1])
        self._mixture_rng = np.random.default_rng([seed, len(model.layers), 2])
        self._order_state = self._rng.bit_generator.state
        self._guard = DivergenceGuard()

    @property
    def batches_per_epoch(self) -> int:
        """How many batches the epoch under way has, at the present batch size."""
        return self.batch + math.ceil((len(self.samples) - self.seen) / self.batch_size)

    # --- going on later ---------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Everything that `restore` needs to go on bit for bit: values ready for JSON, and arrays.

        To be asked between two events. The model's weights are not part of it.
        """
        optimizer, stopping, done = self.model.optimizer, self.early_stopping, self._last_validation
        state: dict[str, Any] = {
            "place": {declared.name: getattr(self, declared.name) for declared in PLACE},
            "last_validation": done and {
                "step": done.step, "epoch": done.epoch, "loss": _told(done.loss), "accuracy": _told(done.accuracy),
                "count": done.count,
            },
            "first_loss": _told(self._guard.first_loss),
            "order": self._order_state if self.seen else self._rng.bit_generator.state,
            "augmentation": self._augmentation_rng.bit_generator.state,
            "mixture": self._mixture_rng.bit_generator.state,
            "layers": [layer.rng.bit_generator.state for layer in self.model.layers],
            "schedule": self.schedule.state(),
            "early_stopping": stopping.state() if stopping else None,
            "optimizer_steps": optimizer.steps,
        }  # fmt: skip
        state |= {f"optimizer.{name}": vector for name, vector in optimizer.state.items()}
        if stopping is not None and stopping.best_weights is not None:
            state["best_weights"] = stopping.best_weights
        return state

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on where a Trainer with the same data and recipe was left. The model must hold that moment's weights.

        Raises ConfigError when the state does not fit this model or these data; this Trainer is then of no more use.
        """
        try:
            self._restore(state)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise ConfigError(f"This training cannot be gone on with: its state does not fit ({error}).") from None

    def _restore(self, state: Mapping[str, Any]) -> None:
        place = checked_values(PLACE, state["place"], "its place")
        most = len(self.samples)
        if place["seen"] > most or place["batch"] > place["seen"] or place["batch_size"] > most:
            raise ValueError(f"it was left after sample {place['seen']:,} of an epoch, but there are {most:,} samples")
        for name, value in place.items():
            setattr(self, name, value)
        self._last_validation = _validation_of(state["last_validation"])
        first_loss = Hyper("first_loss", None, "float", optional=True).checked(state["first_loss"], "its guard")
        self._guard.first_loss = math.nan if first_loss is None else first_loss
        _wind(self._rng, state["order"])
        self._order_state = state["order"]
        _wind(self._augmentation_rng, state["augmentation"])
        _wind(self._mixture_rng, state["mixture"])
        for layer, dice in zip(self.model.layers, state["layers"], strict=True):
            _wind(layer.rng, dice)
        self.schedule.restore(state["schedule"])
        stopping, optimizer = self.early_stopping, self.model.optimizer
        if stopping is not None and state["early_stopping"] is not None:
            best = state.get("best_weights")
            if best is not None and best.shape != self.model.parameters.shape:
                raise ValueError("the best weights are those of another model")
            stopping.restore(state["early_stopping"], best)
        steps = Hyper("steps", 0, "int", low=0).checked(state["optimizer_steps"], "its optimizer")
        names = optimizer.state_names if steps else ()  # before the first update there are no vectors
        vectors = {name: state[f"optimizer.{name}"] for name in names}
        if any(vector.shape != self.model.trainable.shape for vector in vectors.values()):
            raise ValueError("the optimizer's vectors have another length")
        optimizer.resume(steps, vectors)

    # --- changing course ----------------------------------------------------------------------------------------------

    def set_live(
        self,
        optimizer: Optimizer | None = None,
        *,
        layers: Sequence[Layer] | None = None,
        batch_size: int | None = None,
        epochs: int | None = None,
        augmentation: ImageAugmentation | None = None,
        mixed_share: float | None = None,
    ) -> None:
        """Change a run that is under way, from the next batch on; what is None stays.

        Of the optimizer and the layers the live hyperparameters are taken over, where they are of the kind in use. The
        run ends after `epochs` epochs in all, at the earliest with the present one. `mixed_share` is the share of every
        batch that comes from the samples mixed in, if there are any.
        """
        if optimizer is not None:
            self.model.optimizer.take_live(optimizer)
        if layers is not None and len(layers) == len(self.model.layers):
            for layer, changed in zip(self.model.layers, layers, strict=True):
                layer.take_live(changed)
        if augmentation is not None and self.samples.are_images:
            self.samples.augmentation = augmentation
        if mixed_share is not None and self.samples.mixer is not None:
            self.samples.mixer.share = check_share(mixed_share)
        if batch_size is not None:
            self.batch_size = max(1, min(batch_size, len(self.samples)))
        if epochs is not None:
            self.epochs = max(epochs, self.epochs_done + (self.batch > 0))

    # --- the loop -----------------------------------------------------------------------------------------------------

    def run(self) -> Iterator[Event]:
        """Train, one event at a time. Raises DivergenceError, with the last finite weights left in the model.

        After more epochs have been set (`set_live`), a run that was done goes on when it is run again.
        """
        yield TrainingStarted(self.epochs, self.batches_per_epoch, len(self.samples))
        if self.validation_data is not None and self.validations < 0:
            self.validations = 0
            yield self._validation()
        try:
            while self.epochs_done < self.epochs and not self.stopped:
                yield from self._epoch(self.epochs_done)
        except DivergenceError:
            self.model.optimizer.reset()  # its averages are as infinite as the gradient was
            raise
        yield TrainingDone(self.step, self.epochs_done, self.stopped, self._bring_back_best())

    def _epoch(self, epoch: int) -> Iterator[Event]:
        """One epoch, from its start or from the batch where a restored run was left."""
        started = time.perf_counter()
        order = self._order()
        if self.samples.mixer is not None:
            self.samples.mixer.begin(epoch)
        count, optimizer, accuracy = len(order), self.model.optimizer, self.samples.answers.accuracy
        while True:
            is_over, due = self.seen == count, self._validations_due()
            if is_over or due > self.validations:
                self._guard.check_weights(self.step, self.model.parameters, optimizer.rate)
            if due > self.validations:
                self._last_validation = validation = self._validation()
                self.validations = due
                yield validation
            if is_over:
                break
            index = order[self.seen : self.seen + self.batch_size]
            optimizer.rate_factor = self.schedule.factor_at((epoch + self.seen / count) / self.epochs, epoch)
            loss, right = self._train(index)
            self.step += 1
            self.batch += 1
            self.seen += len(index)
            self.loss_sum += loss * len(index)
            self.right += right
            yield BatchDone(
                self.step, epoch, self.batch, len(index), loss, accuracy(right, len(index)), optimizer.rate,
                epoch + self.seen / count,
            )  # fmt: skip
        done = self._last_validation
        event = EpochDone(
            epoch, self.step, self.loss_sum / count, accuracy(self.right, count),
            done.loss if done else None, done.accuracy if done else None, time.perf_counter() - started,
        )  # fmt: skip
        self.epochs_done = epoch + 1
        self.batch = self.seen = 0
        self.validations = min(self.validations, 0)
        if done is not None:
            self._observe(epoch, done)
        yield event

    def place(self) -> BatchPlace | None:
        """Where the next update is in the run; to be asked between two events. None after early stopping."""
        if self.stopped:
            return None
        count, model = len(self.samples), self.model
        is_new = self.seen in (0, count)  # of an epoch that is over, only its end remains to be told
        epoch, seen = self.epochs_done + (self.seen == count), 0 if is_new else self.seen
        mixer, (optimizer, layers) = self.samples.mixer, self._hyperparameters()
        return BatchPlace(
            self.step, epoch, seen, self.batch_size,
            self.schedule.factor_at(min(1.0, (epoch + seen / count) / self.epochs), epoch),
            self._rng.bit_generator.state if is_new else self._order_state,
            self._augmentation_rng.bit_generator.state, self._mixture_rng.bit_generator.state,
            mixer.share if mixer else 0.0, self.samples.augmentation, optimizer, model.optimizer.steps, layers,
            tuple(layer.rng.bit_generator.state for layer in model.layers),
        )  # fmt: skip

    def _hyperparameters(self) -> tuple[Optimizer, tuple[Layer, ...]]:
        """Those of now, as values. All places share them until they are changed: hundreds of copies took megabytes."""
        model, told = self.model, self._told
        if told is None or told[0] != model.optimizer or told[1] != tuple(model.layers):
            self._told = told = model.optimizer.replace(), tuple(layer.replace() for layer in model.layers)
        return told

    def batch_at(self, place: BatchPlace) -> Batch:
        """Copies of the batch at a place of this training; nothing moves. To be asked between two events."""
        generators = (self._rng, self._augmentation_rng, self._mixture_rng)
        kept = [generator.bit_generator.state for generator in generators]
        samples, mixer = self.samples, self.samples.mixer
        settings = samples.augmentation, (mixer.share, mixer.choice) if mixer else None
        try:
            for generator, state in zip(generators, (place.order, place.variation, place.mixing), strict=True):
                generator.bit_generator.state = state
            samples.augmentation = place.augmentation
            if mixer is not None:
                mixer.share, mixer.choice = place.mixed_share, mixer.choice_in(place.epoch)
            order = self._rng.permutation(len(samples)) if self.shuffle else np.arange(len(samples))
            index = order[place.seen : place.seen + place.batch_size]
            X, T, labels, weights = samples.batch(index, self._augmentation_rng, self._mixture_rng)
        finally:
            for generator, state in zip(generators, kept, strict=True):
                generator.bit_generator.state = state
            samples.augmentation = settings[0]
            if mixer is not None and settings[1] is not None:
                mixer.share, mixer.choice = settings[1]
        return Batch(X.copy(), T.copy(), labels.copy(), None if weights is None else weights.copy())

    def next_batch(self) -> tuple[Batch, float] | None:
        """Copies of the batch that the next update will train on, and the factor on its learning rate; nothing moves.

        To be asked between two events. None when early stopping has ended the training.
        """
        place = self.place()
        return None if place is None else (self.batch_at(place), place.factor)

    def _order(self) -> Array:
        """The order of the samples in the epoch under way, drawn anew at its start."""
        if self.seen == 0:
            self.loss_sum, self.right = 0.0, 0
            self._order_state = self._rng.bit_generator.state
        else:
            self._rng.bit_generator.state = self._order_state
        return self._rng.permutation(len(self.samples)) if self.shuffle else np.arange(len(self.samples))

    def _validations_due(self) -> int:
        """How many validations belong to what is done of the epoch: each to the batch that ends nearest its place."""
        if self.validation_data is None or self.seen == 0:
            return self.validations
        if self.seen == len(self.samples):
            return self.validations_per_epoch
        nearest = (2 * self.seen + self.batch_size) * self.validations_per_epoch // (2 * len(self.samples))
        return min(nearest, self.validations_per_epoch - 1)

    def _train(self, index: Array) -> tuple[float, int]:
        """One update on the samples of this index: the loss before it, and how many answers were right."""
        model = self.model
        X, T, labels, weights = self.samples.batch(index, self._augmentation_rng, self._mixture_rng)
        with np.errstate(all="ignore"):  # an overflow is told by DivergenceError, once and in words
            loss, Y = model.fast_forward_backward(X, T, weights)
            self._guard.check(loss, self.step + 1, X, model.parameters, model.optimizer.rate)
            model.optimizer.step(model.trainable, model.gradient)
        return loss, self.samples.answers.right(Y, labels)

    def _validation(self) -> ValidationDone:
        assert self.validation_data is not None
        with np.errstate(all="ignore"):
            result = evaluate(self.model, *self.validation_data, self.samples.scaling, self.observe_validation)
        self.evaluation = result
        position = self.epochs_done + self.seen / len(self.samples)
        return ValidationDone(self.step, position, result.loss, result.accuracy, result.count)

    def _observe(self, epoch: int, validation: ValidationDone) -> None:
        """Let those who listen to the validation at an epoch's end draw their conclusions."""
        self.schedule.observe(validation.loss)
        if self.early_stopping is not None:
            self.stopped = self.early_stopping.observe(
                epoch, validation.loss, validation.accuracy, self.model.parameters
            )

    def _bring_back_best(self) -> int | None:
        """Put the best weights back into the model, if early stopping kept any; their epoch."""
        stopping = self.early_stopping
        if stopping is None or stopping.best_weights is None:
            return None
        np.copyto(self.model.parameters, stopping.best_weights)
        return stopping.best_epoch


def _told(value: float) -> float | None:
    """A number as JSON can hold it: None for one that is not finite."""
    return value if math.isfinite(value) else None


def _validation_of(saved: object) -> ValidationDone | None:
    """The ValidationDone that was saved as a table."""
    if saved is None:
        return None
    values = checked_values(VALIDATION, saved, "the last validation")
    told: dict[str, Any] = {name: math.nan if value is None else value for name, value in values.items()}
    return ValidationDone(**told)


def _wind(generator: np.random.Generator, state: Any) -> None:
    """Bring a random generator into a saved state."""
    generator.bit_generator.state = state
    if generator.bit_generator.state != state:
        raise ValueError("the state of a random generator is none")
