"""How people write 5: the hat with the rest or for itself, the stem sharp, round or missing."""

from __future__ import annotations

from core.data.pen_strokes import Corner, Floats, Point, Strokes, Vary
from core.data.pen_styles.style import PenStyle


def bowl(vary: Vary, stem: Floats, waist: Floats) -> list[Point]:
    """From the corner below the stem round to the end at the lower left."""
    width = vary(0.56, 0.95)
    return [
        Corner(stem, waist), (0.35, waist - vary(0.02, 0.13)), (width, waist + vary(0.08, 0.16)),
        (width + vary(-0.06, 0.05), 0.8), (0.38, 1.0), (vary(-0.1, 0.15), vary(0.8, 0.98)),
    ]  # fmt: skip


def two_pulls(vary: Vary) -> Strokes:
    """Stem and bowl first, then the hat."""
    stem, top = vary(0.08, 0.3), vary(-0.05, 0.08)
    return [
        [(stem, top), *bowl(vary, stem + vary(-0.08, 0.03), vary(0.36, 0.52))],
        [(stem + vary(-0.1, 0.18), top + vary(-0.1, 0.06)), (vary(0.5, 1.2), top + vary(-0.2, 0.05))],
    ]


def one_pull(vary: Vary) -> Strokes:
    """From the right end of the hat in one go."""
    stem = vary(0.08, 0.3)
    return [[
        (vary(0.48, 1.05), vary(-0.1, 0.06)), Corner(stem, vary(0.0, 0.06)),
        *bowl(vary, stem + vary(-0.1, 0.03), vary(0.34, 0.5)),
    ]]  # fmt: skip


def like_an_s(vary: Vary) -> Strokes:
    """Without corners."""
    return [[
        (vary(0.62, 1.05), vary(-0.06, 0.14)), (0.42, vary(-0.03, 0.04)), (vary(0.1, 0.2), vary(0.18, 0.26)),
        (0.35, 0.44),
        (vary(0.58, 0.76), 0.66), (0.54, vary(0.88, 0.95)), (0.3, 1.0), (vary(-0.08, 0.12), vary(0.82, 0.98)),
    ]]  # fmt: skip


def loose_hat(vary: Vary) -> Strokes:
    """The hat floats above or beside, and there is hardly any stem."""
    stem, waist = vary(0.05, 0.3), vary(0.3, 0.5)
    return [
        [(stem + vary(-0.03, 0.08), vary(0.08, 0.28)), *bowl(vary, stem, waist)],
        [(stem + vary(-0.05, 0.25), vary(-0.14, 0.02)), (vary(0.5, 1.0), vary(-0.2, 0.02))],
    ]


def angular(vary: Vary) -> Strokes:
    """Straight lines with corners, as on a display."""
    stem, waist, width = vary(0.05, 0.22), vary(0.36, 0.5), vary(0.56, 0.8)
    return [[
        (vary(0.58, 0.9), vary(-0.06, 0.05)), Corner(stem, vary(-0.02, 0.04)), Corner(stem + vary(-0.06, 0.04), waist),
        Corner(width, waist + vary(-0.06, 0.14)), Corner(width + vary(-0.08, 0.06), vary(0.88, 1.0)),
        (vary(-0.06, 0.12), vary(0.92, 1.04)),
    ]]  # fmt: skip


STYLES = (
    PenStyle(5, "two pulls", 29, two_pulls),
    PenStyle(5, "one pull", 28, one_pull),
    PenStyle(5, "like an S", 22, like_an_s),
    PenStyle(5, "loose hat", 14, loose_hat),
    PenStyle(5, "angular", 7, angular),
)
