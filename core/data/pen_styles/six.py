"""How people write 6: the stem bent or straight, the loop small, large, open, or crossing the stem."""

from __future__ import annotations

from core.data.pen_strokes import Strokes, Vary
from core.data.pen_styles.style import PenStyle


def plain(vary: Vary) -> Strokes:
    """A bent stem and a loop of any size."""
    top, width = 1 - 2 * vary(0.18, 0.34), vary(0.52, 0.82)  # of the loop
    return [[
        (vary(0.4, 0.82), vary(0.0, 0.04)), (0.2, 0.3), (0.02, 0.68), (0.26, 1.0), (width, vary(0.8, 0.88)),
        (width - 0.08, top + vary(-0.02, 0.08)), (vary(0.24, 0.36), top + vary(0.0, 0.1)),
        (vary(0.02, 0.25), vary(0.7, 0.88)),
    ]]  # fmt: skip


def straight_stem(vary: Vary) -> Strokes:
    """The stem falls straight, as of a b."""
    width, top = vary(0.52, 0.9), vary(0.5, 0.66)
    return [[
        (vary(0.02, 0.32), 0.0), (vary(0.02, 0.1), 0.4), (0.03, 0.8), (0.3, 1.0), (width, 0.85), (width - 0.12, top),
        (0.3, top + 0.02), (vary(0.0, 0.15), vary(0.72, 0.9)),
    ]]  # fmt: skip


def crossing(vary: Vary) -> Strokes:
    """The loop ends left of the stem."""
    width, top = vary(0.5, 0.8), vary(0.5, 0.68)
    return [[
        (vary(0.35, 0.75), 0.0), (0.2, 0.3), (0.05, 0.7), (0.28, 1.0), (width, 0.86), (width - 0.1, top),
        (0.3, top + vary(0.0, 0.08)), (-vary(0.05, 0.3), top + vary(0.06, 0.22)),
    ]]  # fmt: skip


def open_loop(vary: Vary) -> Strokes:
    """The loop does not reach the stem."""
    width, top = vary(0.55, 0.85), vary(0.5, 0.7)
    return [[
        (vary(0.1, 0.72), 0.0), (0.12, 0.34), (0.03, 0.74), (0.3, 1.0), (width, 0.9), (width + vary(-0.06, 0.05),
        top + 0.05),
        (width - vary(0.08, 0.38), top + vary(0.0, 0.05)),
    ]]  # fmt: skip


def curled_head(vary: Vary) -> Strokes:
    """The stem begins with a bow to the right."""
    width, top = vary(0.54, 0.78), vary(0.46, 0.6)
    return [[
        (vary(0.6, 0.76), vary(0.08, 0.2)), (vary(0.46, 0.56), 0.0), (vary(0.2, 0.3), 0.1), (0.06, 0.42), (0.02, 0.74),
        (0.26, 0.99), (width, 0.86), (width - 0.06, top + 0.06), (0.34, top), (vary(0.04, 0.2), vary(0.66, 0.84)),
    ]]  # fmt: skip


def small_loop(vary: Vary) -> Strokes:
    """A long stem and a small loop at its end."""
    width, top = vary(0.36, 0.52), vary(0.6, 0.74)
    return [[
        (vary(0.36, 0.8), 0.0), (0.22, 0.28), (0.05, 0.68), (0.1, 0.95), (0.26, 1.0), (width, 0.88),
        (width - 0.08, top),
        (vary(0.16, 0.24), top + vary(0.0, 0.06)), (vary(0.04, 0.12), vary(0.82, 0.92)),
    ]]  # fmt: skip


STYLES = (
    PenStyle(6, "plain", 36, plain),
    PenStyle(6, "straight stem", 18, straight_stem),
    PenStyle(6, "crossing", 16, crossing),
    PenStyle(6, "open loop", 16, open_loop),
    PenStyle(6, "curled head", 7, curled_head),
    PenStyle(6, "small loop", 7, small_loop),
)
