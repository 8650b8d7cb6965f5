"""SampleStrip: a few images of the data set in a row; a click shows others."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, qRgb
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.colour_maps import magnitude_colors
from nnvis.theme import Theme, ThemeSource
from nnvis.widgets.labels import explain
from nnvis.widgets.painted import PaintedWidget, focus_ring

SIDE = 28


class SampleStrip(PaintedWidget):
    """Images of 28 px, spread over the width."""

    others_requested = Signal()

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self._pixels: list[tuple[bytes, int, int]] = []
        self._images: list[QImage] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Samples of the training images")
        explain(self, "Some of the training images; click for others.")

    def set_images(self, images: Sequence[tuple[bytes, int, int]]) -> None:
        """Show these, each as grey levels with width and height."""
        self._pixels = list(images)
        self._paint_images()

    def sizeHint(self) -> QSize:
        return QSize(8 * (SIDE + 4), SIDE)

    def minimumSizeHint(self) -> QSize:
        return QSize(SIDE, SIDE)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.others_requested.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.others_requested.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        pitch = (self.width() - SIDE) / max(1, len(self._images) - 1)
        for index, image in enumerate(self._images):
            left = round(index * pitch)
            painter.drawImage(QRectF(left, 0, SIDE, SIDE), image)
            if self.focus_visible and index == 0:
                focus_ring(painter, QRectF(self.rect()), self.theme, 4)

    def _paint_images(self) -> None:
        self._images = [magnitude_image(pixels, width, height, self.theme) for pixels, width, height in self._pixels]
        self.update()

    def _on_theme_changed(self) -> None:
        self._paint_images()


def magnitude_image(pixels: bytes, width: int, height: int, theme: Theme) -> QImage:
    """Grey levels 0 to 255 in the colours of magnitudes."""
    image = QImage(pixels, width, height, width, QImage.Format.Format_Indexed8).copy()
    image.setColorTable([qRgb(*rgb) for rgb in magnitude_colors(theme)])
    return image
