"""The picture of a key: `Ctrl K`, `Space`."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.theme import ThemeSource, font

HEIGHT, PADDING, RADIUS = 18, 6, 4


def paint_key(painter: QPainter, rect: QRectF, words: str, edge: str, tint: str) -> None:
    """Draw a key into `rect`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(edge), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
    painter.setFont(font("caption"))
    painter.setPen(QColor(tint))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)


def key_width(words: str) -> int:
    """How wide the key for `words` is."""
    return max(HEIGHT, QFontMetrics(font("caption")).horizontalAdvance(words) + 2 * PADDING)


class KeyCap(QWidget):
    """One key, or several pressed together, as it is written on the keyboard."""

    def __init__(self, theme_source: ThemeSource, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_source = theme_source
        self._words = words
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(words)
        theme_source.theme_changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """As wide as the words."""
        return QSize(key_width(self._words), HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the key."""
        theme = self._theme_source.theme
        painter = QPainter(self)
        paint_key(painter, QRectF(self.rect()), self._words, theme.outline, theme.text_2)
