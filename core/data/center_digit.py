"""Bringing a drawing to MNIST's form: the one place where a picture of any size becomes what a digit network knows.

MNIST's makers cropped each digit to its ink, scaled it to fit 20 x 20 pixels with antialiasing and put it into a field
of 28 x 28 so that its centre of mass lies in the middle. Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner,
"Gradient-based learning applied to document recognition" (1998), section III.A.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ShapeError

FIELD = 28  # pixels of the finished picture, both ways
FIT = 20  # pixels of the digit's longer side within it
FAINT = 1 / 16  # a border row whose strongest pixel is below this share of the darkest ink is an antialiased fringe

Ink = NDArray[np.float32]


@dataclass(frozen=True)
class Preparation:
    """Which steps are taken. Networks are trained on pictures with all of them; leaving one out shows why it matters.

    A step that is left out keeps what the drawing has: its margins, its size, its place on the paper.
    """

    crop: bool = True
    scale: bool = True
    centre: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether no step is left out."""
        return self.crop and self.scale and self.centre


AS_MNIST = Preparation()


@dataclass(frozen=True)
class Placement:
    """Where the finished picture lies on the drawing: its pixel (row, column) covers `step` pixels from there on.

    In pixels of the drawing: the left edge of column c is `left + c * step`, the upper edge of row r `top + r * step`.
    """

    left: float
    top: float
    step: float


@dataclass(frozen=True, eq=False)
class CenterSteps:
    """What becomes of a drawing, step by step; each is uint8, 0 = background, 255 = ink. Without ink all are empty.

    Shapes: cropped (h, w) of the drawing's own size; fitted (20, up to 20) or (up to 20, 20); centred (28, 28).
    `placement` is None without ink.
    """

    cropped: NDArray[np.uint8]
    fitted: NDArray[np.uint8]
    centred: NDArray[np.uint8]
    placement: Placement | None = None


def center_digit(image: NDArray[Any], preparation: Preparation = AS_MNIST) -> NDArray[np.uint8]:
    """A drawing of any size as MNIST would show it: uint8 (28, 28), all 0 when there is no ink.

    `image` is (H, W) or (H, W, 1) with ink above 0: bool, uint8 up to 255, or float up to 1.
    Raises ShapeError for anything else.
    """
    return center_steps(image, preparation).centred


def center_steps(image: NDArray[Any], preparation: Preparation = AS_MNIST) -> CenterSteps:
    """The same as `center_digit`, with the pictures on the way, for display."""
    ink = _ink(image)
    top, left, cropped = _cropped(ink, preparation.crop)
    if not cropped.size:
        nothing = _pixels(cropped)
        return CenterSteps(nothing, nothing, np.zeros((FIELD, FIELD), np.uint8))
    whole = max(ink.shape)
    step = max(cropped.shape) / FIT if preparation.scale else whole / FIELD
    fitted = _fitted(cropped, step)
    if preparation.centre:
        row, column = _offset(fitted.sum(axis=1)), _offset(fitted.sum(axis=0))
    else:
        middles = (top + cropped.shape[0] / 2 - ink.shape[0] / 2, left + cropped.shape[1] / 2 - ink.shape[1] / 2)
        row, column = (
            _kept_offset(middle / whole, size) for middle, size in zip(middles, fitted.shape, strict=True)
        )
    field = np.zeros((FIELD, FIELD), np.float32)
    field[row : row + fitted.shape[0], column : column + fitted.shape[1]] = fitted
    margins = [(old - new * step) / 2 for old, new in zip(cropped.shape, fitted.shape, strict=True)]
    placement = Placement(left + margins[1] - column * step, top + margins[0] - row * step, step)
    return CenterSteps(_pixels(cropped), _pixels(fitted), _pixels(field), placement)


