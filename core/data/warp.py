"""Random warps of images: affine maps and elastic fields, sampled bilinearly, cheaper than the training itself."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

KNOTS = 8  # of the elastic field, both ways: bumps about a fifth of the image apart, with one row beyond each border
BUMP = 0.75  # a bump's standard deviation, in distances between knots
UNIFORM_STD = 3**-0.5  # of numbers drawn evenly from -1 to 1

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class WarpRanges:
    """How far random warps may go, each to both sides; 0 is not at all."""

    rotation: float = 0.0  # degrees
    shear: float = 0.0  # degrees
    zoom: float = 0.0  # share of the size, each axis by itself
    shift_x: float = 0.0  # share of the width
    shift_y: float = 0.0  # share of the height
    elastic: float = 0.0  # root mean square displacement, share of the shorter side
    flip: bool = False  # mirror one image in two


@dataclass(frozen=True, eq=False)
class WarpMaps:
    """Where each pixel of the new images comes from.

    Shapes: `index` (maps, H * W) is the pixel up and left of that place, counted through all images that are warped
    together; `right` and `down` (maps, H * W, 1) say how far beyond that pixel the place lies, from 0 to 1.
    """

    index: NDArray[np.intp]
    right: Floats
    down: Floats
    next_pixel: int  # 1, or 0 in images one pixel wide
    next_row: int  # the width, or 0 in images one pixel high


def random_maps(count: int, height: int, width: int, ranges: WarpRanges, rng: np.random.Generator) -> WarpMaps:
    """Draw `count` warps for images of this size.

    The coordinates of all pixels are weighted sums of a few fixed pictures, made in one matrix product: the columns,
    the rows, a constant and, for the elastic field, smooth bumps.
    """
    weights = _affine_weights(count, height, width, ranges, rng)
    if ranges.elastic:
        bumps = rng.random((2 * count, KNOTS * KNOTS), dtype=np.float32)
        bumps -= 0.5
        bumps *= 2 * ranges.elastic * min(height, width) / UNIFORM_STD
        weights = np.concatenate([weights, bumps], axis=1)
    place: Floats = np.matmul(weights, _pictures(height, width)[: weights.shape[1]])
    last = np.repeat(np.array([[width - 1], [height - 1]], np.float32), count, axis=0)
    np.clip(place, 0, last, out=place)
    whole = np.floor(place)
    np.minimum(whole, np.maximum(last - 1, 0), out=whole)  # so that there is a neighbour to the right and below
    place -= whole
    index = whole[count:]  # still as floats, which are exact up to 16 million and faster than 64-bit integers
    index *= width
    index += whole[:count]
    index += (np.arange(count, dtype=np.float32) * (height * width))[:, np.newaxis]
    return WarpMaps(
        index.astype(np.intp), place[:count, :, np.newaxis], place[count:, :, np.newaxis],
        1 if width > 1 else 0, width if height > 1 else 0,
    )  # fmt: skip


def warp(images: Floats, maps: WarpMaps, out: Floats, scratch: tuple[Floats, Floats, Floats]) -> None:
    """Warp up to as many images as there are maps, the first by the first map and so on, into `out`.

    Places outside an image take the pixel at its border. Shapes: all (n, H, W, C), contiguous.
    """
    count, channels = len(images), images.shape[-1]
    shape = (count, maps.index.shape[1], channels)
    index, right, down = maps.index[:count], maps.right[:count], maps.down[:count]
    pixels = images.reshape(-1, channels)
    corners = (0, maps.next_pixel, maps.next_row, maps.next_row + maps.next_pixel)
    upper, upper_right, lower, lower_right = (array[:count].reshape(shape) for array in (out, *scratch))
    for offset, corner in zip(corners, (upper, upper_right, lower, lower_right), strict=True):
        # mode="clip" skips the bounds check, which costs as much as the gathering; no index is out of bounds
        pixels[offset:].take(index, axis=0, out=corner, mode="clip")
    upper_right -= upper
    upper_right *= right
    upper += upper_right
    lower_right -= lower
    lower_right *= right
    lower += lower_right
    lower -= upper
    lower *= down
    upper += lower


def _affine_weights(count: int, height: int, width: int, ranges: WarpRanges, rng: np.random.Generator) -> Floats:
    """Random affine maps about the centre: what x (first half of the rows) and y take of columns, rows and constant."""
    draw: NDArray[Any] = rng.uniform(-1, 1, (7, count))
    angle, slant = np.radians(ranges.rotation) * draw[0], np.tan(np.radians(ranges.shear) * draw[1])
    across, along = 1 / (1 + ranges.zoom * draw[2:4])
    if ranges.flip:
        across = np.where(draw[6] < 0, -across, across)
    cos, sin = np.cos(angle), np.sin(angle)
    weights = np.empty((2, 3, count), np.float32)
    weights[0, 0], weights[0, 1] = cos * across, (cos * slant - sin) * along  # rotation @ shear @ zoom
    weights[1, 0], weights[1, 1] = sin * across, (sin * slant + cos) * along
    weights[0, 2] = (width - 1) / 2 + ranges.shift_x * width * draw[4]
    weights[1, 2] = (height - 1) / 2 + ranges.shift_y * height * draw[5]
    return weights.transpose(0, 2, 1).reshape(2 * count, 3)


@functools.lru_cache(maxsize=4)
def _pictures(height: int, width: int) -> Floats:
    """What coordinates are summed from, (3 + KNOTS * KNOTS, H * W): columns, rows, a constant, and the bumps."""
    rows, columns = np.mgrid[:height, :width].reshape(2, -1)
    bumps = np.kron(_bumps(height), _bumps(width)).T
    pictures = np.concatenate([
        [columns - (width - 1) / 2, rows - (height - 1) / 2, np.ones(height * width)], bumps
    ]).astype(np.float32)  # fmt: skip
    pictures.flags.writeable = False
    return pictures


def _bumps(size: int) -> NDArray[Any]:
    """The smooth functions along one axis that an elastic field is a random sum of: (size, KNOTS), rows of length 1.

    So a sum whose weights have the variance 1 has the variance 1 at every pixel.
    """
    spacing = size / (KNOTS - 3)
    knots = (np.arange(KNOTS) - 1) * spacing
    distance = (np.arange(size)[:, np.newaxis] + 0.5 - knots) / spacing
    bumps: NDArray[Any] = np.exp(-0.5 * (distance / BUMP) ** 2)
    return bumps / np.linalg.norm(bumps, axis=1, keepdims=True)
