"""A quantity with one value per batch, reduced to the few hundred points that a plot can show. Qt-free.

Every function works on the whole history as it lies in memory and costs the same whether it holds a hundred batches or
a hundred thousand: the mean is taken at no more than 240 places, and the envelope remembers the buckets that are full.
Buckets and places sit at fixed steps, so that a growing curve does not shimmer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating]
IndexArray = NDArray[np.intp]

SMOOTHING_WINDOW = 100
SMOOTHED_POINTS = 240


def round_stride(at_least: float) -> int:
    """Return the smallest of 1, 2, 3, 4, 6, 8, 12, 16, 24 ... that is not below ``at_least``."""
    stride = 1
    while stride < at_least:
        if stride > 1 and stride * 3 // 2 >= at_least:
            return stride * 3 // 2
        stride *= 2
    return stride


def trailing_mean(values: FloatArray, indices: IndexArray, window: int = SMOOTHING_WINDOW) -> NDArray[np.float64]:
    """Return, for each index, the mean of that value and of those before it, ``window`` in all.

    Causal: a point never knows the future, so a curve on the screen is never rewritten. Where fewer than ``window``
    values exist, the mean is over those that do.
    """
    means = np.empty(len(indices), dtype=np.float64)
    early = indices < window
    if early.any():
        first = np.cumsum(values[:window], dtype=np.float64)
        means[early] = first[indices[early]] / (indices[early] + 1)
    if not early.all():
        # One gathered block of (places, window): exact at any length, unlike a difference of running sums,
        # which loses every digit of a small loss once a huge one has passed.
        windows = values[indices[~early, None] + np.arange(1 - window, 1)]
        means[~early] = windows.mean(axis=1, dtype=np.float64)
    return means


def smoothing_places(first: int, last: int, limit: int = SMOOTHED_POINTS) -> IndexArray:
    """Return the indices in [first, last) at which the mean is drawn: every k-th, and always the newest."""
    if last <= first:
        return np.empty(0, dtype=np.intp)
    stride = round_stride((last - first) / max(1, limit - 2))
    places = np.arange(-(-first // stride) * stride, last, stride, dtype=np.intp)
    if not len(places) or places[-1] != last - 1:
        places = np.append(places, np.intp(last - 1))
    return places


@dataclass(frozen=True)
class Envelope:
    """The smallest and largest value of each bucket of consecutive batches, and the bucket's middle (an index)."""

    middles: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    size: int

    def zigzag(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return one line that runs through every bucket's extremes; a bucket of one value gives one point."""
        if self.size == 1:
            return self.middles, self.low
        x = np.repeat(self.middles, 2)
        y = np.empty(2 * len(self.low))
        y[0::2] = self.low
        y[1::2] = self.high
        return x, y


class BatchSeries:
    """The values of one quantity over a run, one per batch, ready to be drawn at any zoom."""

    def __init__(self) -> None:
        self.window = SMOOTHING_WINDOW  # batches in the trailing mean
        self._values: FloatArray = np.empty(0, dtype=np.float32)
        self._bucket_size = 0
        self._low: NDArray[np.float64] = np.empty(0)
        self._high: NDArray[np.float64] = np.empty(0)
        self._places: IndexArray = np.empty(0, np.intp)  # where the mean was last asked for
        self._means: NDArray[np.float64] = np.empty(0)  # over `_mean_window` values
        self._mean_window = 0

    def __len__(self) -> int:
        return len(self._values)

    @property
    def values(self) -> FloatArray:
        """All values so far, by batch, as they were given."""
        return self._values

    def follow(self, values: FloatArray) -> None:
        """Take over the grown history. The array is read, not copied; a shorter one means a new run."""
        if len(values) < len(self._values):
            self._bucket_size = self._mean_window = 0
        self._values = values

    def restart(self) -> None:
        """Forget everything: a new run begins."""
        self.follow(self._values[:0])

    def mean_at(self, index: int) -> float:
        """Return the trailing mean at one batch."""
        return float(self._values[max(0, index - self.window + 1) : index + 1].mean(dtype=np.float64))

    def all_means(self) -> NDArray[np.float64]:
        """Return the trailing mean at every batch: for a table, not for the screen."""
        chunk = 4096  # bounds the gathered windows to a few megabytes
        parts = [
            trailing_mean(self._values, np.arange(start, min(start + chunk, len(self)), dtype=np.intp), self.window)
            for start in range(0, len(self), chunk)
        ]
        return np.concatenate(parts) if parts else np.empty(0)

    def smoothed(self, first: int, last: int, limit: int = SMOOTHED_POINTS) -> tuple[IndexArray, NDArray[np.float64]]:
        """Return places in [first, last) and the trailing mean there, at most ``limit`` of them."""
        places = smoothing_places(max(0, first), min(last, len(self._values)), limit)
        known = self._known(places)
        fresh = trailing_mean(self._values, places[known:], self.window)
        self._places, self._mean_window = places, self.window
        self._means = np.concatenate([self._means[:known], fresh])
        return places, self._means

    def _known(self, places: IndexArray) -> int:
        """How many of these places, from the first on, are as they were last time: their means never change."""
        shared = min(len(places), len(self._places))
        if self._mean_window != self.window:
            return 0
        same = places[:shared] == self._places[:shared]
        return shared if same.all() else int(same.argmin())

    def envelope(self, first: int, last: int, buckets: int) -> Envelope:
        """Return at most about ``buckets`` buckets that cover the values in [first, last)."""
        first, last = max(0, first), min(last, len(self._values))
        size = round_stride((last - first) / max(1, buckets))
        if last <= first:
            nothing = np.empty(0)
            return Envelope(nothing, nothing, nothing, 1)
        if size == 1:
            values = self._values[first:last].astype(np.float64)
            return Envelope(np.arange(first, last, dtype=np.float64), values, values, 1)
        self._fill_buckets(size)
        start, stop = first // size, -(-last // size)
        low, high = self._low[start:stop], self._high[start:stop]
        rest = self._values[len(self._low) * size :]
        if len(rest) and stop > len(self._low):  # the newest bucket is not full yet
            low = np.concatenate([low, np.array([rest.min()], np.float64)])
            high = np.concatenate([high, np.array([rest.max()], np.float64)])
        middles = np.arange(start, start + len(low), dtype=np.float64) * size + (size - 1) / 2
        if stop * size > len(self._values):
            middles[-1] = ((stop - 1) * size + len(self._values) - 1) / 2
        return Envelope(middles, low, high, size)

    def _fill_buckets(self, size: int) -> None:
        """Bring the remembered full buckets up to date; only values that are new are looked at."""
        if size != self._bucket_size:
            self._bucket_size = size
            self._low = self._high = np.empty(0)
        done, full = len(self._low), len(self._values) // size
        if full > done:
            fresh = self._values[done * size : full * size].reshape(-1, size)
            self._low = np.concatenate([self._low, fresh.min(axis=1)])
            self._high = np.concatenate([self._high, fresh.max(axis=1)])
