"""The timeline: what the network was at many moments of a run, within a memory limit. Qt-free.

The worker offers the parameters after every batch; a copy is kept every so often. When the memory is full, every other
moment is dropped and the distance doubled, so that the moments stay evenly spread over the run however long it lasts.
"""

from __future__ import annotations

import math
import mmap
import threading
import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.batch_place import BatchPlace
from nnvis.training.beginning import is_worth_a_look

MEMORY = 64 * 2**20  # bytes: 150 moments of the default network
MOST_MOMENTS = 400
FEWEST_MOMENTS = 8  # also of a network so large that they exceed the memory limit, and of a run that is over at once
SHARE = 0.003  # of the training time that keeping moments may take: what they push out of the cache costs more


@dataclass(frozen=True, eq=False)
class Moment:
    """The network after `step` updates. `parameters` is a read-only copy of the flat vector."""

    step: int
    epoch: float
    parameters: NDArray[np.float32]
    next: BatchPlace | None = None  # the update that came after it; None: none has come yet


class Timeline:
    """The moments of one run. `offer` belongs to the worker; everything else may be asked from any thread."""

    def __init__(self, memory: int = MEMORY, clock: Callable[[], float] = time.perf_counter) -> None:
        self._memory = memory
        self._clock = clock
        self._lock = threading.Lock()
        self._moments: list[Moment] = []
        self._distance = 1  # batches between two moments
        self._next_due = -math.inf

    def set_memory(self, memory: int) -> None:
        """Keep no more than `memory` bytes from now on; where there is more, every other moment goes."""
        with self._lock:
            self._memory = memory
            while len(self._moments) > FEWEST_MOMENTS and len(self._moments) > self._room():
                self._thin()

    def offer(self, step: int, epoch: float, parameters: NDArray[np.float32]) -> None:
        """Keep a copy of `parameters` if this step is one of the moments, and the time for it is there."""
        if step % self._distance:
            return
        started = self._clock()
        is_first = len(self._moments) < FEWEST_MOMENTS or is_worth_a_look(step, self.last_step)
        if started < self._next_due and not is_first:
            return
        self.keep(step, epoch, parameters)
        # Counted from the last copy, not from the first: a pause would else allow for a flood of them after it.
        now = self._clock()
        self._next_due = now + (now - started) / SHARE

    def keep(self, step: int, epoch: float, parameters: NDArray[np.float32]) -> None:
        """Keep a copy of `parameters` in any case: the last moment before a pause can always be returned to."""
        if self._moments and self._moments[-1].step == step:
            return
        # Moments come and go for as long as a run lasts: each has memory that the system takes back whole, where malloc
        # would keep holes.
        copy = np.frombuffer(mmap.mmap(-1, max(1, parameters.nbytes)), parameters.dtype, parameters.size)
        np.copyto(copy, parameters)
        copy.flags.writeable = False
        with self._lock:
            self._moments.append(Moment(step, epoch, copy))
            if len(self._moments) > self._room():
                self._thin()

    def note_next(self, place: BatchPlace | None) -> None:
        """Where the update is that comes next, if the last moment is the one before it."""
        if place is not None and self._moments and self._moments[-1].step == place.step:
            with self._lock:
                self._moments[-1] = replace(self._moments[-1], next=place)

    @property
    def last_step(self) -> int:
        """The step of the last moment; -1 while there is none."""
        return self._moments[-1].step if self._moments else -1

    def _room(self) -> int:
        """How many moments there may be; all take the same."""
        size = self._moments[-1].parameters.nbytes
        return max(FEWEST_MOMENTS, min(MOST_MOMENTS, self._memory // max(1, size)))

    def _thin(self) -> None:
        """Keep every other moment; the first and the last always."""
        self._distance *= 2
        self._moments = [*self._moments[:-1:2], self._moments[-1]]

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps that can be returned to, in order."""
        with self._lock:
            return tuple(moment.step for moment in self._moments)

    @property
    def places(self) -> tuple[tuple[int, ...], tuple[float, ...]]:
        """Step and position in epochs of every moment, in order."""
        with self._lock:
            moments = list(self._moments)
        return tuple(moment.step for moment in moments), tuple(moment.epoch for moment in moments)

    def __len__(self) -> int:
        return len(self._moments)

    def nearest(self, step: int) -> Moment | None:
        """The moment closest to `step`, the earlier one of two equally close; None while there is none."""
        with self._lock:
            moments = self._moments
            if not moments:
                return None
            index = bisect_left(moments, step, key=lambda moment: moment.step)
            candidates = moments[max(0, index - 1) : index + 1]
            return min(candidates, key=lambda moment: abs(moment.step - step))
