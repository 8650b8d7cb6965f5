"""Images of a data set as pictures: grey levels in the colours of magnitudes, coloured images as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from nnvis.theme import Theme
from nnvis.widgets.sample_strip import magnitude_image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def data_picture(image: NDArray[np.uint8], theme: Theme) -> QImage:
    """One image uint8 (H, W, C), C being 1 or 3."""
    height, width, channels = image.shape
    if channels == 1:
        return magnitude_image(image.tobytes(), width, height, theme)
    return QImage(image.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def paint_fitted(painter: QPainter, picture: QImage, area: QRectF) -> None:
    """The picture in the middle of `area`, as large as fits; enlarged pixels stay squares, many pixels are averaged."""
    scale = min(area.width() / picture.width(), area.height() / picture.height())
    size = picture.size().toSizeF() * scale
    place = QRectF(area.center().x() - size.width() / 2, area.center().y() - size.height() / 2, 0, 0)
    place.setSize(size)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
    painter.drawImage(place, picture)
