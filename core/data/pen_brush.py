"""The round brush: pen paths become MNIST-like images, as `center_digit` makes them of a drawing.

Eight drawings are painted at once with one brush. Each owns one bit of every byte of a fine grid: to widen all eight
lines by one cell is to combine the grid with itself, moved by one cell.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.data.center_digit import FIELD, FIT
from core.data.pen_strokes import Floats

EIGHT = 8  # bits of a byte
FINE = 6  # cells of the grid to a pixel, both ways
SIDE = FIT * FINE  # cells of the grid
CELLS_APART = 1.5  # of the points that stand for a path: near enough that no brush shows them

Grid = NDArray[np.uint8]


def painted(paths: list[Floats], widths: Floats) -> NDArray[np.uint8]:
    """The drawings as uint8 images (drawings, 28, 28), 255 = ink.

    Shapes: each path (2, drawings, points); widths (groups of eight drawings,), each brush's width in units of the
    longer side of the drawing it paints, measured along the middle of the line.
    """
    count = paths[0].shape[1]
    radius = np.repeat(brush_radius(widths), EIGHT)[:count]
    everything = np.concatenate(paths, axis=2)
    low, high = everything.min(axis=2, keepdims=True), everything.max(axis=2, keepdims=True)
    scale = (FIT - 2 * radius)[:, np.newaxis] / (high - low).max(axis=0)
    dots = np.concatenate([dotted(((path - (low + high) / 2) * scale + FIT / 2) * FINE) for path in paths], axis=2)
    cells = np.clip(dots, 0, SIDE - 1).astype(np.intp)
    places = cells[1] * SIDE + cells[0]
    ink = np.empty((count, FIT, FIT), np.uint8)
    for start in range(0, count, EIGHT):
        lines = np.zeros(SIDE * SIDE, np.uint8)
        for bit, cell in enumerate(places[start : start + EIGHT]):
            lines[cell] |= np.uint8(128 >> bit)
        ink[start : start + EIGHT] = coverage(widened(lines, radius[start] * FINE))[: count - start]
    return centred(ink)


def brush_radius(widths: Floats) -> Floats:
    """In pixels of the finished image, where the drawing's longer side with all its ink is 20: see `painted`."""
    radius: Floats = FIT / 2 * widths / (1 + widths)
    return radius


def dotted(path: Floats) -> Floats:
    """More points on the straight lines between those of the path, until none are far apart."""
    steps = np.hypot(*np.diff(path))
    between = max(1, int(np.ceil(np.quantile(steps, 0.95) / CELLS_APART)))
    start, step = path[..., :-1, np.newaxis], np.diff(path)[..., np.newaxis]
    dots = start + step * (np.arange(between) / between)
    return np.concatenate([dots.reshape(*path.shape[:2], -1), path[..., -1:]], axis=2)


def widened(lines: Grid, radius: float) -> Grid:
    """Every cell of a line becomes a disc of this radius: the disc's rows are runs, which grow towards its middle.

    The grid is one long row of cells, (120 * 120,): moving all of it is fastest. No run leaves its own row on the way,
    since no line is nearer to the border than the radius.
    """
    run, half = lines.copy(), 0  # cells within `half` to the left and right of a line
    result = np.zeros_like(lines)
    for away in range(int(radius), -1, -1):
        wanted = int(np.sqrt(radius**2 - away**2))
        while half < wanted:
            half += 1
            run[half:] |= lines[:-half]
            run[:-half] |= lines[half:]
        moved = away * SIDE
        result[moved:] |= run[: len(run) - moved]
        result[: len(run) - moved] |= run[moved:]
    return result


def coverage(grid: Grid) -> NDArray[np.uint8]:
    """How much of each pixel is ink, for the eight drawings of a grid (120 * 120,): (8, 20, 20), 255 = all of it."""
    cells = grid.reshape(FIT, FINE, FIT, FINE).transpose(1, 3, 0, 2).reshape(FINE * FINE, FIT * FIT)
    inked = np.unpackbits(cells, axis=1).sum(axis=0, dtype=np.uint8)
    share = inked.reshape(FIT * FIT, EIGHT).T.astype(np.float32) * (255 / FINE**2)
    return np.rint(share).astype(np.uint8).reshape(EIGHT, FIT, FIT)


def centred(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Each drawing in a field of 28 x 28, its centre of mass in pixel 14, as `center_digit` puts it."""
    offsets = []
    for axis in (2, 1):
        profile = ink.sum(axis=axis, dtype=np.float64)
        centre = profile @ (np.arange(FIT) + 0.5) / profile.sum(axis=1)
        offsets.append(np.clip(FIELD // 2 - centre.astype(int), 0, FIELD - FIT))
    field = np.zeros((len(ink), FIELD, FIELD), np.uint8)
    for image, drawing, top, left in zip(field, ink, *offsets, strict=True):
        image[top : top + FIT, left : left + FIT] = drawing
    return field
