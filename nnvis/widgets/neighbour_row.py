"""A row of small images with a name and a number below each: the training images nearest to the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from nnvis.colour_maps import color_table, hex_color, magnitude_colors
from nnvis.theme import ThemeSource, color
from nnvis.widgets.painted import PaintedWidget, edged_rect
from nnvis.widgets.written import shortened, write_about

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_GAP, _LINE = 6, 14
_APART = 4  # between two names


class NeighbourRow(PaintedWidget):
    """Room for `count` images, whether they are there or not."""

    def __init__(self, theme_source: ThemeSource, count: int) -> None:
        super().__init__(theme_source)
        self._count = count
        self._images: list[QImage] = []
        self._names: tuple[str, ...] = ()
        self._numbers: tuple[str, ...] = ()
        self._odd: tuple[bool, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Nearest training images")
        self.set_sentence("None yet.")

    @property
    def names(self) -> tuple[str, ...]:
        """The names below the images."""
        return self._names

    def show_images(
        self, images: NDArray[np.uint8], names: Sequence[str], numbers: Sequence[str], odd: Sequence[bool]
    ) -> None:
        """Show images (k, h, w); `odd` ones, of another class than the answer, are outlined."""
        self._images = []
        for pixels in images:
            height, width = pixels.shape
            self._images.append(QImage(pixels.tobytes(), width, height, width, QImage.Format.Format_Indexed8).copy())
        self._names, self._numbers, self._odd = tuple(names), tuple(numbers), tuple(odd)
        said = ", ".join(f"{name} at {number}" for name, number in zip(names, numbers, strict=True))
        self.set_sentence(f"{said}." if said else "None yet.")
        self.update()

    def sizeHint(self) -> QSize:
        """Images, and two lines."""
        side = 36 if self.theme_source.metrics.is_compact else 44
        return QSize(self._count * (side + _GAP), side + 2 * _LINE)

    def minimumSizeHint(self) -> QSize:
        """Narrower, the images become smaller."""
        return QSize(self._count * 28, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Image, class, distance."""
        del event
        theme, painter = self.theme, QPainter(self)
        colors = magnitude_colors(theme)
        side = float(min(self.height() - 2 * _LINE, (self.width() + _GAP) // self._count - _GAP))
        step = (self.width() - side) / max(1, self._count - 1)
        for place in range(self._count):
            box = QRectF(round(place * step), 0, side, side)
            edged_rect(painter, box, 3, hex_color(colors[0]), None)
            is_odd = place < len(self._odd) and self._odd[place]
            if place < len(self._images):
                self._images[place].setColorTable(color_table(colors))
                painter.drawImage(box.adjusted(1, 1, -1, -1), self._images[place])
            edged_rect(painter, box, 3, None, theme.validation if is_odd else theme.line)
            if place < len(self._images):
                room, ends = max(side, step - _APART), (0.0, float(self.width()))
                painter.setPen(color(theme.text))
                name = shortened(self._names[place], int(room), "caption", 600)
                write_about(painter, box.center().x(), ends, side, _LINE, name, "caption", 600)
                painter.setPen(color(theme.text_3))
                number = self._numbers[place]
                write_about(painter, box.center().x(), ends, side + _LINE, _LINE, number, "caption")
