"""What max and average pooling share: a window that slides over each map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.hyper import hyper
from core.layers.base import Layer, Shape
from core.layers.window import PADDINGS, Windows, windows_for


@dataclass
class Pooling2D(Layer):
    """Base of the pooling layers: one number for each window, channel by channel.

    Shapes: X (N, h, w, C) -> Y (N, rows, columns, C).
    """

    pool_size: Any = hyper((2, 2), kind="pair", low=1, high=16, help="Height and width of the window.", unit="px")
    strides: Any = hyper(
        None,
        kind="pair",
        low=1,
        high=16,
        optional=True,
        help="How far the window moves; none: by its own size.",
        unit="px",
    )
    padding: str = hyper("valid", choices=PADDINGS, help='"same" lets windows stand over the border.')

    icon: ClassVar[str] = "layer-pooling"
    group: ClassVar[str] = "Convolution and pooling"
    input_rank: ClassVar[int | None] = 3

    def windows(self, input_shape: Shape) -> Windows:
        """The places where the window stands."""
        self.check_rank(input_shape)
        return windows_for(self.label, input_shape, self.pool_size, self.strides or self.pool_size, self.padding)

    def output_shape(self, input_shape: Shape) -> Shape:
        return (*self.windows(input_shape).places, input_shape[2])

    def chips(self) -> tuple[str, ...]:
        height, width = self.pool_size
        return (str(height) if height == width else f"{height}×{width}",)

    def build(self, input_shape: Shape, rng: np.random.Generator, dtype: Any = np.float32) -> Shape:
        self._windows = self.windows(input_shape)
        return super().build(input_shape, rng, dtype)
