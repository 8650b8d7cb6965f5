"""A small picture of signed values, and the same as a half-transparent layer to be laid over a drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from nnvis.colour_maps import color_table, signed_colors, signed_indices, signed_map
from nnvis.theme import ThemeSource
from nnvis.widgets.painted import PaintedWidget, edged_rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STRONGEST = 0.95  # opacity of the largest value in an overlay


class SignedPicture(PaintedWidget):
    """`show_values` takes (h, w); blue below 0, orange above, the largest of both as the end of the scale."""

    def __init__(self, theme_source: ThemeSource) -> None:
        super().__init__(theme_source)
        self._image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_sentence("Nothing yet.")
        self.setFixedSize(self.sizeHint())

    def show_values(self, values: NDArray[np.float32] | None) -> None:
        """Show these from now on; None: an empty square."""
        self._image = None
        if values is not None:
            indices = signed_indices(values, float(abs(values).max()))
            height, width = indices.shape
            self._image = QImage(indices.tobytes(), width, height, width, QImage.Format.Format_Indexed8).copy()
            self._image.setColorTable(color_table(signed_colors()))
        self.set_sentence("Nothing yet." if values is None else "A map of the pixels, signed.")
        self.update()

    def sizeHint(self) -> QSize:
        """A square, as large as the picture of the drawing."""
        side = self.theme_source.metrics.picture
        return QSize(side, side)

    def _on_metrics_changed(self) -> None:
        self.setFixedSize(self.sizeHint())  # a layout must not squash it: its pixels are square
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The map, nearest neighbour."""
        del event
        painter, box = QPainter(self), QRectF(self.rect())
        edged_rect(painter, box, 4, self.theme.window, None)
        if self._image is not None:
            painter.drawImage(box, self._image)
        edged_rect(painter, box, 4, None, self.theme.line)


def overlay_image(values: NDArray[np.float32]) -> QImage:
    """The signed map of (h, w) with an opacity that grows with the size of the value."""
    import numpy as np

    top = float(np.abs(values).max()) or 1.0
    colors = signed_map()[signed_indices(np.sign(values) * np.maximum(np.abs(values), 0.45 * top), top)]
    alpha = np.rint(255 * STRONGEST * (np.abs(values) / top) ** 0.35).astype(np.uint8)
    pixels = np.dstack([colors, alpha])
    height, width = values.shape
    return QImage(np.ascontiguousarray(pixels).tobytes(), width, height, 4 * width,
                  QImage.Format.Format_RGBA8888).copy()
