"""PickCard: a card with a search field over a list, opened beside what asked for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.labels import GivingLabel, explain, hairline, text_label, tooltip_text
from nnvis.widgets.overlay import Overlay
from nnvis.widgets.pick_list import PICK, Pick, PickList

_BESIDE = 12  # px between the dock and the card
_EDGE = 8


class PickCard(Overlay):
    """`find` gives the rows that fit what is typed, best first."""

    picked = Signal(object)  # the value of the chosen row

    def __init__(
        self,
        theme_source: ThemeSource,
        window: QWidget,
        find: Callable[[str], Sequence[Pick]],
        *,
        name: str,
        sentence: str,
        placeholder: str,
        verb: str,
        nothing: str,
        width: int,
    ) -> None:
        super().__init__(theme_source, window)
        self.setAccessibleName(name)
        self._find = find
        self._anchor, self._hangs = QRect(), False
        self._opened_at: int | None = None
        self.field = QLineEdit()
        self.field.setPlaceholderText(placeholder)
        self.field.setAccessibleName(name)
        explain(self.field, sentence)
        self.field.setFixedSize(width - 2 * _EDGE, 32)
        self.field.installEventFilter(self)
        self._glass = self.field.addAction(theme_source.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self._glass.setText(name)
        self._glass.setToolTip(tooltip_text(sentence))
        self.left_words = GivingLabel("", "caption", "faint")
        self.right_words = text_label("", "caption", "faint")
        self.list = PickList(theme_source)
        self.list.setAccessibleName(name)
        self._nothing = text_label(nothing, tone="faint")
        self._nothing.setContentsMargins(10, 4, 0, 4)
        keys = text_label(f"↑ ↓ choose    Enter {verb}    Esc close", "caption", "faint")
        keys.setContentsMargins(12, 0, 12, 0)
        context = QHBoxLayout()
        context.setContentsMargins(12, 0, 12, 0)
        context.addWidget(self.left_words, 1)
        context.addWidget(self.right_words)
        self.body.setContentsMargins(_EDGE, _EDGE, _EDGE, _EDGE)
        self.body.setSpacing(6)
        self.body.addWidget(self.field)
        self.body.addLayout(context)
        self.body.addWidget(self._nothing)
        self.body.addWidget(self.list)
        self.body.addWidget(hairline())
        self.body.addWidget(keys)
        self.field.textChanged.connect(self._on_text_changed)
        self.field.returnPressed.connect(self._take)
        self.list.clicked.connect(self._on_clicked)
        self.list.drag_started.connect(self.dismiss)
        theme_source.theme_changed.connect(self._on_theme_changed)

    @property
    def shown(self) -> tuple[Pick, ...]:
        """What fits what is typed, best first."""
        return tuple(self.list.picks.shown)

    def open_beside(self, anchor: QRect, *, hangs: bool = False) -> None:
        """Open right of `anchor` (in the window), with nothing typed: level with its middle, or hung from its top."""
        self._anchor, self._hangs, self._opened_at = anchor, hangs, None
        self.field.clear()
        self._on_text_changed("")
        self._opened_at = None
        self.open(self.field)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows in the field walk through the list."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if step:
                self.list.choose(self.list.currentIndex().row() + step, step)
                return True
        return super().eventFilter(watched, event)

    def corner(self, size: QSize) -> QPoint:
        """Beside the dock, at the height of what asked, wholly in the window."""
        left = self._anchor.right() + _BESIDE
        if left + size.width() > self.width():
            left = max(0, self._anchor.left() - size.width() - _BESIDE)
        if self._opened_at is None:  # from then on the field stays where it is, however many rows fit what is typed
            top = self._anchor.top() + _EDGE if self._hangs else self._anchor.center().y() - size.height() // 2
            self._opened_at = max(_EDGE, min(top, self.height() - size.height() - _EDGE))
        return QPoint(left, max(_EDGE, min(self._opened_at, self.height() - size.height() - _EDGE)))

    def _take(self) -> None:
        """Choose the row that is pointed at, and close."""
        pick = self.list.currentIndex().data(PICK)
        if isinstance(pick, Pick) and not pick.obstacle:
            self.dismiss()
            self.picked.emit(pick.value)

    def _on_text_changed(self, text: str) -> None:
        found = self._find(text)
        self.list.show_picks(found)
        self.list.setHidden(not found)
        self._nothing.setHidden(bool(found))
        self.fit()

    def _on_clicked(self, index: QModelIndex) -> None:
        self.list.setCurrentIndex(index)
        self._take()

    def _on_theme_changed(self) -> None:
        self._glass.setIcon(self._theme_source.icon("search"))
