"""How people write 7: sharp or arched, with or without a bar through the stem and a serif."""

from __future__ import annotations

from core.data.pen_strokes import Corner, Floats, Point, Strokes, Value, Vary
from core.data.pen_styles.style import PenStyle


def hat(vary: Vary) -> list[Point]:
    """The line above, level or nearly, to the corner."""
    corner = Corner(vary(0.65, 0.92), vary(-0.05, 0.08))
    return [(vary(0.0, 0.12), vary(-0.03, 0.12)), (0.38, vary(-0.06, 0.08)), corner]


def serif(vary: Vary) -> list[Point]:
    """The same with a short line down at its left end."""
    return [(vary(-0.05, 0.08), vary(0.06, 0.25)), Corner(vary(0.0, 0.06), vary(-0.02, 0.06)), *hat(vary)[1:]]


def bar(vary: Vary, x: Value, y: Value) -> list[Point]:
    """A line across the stem at (x, y), level or rising."""
    slope = vary(-0.24, 0.1)
    return [
        (x - vary(0.12, 0.45), y - slope * 0.5), (x, y + vary(-0.04, 0.04)), (x + vary(0.12, 0.5), y + slope * 0.7),
    ]  # fmt: skip


def across(top: Value, foot: Floats, height: Floats) -> Value:
    """Where a straight stem is at this height."""
    return top + (foot - top) * height


def plain(vary: Vary) -> Strokes:
    """A hat and a stem, straight or slightly bent."""
    return [[*hat(vary), (0.55 + vary(-0.05, 0.14), 0.42), (vary(0.15, 0.6), 1.0)]]


def with_serif(vary: Vary) -> Strokes:
    """A serif at the hat."""
    return [[*serif(vary), (0.55 + vary(-0.05, 0.12), 0.42), (vary(0.15, 0.58), 1.0)]]


def barred(vary: Vary) -> Strokes:
    """A bar through the stem."""
    foot, height = vary(0.15, 0.55), vary(0.36, 0.76)
    return [[*hat(vary), (0.57 + vary(-0.03, 0.05), 0.42), (foot, 1.0)], bar(vary, across(0.74, foot, height), height)]


def barred_with_serif(vary: Vary) -> Strokes:
    """Both."""
    foot, height = vary(0.18, 0.53), vary(0.36, 0.66)
    return [[*serif(vary), (foot, 1.0)], bar(vary, across(0.76, foot, height), height)]


def arched(vary: Vary) -> Strokes:
    """Round above, as a bent stick."""
    return [[
        (vary(-0.05, 0.14), vary(0.0, 0.2)), (0.32, vary(-0.03, 0.05)), (vary(0.58, 0.85), vary(0.04, 0.2)),
        (0.58 + vary(-0.04, 0.06), 0.46), (vary(0.15, 0.55), 1.0),
    ]]  # fmt: skip


def arched_and_barred(vary: Vary) -> Strokes:
    """Round above, with a bar."""
    foot, height = vary(0.2, 0.55), vary(0.4, 0.8)
    return [
        [
            (vary(-0.05, 0.12), vary(0.04, 0.24)), (0.3, vary(-0.02, 0.06)), (vary(0.6, 0.8), vary(0.05, 0.22)),
            (0.6 + vary(-0.05, 0.08), 0.5), (foot, 1.0),
        ],
        bar(vary, across(0.64, foot, height), height),
    ]  # fmt: skip


def short_hat(vary: Vary) -> Strokes:
    """The hat is short but level, which makes it a 7 and not a 1; sometimes with a bar."""
    corner, lean = Corner(0.66, vary(-0.03, 0.04)), vary(0.02, 0.34)
    return [[
        (0.66 - vary(0.26, 0.46), vary(0.0, 0.06)), corner, (0.66 - lean * vary(0.35, 0.6), 0.5), (0.66 - lean, 1.0),
    ]]  # fmt: skip


def short_hat_and_bar(vary: Vary) -> Strokes:
    """A short hat, and a bar."""
    lean, height = vary(0.02, 0.34), vary(0.4, 0.66)
    stem: list[Point] = [(0.66 - vary(0.22, 0.44), vary(0.0, 0.08)), Corner(0.66, vary(-0.03, 0.04)),
    (0.66 - lean, 1.0)]
    return [stem, bar(vary, 0.66 - lean * height, height)]


STYLES = (
    PenStyle(7, "plain", 15, plain),
    PenStyle(7, "serif", 9, with_serif),
    PenStyle(7, "barred", 24, barred),
    PenStyle(7, "barred, serif", 11, barred_with_serif),
    PenStyle(7, "arched", 9, arched),
    PenStyle(7, "arched, barred", 22, arched_and_barred),
    PenStyle(7, "short hat", 6, short_hat),
    PenStyle(7, "short hat, barred", 4, short_hat_and_bar),
)
