"""Contents: the pages of the theory in their groups, with a field to find one and a tick for those that were read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from nnvis.theme import ThemeSource, color, font, paint_icon, prose_font
from nnvis.widgets.labels import explain, text_label
from nnvis.widgets.painted import PaintedWidget, edged_rect, focus_ring
from nnvis.widgets.scroll_column import ScrollColumn

_ROW, _TAG = 24, 32


@dataclass(frozen=True)
class Entry:
    """One page: its name for the program, its title, its group, the tag before the title, and words to find it by."""

    topic: str
    title: str
    group: str
    tag: str
    words: str


class ContentsRow(PaintedWidget):
    """One line of the contents."""

    chosen = Signal(str)
    moved = Signal(str, int)  # an arrow key was pressed here: up (-1) or down (+1)

    def __init__(self, theme_source: ThemeSource, entry: Entry) -> None:
        super().__init__(theme_source)
        self.entry = entry
        self._is_current = self._is_read = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{entry.tag} {entry.title}".strip())
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def mark(self, *, current: bool, read: bool) -> None:
        """Show whether it is in front, and whether it was read."""
        self._is_current, self._is_read = current, read
        self.set_sentence(", ".join(word for word, holds in (("open", current), ("read", read)) if holds))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, _ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        theme, painter = self.theme, QPainter(self)
        area = QRectF(self.rect())
        if self._is_current:
            painter.fillRect(area, color(theme.accent_soft))
            painter.fillRect(QRectF(0, 0, 2, self.height()), color(theme.accent))
        elif self.underMouse():
            edged_rect(painter, area, 4, theme.hover, None)
        left = 10.0
        centre = Qt.AlignmentFlag.AlignVCenter
        if self.entry.tag:
            painter.setFont(font("caption", 600))
            painter.setPen(color(theme.text if self._is_current else theme.text_2))
            painter.drawText(QRectF(left, 0, _TAG, self.height()), centre, self.entry.tag)
            left += _TAG
        painter.setFont(prose_font(600 if self._is_current else 400))
        painter.setPen(color(theme.text))
        room = QRectF(left, 0, self.width() - left - (24 if self._is_read else 4), self.height())
        title = painter.fontMetrics().elidedText(self.entry.title, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, centre, title)
        if self._is_read:
            paint_icon(painter, "check", QRectF(self.width() - 20, (self.height() - 14) / 2, 14, 14), theme.text_3)
        if self.focus_visible:
            focus_ring(painter, area, theme, 4)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the page."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self.entry.topic)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens it; the arrows go to its neighbours."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(self.entry.topic)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(self.entry.topic, 1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)


class Contents(QWidget):
    """The column at the left of the Theory page."""

    chosen = Signal(str)

    def __init__(self, theme_source: ThemeSource, entries: Sequence[Entry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("contents")
        self.field = QLineEdit()
        self.field.setPlaceholderText("Find in Theory")
        self.field.setAccessibleName("Find in Theory")
        self.field.setClearButtonEnabled(True)
        explain(self.field, "Shows the pages that contain all these words.")
        self._column = ScrollColumn()
        self._count = text_label("", "caption", "secondary")
        self._nothing = text_label("No page has these words.", "body", "secondary", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 12, 4, 8)
        layout.setSpacing(8)
        layout.addWidget(self.field)
        layout.addWidget(self._column, 1)
        layout.addWidget(self._count)
        self._groups: dict[str, QWidget] = {}
        self.rows: dict[str, ContentsRow] = {}
        for entry in entries:
            if entry.group not in self._groups:
                head = text_label(entry.group, "caption", "secondary")
                head.setContentsMargins(10, 10, 0, 2)
                head.setMinimumHeight(28)
                self._groups[entry.group] = head
                self._column.column.addWidget(head)
            row = ContentsRow(theme_source, entry)
            row.chosen.connect(self.chosen)
            row.moved.connect(self._on_moved)
            self.rows[entry.topic] = row
            self._column.column.addWidget(row)
        self._column.column.addWidget(self._nothing)
        self._column.column.addStretch(1)
        self._nothing.hide()
        self.field.textChanged.connect(self._find)

    def mark(self, current: str, read: Iterable[str]) -> None:
        """Show which page is open and which were read."""
        done = set(read) & self.rows.keys()
        for topic, row in self.rows.items():
            row.mark(current=topic == current, read=topic in done)
        self._count.setText(f"{len(done)} of {len(self.rows)} read")
        if current in self.rows:
            row = self.rows[current]
            self._column.reveal(row, row.rect())

    @property
    def found(self) -> list[str]:
        """The topics in sight."""
        return [topic for topic, row in self.rows.items() if not row.isHidden()]

    def _find(self, text: str) -> None:
        words = text.lower().split()
        for row in self.rows.values():
            row.setVisible(all(word in row.entry.words for word in words))
        for group, head in self._groups.items():
            head.setVisible(any(row.entry.group == group and not row.isHidden() for row in self.rows.values()))
        self._nothing.setVisible(not self.found)

    def _on_moved(self, topic: str, step: int) -> None:
        found = self.found
        place = found.index(topic) + step
        if 0 <= place < len(found):
            row = self.rows[found[place]]
            row.setFocus(Qt.FocusReason.TabFocusReason)
            self._column.reveal(row, row.rect())
