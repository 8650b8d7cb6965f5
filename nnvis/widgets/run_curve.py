"""One quantity over a training run: a value per batch, and the points measured on the validation images. Qt-free."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnvis.widgets.series import SMOOTHED_POINTS, BatchSeries, Envelope

Floats = NDArray[np.float64]

_NOTHING: Floats = np.empty(0)
_NO_STEPS: NDArray[np.int64] = np.empty(0, np.int64)


@dataclass(frozen=True)
class Reading:
    """What is known about one step.

    Attributes:
        step, epoch: the moment; step 0 is before training.
        train: trailing mean over ``window`` batches, None at step 0.
        validation: last value measured up to then, and ``validated_at``, the epoch of that; None before the first.
    """

    step: int
    epoch: float
    train: float | None
    window: int
    validation: float | None
    validated_at: float | None

    @property
    def measured_here(self) -> bool:
        """Whether the validation value was measured at this very step, not before it."""
        return self.validated_at is not None and abs(self.validated_at - self.epoch) < 1e-6


class RunCurve:
    """The arrays of a run as they grow, and every question a chart asks about them.

    Batches have positions in epochs of their own: the batch size, and with it the length of a step, may change in the
    middle of a run.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.series = BatchSeries()
        self.epochs = _NOTHING
        self._steps = _NO_STEPS
        self.validation_epochs = _NOTHING
        self.validation_values = _NOTHING

    def __len__(self) -> int:
        return len(self.series)

    def set_batches(
        self, epochs: Floats, values: NDArray[np.floating], steps: NDArray[np.int64] | None = None
    ) -> None:
        """Take over the position and the value of every batch so far. The arrays are read, not copied.

        ``steps``: the number of each batch, where not every one has a value; None: 1, 2, 3 and so on.
        """
        self.epochs = epochs[: len(values)]
        self._steps = np.arange(1, len(values) + 1) if steps is None else steps[: len(values)]
        self.series.follow(values)

    def set_validation(self, epochs: Floats, values: Floats) -> None:
        """Take over the measured points so far and the positions of their measurement."""
        self.validation_epochs, self.validation_values = epochs, values

    def clear(self) -> None:
        """Forget everything: another run begins."""
        self.series.restart()
        self.epochs = self.validation_epochs = self.validation_values = _NOTHING
        self._steps = _NO_STEPS

    @property
    def last_step(self) -> int:
        """The number of the newest batch that has a value; 0 before the first."""
        return self.step_at(len(self))

    def step_at(self, count: int) -> int:
        """The number of the ``count``-th batch that has a value; 0 for none."""
        return int(self._steps[count - 1]) if count else 0

    def count_until(self, step: int) -> int:
        """How many of the first ``step`` batches have a value."""
        return bisect_right(self._steps, step)

    @property
    def now(self) -> float:
        """Where training is, in epochs."""
        return float(self.epochs[-1]) if len(self) else 0.0

    @property
    def step_width(self) -> float:
        """Length of the newest step in epochs."""
        if len(self) > 1:
            return float(self.epochs[-1] - self.epochs[-2]) / self.batches_per_value
        return self.now or 0.001

    @property
    def batches_per_value(self) -> int:
        """How many batches the newest value is the mean of: 1, but for very long runs."""
        return self.last_step - self.step_at(len(self) - 1) if len(self) > 1 else 1

    @property
    def window(self) -> int:
        """Number of batches in the newest trailing mean."""
        return min(self.series.window, len(self)) * self.batches_per_value

    def between(self, low: float, high: float) -> tuple[int, int]:
        """Return the indices of the batches in [low, high], and one more at either side for the line to come from."""
        first, last = bisect_left(self.epochs, low), bisect_left(self.epochs, high)
        return max(0, first - 1), min(len(self), last + 1)

    def epochs_of(self, places: NDArray[np.floating]) -> Floats:
        """Return positions of batch indices; one half-way between two batches lies half-way between them."""
        below = np.floor(places).astype(np.intp)
        above = np.ceil(places).astype(np.intp)
        middle: Floats = (self.epochs[below] + self.epochs[above]) / 2
        return middle

    def smoothed(self, low: float, high: float, limit: int = SMOOTHED_POINTS) -> tuple[Floats, Floats]:
        """Return the trailing mean in view: at most ``limit`` positions and values."""
        places, means = self.series.smoothed(*self.between(low, high), min(limit, SMOOTHED_POINTS))
        return self.epochs[places], means

    def envelope(self, low: float, high: float, buckets: int) -> tuple[Floats, Floats, Envelope]:
        """Return the zigzag through the extremes of the batches in view, as positions and values, and its buckets."""
        envelope = self.series.envelope(*self.between(low, high), buckets)
        places, values = envelope.zigzag()
        return self.epochs_of(places), values, envelope

    def validation(self, low: float, high: float) -> tuple[Floats, Floats]:
        """Return the measured points in view, and one more at either side."""
        first, last = bisect_left(self.validation_epochs, low), bisect_left(self.validation_epochs, high + 1e-9)
        part = slice(max(0, first - 1), last + 1)
        return self.validation_epochs[part], self.validation_values[part]

    def step_number(self, epoch: float) -> float:
        """Return the number of the step at a position, counted from 1 and with fractions between steps."""
        if not len(self):
            return epoch / self.step_width
        if epoch > self.now:
            return self.last_step + (epoch - self.now) / self.step_width
        before = max(0, bisect_left(self.epochs, epoch) - 1)
        around = slice(max(0, before - 1), before + 3)
        known = np.concatenate([[0.0], self.epochs[around]]) if around.start == 0 else self.epochs[around]
        first = 0 if around.start == 0 else around.start + 1
        numbers = [self.step_at(count) for count in range(first, first + len(known))]
        return float(np.interp(epoch, known, numbers))

    def reading_at(self, epoch: float = math.inf) -> Reading:
        """Return the values at the step nearest to a position; the newest by default."""
        count = len(self) if epoch >= self.now else self._nearest(epoch)
        moment = float(self.epochs[count - 1]) if count else 0.0
        measured = bisect_right(self.validation_epochs, moment + 1e-6) - 1
        return Reading(
            step=self.step_at(count),
            epoch=moment,
            train=self.series.mean_at(count - 1) if count else None,
            window=min(self.series.window, count) * self.batches_per_value,
            validation=float(self.validation_values[measured]) if measured >= 0 else None,
            validated_at=float(self.validation_epochs[measured]) if measured >= 0 else None,
        )

    def _nearest(self, epoch: float) -> int:
        """Which batch that has a value is the nearest, counted from 1; 0: the moment before training."""
        after = bisect_left(self.epochs, epoch)
        before = float(self.epochs[after - 1]) if after else 0.0
        return after + (after < len(self) and epoch - before > float(self.epochs[after]) - epoch)

    def columns(self) -> dict[str, Floats]:
        """Return the table of the run, a row a step from step 0 on; not a number where nothing was measured."""
        epochs = np.concatenate([[0.0], self.epochs])
        validation = np.full(len(epochs), np.nan)
        rows = np.searchsorted(epochs, self.validation_epochs - 1e-6)
        known = rows < len(epochs)
        validation[rows[known]] = self.validation_values[known]
        return {
            "step": np.concatenate([[0.0], self._steps]),
            "epoch": epochs,
            f"train_{self.name}": np.concatenate([[np.nan], self.series.values.astype(np.float64)]),
            f"train_{self.name}_mean_of_{self.series.window}": np.concatenate([[np.nan], self.series.all_means()]),
            f"validation_{self.name}": validation,
        }
