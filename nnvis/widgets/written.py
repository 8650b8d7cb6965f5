"""Words that are painted many times a second: each line is laid out once and kept.

To lay out a line, finding the shape and the place of each letter, takes Qt four times as long as to paint it; and what
stands on a chart is mostly what stood there in the frame before. Places are plain numbers: see painted.py.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QStaticText, QTransform

from nnvis.theme import Role, font
from nnvis.widgets.painted import Area

Side = Literal["left", "middle", "right"]


def write(
    painter: QPainter, area: Area, text: str, role: Role = "body", weight: int | None = None, side: Side = "left",
    *, pixels: int | None = None,
) -> None:  # fmt: skip
    """Write one line in one of our fonts: half-way up in `area`, at the side that is named, in the pen's colour."""
    line, place, width, height = _laid_out(text, role, weight, pixels)
    left, top, room, tall = area
    place.setX(left if side == "left" else left + room - width if side == "right" else left + (room - width) / 2)
    place.setY(top + (tall - height) / 2)
    painter.setFont(font(role, weight, pixels=pixels))
    painter.drawStaticText(place, line)


def write_about(
    painter: QPainter, middle: float, ends: tuple[float, float], top: float, tall: float, text: str, role: Role,
    weight: int | None = None,
) -> None:  # fmt: skip
    """Write one line round a place, in a row `tall` pixels high, but not beyond either end of it."""
    line, place, width, height = _laid_out(text, role, weight, None)
    place.setX(min(max(middle - width / 2, ends[0]), ends[1] - width))
    place.setY(top + (tall - height) / 2)
    painter.setFont(font(role, weight))
    painter.drawStaticText(place, line)


def text_width(text: str, role: Role = "body", weight: int | None = None) -> float:
    """How wide a line is, in pixels."""
    return _laid_out(text, role, weight, None)[2]


def shortened(text: str, width: int, role: Role = "body", weight: int | None = None) -> str:
    """The text, with an ellipsis for what there is no room for in so many pixels."""
    return text if text_width(text, role, weight) <= width else _elided(text, width, role, weight)


def numbered(name: str, number: str, width: int, role: Role = "body", weight: int | None = None) -> str:
    """A name and a number; where there is no room for both it is the name that is shortened."""
    room = width - text_width(f" {number}", role, weight)
    return f"{shortened(name, int(room), role, weight)} {number}"


@lru_cache(maxsize=512)
def _elided(text: str, width: int, role: Role, weight: int | None) -> str:
    return QFontMetrics(font(role, weight)).elidedText(text, Qt.TextElideMode.ElideRight, width)


@lru_cache(maxsize=2048)  # which takes a left-out argument for another one than its default: all are always given
def _laid_out(
    text: str, role: Role, weight: int | None, pixels: int | None
) -> tuple[QStaticText, QPointF, float, float]:
    """The line, a point to say with where it is painted, and its size."""
    line = QStaticText(text)
    line.setTextFormat(Qt.TextFormat.PlainText)
    line.prepare(QTransform(), font(role, weight, pixels=pixels))
    size = line.size()
    return line, QPointF(), size.width(), size.height()
