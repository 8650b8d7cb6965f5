"""Dragging cards: the picture that follows the pointer, the gap that opens, and the drop."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPainterPath,
    QPixmap,
)
from PySide6.QtWidgets import QListView, QWidget

from nnvis.widgets.layer_delegate import RADIUS, LayerDelegate
from nnvis.widgets.layer_gaps import LayerGaps
from nnvis.widgets.layer_model import LayerModel

_OPACITY = 0.9
_STEP = 4  # px by which each further card of several peeps out
_MOST = 3


def drag_picture(viewport: QWidget, card: QRect, number: int) -> QPixmap:
    """The card as it stands in the list, with further cards behind it when several are dragged."""
    peeping = _STEP * (min(number, _MOST) - 1)
    ratio = viewport.devicePixelRatioF()
    source = viewport.grab(card)
    picture = QPixmap(QSize(card.width() + peeping, card.height() + peeping) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setOpacity(_OPACITY)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for offset in range(peeping, -1, -_STEP):
        corner = QPoint(offset, offset)
        path = QPainterPath()
        path.addRoundedRect(QRect(corner, card.size()).toRectF(), RADIUS, RADIUS)
        painter.setClipPath(path)
        painter.drawPixmap(corner, source)
    painter.end()
    return picture


class DraggedList(QListView):
    """What a list of cards does while one is dragged: the picture, the gap that opens, the drop."""

    reveal_requested = Signal(QRect)  # part of the list that should be in sight

    _layers: LayerModel
    _delegate: LayerDelegate
    _gaps: LayerGaps

    def card_area(self, layer: int) -> QRect:
        """Where the card of a layer lies in the list."""
        raise NotImplementedError

    def startDrag(self, supported_actions: Qt.DropAction) -> None:
        indexes = [index for index in self.selectedIndexes() if index.row() > 0]
        if not indexes:
            return
        drag = QDrag(self)
        drag.setMimeData(self._layers.mimeData(indexes))
        area = self.card_area(indexes[0].row() - 1)
        area.setHeight(self._delegate.head_height)
        drag.setPixmap(drag_picture(self.viewport(), area, len(indexes)))
        drag.setHotSpot(self.viewport().mapFromGlobal(self.cursor().pos()) - area.topLeft())
        drag.exec(Qt.DropAction.MoveAction)
        self._gaps.show(-1)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if not self._layers.canDropMimeData(event.mimeData(), event.dropAction(), 0, 0, QModelIndex()):
            event.ignore()
            return
        position = event.position().toPoint()
        self._gaps.show(self._gaps.position_at(position.y()), "drag")
        self.reveal_requested.emit(QRect(position - QPoint(0, 48), QSize(1, 96)))
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._gaps.show(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        row = self._gaps.position_at(event.position().toPoint().y()) + 1
        self._gaps.show(-1)
        event.acceptProposedAction()
        self._layers.dropMimeData(event.mimeData(), event.dropAction(), row, 0, QModelIndex())
