"""Health: how far each layer moves, how large its gradient is, and which of its units are stuck. Qt-free.

Two measurements, both in the worker: a batch now and then is compared with the weights before it, and every validation
pass is watched by the way, on all of its images.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.layers.base import Layer
from core.sequential import Sequential
from core.training import BatchDone, ValidationDone
from nnvis.training.beginning import is_worth_a_look

INTERVAL = 0.1  # seconds between two measured batches
REST_PER_MEASUREMENT = 100.0  # a large network is measured less often: 1 % of the time at most
SATURATED = 0.975  # of the way from the middle to an end: the slope is a twentieth of the steepest there
MATRICES = ("W", "gamma")  # the factors of a layer, whatever it calls them


@dataclass(frozen=True)
class LayerHealth:
    """One layer in one update.

    Attributes:
        layer: its unique name.
        update_ratio: mean |change| / mean |weight| of its W; infinite when weights that were all zero moved.
        gradient_norm: length of the gradient of all its trained arrays, as the optimizer used it.
    """

    layer: str
    update_ratio: float
    gradient_norm: float


@dataclass(frozen=True)
class HealthSample:
    """All layers with weights in the update that led to `step`."""

    step: int
    epoch: float
    layers: tuple[LayerHealth, ...]


@dataclass(frozen=True)
class UnitCount:
    """The units of a layer over the validation images: where its activation is flat, no gradient gets through.

    Attributes:
        layer: its unique name.
        stuck: units that were flat for every image: dead behind relu, saturated behind sigmoid and tanh.
        units: of how many.
        flat: share of outputs that were: exactly 0 behind relu, at an end behind sigmoid and tanh.
        saturates: whether the activation is flat at its ends, and not at 0.
    """

    layer: str
    stuck: int
    units: int
    flat: float
    saturates: bool = False


@dataclass(frozen=True, eq=False)
class Checkup:
    """What a validation pass over `count` images shows beside its loss. `confusion` counts (true, answered) pairs."""

    step: int
    epoch: float
    count: int
    units: tuple[UnitCount, ...]
    confusion: NDArray[np.int64]


@dataclass(frozen=True)
class _Place:
    layer: str
    matrix: slice
    whole: slice


class HealthMeter:
    """Measures one batch in a while, and more of them in the beginning: `before` it is trained and `after` it."""

    def __init__(self, model: Sequential, clock: Callable[[], float] = time.perf_counter) -> None:
        self._model = model
        self._clock = clock
        self._places = _places(model)
        self._weights = np.empty_like(model.trainable)
        self._armed = False
        self._next_due = -math.inf
        self._copying = 0.0
        self._measured = 0  # the step that was measured last

    def resume(self) -> None:
        """Training goes on after a pause: the next batch is measured, so that a single step always shows something."""
        self._next_due = -math.inf

    def before(self, step: int) -> None:
        """Keep the weights if the coming batch, which leads to `step`, is to be measured."""
        if self._armed or not self._places:
            return
        started = self._clock()
        if started >= self._next_due or is_worth_a_look(step, self._measured):
            np.copyto(self._weights, self._model.trainable)
            self._armed = True
            self._copying = self._clock() - started

    def after(self, event: BatchDone) -> HealthSample | None:
        """Compare the weights with those kept; None when this batch was not to be measured."""
        if not self._armed:
            return None
        started = self._clock()
        self._armed = False
        self._measured = event.step
        change = self._model.trainable - self._weights
        layers = tuple(
            LayerHealth(
                place.layer,
                _ratio(_mean_size(change[place.matrix]), _mean_size(self._weights[place.matrix])),
                float(np.linalg.norm(self._model.gradient[place.whole])),
            )
            for place in self._places
        )
        now = self._clock()
        self._next_due = now + max(INTERVAL, REST_PER_MEASUREMENT * (now - started + self._copying))
        return HealthSample(event.step, event.position, layers)


class UnitWatch:
    """Looks at the outputs of the layers with relu, sigmoid or tanh after each piece of a validation pass."""

    def __init__(self, model: Sequential) -> None:
        self._watched = watched_outputs(model)
        self._alive: list[NDArray[np.bool_] | None] = [None] * len(self._watched)
        self._flat = [0] * len(self._watched)
        self._values = [0] * len(self._watched)

    def look(self) -> None:
        """Take in what the layers gave for the piece that went forward last."""
        for index, (_, layer, kind) in enumerate(self._watched):
            Y: NDArray[np.floating] = layer.Y  # type: ignore[attr-defined]  # every layer with an activation keeps it
            # First over the images, in long rows: over all places of a map at once NumPy is eight times as slow.
            if kind == "relu":  # whose outputs are never negative: where they add up to 0 all of them are
                # As a product, for that takes a fifth of the time of NumPy's own sum or maximum.
                alive = np.ones(len(Y), Y.dtype) @ Y.reshape(len(Y), -1) != 0
                flat = Y.size - int(np.count_nonzero(Y != 0))
            else:
                off_middle = np.abs(2 * Y - 1 if kind == "sigmoid" else Y)
                alive = off_middle.reshape(len(Y), -1).min(axis=0) <= SATURATED
                flat = int(np.count_nonzero(off_middle > SATURATED))
            alive = alive.reshape(-1, Y.shape[-1]).any(axis=0)
            before = self._alive[index]
            self._alive[index] = alive if before is None else before | alive
            self._flat[index] += flat
            self._values[index] += Y.size

    def take(self) -> tuple[UnitCount, ...]:
        """The counts of the pass that is over; the next one begins from nothing."""
        counts = tuple(
            UnitCount(name, int(np.count_nonzero(~alive)), len(alive), flat / values, kind != "relu")
            for (name, _, kind), alive, flat, values in zip(
                self._watched, self._alive, self._flat, self._values, strict=True
            )
            if alive is not None
        )
        self._alive = [None] * len(self._watched)
        self._flat = [0] * len(self._watched)
        self._values = [0] * len(self._watched)
        return counts

    def checkup(self, event: ValidationDone, confusion: NDArray[np.int64]) -> Checkup:
        """Everything that this pass has shown."""
        counts = confusion.copy()
        counts.flags.writeable = False
        return Checkup(event.step, event.epoch, event.count, self.take(), counts)


def watched_outputs(model: Sequential) -> tuple[tuple[str, Layer, str], ...]:
    """The layers with weights whose activation can be flat, by name, the layer that gives their outputs, and its kind.

    Where the activation stands as a layer of its own, it speaks for the layer with weights below it. A sigmoid that
    gives the answer is left out: to be at an end is its purpose.
    """
    found: dict[str, tuple[Layer, str]] = {}
    owner = ""
    for layer in model.layers:
        if layer.parameters:
            owner = layer.name
        kind = layer.output_activation.kind_name() if layer.output_activation is not None else ""
        if owner and (kind == "relu" or (kind in ("sigmoid", "tanh") and layer is not model.layers[-1])):
            found[owner] = layer, kind
    return tuple((name, layer, kind) for name, (layer, kind) in found.items())


def _places(model: Sequential) -> tuple[_Place, ...]:
    """Where each layer with weights lies in the trained vector: its matrix, and all of its arrays."""
    places: dict[str, list[tuple[str, int, int]]] = {}
    for view in model.parameter_views():
        if view.trainable:
            places.setdefault(view.layer_name, []).append((view.name, view.start, view.stop))
    return tuple(_place(name, arrays) for name, arrays in places.items())


def _place(layer: str, arrays: Sequence[tuple[str, int, int]]) -> _Place:
    _, start, stop = next((array for array in arrays if array[0] in MATRICES), arrays[0])
    # The arrays of one layer lie one behind the other in the flat vector.
    whole = slice(min(first for _, first, _ in arrays), max(last for _, _, last in arrays))
    return _Place(layer, slice(start, stop), whole)


def _mean_size(values: NDArray[np.floating]) -> float:
    return float(np.abs(values).mean())


def _ratio(change: float, size: float) -> float:
    if size > 0 or math.isnan(size):
        return change / size
    return math.inf if change > 0 else 0.0
