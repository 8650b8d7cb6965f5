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


@dataclass(frozen=True, eq=False)
class CenterSteps:
    """What becomes of a drawing, step by step; each is uint8, 0 = background, 255 = ink. Without ink all are empty.

    Shapes: cropped (h, w) of the drawing's own size; fitted (20, up to 20) or (up to 20, 20); centred (28, 28).
    """

    cropped: NDArray[np.uint8]
    fitted: NDArray[np.uint8]
    centred: NDArray[np.uint8]


def center_digit(image: NDArray[Any]) -> NDArray[np.uint8]:
    """A drawing of any size as MNIST would show it: uint8 (28, 28), all 0 when there is no ink.

    `image` is (H, W) or (H, W, 1) with ink above 0: bool, uint8 up to 255, or float up to 1.
    Raises ShapeError for anything else.
    """
    return _pixels(_centred(_fitted(_cropped(_ink(image)))))


def center_steps(image: NDArray[Any]) -> CenterSteps:
    """The same as `center_digit`, with the pictures on the way, for display."""
    cropped = _cropped(_ink(image))
    fitted = _fitted(cropped)
    return CenterSteps(_pixels(cropped), _pixels(fitted), _pixels(_centred(fitted)))


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


def _cropped(ink: Ink) -> Ink:
    """The smallest part that holds the ink, without a faint fringe; (0, 0) when there is none."""
    if not ink.size or ink.max() <= 0:
        return np.zeros((0, 0), np.float32)
    least = ink.max() * FAINT
    top, bottom = _span(ink.max(axis=1) >= least)
    left, right = _span(ink.max(axis=0) >= least)
    return ink[top:bottom, left:right]


def _span(is_inked: NDArray[np.bool_]) -> tuple[int, int]:
    """From the first to behind the last true entry."""
    where = np.flatnonzero(is_inked)
    return int(where[0]), int(where[-1]) + 1


def _fitted(ink: Ink) -> Ink:
    """Scaled by one factor both ways, so that the longer side is 20 pixels."""
    if not ink.size:
        return ink
    step = max(ink.shape) / FIT
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


def _centred(ink: Ink) -> Ink:
    """The ink in a field of 28 x 28, its centre of mass in the middle as far as all the ink stays inside."""
    field = np.zeros((FIELD, FIELD), np.float32)
    if ink.size:
        top = _offset(ink.sum(axis=1))
        left = _offset(ink.sum(axis=0))
        field[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return field


def _offset(profile: Ink) -> int:
    """Where the ink begins when its centre of mass comes to lie in pixel 14, as in every MNIST picture.

    Pixel 14 spans 14 to 15, so the mean is half a pixel right of and below the exact middle: MNIST's own convention, in
    all its pictures. Centring on 14.0 instead costs two drawings in a hundred.
    """
    mass = float(profile.sum())
    centre = float(profile @ (np.arange(len(profile)) + 0.5)) / mass
    return min(max(FIELD // 2 - int(centre), 0), FIELD - len(profile))


def _pixels(ink: Ink) -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = np.rint(ink * 255).astype(np.uint8)
    return pixels
