"""PickList: rows to choose from, each with an icon, a name and a sentence, or the reason why it cannot be had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QDrag, QFontMetricsF, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from nnvis.theme import ThemeSource, color, font, paint_icon
from nnvis.widgets.key_cap import HEIGHT as KEY_HEIGHT
from nnvis.widgets.key_cap import key_width, paint_key
from nnvis.widgets.layer_paint import paint_chips
from nnvis.widgets.painted import edged_rect

Index = QModelIndex | QPersistentModelIndex
PICK = Qt.ItemDataRole.UserRole + 1
HEADING = Qt.ItemDataRole.UserRole + 2  # the name of the group that begins with this row, or nothing
ROW, HEAD = 44, 20
ROUND_IT = 120  # px that a card with a search field needs round its rows
_KEY = "Enter"


@dataclass(frozen=True)
class Pick:
    """One row. `value` is what is chosen with it; `dragged` is a format and a text that can be dropped elsewhere.

    The first row of a `group` has its name above it.
    """

    title: str
    sentence: str
    icon: str
    value: object
    obstacle: str = ""
    chips: tuple[str, ...] = ()
    dragged: tuple[str, str] | None = None
    group: str = ""


class PickList(QListView):
    """The keyboard stays in a field above it, whose arrows call `choose`."""

    drag_started = Signal()

    def __init__(self, theme_source: ThemeSource) -> None:
        super().__init__()
        self.picks = PickModel(self)
        self.setModel(self.picks)
        self.setItemDelegate(PickDelegate(theme_source, self))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.entered.connect(self._on_entered)

    def show_picks(self, picks: Sequence[Pick]) -> None:
        """Show these, the first possible one chosen."""
        self.picks.show_picks(picks)
        room = max(2 * ROW, self.window().height() - ROUND_IT)
        self.setFixedHeight(min(room, sum(row_height(self.picks.index(row)) for row in range(len(picks)))))
        self.choose(0, 1)

    def choose(self, row: int, step: int) -> None:
        """Go to `row`, or on in the direction of `step` to the next row that can be had."""
        while 0 <= row < self.picks.rowCount():
            index = self.picks.index(row)
            if index.flags() & Qt.ItemFlag.ItemIsEnabled:
                self.setCurrentIndex(index)
                return
            row += step

    def startDrag(self, supported_actions: Qt.DropAction) -> None:
        index = self.currentIndex()
        if not index.flags() & Qt.ItemFlag.ItemIsDragEnabled:
            return
        drag = QDrag(self)
        drag.setMimeData(self.picks.mimeData([index]))
        drag.setPixmap(self.viewport().grab(self.visualRect(index).adjusted(0, row_height(index) - ROW, 0, 0)))
        self.drag_started.emit()
        drag.exec(Qt.DropAction.CopyAction)

    def _on_entered(self, index: QModelIndex) -> None:
        if index.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.setCurrentIndex(index)


class PickModel(QAbstractListModel):
    """The rows as a Qt list."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.shown: list[Pick] = []

    def show_picks(self, picks: Sequence[Pick]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self.shown = list(picks)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own signature)
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not self.checkIndex(index, QAbstractListModel.CheckIndexOption.IndexIsValid):
            return None
        pick = self.shown[index.row()]
        if role == PICK:
            return pick
        if role == HEADING:
            return pick.group if index.row() == 0 or self.shown[index.row() - 1].group != pick.group else ""
        if role == Qt.ItemDataRole.DisplayRole:
            return pick.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{pick.title}: {pick.obstacle or pick.sentence}"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or self.shown[index.row()].obstacle:
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsDragEnabled if self.shown[index.row()].dragged else flags

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        for dragged in (self.shown[index.row()].dragged for index in indexes):
            if dragged is not None:
                data.setData(dragged[0], QByteArray(dragged[1].encode()))
        return data


class PickDelegate(QStyledItemDelegate):
    """Icon, name, chips, and the sentence or the reason why not."""

    def __init__(self, theme_source: ThemeSource, parent: QObject) -> None:
        super().__init__(parent)
        self._source = theme_source

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, row_height(index))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        pick = index.data(PICK)
        if not isinstance(pick, Pick):
            return
        theme, rect = self._source.theme, QRectF(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if heading := index.data(HEADING):
            painter.setFont(font("caption", 600))
            painter.setPen(color(theme.text_2))
            above = QRectF(rect.left() + 12, rect.top() + 2, rect.width() - 24, HEAD - 2)
            painter.drawText(above, Qt.AlignmentFlag.AlignVCenter, heading)
            rect.adjust(0, HEAD, 0, 0)
        if chosen:
            edged_rect(painter, rect, 6, theme.accent_soft, None)
        tint = theme.text_3 if pick.obstacle else theme.accent if chosen else theme.text_2
        paint_icon(painter, pick.icon, QRectF(rect.left() + 12, rect.center().y() - 8, 16, 16), tint)
        left, right = rect.left() + 38, rect.right() - 8
        if chosen:
            wide = key_width(_KEY)
            key = QRectF(right - wide, rect.center().y() - KEY_HEIGHT / 2, wide, KEY_HEIGHT)
            paint_key(painter, key, _KEY, theme.outline, theme.text_2)
            right -= wide + 8
        self._paint_words(painter, pick, QRectF(left, rect.top(), right - left, rect.height()), chosen=chosen)
        painter.restore()

    def _paint_words(self, painter: QPainter, pick: Pick, room: QRectF, *, chosen: bool) -> None:
        theme, middle, elide = self._source.theme, Qt.AlignmentFlag.AlignVCenter, Qt.TextElideMode.ElideRight
        title_font, small = font("body", 400 if pick.obstacle else 600), font("caption")
        metrics = QFontMetricsF(title_font)
        title = metrics.elidedText(pick.title, elide, room.width())
        painter.setFont(title_font)
        painter.setPen(color(theme.text_3 if pick.obstacle else theme.text))
        painter.drawText(QRectF(room.left(), room.top() + 4, room.width(), 20), middle, title)
        chips_left = room.left() + metrics.horizontalAdvance(title) + 8
        chips_room = QRectF(chips_left, room.top() + 5, room.right() - chips_left, 18)
        paint_chips(painter, chips_room, pick.chips, theme, theme.track if chosen else theme.hover)
        painter.setFont(small)
        painter.setPen(color(theme.text_2 if chosen else theme.text_3))
        words = QFontMetricsF(small).elidedText(pick.obstacle or as_caption(pick.sentence), elide, room.width())
        painter.drawText(QRectF(room.left(), room.top() + 23, room.width(), 16), middle, words)


def row_height(index: Index) -> int:
    """A row, with the heading above it if there is one."""
    return ROW + (HEAD if index.data(HEADING) else 0)


def as_caption(sentence: str) -> str:
    """A sentence as a caption is written: no full stop, small at its beginning unless it begins with a name."""
    word = sentence.split(" ", 1)[0]
    small = word[:1].lower() + word[1:] if word[1:].islower() or len(word) == 1 else word
    return (small + sentence[len(word) :]).removesuffix(".")
