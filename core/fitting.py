"""What `Sequential.fit` does: Keras's arguments turned into a Trainer, its events into a History."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from core.buffers import Array
from core.early_stopping import EarlyStopping
from core.errors import ConfigError
from core.events import EpochDone
from core.history import History, say
from core.schedules import Schedule
from core.sequential import Sequential
from core.training import Trainer

Callback = EarlyStopping | Schedule


def fit(
    model: Sequential,
    x: Array,
    y: Array,
    *,
    batch_size: int,
    epochs: int,
    verbose: int | str,
    callbacks: Iterable[Callback],
    validation_split: float,
    validation_data: tuple[Array, Array] | None,
    shuffle: bool,
    class_weight: Mapping[int, float] | None,
    seed: int,
) -> History:
    """Train `model`, say a line after each epoch if `verbose`, and return what happened."""
    x, y = np.asarray(x), np.asarray(y)
    if validation_data is None and validation_split:
        x, y, validation_data = split_off(x, y, validation_split)
    stopping, schedule = sorted_out(callbacks)
    trainer = Trainer(
        model, x, y, batch_size=batch_size, epochs=epochs, validation_data=validation_data, shuffle=shuffle, seed=seed,
        schedule=schedule, early_stopping=stopping, class_weight=class_weight,
    )  # fmt: skip
    history = History()
    for event in trainer.run():
        if isinstance(event, EpochDone):
            history.append(event, with_accuracy="accuracy" in model.metrics)
            if verbose:
                say(history.last_line(epochs, event.seconds))
    return history


def split_off(x: Array, y: Array, share: float) -> tuple[Array, Array, tuple[Array, Array]]:
    """The last samples set apart for validation, as Keras does it: taken as they lie, before any shuffling."""
    kept = int(len(x) * (1 - share)) if 0 < share < 1 else 0
    if not 0 < kept < len(x):
        raise ConfigError(
            f"A validation_split of {share:g} leaves {kept} of {len(x)} samples to train on. Give a share between 0 "
            f"and 1 that leaves some on both sides."
        )
    return x[:kept], y[:kept], (x[kept:], y[kept:])


def sorted_out(callbacks: Iterable[Callback]) -> tuple[EarlyStopping | None, Schedule | None]:
    """The early stopping and the schedule among the callbacks, as they were before any run."""
    stopping: EarlyStopping | None = None
    schedule: Schedule | None = None
    for callback in callbacks:
        if isinstance(callback, EarlyStopping) and stopping is None:
            stopping = callback.replace()
        elif isinstance(callback, Schedule) and schedule is None:
            schedule = callback.replace()
        else:
            raise ConfigError(
                f"fit cannot take the callback {type(callback).__name__}. It takes one EarlyStopping and one schedule; "
                f"for anything else go through the events of Trainer.run()."
            )
    return stopping, schedule
