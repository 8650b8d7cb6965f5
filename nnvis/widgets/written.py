"""Words that are painted many times a second: each line is laid out once and kept.

To lay out a line, finding the shape and the place of each letter, takes Qt four times as long as to paint it; and what
stands on a chart is mostly what stood there in the frame before.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QStaticText, QTransform

from nnvis.theme import Role, font

_side = Qt.AlignmentFlag
LEFT, MIDDLE, RIGHT = _side.AlignLeft, _side.AlignHCenter, _side.AlignRight


def write(
    painter: QPainter, area: QRectF, text: str, role: Role = "body", weight: int | None = None,
    side: Qt.AlignmentFlag = LEFT,
) -> None:
    """Write one line in one of our fonts: half-way up in `area`, at the side that is named, in the pen's colour."""
    line, width, height = _laid_out(text, role, weight)
    spare = area.width() - width
    left = area.left() + (spare if side == RIGHT else spare / 2 if side == MIDDLE else 0.0)
    painter.setFont(font(role, weight))
    painter.drawStaticText(QPointF(left, area.top() + (area.height() - height) / 2), line)


def text_width(text: str, role: Role = "body", weight: int | None = None) -> float:
    """How wide a line is, in pixels."""
    return _laid_out(text, role, weight)[1]


@lru_cache(maxsize=2048)
def _laid_out(text: str, role: Role, weight: int | None) -> tuple[QStaticText, float, float]:
    line = QStaticText(text)
    line.setTextFormat(Qt.TextFormat.PlainText)
    line.prepare(QTransform(), font(role, weight))
    size = line.size()
    return line, size.width(), size.height()
