"""Scaling: how pixels from 0 to 255 become the numbers that a network receives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.errors import ShapeError
from core.hyper import Configurable, hyper

WHITE = 255.0
BLOCK = 1 << 16  # pixels counted at a time, so that fitting needs no large temporary


@dataclass(frozen=True)
class Scaling(Configurable):
    """`(pixel / 255 - mean) / std`, the same for every pixel; part of the project and saved with it."""

    mean: float = hyper(0.0, low=-1e3, high=1e3, help="What is subtracted from a pixel that runs from 0 to 1.")
    std: float = hyper(1.0, low=1e-6, high=1e3, help="By what the difference is divided.")

    @classmethod
    def unit(cls) -> Self:
        """From 0 (background) to 1 (ink), nothing else."""
        return cls(mean=0.0, std=1.0)

    @classmethod
    def fit(cls, images: NDArray[np.uint8]) -> Self:
        """Standardisation: over all pixels of `images` the result has mean 0 and standard deviation 1.

        Images of one single grey have no deviation; they are only shifted to 0. Raises ShapeError when there are none.
        """
        if not images.size:
            raise ShapeError("There are no images to fit a scaling to. Give at least one image.")
        pixels = images.reshape(-1)
        counts = np.zeros(256, dtype=np.int64)
        for start in range(0, len(pixels), BLOCK):
            counts += np.bincount(pixels[start : start + BLOCK], minlength=256)
        levels = np.arange(256) / WHITE
        mean = float(counts @ levels / len(pixels))
        std = float(np.sqrt(counts @ (levels - mean) ** 2 / len(pixels)))
        return cls(mean=mean, std=std if std > 1e-6 else 1.0)

    def apply(self, images: NDArray[Any], out: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """The scaled images as float32, written into `out` if given; no temporary array is made.

        Shapes: any; `out` as `images`. Raises ShapeError when they differ.
        """
        if out is None:
            out = np.empty(images.shape, dtype=np.float32)
        elif out.shape != images.shape:
            raise ShapeError(f"The scaled images are {images.shape} but the buffer is {out.shape}. Make them equal.")
        np.copyto(out, images)  # converting first and multiplying in place is twice as fast as one mixed multiply
        out *= np.float32(1 / (WHITE * self.std))
        if self.mean:
            out -= np.float32(self.mean / self.std)
        return out
