"""Specimen: what one update works on, copied out of a run: weights, the optimizer's memory, and a batch. Qt-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.batch_place import BatchPlace
from core.data import Scaling
from core.layers.base import Layer
from core.optimizers import Optimizer
from core.training import Trainer

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Specimen:
    """Weights and a batch; all arrays are read-only copies.

    Shapes: parameters (n,), the flat vector; X (N, *input_shape) as the network receives it; labels (N,).
    `applies` says whether this very batch makes the next update of the run. If not, nothing is random in it: dropout
    rests and normalisation uses its moving averages, as when the network answers.
    """

    step: int  # updates before this one
    parameters: Array
    optimizer: Optimizer  # its hyperparameters; what it remembers is in `memory`
    X: Array
    labels: Array
    scaling: Scaling
    applies: bool = False
    optimizer_steps: int = 0
    memory: Mapping[str, Array] = field(default_factory=dict)
    rate_factor: float = 1.0
    weights: Array | None = None  # how much each sample counts
    dice: tuple[Any, ...] = ()  # states of the layers' random generators
    layers: tuple[Layer, ...] = ()  # their hyperparameters at that step; none: as the network has them now
    is_past: bool = False  # the run has made its update long since
    remembers: bool = True  # whether `memory` is what the optimizer had at that step
    is_changed: bool = False  # somebody has changed a number in it: its update is not the run's any more
    run: int = 0  # number of the run that it was taken from

    @property
    def moves(self) -> bool:
        """Whether its update is the one that the run will make, or made."""
        return self.applies and self.remembers and not self.is_changed

    @property
    def images(self) -> Array:
        """The samples as they were before scaling: 0 is no ink, 1 is full ink."""
        return np.asarray(self.X * self.scaling.std + self.scaling.mean)


def next_specimen(trainer: Trainer, scaling: Scaling) -> Specimen | None:
    """What the next update of a training will work on; None when it has nothing more to train. Nothing moves."""
    coming = trainer.next_batch()
    if coming is None:
        return None
    batch, factor = coming
    model, optimizer = trainer.model, trainer.model.optimizer
    return Specimen(
        step=trainer.step,
        parameters=frozen(model.parameters),
        optimizer=optimizer.replace(),
        X=frozen(batch.X),
        labels=frozen(batch.labels),
        scaling=scaling,
        applies=True,
        optimizer_steps=optimizer.steps,
        memory={name: frozen(vector) for name, vector in optimizer.state.items()} if optimizer.steps else {},
        rate_factor=factor,
        weights=None if batch.weights is None else frozen(batch.weights),
        dice=tuple(layer.rng.bit_generator.state for layer in model.layers),
        layers=tuple(layer.replace() for layer in model.layers),
    )


def past_specimen(trainer: Trainer, scaling: Scaling, place: BatchPlace, parameters: Array) -> Specimen:
    """What an update of the past worked on: its very batch and dice, drawn again; the optimizer's memory is lost."""
    batch, optimizer = trainer.batch_at(place), place.optimizer
    return Specimen(
        step=place.step,
        parameters=parameters,
        optimizer=optimizer,
        X=frozen(batch.X),
        labels=frozen(batch.labels),
        scaling=scaling,
        applies=True,
        rate_factor=place.factor,
        weights=None if batch.weights is None else frozen(batch.weights),
        dice=place.layers_dice,
        layers=place.layers,
        is_past=True,
        remembers=place.optimizer_steps == 0 or not optimizer.remembers,
    )


def frozen(array: Any) -> Array:
    """A read-only copy."""
    copy = np.array(array)
    copy.flags.writeable = False
    return copy
