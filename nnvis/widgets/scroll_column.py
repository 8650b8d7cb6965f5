"""ScrollColumn: a column of parts that scrolls as one, under a scroll bar that takes no room from them."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QCursor, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QScrollBar, QVBoxLayout, QWidget

from nnvis.widgets.field_hold import FieldHold

_BAR = 8  # with the sheet's margins a handle of 4 px: narrower than the padding, so that it touches no card


class ScrollColumn(QScrollArea):
    """Put parts into `column`. The bar lies over the padding at the right, so that nothing moves when it appears."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scrolled = scrolled = QWidget()
        scrolled.setObjectName("scrolled")
        self.column = QVBoxLayout()
        self.column.setSpacing(0)
        beside = QHBoxLayout(scrolled)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(0)
        beside.addLayout(self.column, 1)
        self.setWidget(scrolled)
        self._hold = FieldHold(self, scrolled, beside)
        self._wanted: tuple[QWidget, QRect] = scrolled, QRect()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._reveal_now)
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._bar.setObjectName("slim")
        own = self.verticalScrollBar()
        own.rangeChanged.connect(self._on_range_changed)
        own.valueChanged.connect(self._bar.setValue)
        self._bar.valueChanged.connect(own.setValue)
        self._bar.hide()

    def reveal(self, part: QWidget, area: QRect) -> None:
        """Scroll until `area` of `part` is in sight, its upper edge before its lower one, once parts are laid out."""
        self._wanted = part, area
        self._soon.start()

    def _reveal_now(self) -> None:
        part, area = self._wanted
        field = QApplication.focusWidget()
        is_pointed_at = self.rect().contains(self.mapFromGlobal(QCursor.pos()))
        if field is not None and part.isAncestorOf(field) and is_pointed_at:
            return  # a field that is being turned with the wheel stays under the mouse
        top = part.mapTo(self._scrolled, area.topLeft()).y()
        bar, height = self.verticalScrollBar(), self.viewport().height()
        if top + area.height() > bar.value() + height:
            bar.setValue(top + area.height() - height + 8)
        if top < bar.value():
            bar.setValue(max(0, top - 8))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._bar.setGeometry(self.width() - _BAR, 0, _BAR, self.height())

    def _on_range_changed(self, least: int, most: int) -> None:
        self._bar.setRange(least, most)
        self._bar.setPageStep(self.verticalScrollBar().pageStep())
        self._bar.setSingleStep(self.verticalScrollBar().singleStep())
        self._bar.setVisible(most > least)
        self._bar.raise_()
