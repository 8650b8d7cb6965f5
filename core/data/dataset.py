"""Dataset: images and labels for training and for the final test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ShapeError


@dataclass(frozen=True)
class Skipped:
    """A file that could not be taken into a data set, and why; path and reason together make a sentence."""

    path: str
    reason: str


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images with their labels, and the names of the classes.

    Shapes: x_* are uint8 (N, H, W, C); y_* are int64 (N,), or (N, classes) of 0 and 1 when an image may have several
    labels. Raises ShapeError when they do not belong together.
    """

    name: str
    title: str
    x_train: NDArray[np.uint8]
    y_train: NDArray[Any]
    x_test: NDArray[np.uint8]
    y_test: NDArray[Any]
    class_names: tuple[str, ...]
    skipped: tuple[Skipped, ...] = ()  # files that were found but could not be read

    def __post_init__(self) -> None:
        for part, x, y in (("training", self.x_train, self.y_train), ("test", self.x_test, self.y_test)):
            self._check(part, x, y)
        if self.x_train.shape[1:] != self.x_test.shape[1:]:
            raise ShapeError(
                f"{self.title}: training images are {self.x_train.shape[1:]} but test images {self.x_test.shape[1:]}. "
                "Bring them to one size."
            )

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of every image."""
        height, width, channels = self.x_train.shape[1:]
        return height, width, channels

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.class_names)

    @property
    def is_multi_label(self) -> bool:
        """Whether an image may belong to several classes at once."""
        return self.y_train.ndim == 2

    def _check(self, part: str, x: NDArray[Any], y: NDArray[Any]) -> None:
        where = f"{self.title}, {part} part"
        if x.dtype != np.uint8 or x.ndim != 4:
            raise ShapeError(f"{where}: images must be uint8 (N, H, W, C), not {x.dtype} {x.shape}.")
        if len(x) != len(y):
            raise ShapeError(f"{where}: {len(x)} images but {len(y)} labels. Give one label per image.")
        if self.is_multi_label:
            if y.ndim != 2 or y.shape[1] != self.classes or (y.size and not 0 <= y.min() <= y.max() <= 1):
                raise ShapeError(f"{where}: labels must be 0 or 1 in (N, {self.classes}), not {y.dtype} {y.shape}.")
        elif y.ndim != 1 or y.dtype.kind not in "iu" or (y.size and not 0 <= y.min() <= y.max() < self.classes):
            raise ShapeError(f"{where}: labels must be whole numbers (N,) from 0 to {self.classes - 1}.")
