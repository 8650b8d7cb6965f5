"""The one place where working arrays are allocated: once per name and shape, then reused batch after batch."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

Array = np.ndarray[Any, np.dtype[Any]]
CACHE_LINE = 64  # bytes; an aligned vector lets the processor's wide loads run at full speed


class Buffers:
    """Named scratch arrays. A training run needs two shapes of each (the full batch and the last short one)."""

    SHAPES_KEPT = 24  # beyond this the oldest shapes are dropped, so that odd batch sizes cannot pile up

    def __init__(self, dtype: DTypeLike = np.float32) -> None:
        self.dtype = np.dtype(dtype)
        self._arrays: dict[tuple[str, tuple[int, ...], type | None], Any] = {}

    def get(self, name: str, shape: tuple[int, ...], dtype: type | None = None) -> Any:
        """The array of this name and shape (`dtype` None: the model's); its content is whatever was left in it."""
        key = (name, shape, dtype)
        array = self._arrays.get(key)
        if array is None:
            if len(self._arrays) >= self.SHAPES_KEPT:
                self._arrays.pop(next(iter(self._arrays)))
            array = self._arrays[key] = aligned_empty(shape, dtype or self.dtype)
        return array

    def ones(self, size: int) -> Any:
        """A vector of ones, not to be written to: a row of ones times a matrix sums its columns."""
        array = self._arrays.get(("ones", (size,), None))
        if array is None:
            array = self.get("ones", (size,))
            array.fill(1)
        return array

    def zeros(self, name: str, shape: tuple[int, ...], dtype: type | None = None) -> Any:
        """The same, all 0 when it is new: for arrays that are never written, or always in the same places."""
        array = self._arrays.get((name, shape, dtype))
        if array is None:
            array = self.get(name, shape, dtype)
            array.fill(0)
        return array

    def clear(self) -> None:
        """Forget all arrays, so that their memory can be freed."""
        self._arrays.clear()


def aligned_empty(shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> Array:
    """An array that starts at a cache line; its content is whatever was in the memory."""
    return _aligned(np.empty, math.prod(shape), dtype).reshape(shape)


def aligned_zeros(size: int, dtype: DTypeLike = np.float32) -> Array:
    """A vector of zeros that starts at a cache line. Memory of a large one is taken only where it is written."""
    return _aligned(np.zeros, size, dtype)


def _aligned(make: Callable[..., Array], size: int, dtype: DTypeLike) -> Array:
    dtype = np.dtype(dtype)
    raw = make(size * dtype.itemsize + CACHE_LINE, np.uint8)
    offset = -raw.ctypes.data % CACHE_LINE
    return raw[offset : offset + size * dtype.itemsize].view(dtype)
