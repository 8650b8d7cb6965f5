"""How people write 9: the head closed or open, the tail straight, bent, curled far, or swung to the right."""

from __future__ import annotations

import numpy as np

from core.data.pen_strokes import Corner, Point, Strokes, Vary
from core.data.pen_styles.style import PenStyle


def head(vary: Vary, lowest: float = 0.56, sharp: bool = True) -> list[Point]:
    """A loop against the clock, from the upper right to the top of the tail there."""
    height, width = vary(0.32, lowest), vary(0.19, 0.34)  # half its width
    end = 0.66 + vary(-0.02, 0.04), vary(0.02, 0.16)
    return [
        (0.6 + vary(-0.1, 0.1), vary(0.02, 0.16)), (0.62 - width, 0.0), (0.66 - 2 * width, height * 0.5),
        (0.66 - width * 1.1, height), (0.62, height * vary(0.5, 0.76)), Corner(*end) if sharp else end,
    ]  # fmt: skip


def straight(vary: Vary) -> Strokes:
    """A straight tail, upright or slanted."""
    return [[*head(vary), (0.66 + vary(-0.32, 0.12), 1.0)]]


def bent(vary: Vary) -> Strokes:
    """A tail that bends to the left."""
    return [[*head(vary, sharp=False), (0.68, 0.45), (0.62, 0.78), (vary(0.08, 0.5), 1.0)]]


def gee(vary: Vary) -> Strokes:
    """A tail that curls to the left as that of a g, and may come up again."""
    up, far = vary(0.0, 1.0), vary(0.0, 1.0)
    return [[
        *head(vary, 0.5), (0.68 + vary(-0.02, 0.05), 0.46), (0.66 + vary(-0.03, 0.05), 0.8),
        (0.44 + vary(-0.06, 0.06), 0.99),
        (0.22 - 0.12 * far, 0.98 - 0.06 * up), (0.12 - 0.26 * far + 0.1 * up, 0.92 - 0.16 * up),
    ]]  # fmt: skip


def looped_tail(vary: Vary) -> Strokes:
    """The tail ends in a curl that turns back to the right."""
    turn = vary(0.7, 0.86)
    return [[
        *head(vary, 0.48), (0.68, 0.48), (0.64, 0.86), (0.42, 0.99), (vary(0.16, 0.26), vary(0.86, 0.94)),
        (vary(0.2, 0.32), turn), (vary(0.34, 0.58), turn + vary(-0.06, 0.02)),
    ]]  # fmt: skip


def flat_tail(vary: Vary) -> Strokes:
    """Straight down, a corner, and level to the left."""
    foot = 0.64 + vary(-0.1, 0.08)
    return [[*head(vary), Corner(foot, vary(0.9, 1.0)), (foot - vary(0.2, 0.75), 1 + vary(-0.1, 0.05))]]


def open_head(vary: Vary) -> Strokes:
    """The head does not close; the tail is nearly straight."""
    height, stem = vary(0.3, 0.5), vary(0.6, 0.78)
    return [[
        (stem + vary(-0.12, 0.06), vary(0.0, 0.14)), (0.4, 0.0), (vary(0.05, 0.2), height * 0.6), (0.3, height + 0.04),
        (stem, height * vary(0.5, 1.0)), (stem + vary(-0.02, 0.06), height + 0.12), (stem + vary(-0.18, 0.0), 0.75),
        (vary(0.0, 0.6), 1.0),
    ]]  # fmt: skip


def open_head_curled(vary: Vary) -> Strokes:
    """The head hardly closes, and the tail is long and curled."""
    height, stem = vary(0.28, 0.46), vary(0.58, 0.76)
    return [[
        (stem + vary(-0.16, 0.1), vary(0.0, 0.16)), (0.4, 0.0), (vary(0.04, 0.22), height * 0.6), (0.3, height + 0.03),
        Corner(stem - 0.02, height * vary(0.6, 1.05)), (stem + vary(-0.02, 0.06), height + 0.16), (stem - 0.04, 0.82),
        (0.38, 1.0), (vary(-0.18, 0.2), vary(0.82, 1.0)),
    ]]  # fmt: skip


def swung_right(vary: Vary) -> Strokes:
    """A small head; the tail swings out to the right of it and curls back to the left."""
    height, width, stem, out = vary(0.2, 0.4), vary(0.1, 0.25), vary(0.42, 0.56), vary(0.06, 0.3)
    return [[
        (stem + vary(-0.06, 0.06), vary(0.02, 0.12)), (stem - width, 0.0), (stem - 2 * width, height * 0.5),
        (stem - width * 1.1, height), (stem + vary(-0.05, 0.03), height * vary(0.45, 0.75)),
        Corner(stem + vary(0.0, 0.03), height * vary(0.15, 0.6)), (stem + out * 0.45, 0.45), (stem + out, 0.75),
        (stem + out * 0.5, vary(0.9, 0.98)), (stem - vary(0.08, 0.26), 1.0), (stem - vary(0.3, 0.72), vary(0.82, 1.0)),
    ]]  # fmt: skip


def small_head(vary: Vary) -> Strokes:
    """A small head on a long straight tail."""
    height, width = vary(0.16, 0.32), vary(0.1, 0.2)
    return [[
        (0.6 + vary(-0.06, 0.06), vary(0.02, 0.1)), (0.62 - width, 0.0), (0.62 - 2 * width, height * 0.5),
        (0.62 - width, height), (0.6, height * vary(0.5, 0.8)), Corner(0.63, vary(0.02, 0.1)),
        (0.62 + vary(-0.1, 0.03), 0.55), (0.6 + vary(-0.35, 0.08), 1.0),
    ]]  # fmt: skip


def flat_head(vary: Vary) -> Strokes:
    """A low flat head on a long tail: nearly a 7."""
    height, foot = vary(0.15, 0.3), vary(0.05, 0.6)
    return [[
        (0.66 + vary(-0.1, 0.08), vary(0.02, 0.14)), (0.4, 0.0), (vary(0.05, 0.2), height * 0.6), (0.3, height),
        Corner(0.64, vary(0.08, 0.16)), (0.62 + (foot - 0.62) * 0.35, 0.5), (foot, 1.0),
    ]]  # fmt: skip


def clockwise(vary: Vary) -> Strokes:
    """The head is drawn with the clock, from its lower right or from the left, and goes over into the tail."""
    height, width, from_left = vary(0.36, 0.52), vary(0.2, 0.32), vary(0, 1) < 0.3
    x = 0.66 - width
    start = np.where(from_left, x - width * 0.8, 0.63), np.where(from_left, height * 0.75, height * vary(0.7, 1.0))
    return [[
        start, (x, height), (x - width, height * 0.55), (x, 0.0), (0.66, height * 0.45), (0.64 + vary(-0.04, 0.04),
        0.66),
        (vary(0.3, 0.66), 1.0),
    ]]  # fmt: skip


STYLES = (
    PenStyle(9, "straight", 10, straight),
    PenStyle(9, "bent", 8, bent),
    PenStyle(9, "gee", 21, gee),
    PenStyle(9, "looped tail", 5, looped_tail),
    PenStyle(9, "flat tail", 8, flat_tail),
    PenStyle(9, "open head", 8, open_head),
    PenStyle(9, "open head, curled", 9, open_head_curled),
    PenStyle(9, "swung right", 18, swung_right),
    PenStyle(9, "small head", 5, small_head),
    PenStyle(9, "flat head", 4, flat_head),
    PenStyle(9, "clockwise", 4, clockwise),
)
