"""Windows that slide over an image: the arithmetic and the views that convolution and pooling share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided

from core.buffers import Array, Buffers
from core.errors import ShapeError
from core.layers.base import Shape, shape_text

PADDINGS = ("valid", "same")


@dataclass(frozen=True)
class Windows:
    """Windows of `size` over an image of (height, width), moved by `strides`, padded as Keras does.

    "valid": only whole windows. "same": ceil(size / stride) places; the border is filled, the odd cell at the end.
    """

    image: tuple[int, int]
    size: tuple[int, int]
    strides: tuple[int, int]
    padding: str

    @property
    def places(self) -> tuple[int, int]:
        """How many windows stand one below the other and side by side."""
        pairs = zip(self.image, self.size, self.strides, strict=True)
        if self.padding == "same":
            return tuple(-(-image // stride) for image, _, stride in pairs)  # type: ignore[return-value]
        return tuple((image - size) // stride + 1 for image, size, stride in pairs)  # type: ignore[return-value]

    @property
    def border(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Cells added (above, below) and (left, right)."""
        if self.padding == "valid":
            return (0, 0), (0, 0)
        total = [
            max((places - 1) * stride + size - image, 0)
            for places, stride, size, image in zip(self.places, self.strides, self.size, self.image, strict=True)
        ]
        return (total[0] // 2, total[0] - total[0] // 2), (total[1] // 2, total[1] - total[1] // 2)

    @property
    def cells_inside(self) -> tuple[Array, Array]:
        """How many rows and how many columns of each window lie within the image. Shapes: (rows,), (columns,)."""
        counts = []
        for image, size, stride, places, (before, _) in zip(
            self.image, self.size, self.strides, self.places, self.border, strict=True
        ):
            starts = np.arange(places) * stride - before
            counts.append(np.minimum(starts + size, image) - np.maximum(starts, 0))
        return counts[0], counts[1]

    def padded(self, X: Array, buffers: Buffers, fill: float = 0.0) -> Array:
        """X with its border of `fill`; X itself when there is none. Shapes: (N, h, w, C) -> (N, h', w', C)."""
        (top, bottom), (left, right) = self.border
        if not (top or bottom or left or right):
            return X
        height, width = self.image
        shape = (len(X), height + top + bottom, width + left + right, X.shape[3])
        whole: Array = buffers.get("padded", shape)
        whole[:, :top], whole[:, top + height :] = fill, fill
        whole[:, :, :left], whole[:, :, left + width :] = fill, fill
        whole[:, top : top + height, left : left + width] = X
        return whole

    def inner(self, padded: Array) -> Array:
        """The image within its border, as a view."""
        (top, _), (left, _) = self.border
        return padded[:, top : top + self.image[0], left : left + self.image[1]]

    def view(self, padded: Array) -> Array:
        """All windows without copying. Shapes: (N, h', w', C) -> (N, rows, columns, kh, kw, C)."""
        (rows, columns), (kh, kw), (down, right) = self.places, self.size, self.strides
        n, h, w, c = padded.strides
        shape = (len(padded), rows, columns, kh, kw, padded.shape[3])
        return as_strided(padded, shape, (n, down * h, right * w, h, w, c))

    def cells(self, padded: Array) -> list[Array]:
        """For each cell of the window, what all windows see there. Shapes: kh * kw views (N, rows, columns, C)."""
        (rows, columns), (down, right) = self.places, self.strides
        return [
            padded[:, i : i + (rows - 1) * down + 1 : down, j : j + (columns - 1) * right + 1 : right]
            for i, j in np.ndindex(*self.size)
        ]


def windows_for(
    label: str, input_shape: Shape, size: tuple[int, int], strides: tuple[int, int], padding: str
) -> Windows:
    """The windows over an image of (height, width, channels). Raises ShapeError when not one fits."""
    windows = Windows((input_shape[0], input_shape[1]), size, strides, padding)
    if min(windows.places) < 1:
        raise ShapeError(
            f"{label} has a window of {shape_text(size)} but its input is only {shape_text(input_shape[:2])}. Use "
            f'a smaller window, or padding "same".'
        )
    return windows
