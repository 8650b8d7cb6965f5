"""The command palette: type a few letters of anything the program can do, press Enter, and it is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from nnvis.theme import ThemeSource, font, paint_icon
from nnvis.widgets.key_cap import HEIGHT as KEY_HEIGHT
from nnvis.widgets.key_cap import key_width, paint_key
from nnvis.widgets.labels import text_label
from nnvis.widgets.overlay import Overlay

WIDTH, ROW, ROWS = 440, 32, 10
COMMAND = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Command:
    """A line of the palette: an action, where it is found, its keys in words and its icon's name."""

    action: QAction
    place: str
    keys: str = ""
    icon_name: str = ""

    @property
    def words(self) -> str:
        """The action's text without mnemonics, dots and what a menu says in a second column."""
        return self.action.text().partition("\t")[0].replace("&", "").removesuffix(" …")


def match(query: str, words: str, place: str) -> int | None:
    """How well `query` fits, smaller is better; None: not at all. Each typed word must start a word of the line."""
    line = f"{words} {place}".casefold()
    rank = 0
    for part in query.casefold().split():
        starts = [at for at, letter in enumerate(" " + line) if not letter.isalnum() and line.startswith(part, at)]
        if not starts:
            return None
        rank += starts[0]
    return rank


class _Commands(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.shown: list[Command] = []

    def show_only(self, commands: list[Command]) -> None:
        self.beginResetModel()
        self.shown = commands
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own signature)
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        command = self.shown[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return command.words
        if role == Qt.ItemDataRole.ToolTipRole:
            return command.action.toolTip()
        return command if role == COMMAND else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        enabled = self.shown[index.row()].action.isEnabled()
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled if enabled else Qt.ItemFlag.NoItemFlags


class _Line(QStyledItemDelegate):
    def __init__(self, theme_source: ThemeSource, parent: QObject) -> None:
        super().__init__(parent)
        self._theme_source = theme_source

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(WIDTH - 40, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme = self._theme_source.theme
        command: Command = index.data(COMMAND)
        rect = QRectF(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent_soft))
            painter.drawRoundedRect(rect, 6, 6)
        ink = theme.text if command.action.isEnabled() else theme.disabled
        if command.icon_name:
            tint = theme.accent if chosen else theme.text_2 if command.action.isEnabled() else theme.disabled
            paint_icon(painter, command.icon_name, QRectF(rect.left() + 10, rect.top() + 8, 16, 16), tint)
        painter.setFont(font("body"))
        painter.setPen(QColor(ink))
        painter.drawText(rect.adjusted(36, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, command.words)
        right = rect.right() - 10
        if command.keys:
            wide = key_width(command.keys)
            right -= wide
            paint_key(painter, QRectF(right, rect.center().y() - KEY_HEIGHT / 2, wide, KEY_HEIGHT), command.keys,
                      theme.outline, theme.text_2)
            right -= 10
        painter.setFont(font("caption"))
        painter.setPen(QColor(theme.text_3))
        painter.drawText(QRectF(rect.left(), rect.top(), right - rect.left(), rect.height()),
                         Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, command.place)
        painter.restore()


class CommandPalette(Overlay):
    """A field, and the commands that fit what is typed."""

    def __init__(self, theme_source: ThemeSource, window: QWidget, top: int) -> None:
        super().__init__(theme_source, window, top)
        self.setAccessibleName("Search actions")
        self._commands: list[Command] = []
        self._field = QLineEdit()
        self._field.setPlaceholderText("Search actions")
        self._field.setFixedSize(WIDTH, 32)
        self._field.installEventFilter(self)
        self._model = _Commands()
        self._list = QListView()
        self._list.setModel(self._model)
        self._list.setItemDelegate(_Line(theme_source, self._list))
        self._list.setUniformItemSizes(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setMouseTracking(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._nothing = text_label("Nothing of that name.", tone="faint")
        self._nothing.setContentsMargins(10, 4, 0, 4)
        keys = text_label("↑ ↓ choose    Enter do it    Esc close", "caption")
        keys.setContentsMargins(10, 0, 0, 0)
        self.body.setContentsMargins(8, 8, 8, 8)
        self.body.setSpacing(8)
        for part in (self._field, self._nothing, self._list, keys):
            self.body.addWidget(part)
        self._field.textChanged.connect(self._on_text_changed)
        self._field.returnPressed.connect(self.run_chosen)
        self._list.clicked.connect(self.run_chosen)
        self._list.entered.connect(self._list.setCurrentIndex)

    @property
    def shown(self) -> tuple[str, ...]:
        """The words of the commands that fit what is typed, best first."""
        return tuple(command.words for command in self._model.shown)

    def offer(self, commands: Iterable[Command]) -> None:
        """Open with these commands."""
        self._commands = list(commands)
        self._field.clear()
        self._on_text_changed("")
        self.open(self._field)

    def run_chosen(self) -> None:
        """Close, then do what is chosen."""
        index = self._list.currentIndex()
        if index.isValid() and self._model.shown[index.row()].action.isEnabled():
            action = self._model.shown[index.row()].action
            self.dismiss()
            action.trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows in the field move through the list."""
        if watched is self._field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if step:
                self._choose(self._list.currentIndex().row() + step, step)
                return True
        return super().eventFilter(watched, event)

    def _on_text_changed(self, text: str) -> None:
        ranked = [(match(text, command.words, command.place), command) for command in self._commands]
        fitting = [(not command.action.isEnabled(), rank, command) for rank, command in ranked if rank is not None]
        self._model.show_only([command for _, _, command in sorted(fitting, key=lambda entry: entry[:2])])
        self._list.setFixedHeight(ROW * min(ROWS, max(len(fitting), 1)))
        self._list.setHidden(not fitting)
        self._nothing.setHidden(bool(fitting))
        self._choose(0, 1)
        self.fit()

    def _choose(self, row: int, step: int) -> None:
        while 0 <= row < len(self._model.shown):
            if self._model.shown[row].action.isEnabled():
                self._list.setCurrentIndex(self._model.index(row))
                return
            row += step
