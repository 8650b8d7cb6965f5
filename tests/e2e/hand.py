"""How a person writes the digits: our own strokes for 0 to 9, in a box of height 1, smoothed to a pen's path."""

from __future__ import annotations

import math

Point = tuple[float, float]

# A digit is a list of strokes, a stroke a list of points (x to the right, y downward). A point given twice is a corner.
STROKES: dict[int, list[list[Point]]] = {
    0: [[(0.55, 0.04), (0.27, 0.14), (0.13, 0.48), (0.24, 0.84), (0.48, 0.97), (0.74, 0.85), (0.85, 0.50), (0.74, 0.15),
         (0.50, 0.04)]],
    1: [[(0.56, 0.02), (0.53, 0.35), (0.48, 0.68), (0.45, 0.98)]],
    2: [[(0.16, 0.24), (0.30, 0.07), (0.54, 0.03), (0.75, 0.14), (0.77, 0.34), (0.58, 0.61), (0.32, 0.82), (0.12, 0.95),
         (0.12, 0.95), (0.45, 0.92), (0.88, 0.95)]],
    3: [[(0.18, 0.12), (0.44, 0.03), (0.72, 0.12), (0.72, 0.32), (0.42, 0.47), (0.42, 0.47), (0.70, 0.55), (0.80, 0.76),
         (0.62, 0.93), (0.36, 0.97), (0.12, 0.87)]],
    4: [[(0.28, 0.05), (0.20, 0.34), (0.14, 0.56), (0.14, 0.56), (0.45, 0.56), (0.84, 0.53)],
        [(0.66, 0.07), (0.62, 0.50), (0.58, 0.97)]],
    5: [[(0.29, 0.06), (0.23, 0.43), (0.23, 0.43), (0.48, 0.38), (0.74, 0.52), (0.76, 0.78), (0.54, 0.96),
         (0.15, 0.91)],
        [(0.29, 0.06), (0.55, 0.05), (0.82, 0.04)]],
    6: [[(0.66, 0.03), (0.40, 0.23), (0.22, 0.56), (0.23, 0.85), (0.48, 0.97), (0.72, 0.86), (0.73, 0.67), (0.52, 0.56),
         (0.26, 0.69)]],
    7: [[(0.12, 0.10), (0.48, 0.07), (0.86, 0.06), (0.86, 0.06), (0.68, 0.38), (0.50, 0.70), (0.40, 0.98)]],
    8: [[(0.74, 0.16), (0.50, 0.03), (0.26, 0.16), (0.38, 0.38), (0.66, 0.60), (0.74, 0.82), (0.48, 0.97), (0.24, 0.82),
         (0.36, 0.60), (0.64, 0.38), (0.76, 0.18)]],
    9: [[(0.74, 0.22), (0.52, 0.04), (0.27, 0.17), (0.29, 0.41), (0.54, 0.46), (0.74, 0.22), (0.74, 0.22), (0.70, 0.62),
         (0.56, 0.97)]],
}  # fmt: skip


def pen_path(stroke: list[Point], spacing: float = 0.03) -> list[Point]:
    """The smooth curve through `stroke` (Catmull-Rom), as points about `spacing` apart."""
    path = [stroke[0]]
    for index in range(len(stroke) - 1):
        start, end = stroke[index], stroke[index + 1]
        before = stroke[max(index - 1, 0)]
        after = stroke[min(index + 2, len(stroke) - 1)]
        count = math.ceil(math.dist(start, end) / spacing)
        for k in range(1, count + 1):
            t = k / count
            path.append(tuple(_spline(t, *axis) for axis in zip(before, start, end, after, strict=True)))  # type: ignore[arg-type]
    return path


def _spline(t: float, before: float, start: float, end: float, after: float) -> float:
    return 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )


def written(digit: int, left: float, top: float, size: float) -> list[list[Point]]:
    """The pen's paths for `digit` in the square of side `size` whose corner is (left, top)."""
    return [
        [(left + x * size, top + y * size) for x, y in pen_path(stroke)]
        for stroke in STROKES[digit]
    ]
