"""Many lines, rectangles, points or stamps that Qt draws in one call, straight from an array of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainter

Kind = type[QLineF] | type[QRectF] | type[QPointF] | type[QPainter.PixmapFragment]
NUMBERS = {QLineF: 4, QRectF: 4, QPointF: 2, QPainter.PixmapFragment: 10}  # that each of them is made of


class Primitives(PrimitiveArray):  # type: ignore[misc]  # pyqtgraph has no types
    """An array of pyqtgraph's for objects of Qt's of one kind. Making those one by one costs more than drawing them."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(kind, NUMBERS[kind])
        self._wrapped: NDArray[Any] | None = None  # the array that `_first` points into

    def set_rows(self, rows: NDArray[Any] | Sequence[tuple[float, ...]]) -> None:
        """Take over the numbers of each object, a row each."""
        self.resize(len(rows))
        if len(rows):
            self.ndarray()[:] = rows

    def drawargs(self) -> Any:
        """The arguments for `QPainter.drawLines` and its like."""
        if self._wrapped is not self._ndarray:  # the pointer to it is looked up once, and not for every frame
            self._wrapped, (self._first, _) = self._ndarray, super().drawargs()
        return self._first, len(self)
