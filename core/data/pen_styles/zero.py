"""How people write 0: where the loop begins, whether it closes, and what is drawn through it."""

from __future__ import annotations

import numpy as np

from core.data.pen_strokes import Strokes, Vary, ellipse
from core.data.pen_styles.style import PenStyle


def loop(vary: Vary) -> Strokes:
    """One turn against the clock, from somewhere at the top."""
    return [ellipse(0.4, 0.5, vary(0.18, 0.48), 0.5, vary(-150, -30), -vary(335, 400), growth=vary(-0.18, 0.12))]


def lying(vary: Vary) -> Strokes:
    """Wider than high."""
    return [ellipse(0.4, 0.5, 0.5, vary(0.2, 0.42), vary(-170, -20), -vary(335, 400), growth=vary(-0.18, 0.1))]


def clockwise(vary: Vary) -> Strokes:
    """One turn with the clock."""
    return [ellipse(0.4, 0.5, vary(0.2, 0.46), 0.5, vary(-190, -60), vary(335, 400), growth=vary(-0.18, 0.12))]


def gaping(vary: Vary) -> Strokes:
    """The loop does not close, somewhere at the top; either way round."""
    way, gap = np.where(vary(0, 1) < 0.7, -1, 1), vary(20, 95)
    start = -90 + way * vary(-25, 70)
    return [ellipse(0.4, 0.5, vary(0.22, 0.48), 0.5, start, way * (360 - gap), growth=vary(-0.12, 0.15))]


def spiral(vary: Vary) -> Strokes:
    """More than one turn, ending inside."""
    return [ellipse(0.4, 0.5, vary(0.22, 0.46), 0.5, vary(-120, -40), -vary(400, 460), 14, growth=vary(-0.45, -0.12))]


def lidded(vary: Vary) -> Strokes:
    """A run-in along the top, from the right or from the left."""
    side, width, rise = np.where(vary(0, 1) < 0.5, -1, 1), vary(0.24, 0.44), vary(-0.1, 0.1)
    turn = ellipse(0.4, 0.5, width, 0.5, -90 - side * 25, -side * vary(300, 365))
    return [[(0.4 + side * vary(0.28, 0.6), rise), (0.4, 0.0), *turn]]


def like_a_six(vary: Vary) -> Strokes:
    """It begins high on the right and closes a little below, inside."""
    width, shoulder = vary(0.24, 0.4), vary(0.06, 0.24)
    return [[
        (0.4 + width * vary(0.5, 1.2), vary(-0.06, 0.05)), (0.4 - width * 0.2, 0.07), (0.4 - width * 0.85, 0.34),
        (0.4 - width, 0.64), (0.4 - width * 0.45, 0.95), (0.4 + width * 0.35, 0.97), (0.4 + width, 0.68),
        (0.4 + width * 0.85, shoulder + 0.18), (0.4 + width * 0.2, shoulder),
        (0.4 - width * vary(0.2, 0.7), shoulder + vary(0.03, 0.1)),
    ]]  # fmt: skip


def slashed(vary: Vary) -> Strokes:
    """A line through it, mostly rising to the right and mostly beyond the loop."""
    width, way = vary(0.24, 0.46), np.where(vary(0, 1) < 0.92, 1, -1)
    above, below, lean = vary(0.45, 1.35), vary(0.45, 1.35), way * vary(0.3, 0.95) * width
    turn = ellipse(0.4, 0.5, width, 0.5, vary(-150, -30), -vary(340, 395), growth=vary(-0.1, 0.1))
    return [turn, [(0.4 + lean * above, 0.5 - 0.43 * above), (0.4 - lean * below, 0.5 + 0.43 * below)]]


def phi(vary: Vary) -> Strokes:
    """A small ring with a long steep line through it."""
    height = vary(0.26, 0.42)
    turn = ellipse(0.4, 0.5, height * vary(0.6, 1.2), height, vary(-150, -30), -vary(340, 390))
    above, below, lean = vary(0.42, 0.62), vary(0.42, 0.62), vary(-0.05, 0.3)
    return [turn, [(0.4 + lean * above, 0.5 - above), (0.4 - lean * below, 0.5 + below)]]


STYLES = (
    PenStyle(0, "loop", 21, loop),
    PenStyle(0, "lying", 6, lying),
    PenStyle(0, "clockwise", 6, clockwise),
    PenStyle(0, "gaping", 14, gaping),
    PenStyle(0, "spiral", 8, spiral),
    PenStyle(0, "lidded", 9, lidded),
    PenStyle(0, "like a six", 11, like_a_six),
    PenStyle(0, "slashed", 19, slashed),
    PenStyle(0, "phi", 6, phi),
)
