"""How people write 1: the flag short or long, with or without a foot."""

from __future__ import annotations

import numpy as np

from core.data.pen_strokes import Corner, Floats, Strokes, Vary
from core.data.pen_styles.style import PenStyle

APEX = Corner(0.5, 0.0)


def flag(vary: Vary, shortest: float, longest: float, flattest: float = 24) -> tuple[Floats, Floats]:
    """Where the flag begins, left of and below the apex. It always rises to it: what is level there is a 7."""
    length, angle = vary(shortest, longest), np.radians(vary(flattest, 66))
    return 0.5 - length * np.cos(angle), length * np.sin(angle)


def stick(vary: Vary) -> Strokes:
    """One line, straight or hardly bent."""
    return [[(0.5, 0.0), (0.5 + vary(-0.05, 0.05), 0.5), (0.5 + vary(-0.14, 0.12), 1.0)]]


def hooked(vary: Vary) -> Strokes:
    """One line with a small hook where the pen leaves, or lands."""
    return [[
        (0.5 + vary(-0.1, 0.1), vary(0.0, 0.1)), (0.5, 0.06), (0.5, 0.85), (0.5 + vary(-0.16, 0.16), vary(0.92, 1.02)),
    ]]  # fmt: skip


def flagged(vary: Vary) -> Strokes:
    """A short flag."""
    return [[flag(vary, 0.12, 0.45), APEX, (0.5 + vary(-0.18, 0.08), 1.0)]]


def long_flag(vary: Vary) -> Strokes:
    """The flag reaches down to the middle or beyond, straight or bent."""
    (x, y), bend = flag(vary, 0.38, 0.8, 28), vary(-0.06, 0.06)
    halfway = (0.5 + x) / 2 - bend, y / 2 - bend
    return [[(x, y), halfway, APEX, (0.5 + vary(-0.06, 0.05), 0.5), (0.5 + vary(-0.25, 0.08), 1.0)]]


def italic(vary: Vary) -> Strokes:
    """Leaning far to the right, with a long flag."""
    (x, y), lean = flag(vary, 0.3, 0.85), vary(0.12, 0.48)
    halfway = (0.5 + x) / 2 - vary(-0.02, 0.05), y / 2
    return [[(x, y), halfway, APEX, (0.5 - lean * vary(0.35, 0.6), 0.5), (0.5 - lean, 1.0)]]


def small_hat(vary: Vary) -> Strokes:
    """A flag that rises little, but is too short for a 7."""
    return [[(0.5 - vary(0.1, 0.34), vary(0.06, 0.2)), APEX, (0.5 + vary(-0.15, 0.08), 1.0)]]


def flag_and_foot(vary: Vary) -> Strokes:
    """With a line below, drawn for itself."""
    bottom, level = 0.5 + vary(-0.12, 0.06), 1 + vary(-0.06, 0.04)
    foot = [(bottom - vary(0.12, 0.42), level), (bottom + vary(0.12, 0.42), level + vary(-0.08, 0.06))]
    return [[flag(vary, 0.12, 0.7), APEX, (bottom, 1.0)], foot]


def foot_in_one_pull(vary: Vary) -> Strokes:
    """The pen goes on from the stem to the left and back to the right."""
    bottom = 0.5 + vary(-0.1, 0.06)
    return [[
        flag(vary, 0.1, 0.6), APEX, Corner(bottom, 1.0), Corner(bottom - vary(0.1, 0.35), 1 + vary(-0.03, 0.06)),
        (bottom + vary(0.1, 0.4), 1 + vary(-0.05, 0.04)),
    ]]  # fmt: skip


def half_foot(vary: Vary) -> Strokes:
    """A foot to one side only."""
    bottom, side = 0.5 + vary(-0.1, 0.1), np.where(vary(0, 1) < 0.6, -vary(0.12, 0.35), vary(0.08, 0.26))
    return [[flag(vary, 0.05, 0.5), APEX, Corner(bottom, 1.0), (bottom + side, 1 + vary(-0.1, 0.05))]]


STYLES = (
    PenStyle(1, "stick", 12, stick),
    PenStyle(1, "hooked", 4, hooked),
    PenStyle(1, "flagged", 14, flagged),
    PenStyle(1, "long flag", 26, long_flag),
    PenStyle(1, "italic", 16, italic),
    PenStyle(1, "small hat", 6, small_hat),
    PenStyle(1, "flag and foot", 13, flag_and_foot),
    PenStyle(1, "foot in one pull", 5, foot_in_one_pull),
    PenStyle(1, "half a foot", 4, half_foot),
)
