"""What crosses from the worker to the window: at most 15.5 snapshots a second, never more than one waiting.

The worker adds every event; points accumulate. A snapshot is made only when the last one was taken and a fifteenth of a
second has gone by. If the window is slow, the next snapshot simply carries more points: nothing queues up, nothing is
lost, and the last state always arrives.
"""

from __future__ import annotations

import math
import threading
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.run_history import RunHistory
from core.training import BatchDone, EpochDone, ValidationDone
from nnvis.course import CourseChange
from nnvis.training.health import Checkup, HealthSample

RATE = 15.5  # snapshots per second: the eye sees no more in a bar, and the training gets the time
SPEED_MEMORY = 0.7  # seconds over which the speed is averaged
REST_PER_COPY = 20.0  # a network so large that copying it takes long is shown less often: 5 % of the time at most


@dataclass(frozen=True, eq=False)
class Points:
    """Loss, accuracy and learning rate of each batch, and where it lies. Shapes: five read-only arrays (n,)."""

    steps: NDArray[np.int64]
    epochs: NDArray[np.float64]  # the position after the batch: 0.5 is half the first epoch
    losses: NDArray[np.float64]
    accuracies: NDArray[np.float64]
    rates: NDArray[np.float64]  # of the update that followed

    def __len__(self) -> int:
        return len(self.steps)

    def followed_by(self, later: Points) -> Points:
        """These points and `later`, in one."""
        return Points(
            _frozen(np.concatenate([self.steps, later.steps])),
            _frozen(np.concatenate([self.epochs, later.epochs])),
            _frozen(np.concatenate([self.losses, later.losses])),
            _frozen(np.concatenate([self.accuracies, later.accuracies])),
            _frozen(np.concatenate([self.rates, later.rates])),
        )


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Where a run stands, and what happened since the snapshot before. All arrays are read-only copies."""

    run: int
    step: int
    epoch: float  # position: 2.61 is in the third epoch
    epochs: int
    batch: int  # of the current epoch, counted from 1; 0 before the first
    batches_per_epoch: int
    points: Points
    validations: tuple[ValidationDone, ...]
    epochs_done: tuple[EpochDone, ...]
    parameters: NDArray[np.float32]  # the flat vector
    images_per_second: float | None  # None before the first measurement
    seconds: float  # of training, pauses not counted
    health: tuple[HealthSample, ...] = ()  # of the batches that were measured
    checkups: tuple[Checkup, ...] = ()  # one for each validation
    course: tuple[CourseChange, ...] = ()  # what was changed in mid-run

    def after(self, earlier: Snapshot) -> Snapshot:
        """This snapshot with what `earlier`, which nobody took, had to tell."""
        return replace(
            self,
            points=earlier.points.followed_by(self.points),
            validations=earlier.validations + self.validations,
            epochs_done=earlier.epochs_done + self.epochs_done,
            health=earlier.health + self.health,
            checkups=earlier.checkups + self.checkups,
            course=earlier.course + self.course,
        )


class Plan(Protocol):
    """How long a run is to be, at this moment: a Trainer."""

    @property
    def epochs(self) -> int: ...

    @property
    def batches_per_epoch(self) -> int: ...


class Coalescer:
    """Gathers the events of a run into snapshots for the window.

    `add`, `due`, `publish` belong to the worker, `take` to the window; they meet in a slot that holds one snapshot.
    """

    def __init__(self, rate: float = RATE, clock: Callable[[], float] = time.perf_counter) -> None:
        self._interval = 1.0 / rate
        self._clock = clock
        self._lock = threading.Lock()
        self._slot: Snapshot | None = None

    def begin(self, run: int, plan: Plan) -> None:
        """Start gathering for a new run; what nobody took of the last one is forgotten."""
        self._run = run
        self._plan = plan
        self._step = 0
        self._batch = 0
        self._position = 0.0
        self._seconds = 0.0
        self._resumed_at: float | None = None
        self._speed: float | None = None
        self._images = 0
        self._measured_at = 0.0
        self._next_due = -math.inf
        self._empty()
        with self._lock:
            self._slot = None

    def go_on(self, history: RunHistory, batch: int, position: float) -> None:
        """Begin where a run from a file was left: what happened before goes out with the first snapshot."""
        if not len(history):
            return
        self._steps.extend(history.steps.tolist())
        self._positions.extend(history.positions.tolist())
        self._losses.extend(history.losses.tolist())
        self._accuracies.extend(history.accuracies.tolist())
        self._rates.extend(history.rates.tolist())
        self._validations += history.validations
        self._epochs_done += history.epochs
        self._step, self._position, self._seconds = self._steps[-1], position, history.seconds
        self._batch = batch or self._plan.batches_per_epoch  # between two epochs the last batch is the last of one

    def resume(self) -> None:
        """Let the clock of the run tick: the next batch is about to be trained."""
        self._resumed_at = self._clock()
        self._measured_at = self._resumed_at
        self._images = 0

    def rest(self) -> None:
        """Stop the clock of the run: seconds in a pause are not training."""
        if self._resumed_at is not None:
            self._seconds += self._clock() - self._resumed_at
            self._resumed_at = None

    def add(self, event: Any) -> None:
        """Take in one event of `Trainer.run()`, or a measurement that belongs to it."""
        if isinstance(event, BatchDone):
            self._position = event.position
            self._steps.append(event.step)
            self._positions.append(self._position)
            self._losses.append(event.loss)
            self._accuracies.append(event.accuracy)
            self._rates.append(event.learning_rate)
            self._step = event.step
            self._batch = event.batch
            self._images += event.size
        elif isinstance(event, ValidationDone):
            self._validations.append(event)
        elif isinstance(event, EpochDone):
            self._epochs_done.append(event)
        elif isinstance(event, HealthSample):
            self._health.append(event)
        elif isinstance(event, Checkup):
            self._checkups.append(event)
        elif isinstance(event, CourseChange):
            self._course.append(event)

    def due(self) -> bool:
        """Whether it is time for a snapshot: the last one was taken, and not a moment ago."""
        # Reading one attribute needs no lock: at worst the snapshot goes out one batch later.
        return self._slot is None and self._clock() >= self._next_due

    def publish(self, parameters: NDArray[np.float32]) -> bool:
        """Put a snapshot with a copy of `parameters` into the slot; True when the window must be told.

        When the slot is still full the new snapshot takes over what the old one had to tell: the window was told
        already, and will find the newest state.
        """
        now = self._clock()
        self._measure(now)
        snapshot = Snapshot(
            run=self._run,
            step=self._step,
            epoch=self._position,
            epochs=self._plan.epochs,
            batch=self._batch,
            batches_per_epoch=self._plan.batches_per_epoch,
            points=self._points(),
            validations=tuple(self._validations),
            epochs_done=tuple(self._epochs_done),
            parameters=_frozen(parameters.copy()),
            images_per_second=self._speed,
            seconds=self._seconds + (now - self._resumed_at if self._resumed_at is not None else 0.0),
            health=tuple(self._health),
            checkups=tuple(self._checkups),
            course=tuple(self._course),
        )
        self._empty()
        # Counted from when it was due, not from when it was made: late by a batch each time, it would fall behind.
        due = self._next_due + self._interval
        self._next_due = max(due if due > now else now + self._interval, now + REST_PER_COPY * (self._clock() - now))
        with self._lock:
            waiting = self._slot
            self._slot = snapshot if waiting is None else snapshot.after(waiting)
        return waiting is None

    def take(self, run: int) -> Snapshot | None:
        """Empty the slot: the snapshot of that run, or None (and the slot stays as it is) when it holds no such one."""
        with self._lock:
            snapshot = self._slot
            if snapshot is None or snapshot.run != run:
                return None
            self._slot = None
            return snapshot

    def _empty(self) -> None:
        # array and not list: 8 bytes a point, and numpy reads it without touching every number
        self._steps = array("q")
        self._positions = array("d")
        self._losses = array("d")
        self._accuracies = array("d")
        self._rates = array("d")
        self._validations: list[ValidationDone] = []
        self._epochs_done: list[EpochDone] = []
        self._health: list[HealthSample] = []
        self._checkups: list[Checkup] = []
        self._course: list[CourseChange] = []

    def _points(self) -> Points:
        return Points(
            _frozen(np.array(self._steps, dtype=np.int64)),
            _frozen(np.array(self._positions, dtype=np.float64)),
            _frozen(np.array(self._losses, dtype=np.float64)),
            _frozen(np.array(self._accuracies, dtype=np.float64)),
            _frozen(np.array(self._rates, dtype=np.float64)),
        )

    def _measure(self, now: float) -> None:
        """Update the speed: a running mean that forgets, so that it is steady and still follows a change."""
        if self._resumed_at is None or not self._images:
            return
        span = now - self._measured_at
        if span < self._interval:  # too short to measure, as after a single step
            return
        latest = self._images / span
        before = latest if self._speed is None else self._speed
        self._speed = before + (1.0 - math.exp(-span / SPEED_MEMORY)) * (latest - before)
        self._images = 0
        self._measured_at = now


def _frozen(values: NDArray[Any]) -> NDArray[Any]:
    values.flags.writeable = False
    return values
