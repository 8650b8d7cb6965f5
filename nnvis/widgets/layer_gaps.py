"""LayerGaps: the gaps between the cards of a list, where a layer can be dropped or inserted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView

from nnvis.theme import Theme
from nnvis.widgets.layer_delegate import LayerDelegate
from nnvis.widgets.layer_paint import insertion_disc, paint_insertion

Kind = Literal["", "hover", "drag", "palette"]

_NEAR = 5  # px from the middle of a gap at which the insertion line shows
_OPEN = {"drag": 8, "palette": 14}  # px that a gap opens while a card hangs over it, or the palette is open for it


class LayerGaps:
    """At most one gap is marked. Positions are layers: position 0 is the gap below the input."""

    def __init__(self, view: QListView, delegate: LayerDelegate, lay_out: Callable[[], None]) -> None:
        self._view = view
        self._delegate = delegate
        self._lay_out = lay_out
        self._position = -1
        self._kind: Kind = ""

    @property
    def pointed_at(self) -> int:
        """The position whose gap the pointer is over, or -1."""
        return self._position if self._kind == "hover" else -1

    @property
    def _count(self) -> int:
        return max(0, self._view.model().rowCount() - 1)

    def line(self, position: int) -> tuple[float, float, float]:
        """The gap in front of a layer: where its line starts, where it ends, and its height."""
        index = self._view.model().index(position, 0)
        item = self._view.visualRect(index)
        card = self._delegate.card_rect(item, index)
        return card.left(), card.right() + 1, (card.bottom() + item.bottom()) / 2 + 1

    def near(self, point: QPoint) -> int:
        """The position whose gap is at `point`, or -1. Behind the last layer stands a button for it."""
        for position in range(self._count):
            left, right, y = self.line(position)
            over_disc = position == self._position and insertion_disc(right, y).contains(point.toPointF())
            if over_disc or (abs(point.y() - y) <= _NEAR and left <= point.x() <= right):
                return position
        return -1

    def position_at(self, y: int) -> int:
        """Where a card that is dropped at the height `y` would stand."""
        model = self._view.model()
        indexes = (model.index(row, 0) for row in range(1, model.rowCount()))
        return sum(y > self._delegate.card_rect(self._view.visualRect(index), index).center().y() for index in indexes)

    def show(self, position: int, kind: Kind = "") -> None:
        """Mark a gap; -1 marks none. What the palette holds open, the pointer does not close."""
        if kind == "hover" and self._kind == "palette":
            return
        kind = kind if position >= 0 else ""
        if (position, kind) == (self._position, self._kind):
            return
        self._position, self._kind = position, kind
        height = _OPEN.get(kind, 0)
        if (self._delegate.gap_row, self._delegate.gap_height) != (position, height):
            self._delegate.gap_row, self._delegate.gap_height = position, height
            self._lay_out()
        cursor = Qt.CursorShape.PointingHandCursor if kind == "hover" else Qt.CursorShape.ArrowCursor
        self._view.viewport().setCursor(cursor)
        self._view.viewport().update()

    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Draw the line of the marked gap; with a plus if it can be clicked."""
        if self._position >= 0:
            paint_insertion(painter, *self.line(self._position), theme, plus=self._kind != "drag")
