"""A field over a cell in which another number is typed."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QDoubleValidator, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from nnvis.widgets.labels import explain

WIDTH, HEIGHT = 96, 26
LARGEST = 1e6


class CellEditor(QLineEdit):
    """`given(block, place, value)` when Enter takes the number; Esc and a click elsewhere leave it as it was."""

    given = Signal(str, int, float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._name, self._place = "", 0
        checked = QDoubleValidator(-LARGEST, LARGEST, 8, self)
        checked.setNotation(QDoubleValidator.Notation.ScientificNotation)
        self.setValidator(checked)
        self.setAccessibleName("Another value")
        explain(self, "Type another value. Every later number follows, on a copy; the run is not touched.")
        self.returnPressed.connect(self._on_return)
        self.hide()

    def ask(self, name: str, place: int, value: float, cell: QRect, room: QRect) -> None:
        """Appear over a cell with its value."""
        self._name, self._place = name, place
        where = QRect(0, 0, max(WIDTH, cell.width()), HEIGHT)
        where.moveCenter(cell.center())
        where.moveLeft(max(room.left(), min(where.left(), room.right() - where.width())))
        where.moveTop(max(room.top(), min(where.top(), room.bottom() - HEIGHT)))
        self.setGeometry(where)
        self.setText(f"{value:.6g}")
        self.show()
        self.raise_()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves the number as it was."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(event)
        event.accept()  # a key that the field has no use for is not the page's either

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Whoever looks elsewhere has changed his mind."""
        super().focusOutEvent(event)
        self.hide()

    def _on_return(self) -> None:
        value = float(self.text())
        self.hide()
        self.given.emit(self._name, self._place, value)
