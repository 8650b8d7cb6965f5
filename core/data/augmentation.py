"""Augmentation: every image is varied a little each time it is trained on, so that the network learns what matters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.data.warp import Floats, WarpRanges, random_maps, warp
from core.errors import ShapeError
from core.hyper import Configurable, hyper

WHITE = 255.0
IMAGES_PER_MAP = 4  # of a batch: making a random map costs as much as using it four times
MAP_PIXELS = 1 << 16  # all maps of a batch together, so that large images do not need much memory
NOISE_IMAGES = 4  # noise is drawn for so many images and then read from random starting points: drawing it is slow


@dataclass(frozen=True)
class Augmentation(Configurable):
    """Random changes to the images of a batch; with the defaults there are none.

    The first six and the flip are named, and measured, as in Keras's ImageDataGenerator, whose users know them; the
    others follow its pattern. What a turned or shifted image leaves open is filled from its border ("nearest" there).
    Everything is drawn from the generator that `apply` is given, so a seed decides it.
    """

    rotation_range: float = hyper(
        0.0, title="Rotation", low=0, high=180, unit="°", live=True, help="Turned by up to this much."
    )
    width_shift_range: float = hyper(
        0.0, title="Width shift", low=0, high=0.5, live=True,
        help="Moved left or right by up to this share of the width.",
    )  # fmt: skip
    height_shift_range: float = hyper(
        0.0, title="Height shift", low=0, high=0.5, live=True,
        help="Moved up or down by up to this share of the height.",
    )  # fmt: skip
    zoom_range: float = hyper(
        0.0, title="Zoom", low=0, high=0.9, live=True,
        help="Made larger or smaller by up to this share, each way by itself.",
    )  # fmt: skip
    shear_range: float = hyper(
        0.0, title="Shear", low=0, high=60, unit="°", live=True, help="Slanted by up to this much."
    )
    elastic_range: float = hyper(
        0.0, title="Elastic", low=0, high=0.2, live=True,
        help="Bent as if on rubber, typically by this share of the shorter side.",
    )  # fmt: skip
    thickness_range: float = hyper(
        0.0, title="Thickness", low=0, high=2, unit="px", live=True,
        help="Strokes made thicker or thinner by up to this much; for bright strokes on a dark ground.",
    )  # fmt: skip
    contrast_range: float = hyper(
        0.0, title="Contrast", low=0, high=1, live=True,
        help="Contrast about the mean grey made larger or smaller by up to this share.",
    )  # fmt: skip
    noise_std: float = hyper(
        0.0, title="Noise", low=0, high=1, live=True,
        help="Standard deviation of the noise added to every pixel; 1 is full white.",
    )  # fmt: skip
    horizontal_flip: bool = hyper(False, live=True, help="One image in two is mirrored. Not for digits or letters.")
    share: float = hyper(1.0, low=0, high=1, live=True, help="Share of the images that are changed at all.")

    @classmethod
    def digits(cls) -> Self:
        """A good start for handwritten digits."""
        return cls(
            rotation_range=12, width_shift_range=0.06, height_shift_range=0.06, zoom_range=0.12, shear_range=10,
            elastic_range=0.03, thickness_range=0.5,
        )  # fmt: skip

    @property
    def is_active(self) -> bool:
        """Whether anything is changed at all."""
        return self.share > 0 and (self._warps or bool(self.thickness_range or self.contrast_range or self.noise_std))

    def apply(
        self, images: NDArray[Any], rng: np.random.Generator, out: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """The images, changed at random, as float32 in the range they had; written into `out` if given.

        uint8 images stay within 0 to 255. Floats are not clipped, and noise is added in their own unit. `out` may be
        `images`. Shapes: (N, H, W, C), `out` as `images`. Raises ShapeError for any other.
        """
        if out is None:
            out = np.empty(images.shape, np.float32)
        if images.ndim != 4 or out.shape != images.shape:
            raise ShapeError(
                f"Images to augment must be (N, H, W, C) and the result the same, not {images.shape} and {out.shape}."
            )
        changed = round(self.share * len(images))
        if changed == len(images):
            self._change(images, rng, out)
        else:
            chosen = rng.permutation(len(images))[:changed]
            result = self._change(images[chosen], rng, np.empty((changed, *images.shape[1:]), np.float32))
            np.copyto(out, images)
            out[chosen] = result
        return out

    @property
    def _warps(self) -> bool:
        return self._warp_ranges != WarpRanges()

    @property
    def _warp_ranges(self) -> WarpRanges:
        return WarpRanges(
            self.rotation_range, self.shear_range, self.zoom_range, self.width_shift_range, self.height_shift_range,
            self.elastic_range, self.horizontal_flip,
        )  # fmt: skip

    def _change(self, images: NDArray[Any], rng: np.random.Generator, out: Floats) -> Floats:
        """All images, piece by piece: as many at a time as there are maps, so that the work stays in the cache."""
        count, height, width, channels = images.shape
        if not images.size:
            return out
        white = WHITE if images.dtype == np.uint8 else 1.0
        piece = min(math.ceil(count / IMAGES_PER_MAP), max(IMAGES_PER_MAP, MAP_PIXELS // (height * width)))
        maps = random_maps(piece, height, width, self._warp_ranges, rng) if self._warps else None
        noise = self._noise(height * width * channels, white, rng)
        source, *scratch = (np.empty((piece, height, width, channels), np.float32) for _ in range(4))
        for start in range(0, count, piece):
            part = out[start : start + piece]
            before = source[: len(part)]
            np.copyto(before, images[start : start + piece])
            if self.thickness_range:
                change_thickness(before, rng.uniform(0, self.thickness_range, len(part)), scratch[0][: len(part)])
            if maps is None:
                np.copyto(part, before)
            else:
                warp(before, maps, part, (scratch[0], scratch[1], scratch[2]))
            if self.contrast_range:
                change_contrast(part, 1 + rng.uniform(-self.contrast_range, self.contrast_range, len(part)))
            if noise is not None:
                starts = rng.integers(0, len(noise), len(part))
                part += noise[starts].reshape(part.shape)
            if images.dtype == np.uint8 and (self.contrast_range or self.noise_std):
                np.clip(part, 0, white, out=part)
        return out

    def _noise(self, size: int, white: float, rng: np.random.Generator) -> NDArray[np.float32] | None:
        """Overlapping stretches of noise, each as long as an image: (stretches, size), a view."""
        if not self.noise_std:
            return None
        noise = rng.standard_normal(NOISE_IMAGES * size, dtype=np.float32)
        noise *= np.float32(white * self.noise_std)
        return np.lib.stride_tricks.sliding_window_view(noise, size)


def change_thickness(images: Floats, pixels: NDArray[Any], scratch: Floats) -> None:
    """Make bright strokes thicker in the first half of the images, thinner in the others, each by its `pixels`.

    A pixel moves towards the brightest (darkest) of its four neighbours and itself; all the way widens a stroke by one
    pixel on either side. In place. Shapes: images and scratch (n, H, W, C), pixels (n,).
    """
    half = len(images) // 2
    toward_extreme(images[:half], np.maximum, scratch[:half])
    toward_extreme(images[half:], np.minimum, scratch[half:])
    scratch -= images
    scratch *= (pixels / 2).astype(np.float32)[:, np.newaxis, np.newaxis, np.newaxis]
    images += scratch


def toward_extreme(images: Floats, extreme: np.ufunc, out: Floats) -> None:
    """Each pixel's `extreme` (np.maximum or np.minimum) over itself and its four neighbours. Shapes: (n, H, W, C)."""
    channels, row = images.shape[3], images.shape[2] * images.shape[3]
    np.copyto(out, images)
    # All images as one long line are four times faster than row by row. On a line the first pixel of a row follows the
    # last one of another row, which is no neighbour: the border is put back afterwards.
    old, new = images.reshape(-1), out.reshape(-1)
    for border, step in ((out[:, :, 0], channels), (out[:, 0], row)):
        kept = border.copy()
        extreme(new[step:], old[:-step], out=new[step:])
        np.copyto(border, kept)
    for border, step in ((out[:, :, -1], channels), (out[:, -1], row)):
        kept = border.copy()
        extreme(new[:-step], old[step:], out=new[:-step])
        np.copyto(border, kept)


def change_contrast(images: Floats, factors: NDArray[Any]) -> None:
    """Stretch each image's differences from its mean by its factor, in place."""
    mean = images.mean(axis=(1, 2, 3), keepdims=True)
    images -= mean
    images *= factors.astype(np.float32)[:, None, None, None]
    images += mean
