"""A small picture of magnitudes, as the network receives it: no smoothing, every pixel to be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.colour_maps import color_table, hex_color, magnitude_colors
from nnvis.theme import ThemeSource
from nnvis.widgets.painted import PaintedWidget, edged_rect, whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Picture(PaintedWidget):
    """`set_image` takes uint8 (H, W); each pixel is a whole number of screen pixels wide, in the magnitude map."""

    def __init__(self, theme_source: ThemeSource, side: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self._side = side
        self._image: QImage | None = None
        self._bytes = b""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_sentence("No picture yet.")

    def set_image(self, image: NDArray[np.uint8] | None) -> None:
        """Show these magnitudes from now on; None shows an empty square."""
        new = b"" if image is None else image.tobytes()
        if new == self._bytes:
            return
        self._bytes = new
        if image is None:
            self._image = None
            self.set_sentence("No picture yet.")
        else:
            rows, columns = image.shape
            # The copy owns its pixels; without it they would belong to `new`.
            self._image = QImage(new, columns, rows, columns, QImage.Format.Format_Indexed8).copy()
            self.set_sentence(f"{columns} by {rows} pixels, {sum(map(bool, new))} of them with ink.")
        self.update()

    def sizeHint(self) -> QSize:
        """A square; without a side of its own, the one for the size of the window."""
        side = self._side or self.theme_source.metrics.picture
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Zero's ground, the pixels in its middle, and a hairline so that it does not melt into the page."""
        del event
        painter = QPainter(self)
        colors = magnitude_colors(self.theme)
        area = QRectF(self.rect())
        edged_rect(painter, area, 4, hex_color(colors[0]), None)
        if self._image is not None:
            self._image.setColorTable(color_table(colors))
            scale = painter.deviceTransform().m11()
            times = max(1, int(area.width() * scale + 0.01) // self._image.width())
            width, height = self._image.width() * times / scale, self._image.height() * times / scale
            inside = QRectF((area.width() - width) / 2, (area.height() - height) / 2, width, height)
            corner = whole(painter, inside).topLeft()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(QRectF(corner.x(), corner.y(), width, height), self._image)
        edged_rect(painter, area, 4, None, self.theme.line)


if __name__ == "__main__":
    from nnvis.widgets.preview import preview

    def _sample(source: ThemeSource) -> QWidget:
        import numpy as np

        picture = Picture(source)
        rows, columns = np.mgrid[:28, :28]
        picture.set_image((255 * (np.hypot(rows - 14, columns - 14) < 9) * columns // 28).astype(np.uint8))
        return picture

    preview(_sample)
