"""The picture that follows the pointer while cards are dragged."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QWidget

from nnvis.widgets.layer_delegate import RADIUS

_OPACITY = 0.9
_STEP = 4  # px by which each further card of several peeps out
_MOST = 3


def drag_picture(viewport: QWidget, card: QRect, number: int) -> QPixmap:
    """The card as it stands in the list, with further cards behind it when several are dragged."""
    peeping = _STEP * (min(number, _MOST) - 1)
    ratio = viewport.devicePixelRatioF()
    source = viewport.grab(card)
    picture = QPixmap(QSize(card.width() + peeping, card.height() + peeping) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setOpacity(_OPACITY)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for offset in range(peeping, -1, -_STEP):
        corner = QPoint(offset, offset)
        path = QPainterPath()
        path.addRoundedRect(QRect(corner, card.size()).toRectF(), RADIUS, RADIUS)
        painter.setClipPath(path)
        painter.drawPixmap(corner, source)
    painter.end()
    return picture
