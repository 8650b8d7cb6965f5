"""How people write 8: in one pull from either side, as two rings, open, or with a loop that has collapsed."""

from __future__ import annotations

import numpy as np

from core.data.pen_strokes import Corner, Strokes, Vary, ellipse
from core.data.pen_styles.style import PenStyle

X = 0.45  # the middle


def from_the_right(vary: Vary) -> Strokes:
    """An S downwards, and back up across it."""
    upper, lower = vary(0.18, 0.34), vary(0.22, 0.4)
    return [[
        (X + upper + vary(-0.1, 0.12), vary(0.02, 0.2)), (X, 0.0), (X - upper, 0.22), (X, 0.47), (X + lower, 0.75),
        (X, 1.0), (X - lower, 0.77), (X, vary(0.48, 0.58)), (X + upper * 0.9, 0.25),
        (X + upper + vary(-0.22, 0.15), vary(-0.02, 0.22)),
    ]]  # fmt: skip


def gaping(vary: Vary) -> Strokes:
    """The same, open above between long straight arms."""
    upper, lower = vary(0.18, 0.34), vary(0.2, 0.36)
    return [[
        (X + upper * vary(0.4, 1.5), vary(0.0, 0.14)), (X - 0.05, 0.0), (X - upper, 0.2), (X, 0.48), (X + lower, 0.77),
        (X, 1.0), (X - lower, 0.77), (X, 0.5), (X + upper + vary(0.0, 0.35), vary(-0.1, 0.12)),
    ]]  # fmt: skip


def from_the_left(vary: Vary) -> Strokes:
    """Mirrored: first to the right."""
    upper, lower = vary(0.18, 0.34), vary(0.22, 0.36)
    return [[
        (X - upper + vary(-0.15, 0.1), vary(0.0, 0.25)), (X, 0.0), (X + upper, 0.22), (X, 0.48), (X - lower, 0.76),
        (X, 1.0),
        (X + lower, 0.76), (X, 0.5), (X - upper + vary(-0.12, 0.1), vary(0.02, 0.3)),
    ]]  # fmt: skip


def tail_to_the_left(vary: Vary) -> Strokes:
    """Over the top, a long diagonal, a narrow lower loop, and out to the left of the waist."""
    lower, lowest = vary(0.06, 0.3), vary(0.2, 0.55)
    return [[
        (vary(0.0, 0.32), vary(0.1, 0.36)), (vary(0.38, 0.56), 0.0), (vary(0.64, 0.78), vary(0.1, 0.24)), (0.52, 0.5),
        (0.52 - lower, 0.86), (0.52 - lower * lowest, 1.0), (0.52 + lower, 0.84), (0.5, 0.6),
        (vary(-0.1, 0.36), vary(0.36, 0.56)),
    ]]  # fmt: skip


def collapsed(vary: Vary) -> Strokes:
    """One of the two loops is hardly more than a line."""
    flat, round_ = vary(0.03, 0.14), vary(0.17, 0.34)
    above = vary(0, 1) < 0.4
    upper, lower = np.where(above, flat, round_), np.where(above, round_, flat)
    waist = np.where(above, vary(0.4, 0.55), vary(0.42, 0.6))
    return [[
        (X + upper + vary(-0.12, 0.16), vary(0.02, 0.2)), (X, 0.0), (X - upper, waist * 0.45), (X, waist),
        (X + lower, (1 + waist) / 2 + 0.03), (X + vary(-0.03, 0.03), 1.0), (X - lower, (1 + waist) / 2 + 0.03),
        (X, waist + 0.03),
        (X + upper, waist * 0.5), (X + upper + vary(-0.15, 0.12), vary(0.0, 0.2)),
    ]]  # fmt: skip


def small_head(vary: Vary) -> Strokes:
    """A small upper loop on a large lower one, or the other way round."""
    waist = np.where(vary(0, 1) < 0.75, vary(0.24, 0.38), vary(0.6, 0.7))
    upper, lower = waist * vary(0.38, 0.62), (1 - waist) * vary(0.38, 0.62)
    way = np.where(vary(0, 1) < 0.7, 1, -1)
    return [[
        (X + way * upper * vary(0.5, 1.2), waist * vary(0.1, 0.4)), (X, 0.0), (X - way * upper, waist * 0.45),
        (X, waist),
        (X + way * lower, (1 + waist) / 2), (X, 1.0), (X - way * lower, (1 + waist) / 2),
        (X, waist + vary(-0.02, 0.04)),
        (X + way * upper, waist * 0.5), (X + way * upper * vary(-0.3, 1.1), waist * vary(-0.05, 0.3)),
    ]]  # fmt: skip


def like_a_three(vary: Vary) -> Strokes:
    """The upper loop stays open at one side."""
    upper, lower, side, end = vary(0.18, 0.34), vary(0.22, 0.38), np.where(vary(0, 1) < 0.67, 1, -1), vary(0.1, 1)
    return [[
        (X - side * upper * vary(0.5, 1.3), vary(0.04, 0.24)), (X, 0.0), (X + side * upper, 0.2), (X, 0.46),
        (X - side * lower, 0.74), (X, 1.0), (X + side * lower, 0.76), (X, 0.52),
        (X - side * upper * (0.3 + 0.7 * end), 0.44 - 0.16 * end),
    ]]  # fmt: skip


def two_rings(vary: Vary) -> Strokes:
    """One ring above another, each drawn for itself; they touch, overlap or just miss."""
    waist, gap = vary(0.38, 0.52), vary(-0.05, 0.03)
    above = ellipse(X + vary(-0.04, 0.04), waist / 2, vary(0.16, 0.3), waist / 2, vary(-150, 60), -vary(345, 390), 9)
    half = (1 - waist - gap) / 2
    below = ellipse(X + vary(-0.04, 0.04), 1 - half, vary(0.2, 0.36), half, vary(-130, -50), -vary(345, 390), 9)
    return [above, below]


def hourglass(vary: Vary) -> Strokes:
    """Two triangles of straight lines."""
    top, bottom = vary(0.2, 0.34), vary(0.2, 0.36)
    return [[
        (X + top, vary(0.0, 0.1)), Corner(X - top, vary(0.0, 0.1)), Corner(X + bottom, vary(0.92, 1.02)),
        Corner(X - bottom, vary(0.92, 1.02)), (X + top + vary(-0.08, 0.05), vary(-0.02, 0.12)),
    ]]  # fmt: skip


STYLES = (
    PenStyle(8, "from the right", 20, from_the_right),
    PenStyle(8, "gaping", 14, gaping),
    PenStyle(8, "from the left", 11, from_the_left),
    PenStyle(8, "tail to the left", 13, tail_to_the_left),
    PenStyle(8, "collapsed", 13, collapsed),
    PenStyle(8, "small head", 8, small_head),
    PenStyle(8, "like a three", 9, like_a_three),
    PenStyle(8, "two rings", 9, two_rings),
    PenStyle(8, "hourglass", 3, hourglass),
)
