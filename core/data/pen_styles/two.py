"""How people write 2: how the head begins, and how the pen turns into the foot."""

from __future__ import annotations

from core.data.pen_strokes import Corner, Point, Strokes, Vary
from core.data.pen_styles.style import PenStyle


def head(vary: Vary) -> list[Point]:
    """From the start at the left over the top and half the way down."""
    top = vary(0.0, 0.04)
    return [
        (vary(0.0, 0.2), vary(0.14, 0.36)), (0.3 + vary(-0.06, 0.1), top), (0.62 + vary(-0.04, 0.06), vary(0.0, 0.06)),
        (vary(0.7, 0.86), vary(0.2, 0.3)), (0.52 + vary(-0.05, 0.12), 0.56),
    ]  # fmt: skip


def plain(vary: Vary) -> Strokes:
    """A sharp corner at the foot."""
    return [[*head(vary), Corner(vary(0.0, 0.12), 1.0), (vary(0.6, 1.15), 1 + vary(-0.1, 0.06))]]


def looped(vary: Vary) -> Strokes:
    """A small loop at the foot."""
    return [[
        *head(vary), (0.2, 0.9), (0.06, vary(0.93, 1.0)), (vary(0.0, 0.08), 0.84), (vary(0.14, 0.26), vary(0.77, 0.84)),
        (0.5, 0.94), (vary(0.75, 1.1), vary(0.86, 1.0)),
    ]]  # fmt: skip


def swan(vary: Vary) -> Strokes:
    """The foot is a wave."""
    return [[
        *head(vary), Corner(vary(0.0, 0.1), 0.97), (0.25, vary(0.84, 0.93)), (0.55, vary(0.96, 1.02)),
        (vary(0.8, 1.1), vary(0.84, 1.0)),
    ]]  # fmt: skip


def zed(vary: Vary) -> Strokes:
    """Three straight lines."""
    return [[
        (vary(0.0, 0.18), vary(0.0, 0.12)), Corner(vary(0.58, 0.85), vary(-0.03, 0.06)), Corner(vary(0.0, 0.14), 1.0),
        (vary(0.6, 1.0), 1 + vary(-0.08, 0.05)),
    ]]  # fmt: skip


def falling_foot(vary: Vary) -> Strokes:
    """The corner lies high, and the foot falls or is bent."""
    corner = vary(0.74, 0.92)
    return [[
        *head(vary)[:-1], (0.5, 0.5), Corner(vary(0.0, 0.18), corner), (0.5, corner + vary(0.01, 0.12)),
        (vary(0.72, 1.15), vary(0.92, 1.1)),
    ]]  # fmt: skip


def short_foot(vary: Vary) -> Strokes:
    """Nearly a 7 or a question mark: a short foot or hardly any."""
    foot = vary(0.08, 0.28)
    return [[
        (vary(-0.05, 0.15), vary(0.1, 0.34)), (0.35, 0.0), (vary(0.62, 0.82), vary(0.12, 0.28)), (0.46, 0.66),
        Corner(foot, 1.0), (foot + vary(0.12, 0.4), 1 + vary(-0.06, 0.04)),
    ]]  # fmt: skip


def curled_head(vary: Vary) -> Strokes:
    """The head begins with a curl."""
    return [[
        (vary(0.18, 0.34), vary(0.28, 0.42)), (vary(0.04, 0.12), vary(0.24, 0.32)), (vary(0.04, 0.12), 0.1),
        (0.36, -0.02), (0.68, 0.06), (vary(0.68, 0.82), 0.32), (0.5 + vary(-0.06, 0.06), 0.62),
        Corner(vary(0.0, 0.12), 1.0), (vary(0.65, 1.1), 1 + vary(-0.1, 0.05)),
    ]]  # fmt: skip


STYLES = (
    PenStyle(2, "plain", 25, plain),
    PenStyle(2, "looped", 17, looped),
    PenStyle(2, "swan", 17, swan),
    PenStyle(2, "zed", 12, zed),
    PenStyle(2, "falling foot", 11, falling_foot),
    PenStyle(2, "short foot", 12, short_foot),
    PenStyle(2, "curled head", 6, curled_head),
)
