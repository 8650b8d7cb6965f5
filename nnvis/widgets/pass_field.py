"""PassField: two dots in a ring against a field in which each dot is one forward pass."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.number_text import count, rate
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.painted import PaintedWidget

_FIELD_TOP = 62


class PassField(PaintedWidget):
    """What all gradients cost: by back-propagation, and by finite differences."""

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self._weights = 0
        self._words = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(_FIELD_TOP + 24)
        self.setAccessibleName("What it costs")

    def show_cost(self, weights: int, backprop_seconds: float, twin_seconds: float) -> None:
        """Show a network with so many weights, and how long each way takes."""
        self._weights = weights
        passes = 2 * weights
        self._words = (
            f"2 passes by back-propagation: one forward, one backward, {_seconds(backprop_seconds)}.",
            f"{count(passes)} passes by finite differences: two for each weight, about {_seconds(twin_seconds)}.",
        )
        self.set_sentence(" ".join(self._words))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(440, 130)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        if not self._weights:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self.theme
        painter.setFont(font("body"))
        painter.setPen(color(theme.text))
        painter.drawText(QRectF(24, 0, self.width() - 24, 18), Qt.AlignmentFlag.AlignVCenter, self._words[0])
        painter.setPen(QPen(color(theme.accent), 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(10, 9), 7, 7)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(theme.accent))
        painter.drawEllipse(QPointF(8, 9), 1.5, 1.5)
        painter.drawEllipse(QPointF(12, 9), 1.5, 1.5)
        painter.setPen(color(theme.text))
        painter.drawText(QRectF(0, 22, self.width(), 18), Qt.AlignmentFlag.AlignVCenter, self._words[1])
        width, height = self.width(), max(self.height() - _FIELD_TOP, 8)
        image, each = self._field(width, height)
        painter.setFont(font("caption"))
        painter.setPen(color(theme.text_2))
        said = "Every dot below is one of them." if each == 1 else f"Every dot below is {rate(each)} of them."
        painter.drawText(QRectF(0, 40, self.width(), 16), Qt.AlignmentFlag.AlignVCenter, said)
        painter.drawImage(QRectF(0, _FIELD_TOP, width, height), image)

    def _field(self, width: int, height: int) -> tuple[QImage, int]:
        """As many dots as passes, on a grid of 2 px; where they do not fit a dot stands for several."""
        columns, rows = width // 2, height // 2
        room = max(columns * rows, 1)
        each = -(-2 * self._weights // room)
        dots = 2 * self._weights // each
        pixels = np.zeros((height, (width + 3) // 4 * 4), np.uint8)
        grid = np.zeros(room, np.uint8)
        grid[:dots] = 1
        pixels[: rows * 2 : 2, : columns * 2 : 2] = grid.reshape(rows, columns)
        image = QImage(pixels.tobytes(), width, height, pixels.shape[1], QImage.Format.Format_Indexed8)
        image.setColorTable([color(self.theme.card).rgb(), color(self.theme.validation).rgb()])
        return image.copy(), each


def _seconds(seconds: float) -> str:
    if seconds < 1:
        return f"{1000 * seconds:.2g} ms"
    return f"{seconds:.2g} s" if seconds < 100 else f"{seconds / 60:.0f} minutes"