def in_shape(picture: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """A finished picture for a network that was trained on images of another shape: larger or smaller, or in colour.

    Ink is white on black in every channel. Shapes: picture (28, 28) -> (h, w) for `shape` (h, w, 1), else (h, w, c).
    """
    height, width, channels = shape
    if (height, width) != picture.shape:
        rows, columns = (_linear_weights(old, new) for old, new in zip(picture.shape, (height, width), strict=True))
        picture = _pixels(np.matmul(np.matmul(rows, picture / np.float32(255)), columns.T))
    return picture if channels == 1 else np.repeat(picture[..., np.newaxis], channels, axis=2)


def _linear_weights(old: int, new: int) -> Ink:
    """The matrix that makes `new` pixels of `old` ones: each the mean around its place, weighted by a triangle.

    The triangle is as wide as a pixel of the coarser picture, so that nothing is skipped and nothing torn. (new, old).
    """
    step = old / new
    place = (np.arange(new) + 0.5) * step - 0.5
    away = np.abs(place[:, None] - np.arange(old)) / max(step, 1.0)
    weights = np.maximum(1 - away, 0)
    shares: Ink = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


def _ink(image: NDArray[Any]) -> Ink:
    """The image as numbers from 0 (paper) to 1 (full ink)."""
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[..., 0]
    if image.ndim != 2 or (image.dtype.kind not in "bf" and image.dtype != np.uint8):
        raise ShapeError(
            f"A drawing must be one channel (H, W) of bool, uint8 or float, not {image.dtype} {image.shape}. "
            "Convert it to grey first."
        )
    ink: Ink = image.astype(np.float32)
    if image.dtype.kind == "f":
        np.nan_to_num(ink, copy=False)
        np.clip(ink, 0, 1, out=ink)
    if image.dtype == np.uint8:
        ink /= np.float32(255)
    return ink


def _cropped(ink: Ink, crop: bool) -> tuple[int, int, Ink]:
    """The smallest part that holds the ink, without a faint fringe, and where it begins; (0, 0) when there is none."""
    if not ink.size or ink.max() <= 0:
        return 0, 0, np.zeros((0, 0), np.float32)
    if not crop:
        return 0, 0, ink
    least = ink.max() * FAINT
    top, bottom = _span(ink.max(axis=1) >= least)
    left, right = _span(ink.max(axis=0) >= least)
    return top, left, ink[top:bottom, left:right]


def _span(is_inked: NDArray[np.bool_]) -> tuple[int, int]:
    """From the first to behind the last true entry."""
    where = np.flatnonzero(is_inked)
    return int(where[0]), int(where[-1]) + 1


def _fitted(ink: Ink, step: float) -> Ink:
    """Scaled by one factor both ways: each new pixel is the mean of `step` by `step` old ones."""
    rows, columns = (area_weights(size, step) for size in ink.shape)
    fitted: Ink = np.matmul(np.matmul(rows, ink), columns.T)
    return fitted


def area_weights(size: int, step: float) -> Ink:
    """The matrix M that makes one pixel of every `step`: `M @ column` is the mean over the area each new pixel covers.

    The new pixels lie symmetrically about the old ones, their number even unless it comes out whole: so MNIST was made,
    whose shorter sides are even and faint at both ends. Nothing is stretched to fill the last pixel. Shape (new, size).
    """
    wanted = size / step
    count = round(wanted) if abs(wanted - round(wanted)) < 1e-6 else 2 * math.ceil(wanted / 2)
    edges = (size - count * step) / 2 + np.arange(count + 1) * step
    pixel = np.arange(size)
    covered = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    weights: Ink = (np.maximum(covered, 0) / step).astype(np.float32)
    return weights


def _offset(profile: Ink) -> int:
    """Where the ink begins when its centre of mass comes to lie in pixel 14, as in every MNIST picture.

    Pixel 14 spans 14 to 15, so the mean is half a pixel right of and below the exact middle: MNIST's own convention, in
    all its pictures. Centring on 14.0 instead costs two drawings in a hundred.
    """
    mass = float(profile.sum())
    centre = float(profile @ (np.arange(len(profile)) + 0.5)) / mass
    return min(max(FIELD // 2 - int(centre), 0), FIELD - len(profile))


def _kept_offset(middle: float, size: int) -> int:
    """Where the ink begins when it stays at its place: `middle` is that of the ink, as a share of the paper's side."""
    return min(max(round(FIELD / 2 + middle * FIELD - size / 2), 0), FIELD - size)


def _pixels(ink: Ink) -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = np.rint(ink * 255).astype(np.uint8)
    return pixels
