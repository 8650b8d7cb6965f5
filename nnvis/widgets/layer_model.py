"""LayerModel: the stack as a Qt list. Row 0 is the input, row i + 1 the layer i.

The model never changes itself: a drop asks for a move with `move_requested` and is refused, and whoever owns the layers
gives new cards. These are taken in with the fewest insertions, removals and moves, so that selection and forms stay.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QImage

from nnvis.widgets.layer_card import LayerCard
from nnvis.widgets.layer_tips import CardHealth

Index = QModelIndex | QPersistentModelIndex

MOVED_ROWS = "application/x-nnvis-layer-rows"
NEW_LAYERS = "application/x-nnvis-layers"
CARD = Qt.ItemDataRole.UserRole + 1  # LayerCard
HISTOGRAM = Qt.ItemDataRole.UserRole + 2  # heights from 0 to 1 of the layer's weights, or None
HEALTH = Qt.ItemDataRole.UserRole + 4  # CardHealth, or None
PICTURE = Qt.ItemDataRole.UserRole + 3  # QImage on the card of the input, or None


class LayerModel(QAbstractListModel):
    """Cards by row. Positions in signals are layers, counted from 0: "move to 0" is right below the input."""

    move_requested = Signal(object, int)  # tuple of layers, and the layer in front of which they shall stand
    insert_requested = Signal(int, str)  # position, new layers as JSON

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cards: list[LayerCard] = []
        self._histograms: list[tuple[float, ...] | None] = []
        self._health: list[CardHealth | None] = []
        self._picture: QImage | None = None

    @property
    def layer_count(self) -> int:
        """How many layers there are, the input not counted."""
        return max(0, len(self._cards) - 1)

    def card(self, row: int) -> LayerCard:
        """The card of a row."""
        return self._cards[row]

    def set_cards(self, input_card: LayerCard, cards: Sequence[LayerCard]) -> None:
        """Show these cards; what is the same as before is left alone."""
        self._take([input_card, *cards])

    def set_histograms(self, histograms: Sequence[tuple[float, ...] | None]) -> None:
        """The small histograms of the layers, from the first to the last."""
        self._renew(self._histograms, histograms, HISTOGRAM)

    def set_health(self, health: Sequence[CardHealth | None]) -> None:
        """How the layers learn, from the first to the last."""
        self._renew(self._health, health, HEALTH)

    def set_input_picture(self, picture: QImage | None) -> None:
        """The sample on the card of the input."""
        self._picture = picture
        if self._cards:
            self._announce(0, [PICTURE])

    # What Qt asks of a list

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own signature)
        return 0 if parent.isValid() else len(self._cards)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not self.checkIndex(index, QAbstractListModel.CheckIndexOption.IndexIsValid):
            return None
        card = self._cards[index.row()]
        if role == CARD:
            return card
        if role == HISTOGRAM:
            return self._histograms[index.row()]
        if role == HEALTH:
            return self._health[index.row()]
        if role == PICTURE:
            return self._picture if index.row() == 0 else None
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join((card.title, *card.chips))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return card.words
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        if index.row() > 0:
            flags |= Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        return [MOVED_ROWS, NEW_LAYERS]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        rows = sorted(index.row() for index in indexes)
        data.setData(MOVED_ROWS, QByteArray(json.dumps(rows).encode()))
        return data

    def canDropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        return any(data.hasFormat(kind) for kind in self.mimeTypes())

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Ask for what was dropped. Always False: Qt must not remove the rows that were dragged."""
        if row < 0:  # dropped onto a card, or below all of them
            row = parent.row() if parent.isValid() else len(self._cards)
        position = max(0, row - 1)
        if data.hasFormat(MOVED_ROWS):
            rows = json.loads(bytes(data.data(MOVED_ROWS).data()))
            self.move_requested.emit(tuple(moved - 1 for moved in rows), position)
        elif data.hasFormat(NEW_LAYERS):
            self.insert_requested.emit(position, bytes(data.data(NEW_LAYERS).data()).decode())
        return False

    # Taking cards in

    def _take(self, wanted: list[LayerCard]) -> None:
        if not self._cards:
            self._insert(0, wanted)
            return
        old, new = self._layers(self._cards), self._layers(wanted)
        first = 0
        while first < min(len(old), len(new)) and old[first] == new[first]:
            first += 1
        last = 0
        while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
            last += 1
        before, after = old[first : len(old) - last], new[first : len(new) - last]
        if len(before) == len(after) > 1 and before[1:] + before[:1] == after:
            self._move(first, first + len(before))
        elif len(before) == len(after) > 1 and before[-1:] + before[:-1] == after:
            self._move(first + len(before) - 1, first)
        elif len(before) > len(after):
            self._remove(first + len(after), len(before) - len(after))
        elif len(after) > len(before):
            start = first + len(before)
            self._insert(start, wanted[start : start + len(after) - len(before)])
        for row, card in enumerate(wanted):
            if card != self._cards[row]:
                self._cards[row] = card
                self._announce(row, [])

    @staticmethod
    def _layers(cards: Sequence[LayerCard]) -> list[Any]:
        return [card.layer for card in cards]

    def _insert(self, row: int, cards: Sequence[LayerCard]) -> None:
        self.beginInsertRows(QModelIndex(), row, row + len(cards) - 1)
        self._cards[row:row] = cards
        self._histograms[row:row] = [None] * len(cards)
        self._health[row:row] = [None] * len(cards)
        self.endInsertRows()

    def _remove(self, row: int, number: int) -> None:
        self.beginRemoveRows(QModelIndex(), row, row + number - 1)
        del self._cards[row : row + number]
        del self._histograms[row : row + number]
        del self._health[row : row + number]
        self.endRemoveRows()

    def _move(self, row: int, to: int) -> None:
        """Move one row in front of the row `to`, counted before the move."""
        self.beginMoveRows(QModelIndex(), row, row, QModelIndex(), to)
        target = to - 1 if to > row else to
        self._cards.insert(target, self._cards.pop(row))
        self._histograms.insert(target, self._histograms.pop(row))
        self._health.insert(target, self._health.pop(row))
        self.endMoveRows()

    def _renew(self, shown: list[Any], wanted: Sequence[Any], role: int) -> None:
        """Take over what the layers have now; where something comes or goes, the words get another room, too."""
        for row, value in enumerate(wanted[: len(shown) - 1], start=1):
            before = shown[row]
            if value != before:
                shown[row] = value
                self._announce(row, [] if value is None or before is None else [role])

    def _announce(self, row: int, roles: list[int]) -> None:
        index = self.index(row)
        self.dataChanged.emit(index, index, roles)
