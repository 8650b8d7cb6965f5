"""How people write 3: round or flat above, sharp or looped in the waist, curled at its ends."""

from __future__ import annotations

from core.data.pen_strokes import Corner, Floats, Point, Strokes, Vary
from core.data.pen_styles.style import PenStyle


def belly(vary: Vary, width: Floats) -> list[Point]:
    """From the waist to the end at the lower left."""
    return [
        (width + vary(0.0, 0.08), 0.61), (width + vary(-0.02, 0.1), vary(0.77, 0.86)), (0.4, 1.0),
        (vary(-0.06, 0.15), vary(0.8, 0.97)),
    ]  # fmt: skip


def plain(vary: Vary) -> Strokes:
    """Two bows with a sharp waist."""
    width = vary(0.52, 0.75)
    return [[
        (vary(0.0, 0.2), vary(0.03, 0.25)), (0.36, 0.0), (width, vary(0.08, 0.14)), (width - 0.08, 0.33),
        Corner(vary(0.2, 0.48), vary(0.4, 0.52)), *belly(vary, width),
    ]]  # fmt: skip


def flat_top(vary: Vary) -> Strokes:
    """A straight line above, straight back to the waist."""
    return [[
        (vary(0.0, 0.15), vary(0.0, 0.08)), Corner(vary(0.52, 0.75), vary(-0.03, 0.06)),
        Corner(vary(0.2, 0.46), vary(0.34, 0.46)), *belly(vary, vary(0.58, 0.68)),
    ]]  # fmt: skip


def looped_waist(vary: Vary) -> Strokes:
    """A small loop in the waist."""
    return [[
        (vary(0.0, 0.2), vary(0.05, 0.2)), (0.38, 0.0), (vary(0.6, 0.7), 0.12), (0.55, 0.38), (vary(0.22, 0.38), 0.5),
        (vary(0.25, 0.34), 0.41), (0.5, 0.46), *belly(vary, vary(0.58, 0.66)),
    ]]  # fmt: skip


def shallow(vary: Vary) -> Strokes:
    """Narrow, with hardly any waist."""
    width = vary(0.38, 0.68)
    return [[
        (vary(0.05, 0.2), vary(0.02, 0.2)), (0.34, 0.0), (width, 0.14), Corner(width - vary(0.05, 0.14),
        vary(0.38, 0.46)),
        (width + vary(-0.02, 0.06), 0.6), (width + vary(0.0, 0.04), 0.8), (0.33, 1.0), (vary(-0.12, 0.1),
        vary(0.86, 1.0)),
    ]]  # fmt: skip


def like_a_seven(vary: Vary) -> Strokes:
    """Hardly any belly either: a notch in the stem of a 7."""
    waist = vary(0.32, 0.5)
    return [[
        (vary(0.0, 0.12), vary(0.02, 0.2)), (vary(0.35, 0.5), vary(-0.02, 0.05)), (vary(0.6, 0.75), vary(0.02, 0.14)),
        (waist, vary(0.36, 0.46)), (waist + vary(0.06, 0.18), vary(0.54, 0.66)), (waist + vary(0.0, 0.15), 0.82),
        (vary(-0.05, 0.12), 1.0),
    ]]  # fmt: skip


def curled(vary: Vary) -> Strokes:
    """The head begins in a curl, and the tail may end in one."""
    width, end = vary(0.52, 0.7), vary(0.0, 1.0)  # how far the tail comes round
    return [[
        (vary(0.16, 0.32), vary(0.2, 0.34)), (vary(0.02, 0.12), vary(0.14, 0.24)), (vary(0.1, 0.2), 0.03), (0.4, 0.0),
        (width, 0.14), (width - 0.08, 0.36), Corner(vary(0.24, 0.44), vary(0.42, 0.5)), (width + 0.04, vary(0.52, 0.6)),
        (width + vary(0.02, 0.1), 0.76), (0.48, 0.98), (0.2, vary(0.94, 1.0)), (0.08 - 0.02 * end, 0.9 - 0.06 * end),
        (0.04 + 0.22 * end, 0.88 - 0.14 * end),
    ]]  # fmt: skip


def curled_tail(vary: Vary) -> Strokes:
    """The tail comes up on the left and turns in, nearly closing the belly."""
    width = vary(0.52, 0.72)
    return [[
        (vary(0.0, 0.2), vary(0.05, 0.22)), (0.36, 0.0), (width, 0.14), (width - 0.08, 0.36),
        Corner(vary(0.22, 0.44), vary(0.42, 0.5)), (width + 0.04, vary(0.54, 0.6)), (width + vary(0.0, 0.08), 0.78),
        (0.42, 1.0), (0.12, vary(0.9, 0.98)), (vary(0.0, 0.1), vary(0.72, 0.84)), (vary(0.1, 0.3), vary(0.64, 0.74)),
    ]]  # fmt: skip


def small_head(vary: Vary) -> Strokes:
    """Small above, large below."""
    head, waist, width = vary(0.4, 0.54), vary(0.28, 0.38), vary(0.58, 0.8)
    return [[
        (vary(0.1, 0.26), vary(0.03, 0.14)), (0.32, 0.0), (head, waist * 0.4), (head - 0.06, waist * 0.8),
        Corner(vary(0.2, 0.36), waist), (width - 0.1, waist + 0.1), (width, vary(0.6, 0.72)), (width - 0.14, 0.92),
        (0.3, 1.0), (vary(-0.08, 0.1), vary(0.82, 0.96)),
    ]]  # fmt: skip


STYLES = (
    PenStyle(3, "plain", 26, plain),
    PenStyle(3, "flat top", 20, flat_top),
    PenStyle(3, "looped waist", 11, looped_waist),
    PenStyle(3, "shallow", 11, shallow),
    PenStyle(3, "like a seven", 9, like_a_seven),
    PenStyle(3, "curled", 10, curled),
    PenStyle(3, "curled tail", 7, curled_tail),
    PenStyle(3, "small head", 6, small_head),
)
