"""History: all a run has reported so far, as arrays that charts can draw."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.training import EpochDone, ValidationDone

if TYPE_CHECKING:
    from nnvis.course import CourseChange
    from nnvis.training.health import Checkup, HealthSample
    from nnvis.training.snapshot import Snapshot

FIRST_CAPACITY = 4096
MOST_RECORDS = 600  # of one kind; when there are more, every other one is dropped


class GrowingArray:
    """A one-dimensional array that is appended to; it doubles its room, so that adding stays cheap."""

    def __init__(self, dtype: Any) -> None:
        self._room = np.empty(FIRST_CAPACITY, dtype=dtype)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def values(self) -> NDArray[Any]:
        """What is in it, as a read-only view."""
        view = self._room[: self._size]
        view.flags.writeable = False
        return view

    def extend(self, values: NDArray[Any]) -> None:
        """Append `values`. Views given out before keep what they show."""
        size = self._size + len(values)
        if size > len(self._room):
            room = np.empty(max(size, 2 * len(self._room)), dtype=self._room.dtype)
            room[: self._size] = self._room[: self._size]
            self._room = room
        self._room[self._size : size] = values
        self._size = size


class Record(Protocol):
    """Something that was measured after `step` updates."""

    @property
    def step(self) -> int: ...


AnyRecord = TypeVar("AnyRecord", bound=Record)


class Records(Generic[AnyRecord]):
    """Records of a run, in order, however long it lasts: thinned evenly, the first and the latest always kept."""

    def __init__(self, most: int = MOST_RECORDS) -> None:
        self._most = most
        self._kept: list[AnyRecord] = []
        self._latest: AnyRecord | None = None  # it is there, but its turn to be kept may not have come
        self._distance = 1
        self._offered = 0

    def extend(self, records: Iterable[AnyRecord]) -> None:
        """Append records that came after all others."""
        for record in records:
            if self._offered % self._distance == 0:
                self._kept.append(record)
                if len(self._kept) > self._most:
                    self._kept = self._kept[::2]
                    self._distance *= 2
            self._offered += 1
            self._latest = record

    def until(self, step: int) -> list[AnyRecord]:
        """Those of the first `step` updates."""
        kept = self._kept[: bisect_right(self._kept, step, key=lambda record: record.step)]
        latest = self._latest
        if latest is not None and latest.step <= step and (not kept or kept[-1] is not latest):
            kept.append(latest)
        return kept

    def __len__(self) -> int:
        return len(self.until(self._latest.step)) if self._latest is not None else 0


class History:
    """Losses and accuracies of every batch, validations, epochs, and where the run stands."""

    def __init__(self) -> None:
        self._steps = GrowingArray(np.int64)
        self._positions = GrowingArray(np.float64)
        self._losses = GrowingArray(np.float64)
        self._accuracies = GrowingArray(np.float64)
        self._rates = GrowingArray(np.float64)
        self.validations: list[ValidationDone] = []
        self.epochs: list[EpochDone] = []
        self.health: Records[HealthSample] = Records()
        self.checkups: Records[Checkup] = Records()
        self.course: list[CourseChange] = []
        self.step = 0
        self.epoch = 0.0
        self.batch = 0
        self.batches_per_epoch = 0
        self.planned_epochs = 0
        self.images_per_second: float | None = None
        self.seconds = 0.0

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def train_steps(self) -> NDArray[np.int64]:
        """The number of each batch, counted from 1."""
        return self._steps.values

    @property
    def train_epochs(self) -> NDArray[np.float64]:
        """The position of each batch in epochs: right also when the batch size was changed in between."""
        return self._positions.values

    @property
    def train_losses(self) -> NDArray[np.float64]:
        """The loss of each batch, before its update."""
        return self._losses.values

    @property
    def train_accuracies(self) -> NDArray[np.float64]:
        """The accuracy of each batch, before its update."""
        return self._accuracies.values

    @property
    def train_rates(self) -> NDArray[np.float64]:
        """The learning rate of the update of each batch, with what the schedule made of it."""
        return self._rates.values

    def epoch_at(self, step: int) -> float:
        """The position in epochs after ``step`` updates."""
        return float(self.train_epochs[min(step, len(self)) - 1]) if step > 0 and len(self) else 0.0

    def extend(self, snapshot: Snapshot) -> None:
        """Append what happened since the last snapshot."""
        self._steps.extend(snapshot.points.steps)
        self._positions.extend(snapshot.points.epochs)
        self._losses.extend(snapshot.points.losses)
        self._accuracies.extend(snapshot.points.accuracies)
        self._rates.extend(snapshot.points.rates)
        self.validations.extend(snapshot.validations)
        self.epochs.extend(snapshot.epochs_done)
        self.health.extend(snapshot.health)
        self.checkups.extend(snapshot.checkups)
        self.course.extend(snapshot.course)
        self.step = snapshot.step
        self.epoch = snapshot.epoch
        self.batch = snapshot.batch
        self.batches_per_epoch = snapshot.batches_per_epoch
        self.planned_epochs = snapshot.epochs
        self.images_per_second = snapshot.images_per_second
        self.seconds = snapshot.seconds
