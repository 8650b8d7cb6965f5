"""The styles of pen digits: the ways in which people write each digit, as control points. One digit, one file."""

from __future__ import annotations

from core.data.pen_styles import eight, five, four, nine, one, seven, six, three, two, zero
from core.data.pen_styles.style import PenStyle

__all__ = ["STYLES", "PenStyle"]

STYLES = (
    *zero.STYLES, *one.STYLES, *two.STYLES, *three.STYLES, *four.STYLES,
    *five.STYLES, *six.STYLES, *seven.STYLES, *eight.STYLES, *nine.STYLES,
)  # fmt: skip
