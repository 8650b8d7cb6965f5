"""Pen strokes: from the control points of a style to the paths that a hand would have drawn.

All drawings of a style are made together. A path is an array (2, drawings, points): `x, y = path`; y grows downwards,
and a digit is about 1 high.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Value = Floats | float  # one number for all drawings, or one for each
Vary = Callable[[float, float], Floats]  # vary(low, high): a number for each drawing, evenly drawn between the two


class Corner(NamedTuple):
    """A control point where the pen turns sharply; at a plain (x, y) it passes smoothly."""

    x: Value
    y: Value


Point = tuple[Value, Value] | Corner
Stroke = Sequence[Point]
Strokes = Sequence[Stroke]

# What a hand does, found by trying what makes networks read more drawings
MISS = (0.006, 0.032)  # distance by which control points are missed, from the surest to the least sure hand
MISPLACED = 0.015  # of a stroke after the pen was lifted
ROUNDED = 0.5  # share of the drawings whose corners are rounded
SLIDES = 0.2, (0.03, 0.11), 0.18  # how often the pen slides as it touches or leaves; how far; over what length
TREMBLES = 0.3, (0.005, 0.02)  # how often the hand trembles; how much
HASTY = 0.25  # share of the drawings made of few mouse events: straight pieces
BENT = 0.06  # by how much the form is bent at its border, at most
TURNED = 0.09  # radians
SLANTED = 0.06, 0.2  # to the right, in widths to the height: mean and standard deviation
STRETCHED = -0.05, 0.2  # logarithm of the width's factor
SPACING = 0.045  # of the points along a path
SHORTEST, LONGEST = 6, 80  # points of a path
MIDDLE = np.array([0.4, 0.5]).reshape(2, 1, 1)  # of a digit as the styles place it
BENDS = 7  # terms of the polynomial that bends a drawing


def ellipse(
    x: Value, y: Value, width: Value, height: Value, start: Value, sweep: Value, points: int = 11, growth: Value = 0.0
) -> list[Point]:
    """Control points of an arc about (x, y) with these half axes.

    Angles are in degrees: 0 is right, 90 is down. Along the way both half axes grow by the share `growth`.
    """
    arc: list[Point] = []
    for share in np.linspace(0, 1, points):
        angle = np.radians(start + sweep * share)
        size = 1 + growth * share
        arc.append((x + width * size * np.cos(angle), y + height * size * np.sin(angle)))
    return arc


def paths(strokes: Strokes, count: int, rng: np.random.Generator) -> list[Floats]:
    """The strokes of `count` drawings, each as a hand would draw it: a path for each stroke, (2, count, its points)."""
    miss = rng.uniform(*MISS, count)
    rounded, trembles, hasty = (rng.random((3, count)) < [[ROUNDED], [TREMBLES[0]], [HASTY]])[..., np.newaxis]
    drawn: list[Floats] = []
    for stroke in strokes:
        points = np.empty((2, count, len(stroke)))
        for place, (x, y) in enumerate(stroke):
            points[0, :, place], points[1, :, place] = x, y
        points += rng.standard_normal(points.shape) * miss[:, np.newaxis]
        if drawn:
            points += rng.standard_normal((2, count, 1)) * MISPLACED
        corners = tuple(isinstance(point, Corner) for point in stroke)
        path = evenly_spaced(points @ curve(corners).T)
        last = path.shape[-1] - 1
        path = np.where(rounded, path @ moving_average(last + 1, max(1, last // 14)).T, path)
        path += slides(last + 1, count, rng)
        noise = rng.standard_normal(path.shape) @ moving_average(last + 1, 1).T
        path += np.where(trembles, noise * rng.uniform(*TREMBLES[1], (count, 1)), 0)
        drawn.append(np.where(hasty, path @ straightened(last + 1, 3).T, path))
    return drawn


@functools.lru_cache(maxsize=256)
def curve(corners: tuple[bool, ...]) -> Floats:
    """The matrix that makes a curve of control points: smooth (Catmull-Rom) from corner to corner.

    Shape (points, control points).
    """
    last = len(corners) - 1
    breaks = [0, *(place for place in range(1, last) if corners[place]), last]
    pieces = []
    for start, stop in itertools.pairwise(breaks):
        piece = np.zeros((2 if stop - start == 1 else 8 * (stop - start) + 1, last + 1))
        piece[:, start : stop + 1] = _catmull_rom(stop - start, len(piece))
        pieces.append(piece)
    return np.concatenate(pieces)


def _catmull_rom(spans: int, count: int) -> Floats:
    """Weights of spans + 1 control points at `count` places along them. Shape (count, spans + 1).

    Source: E. Catmull and R. Rom, "A class of local interpolating splines" (1974), with tension 1/2. At both ends the
    curve continues as if the last control point were mirrored.
    """
    place = np.linspace(0, spans, count)
    span = np.minimum(place.astype(int), spans - 1)
    t = place - span
    weights = np.zeros((count, spans + 3))  # with one control point more at each end
    for offset, weight in enumerate((
        -t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2
    )):  # fmt: skip
        weights[np.arange(count), span + offset] = weight / 2
    mirrored = np.zeros((spans + 3, spans + 1))
    mirrored[1:-1] = np.eye(spans + 1)
    mirrored[0, :2] = mirrored[-1, :-3:-1] = 2, -1
    return weights @ mirrored


def evenly_spaced(path: Floats) -> Floats:
    """The same paths with points at equal distances, as many as the mean length of the paths asks for."""
    _, count, points = path.shape
    lengths = np.zeros((count, points))
    np.cumsum(np.hypot(*np.diff(path)) + 1e-6, axis=1, out=lengths[:, 1:])
    wanted = int(np.clip(lengths[:, -1].mean() / SPACING, SHORTEST, LONGEST))
    # Every drawing has a stretch of its own on one long scale, so that a single interpolation serves them all.
    begins = 2.0 * np.arange(count)[:, np.newaxis]
    known = (lengths / lengths[:, -1:] + begins).ravel()
    asked = (np.linspace(0, 1, wanted) + begins).ravel()
    return np.stack([np.interp(asked, known, axis.ravel()).reshape(count, wanted) for axis in path])


@functools.lru_cache(maxsize=256)
def moving_average(points: int, reach: int) -> Floats:
    """The matrix that replaces each point by the mean of its neighbours up to `reach`, but for both ends."""
    near = np.abs(np.subtract.outer(np.arange(points), np.arange(points)))
    weights = (near <= reach).astype(float)
    weights[[0, -1]] = np.eye(points)[[0, -1]]
    return weights / weights.sum(axis=1, keepdims=True)


@functools.lru_cache(maxsize=256)
def straightened(points: int, every: int) -> Floats:
    """The matrix that keeps one point of `every` and puts the others on straight lines between them."""
    kept = np.unique(np.append(np.arange(0, points, every), points - 1))
    weights = np.zeros((points, points))
    weights[:, kept] = np.stack([np.interp(np.arange(points), kept, unit) for unit in np.eye(len(kept))], axis=1)
    return weights


def slides(points: int, count: int, rng: np.random.Generator) -> Floats:
    """By how much each point is off because the pen slid as it touched the paper, or left it. (2, count, points)."""
    often, (least, most), length = SLIDES
    offset = np.zeros((2, count, points))
    along = np.arange(points) * SPACING / length
    for fading in (np.exp(-along), np.exp(-along[::-1])):
        distance = rng.uniform(least, most, count) * (rng.random(count) < often)
        angle = rng.uniform(0, 2 * np.pi, count)
        offset += (distance * np.stack([np.cos(angle), np.sin(angle)]))[..., np.newaxis] * fading
    return offset


def warped(drawn: list[Floats], count: int, rng: np.random.Generator) -> list[Floats]:
    """The same drawings as written by different people: bent, slanted, narrower or wider, and turned.

    All strokes of a drawing are changed alike.
    """
    bend = rng.standard_normal((2, BENDS, count, 1)) * rng.uniform(0, BENT, count)[:, np.newaxis]
    turn = np.clip(rng.normal(0, TURNED, (count, 1)), -0.3, 0.3)
    slant = np.clip(rng.normal(*SLANTED, (count, 1)), -0.45, 0.6)
    stretch = np.exp(np.clip(rng.normal(*STRETCHED, (count, 1)), -0.55, 0.45))
    cos, sin = np.cos(turn), np.sin(turn)
    changed = []
    for path in drawn:
        x, y = 2 * (path - MIDDLE)  # from -1 to 1, so that all powers of them are alike in size
        powers = (x * x, x * y, y * y, x * x * x, x * x * y, x * y * y, y * y * y)
        x, y = (axis + sum(each * power for each, power in zip(bend[way], powers, strict=True))
                for way, axis in enumerate((x, y)))  # fmt: skip
        x = (x - slant * y) * stretch
        changed.append(np.stack([cos * x - sin * y, sin * x + cos * y]))
    return changed
