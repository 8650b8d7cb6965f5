"""The key to a line: a short piece of it, and what it means."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.painted import PaintedWidget, edged_rect

_MARK, _GAP = 20, 8


class LineKey(PaintedWidget):
    """`token` names the colour in the theme."""

    def __init__(self, theme_source: ThemeSource, token: str, words: str) -> None:
        super().__init__(theme_source)
        self._token, self._words = token, words
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(words)

    def set_words(self, words: str) -> None:
        """Mean something else."""
        if words != self._words:
            self._words = words
            self.setAccessibleName(words)
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """The mark and the words."""
        return QSize(_MARK + _GAP + QFontMetrics(font("caption")).horizontalAdvance(self._words), 16)

    def minimumSizeHint(self) -> QSize:
        """A key is never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A piece of the line, and the words."""
        del event
        painter = QPainter(self)
        edged_rect(painter, QRectF(0, self.height() / 2 - 1, _MARK, 2), 1, getattr(self.theme, self._token), None)
        painter.setFont(font("caption"))
        painter.setPen(color(self.theme.text_2))
        words = QRectF(_MARK + _GAP, 0, self.width(), self.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self._words)
