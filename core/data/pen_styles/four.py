"""How people write 4: open or closed, the bar high or low, the stem long or short."""

from __future__ import annotations

from core.data.pen_strokes import Corner, Strokes, Vary
from core.data.pen_styles.style import PenStyle


def open_head(vary: Vary) -> Strokes:
    """Down, along the bar, and a stem of its own."""
    bar, stem = vary(0.5, 0.74), vary(0.52, 0.84)
    return [
        [(vary(0.04, 0.46), vary(0.0, 0.12)), Corner(vary(0.0, 0.12), bar), (stem + vary(0.08, 0.42),
            bar + vary(-0.1, 0.06))],
        [(stem + vary(-0.02, 0.12), vary(-0.05, 0.3)), (stem + vary(-0.12, 0.05), 1.0)],
    ]  # fmt: skip


def lightning(vary: Vary) -> Strokes:
    """A long slanted first stroke, the second short and low, across the bar."""
    bar, stem, above = vary(0.5, 0.8), vary(0.4, 0.75), vary(-0.02, 0.28)
    return [
        [
            (vary(0.28, 0.6), 0.0), (vary(0.12, 0.32), bar * 0.5), Corner(vary(0.0, 0.14), bar),
            (stem + vary(0.1, 0.36), bar + vary(-0.16, 0.04)),
        ],
        [(stem + vary(0.0, 0.14), bar - above - 0.04), (stem + vary(-0.18, 0.04), 1.0)],
    ]  # fmt: skip


def low_bar(vary: Vary) -> Strokes:
    """The bar lies near the foot, and the stem is very short."""
    bar, stem = vary(0.7, 0.9), vary(0.4, 0.62)
    return [
        [
            (vary(0.22, 0.46), 0.0), (vary(0.06, 0.22), bar * 0.55), (vary(0.0, 0.1), bar - 0.08), (vary(0.1, 0.22),
            bar),
            (stem + vary(0.02, 0.14), bar + vary(-0.12, 0.02)),
        ],
        [(stem + vary(-0.02, 0.12), bar - vary(0.04, 0.3)), (stem + vary(-0.14, 0.05), 1 + vary(0.0, 0.06))],
    ]  # fmt: skip


def high_bar(vary: Vary) -> Strokes:
    """A small head on a long stem."""
    bar, stem = vary(0.26, 0.46), vary(0.34, 0.56)
    return [
        [
            (vary(0.0, 0.12), vary(0.0, 0.14)), (vary(-0.04, 0.06), bar * 0.8), (vary(0.06, 0.14), bar),
            (stem + vary(0.04, 0.3), bar + vary(-0.1, 0.03)),
        ],
        [(stem + vary(-0.06, 0.1), vary(-0.05, 0.12)), (stem + vary(-0.35, 0.0), 1.0)],
    ]  # fmt: skip


def like_a_nine(vary: Vary) -> Strokes:
    """A closed head, but with a corner, and the bar crosses the stem."""
    bar, stem = vary(0.42, 0.66), vary(0.45, 0.65)
    return [
        [
            (stem + vary(-0.04, 0.08), vary(0.0, 0.1)), (stem - vary(0.2, 0.4), bar * 0.6), Corner(vary(0.0, 0.1), bar),
            (0.35, bar + vary(-0.05, 0.02)), (stem + vary(0.12, 0.4), bar + vary(-0.18, 0.0)),
        ],
        [(stem + vary(-0.03, 0.08), vary(-0.05, 0.1)), (stem + vary(-0.2, 0.05), 1.0)],
    ]  # fmt: skip


def cup(vary: Vary) -> Strokes:
    """A rounded cup that the stem touches or crosses."""
    bar, stem = vary(0.38, 0.62), vary(0.58, 0.76)
    return [
        [
            (vary(0.0, 0.12), vary(0.0, 0.15)), (vary(0.0, 0.08), bar * 0.75), (vary(0.16, 0.28),
            bar + vary(0.0, 0.06)),
            (stem + vary(-0.05, 0.16), bar * vary(0.8, 1.02)),
        ],
        [(stem + vary(-0.02, 0.1), vary(-0.06, 0.14)), (stem + vary(-0.2, 0.04), 1.0)],
    ]  # fmt: skip


def closed(vary: Vary) -> Strokes:
    """The first stroke begins where the stem does."""
    bar, stem = vary(0.54, 0.78), vary(0.5, 0.72)
    return [
        [(stem + vary(-0.08, 0.06), vary(0.0, 0.1)), Corner(vary(0.0, 0.1), bar), (stem + vary(0.1, 0.45),
            bar + vary(-0.06, 0.06))],
        [(stem + vary(-0.06, 0.06), vary(-0.04, 0.12)), (stem + vary(-0.1, 0.08), 1.0)],
    ]  # fmt: skip


def one_pull(vary: Vary) -> Strokes:
    """Up the stem, down to the left and along the bar, without lifting the pen."""
    bar, stem = vary(0.52, 0.76), vary(0.5, 0.72)
    return [[
        (stem + vary(-0.12, 0.08), 1.0), Corner(stem + vary(-0.04, 0.06), 0.0), Corner(vary(0.0, 0.1), bar),
        (stem + vary(0.12, 0.42), bar + vary(-0.06, 0.05)),
    ]]  # fmt: skip


STYLES = (
    PenStyle(4, "open", 19, open_head),
    PenStyle(4, "lightning", 18, lightning),
    PenStyle(4, "low bar", 14, low_bar),
    PenStyle(4, "high bar", 11, high_bar),
    PenStyle(4, "like a nine", 8, like_a_nine),
    PenStyle(4, "cup", 13, cup),
    PenStyle(4, "closed", 12, closed),
    PenStyle(4, "one pull", 5, one_pull),
)
