"""Counting many weights into few bins, fast enough to do it several times a second. Qt-free."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nnvis.widgets.chart_scale import round_up

BINS = 61
BINS_FEW = 21  # odd as well: zero has a bin of its own, and a peak at zero stands in the middle
FEW = 1000
MOST_VALUES = 20_000
MOST_OUTSIDE = 0.02  # of the values; with more, the axis of a run is widened after all
_STEPS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Histogram:
    """How many of the values fall into each of the equal bins between -reach and +reach.

    Attributes:
        counts: values per bin; those outside are in no bin.
        reach: half the width of the axis.
        below, above: values outside it at either side, among those counted.
        counted: values looked at: every ``stride``-th of ``total``.
        mean, deviation: of all values.
        zeros: how many of the values looked at are exactly 0.
    """

    counts: NDArray[np.intp]
    reach: float
    below: int
    above: int
    counted: int
    total: int
    stride: int
    deviation: float
    mean: float
    zeros: int

    @property
    def outside(self) -> int:
        """Number of counted values beyond the axis."""
        return self.below + self.above

    @property
    def needs_more_room(self) -> bool:
        """Whether so much lies beyond the axis that it should be widened: no longer only single outliers."""
        return self.outside > MOST_OUTSIDE * self.counted

    @property
    def edges(self) -> NDArray[np.float64]:
        """The borders of the bins, one more than there are bins."""
        return _borders(self.reach, len(self.counts))


@lru_cache(maxsize=64)
def _borders(reach: float, bins: int) -> NDArray[np.float64]:
    """The borders of equal bins between -reach and +reach."""
    borders = np.linspace(-reach, reach, bins + 1)
    borders.flags.writeable = False
    return borders


def sampling_stride(size: int, row: int, most: int = MOST_VALUES) -> int:
    """Return k so that every k-th of ``size`` values makes at most ``most``, and no column of the matrix is favoured.

    A stride that shares a divisor with the row length would look at the same units in every row.
    """
    stride = math.ceil(size / most)
    while stride > 1 and math.gcd(stride, max(1, row)) != 1:
        stride += 1
    return stride


def bins_for(size: int) -> int:
    """Return how many bins suit that many values."""
    return BINS if size >= FEW else BINS_FEW


def histogram(values: Floats, reach: float, stride: int = 1, bins: int | None = None) -> Histogram:
    """Count every ``stride``-th of the flat ``values`` into bins between -reach and +reach; as many as suit them."""
    seen = np.ascontiguousarray(values[::stride])
    bins = bins or bins_for(len(values))
    # Scaling to whole numbers and counting those is about eight times as fast as np.histogram: the bins are equal.
    # Bin 0 and the last one catch what lies outside; clipping comes before the cast, where a huge value would wrap.
    places = seen * np.float32(bins / (2 * reach))
    places += np.float32(bins / 2 + 1)
    np.clip(places, 0, bins + 1, out=places)
    with np.errstate(over="ignore", invalid="ignore"):  # weights of a network that has exploded are still shown
        mean, deviation = mean_and_deviation(values)
    if not math.isfinite(mean):
        np.nan_to_num(places, copy=False)
    counts = np.bincount(places.astype(np.int32), minlength=bins + 2)
    return Histogram(
        counts=counts[1:-1],
        reach=reach,
        below=int(counts[0]),
        above=int(counts[-1]),
        counted=len(seen),
        total=len(values),
        stride=stride,
        deviation=deviation,
        mean=mean,
        zeros=len(seen) - int(np.count_nonzero(seen)),
    )


def mean_and_deviation(values: Floats) -> tuple[float, float]:
    """Mean and standard deviation of all values, in their own precision: a tenth of the time of NumPy's std."""
    if not len(values):
        return 0.0, 0.0
    mean = values.mean()
    variance = float(np.vdot(values, values)) / len(values) - float(mean) ** 2
    if math.isfinite(variance) and variance > float(mean) ** 2:  # else the difference would have few digits left
        return float(mean), math.sqrt(variance)
    centred = values - mean
    deviation = math.sqrt(np.vdot(centred, centred) / len(values))
    if not math.isfinite(deviation):  # squares of a network that has exploded need more room
        return float(values.mean(dtype=np.float64)), float(values.std(dtype=np.float64))
    return float(mean), deviation


def starting_reach(values: Floats, room: float = 2.5, share: float = 0.999) -> float:
    """Return the reach of the axis for a run that starts with these values: a round number, the same to both sides.

    ``room`` times the size that a ``share`` of them stays below: training spreads the weights to about two and a half
    times it, and an axis that stands still lets the eye see it.
    """
    spread = _size(values, share)
    return round_up(room * spread, _STEPS) if spread > 0 else 0.1


def wider_reach(values: Floats, reach: float) -> float:
    """Return a round reach with room for all but single outliers; never less than ``reach``."""
    return max(reach, round_up(1.25 * _size(values), _STEPS))


def _size(values: Floats, share: float = 0.999) -> float:
    """Return the size that a ``share`` of the values stays below: the largest ones but for single outliers."""
    size = np.abs(values[np.isfinite(values)])
    return float(np.quantile(size, share)) if len(size) else 0.0
