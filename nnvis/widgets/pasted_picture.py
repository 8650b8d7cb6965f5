"""A picture on the canvas: a mark like a stroke, under everything that is drawn on it later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIDE = 280
_MARGIN = 20


@dataclass(frozen=True, eq=False)
class PastedPicture:
    """Ink from elsewhere, at `area` of the square of 280 units. `origin` is whatever is to be known of it."""

    image: QImage
    area: QRectF
    is_smooth: bool
    origin: Any = None
    erases: bool = False

    @classmethod
    def filling(cls, pixels: NDArray[np.uint8], origin: Any = None) -> PastedPicture:
        """An image that fills the canvas, each of its pixels a square. Shape (28, 28) or any other square."""
        return cls(_image(pixels), QRectF(0, 0, SIDE, SIDE), False, origin)

    @classmethod
    def fitted(cls, pixels: NDArray[np.uint8], origin: Any = None) -> PastedPicture:
        """The part of the picture that has ink, as large as fits with a margin, in the middle. Shape (h, w)."""
        rows, columns = pixels.max(axis=1).nonzero()[0], pixels.max(axis=0).nonzero()[0]
        inked = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        height, width = inked.shape
        scale = (SIDE - 2 * _MARGIN) / max(height, width)
        area = QRectF((SIDE - scale * width) / 2, (SIDE - scale * height) / 2, scale * width, scale * height)
        return cls(_image(inked), area, True, origin)

    def paint(self, painter: QPainter) -> None:
        """Draw it with the painter's scale."""
        image = self.image
        if self.is_smooth:
            # Qt's smooth scaling looks at four pixels: a large picture has to come near its size beforehand.
            target = painter.deviceTransform().mapRect(self.area).size().toSize()
            if image.width() > 2 * target.width() or image.height() > 2 * target.height():
                image = image.scaled(target * 2, Qt.AspectRatioMode.IgnoreAspectRatio,
                                     Qt.TransformationMode.SmoothTransformation)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.is_smooth)
        painter.drawImage(self.area, image)


def _image(pixels: NDArray[np.uint8]) -> QImage:
    height, width = pixels.shape
    # The copy owns its pixels; without it they would belong to the bytes.
    return QImage(pixels.tobytes(), width, height, width, QImage.Format.Format_Grayscale8).copy()
