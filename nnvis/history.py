"""History: all a run has reported so far, as arrays that charts can draw."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.training import EpochDone, ValidationDone

if TYPE_CHECKING:
    from nnvis.course import CourseChange
    from nnvis.training.health import Checkup, HealthSample
    from nnvis.training.snapshot import Snapshot

FIRST_CAPACITY = 4096
MOST_BATCHES = 120_000  # entries of the curves; when there are more, two and two become one. With news they fit 2**17
MOST_RECORDS = 600  # of one kind; when there are more, every other one is dropped
MEANS = (False, False, True, True, False)  # which columns of the curves become means in a group


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

    def halve(self, *, to_means: bool) -> None:
        """Let each two neighbours become one: their mean, or the later of them. The size must be even."""
        pairs = self.values.reshape(-1, 2)
        room = self._room.copy()  # all of it in use at once: else a run would seem to grow until it is full again
        room[: len(pairs)] = pairs.mean(axis=1) if to_means else pairs[:, 1]
        self._room, self._size = room, len(pairs)


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


class Curves:
    """Step, position, loss, accuracy and learning rate of every batch; of a long run, of each two, four, eight ...

    A run may go on for hours, a thousand batches a second: its record must not fill the memory. Such a group stands
    with the mean of its losses and accuracies at its last batch. One that is not full yet waits.
    """

    def __init__(self, most: int = MOST_BATCHES) -> None:
        self._most = most
        self._group = 1  # batches that make one entry
        self._waiting: list[NDArray[Any]] | None = None  # batches of the group that is not full
        self.columns = tuple(GrowingArray(dtype) for dtype in (np.int64, *(np.float64,) * 4))

    def extend(self, columns: Sequence[NDArray[Any]]) -> None:
        """Append batches that came after all others: five arrays (n,), in the order of the class's words."""
        if self._group > 1:
            if self._waiting is not None:
                columns = [np.concatenate(both) for both in zip(self._waiting, columns, strict=True)]
            full = len(columns[0]) // self._group * self._group
            self._waiting = [column[full:].copy() for column in columns]
            groups = [column[:full].reshape(-1, self._group) for column in columns]
            columns = [group.mean(axis=1) if mean else group[:, -1] for group, mean in zip(groups, MEANS, strict=True)]
        for kept, column in zip(self.columns, columns, strict=True):
            kept.extend(column)
        size = len(self.columns[0])
        if size >= self._most and size % 2 == 0:
            for kept, mean in zip(self.columns, MEANS, strict=True):
                kept.halve(to_means=mean)
            self._group *= 2


class History:
    """Losses and accuracies of the batches, validations, epochs, and where the run stands."""

    def __init__(self) -> None:
        self._curves = Curves()
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
        return len(self._curves.columns[0])

    @property
    def train_steps(self) -> NDArray[np.int64]:
        """The number of each batch, counted from 1; where several share an entry (see Curves), of the last of them."""
        return self._curves.columns[0].values

    @property
    def train_epochs(self) -> NDArray[np.float64]:
        """The position of each batch in epochs: right also when the batch size was changed in between."""
        return self._curves.columns[1].values

    @property
    def train_losses(self) -> NDArray[np.float64]:
        """The loss of each batch, before its update."""
        return self._curves.columns[2].values

    @property
    def train_accuracies(self) -> NDArray[np.float64]:
        """The accuracy of each batch, before its update."""
        return self._curves.columns[3].values

    @property
    def train_rates(self) -> NDArray[np.float64]:
        """The learning rate of the update of each batch, with what the schedule made of it."""
        return self._curves.columns[4].values

    def epoch_at(self, step: int) -> float:
        """The position in epochs after ``step`` updates."""
        if step <= 0 or not len(self):
            return 0.0
        known, positions = self.train_steps, self.train_epochs
        after = min(int(np.searchsorted(known, step)), len(known) - 1)
        if after and known[after] != step:  # within a group
            return float(np.interp(step, known[after - 1 : after + 1], positions[after - 1 : after + 1]))
        return float(positions[after])

    def extend(self, snapshot: Snapshot) -> None:
        """Append what happened since the last snapshot."""
        points = snapshot.points
        self._curves.extend((points.steps, points.epochs, points.losses, points.accuracies, points.rates))
        self.validations.extend(snapshot.validations)
        self.validations = thinned(self.validations)
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


def thinned(validations: list[ValidationDone], most: int = MOST_RECORDS) -> list[ValidationDone]:
    """All of them, or every other one where there are more than `most`; the first, the last and the best ones stay."""
    if len(validations) <= most:
        return validations
    best = min(validations, key=lambda done: done.loss), max(validations, key=lambda done: done.accuracy)
    last = len(validations) - 1
    return [done for place, done in enumerate(validations) if place % 2 == 0 or place == last or done in best]
