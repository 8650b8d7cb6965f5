"""The legend of a colour map: its two ends in words, and the colours between them."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.colour_maps import color_table, magnitude_colors, signed_colors
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.painted import PaintedWidget, edged_rect, whole

MapName = Literal["magnitude", "signed"]
_BAR, _GAP = 8, 8


class ColorBar(PaintedWidget):
    """A row of 16 px: `0`, the map, `1`."""

    def __init__(self, theme_source: ThemeSource, map_name: MapName, low: str, high: str, length: int = 46,
                 parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self._map_name, self._length = map_name, length
        self._low, self._high = low, high
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Colour scale")
        self._tell()

    def set_range(self, low: str, high: str) -> None:
        """Name the ends anew."""
        if (low, high) != (self._low, self._high):
            self._low, self._high = low, high
            self._tell()
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """The words and the bar."""
        measure = QFontMetrics(font("caption")).horizontalAdvance
        return QSize(measure(self._low) + measure(self._high) + 2 * _GAP + self._length, 16)

    def minimumSizeHint(self) -> QSize:
        """A map is never without its legend."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Low end, colours, high end."""
        del event
        painter = QPainter(self)
        painter.setFont(font("caption"))
        painter.setPen(color(self.theme.text_2))
        rect, middle = QRectF(self.rect()), Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | middle, self._low)
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | middle, self._high)
        left = QFontMetrics(font("caption")).horizontalAdvance(self._low) + _GAP
        area = whole(painter, QRectF(left, (rect.height() - _BAR) / 2, self._length, _BAR))
        colors = signed_colors() if self._map_name == "signed" else magnitude_colors(self.theme)
        strip = QImage(bytes(range(len(colors))), len(colors), 1, len(colors), QImage.Format.Format_Indexed8)
        strip.setColorTable(color_table(colors))
        painter.drawImage(area, strip)
        edged_rect(painter, area, 0, None, self.theme.line)

    def _tell(self) -> None:
        self.set_sentence(f"From {self._low} to {self._high}.")


if __name__ == "__main__":
    from nnvis.widgets.preview import preview

    preview(lambda source: ColorBar(source, "signed", "−0.25", "+0.25", 96))
