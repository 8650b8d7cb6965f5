"""RunHistory: the curves of a training run, as they are kept in a model file."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.buffers import Array
from core.errors import ConfigError
from core.events import BatchDone, EpochDone, Event, ValidationDone
from core.hyper import Hyper, checked_values

CURVES = ("steps", "positions", "losses", "accuracies", "rates")  # one number of each for every batch
VALIDATION = (  # None stands for what is not finite
    Hyper("step", 0, "int", low=0),
    Hyper("epoch", 0.0, "float", low=0),
    Hyper("loss", None, "float", optional=True),
    Hyper("accuracy", None, "float", optional=True),
    Hyper("count", 1, "int", low=1),
)
EPOCH = (
    Hyper("epoch", 0, "int", low=0),
    Hyper("step", 0, "int", low=0),
    Hyper("loss", None, "float", optional=True),
    Hyper("accuracy", None, "float", optional=True),
    Hyper("val_loss", None, "float", optional=True),
    Hyper("val_accuracy", None, "float", optional=True),
    Hyper("seconds", 0.0, "float", low=0),
)
MOST_MEASURED = 100_000  # validations or epochs: a file with more is none of ours


class RunHistory:
    """Loss and accuracy of every batch, all validations and all epochs, gathered from the events of a run."""

    def __init__(self) -> None:
        self._curves: tuple[array[Any], ...] = (array("q"), *(array("d") for _ in CURVES[1:]))
        self.validations: list[ValidationDone] = []
        self.epochs: list[EpochDone] = []

    def __len__(self) -> int:
        return len(self._curves[0])

    @property
    def steps(self) -> Array:
        """The number of each batch, int64 (n,)."""
        return np.array(self._curves[0], np.int64)

    @property
    def positions(self) -> Array:
        """Where the run stood after each batch, in epochs, (n,)."""
        return np.array(self._curves[1], np.float64)

    @property
    def losses(self) -> Array:
        """The loss of each batch before its update, (n,)."""
        return np.array(self._curves[2], np.float64)

    @property
    def accuracies(self) -> Array:
        """The accuracy of each batch before its update, (n,)."""
        return np.array(self._curves[3], np.float64)

    @property
    def rates(self) -> Array:
        """The learning rate of each update, (n,)."""
        return np.array(self._curves[4], np.float64)

    @property
    def seconds(self) -> float:
        """How long the epochs took in all."""
        return sum(event.seconds for event in self.epochs)

    def add(self, event: Event) -> None:
        """Take in one event of `Trainer.run()`."""
        if isinstance(event, BatchDone):
            numbers = (event.step, event.position, event.loss, event.accuracy, event.learning_rate)
            for curve, number in zip(self._curves, numbers, strict=True):
                curve.append(number)
        elif isinstance(event, ValidationDone):
            self.validations.append(event)
        elif isinstance(event, EpochDone):
            self.epochs.append(event)

    def extend(self, curves: Sequence[Array]) -> None:
        """Add batches: their steps, positions, losses, accuracies and rates, five arrays (n,)."""
        for curve, values in zip(self._curves, curves, strict=True):
            curve.frombytes(np.ascontiguousarray(values, curve.typecode).tobytes())

    def state(self) -> dict[str, Any]:
        """Everything as `model_file.save(history=...)` takes it: lists ready for JSON, and arrays."""
        curves = {name: getattr(self, name) for name in CURVES}
        if not np.isfinite(curves["accuracies"]).all():  # where nothing is right or wrong; files hold finite numbers
            curves["accuracies"] = curves["accuracies"][:0]
        return {
            **curves,
            "validations": [_told(VALIDATION, event) for event in self.validations],
            "epochs": [_told(EPOCH, event) for event in self.epochs],
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> RunHistory:
        """The history that `state` was asked of. Raises ConfigError when it is anything else."""
        for name in sorted({*CURVES, "validations", "epochs"} ^ state.keys()):
            raise ConfigError(f"The history {'lacks' if name not in state else 'has an unknown'} {name!r:.60}.")
        history = cls()
        curves = [np.asarray(state[name]) for name in CURVES]
        if curves[3].shape == (0,) and curves[3].dtype.kind == "f":
            curves[3] = np.full(curves[0].shape, math.nan)
        whole = curves[0].dtype.kind == "i" and all(curve.dtype.kind == "f" for curve in curves[1:])
        if not whole or len({curve.shape for curve in curves}) > 1 or curves[0].ndim != 1:
            raise ConfigError("The curves of the history do not belong together.")
        if len(curves[0]) and (curves[0][0] < 1 or (np.diff(curves[0]) <= 0).any()):
            raise ConfigError("The batches of the history are not in order.")
        history.extend(curves)
        history.validations = [ValidationDone(**values) for values in _read(VALIDATION, state["validations"])]
        history.epochs = [EpochDone(**values) for values in _read(EPOCH, state["epochs"])]
        return history


def _told(fields: Sequence[Hyper], event: ValidationDone | EpochDone) -> dict[str, Any]:
    """The event as JSON can hold it: None for what is not finite."""
    values = {declared.name: getattr(event, declared.name) for declared in fields}
    return {name: value if value is not None and math.isfinite(value) else None for name, value in values.items()}


def _read(fields: Sequence[Hyper], events: object) -> list[dict[str, Any]]:
    if not isinstance(events, list) or len(events) > MOST_MEASURED:
        raise ConfigError(f"What the history measured is not a list of at most {MOST_MEASURED:,} entries.")
    found = [checked_values(fields, values, "the history") for values in events]
    # In a validation None stands for a loss that was not finite; in an epoch val_loss is None without validation.
    may_lack = ("val_loss", "val_accuracy")
    return [
        {name: math.nan if value is None and name not in may_lack else value for name, value in values.items()}
        for values in found
    ]
