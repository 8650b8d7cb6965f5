"""LiveLabel: words that change many times a second, at next to no cost."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QApplication

from nnvis.theme import font
from nnvis.widgets.labels import GivingLabel, LabelRole, Tone
from nnvis.widgets.painted import Ground, ground_role


class LiveLabel(GivingLabel):
    """A label that keeps its room, whatever it says, and covers its own ground.

    Qt's own label asks for a new layout of all that is around it with every text, and everything below it is painted
    again with it: sixteen times a second that takes a tenth of what the window's thread does.
    """

    def __init__(self, ground: Ground, role: LabelRole = "caption", tone: Tone = "") -> None:
        super().__init__("", role, tone)
        self._words = ""
        self._widest = 0
        self._ground: QPalette.ColorRole = ground_role(ground)
        if role == "value":
            self.setFont(font(role))  # figures of equal width
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def text(self) -> str:
        """What it says."""
        return self._words

    def setText(self, text: str) -> None:
        """Say something else. It asks for more room when it needs it, and never gives room back."""
        if text == self._words:
            return
        self._words = text
        self.setAccessibleName(text)
        width = self.fontMetrics().horizontalAdvance(text)
        if width > self._widest:
            self._widest = width
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the widest it has said."""
        margins = self.contentsMargins()
        return QSize(self._widest + margins.left() + margins.right(), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground, then the words."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QApplication.palette().color(self._ground))
        painter.end()
        super().paintEvent(event)
