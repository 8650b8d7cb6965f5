"""DigitKeys: ten keys, one for each class, of which at most one is chosen."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.painted import PaintedWidget, edged_rect, focus_ring

_HEIGHT, _GAP, _WIDEST, _NARROWEST = 26, 3, 30, 16
_PADDING = 12  # px beside a longer name


class DigitKeys(PaintedWidget):
    """A row of keys, or several where there are many classes or long names.

    Arrows move the choice, digits choose directly.
    """

    chosen = Signal(int)

    def __init__(self, theme_source: ThemeSource, name: str, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self._labels: tuple[str, ...] = tuple("0123456789")
        self.current: int | None = None
        self._under = -1
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(name)
        self._tell()

    def set_labels(self, labels: Sequence[str]) -> None:
        """Other classes: nothing is chosen of them."""
        if tuple(labels) != self._labels:
            self._labels = tuple(labels)
            self.set_current(None)
            self._fit()
            self.updateGeometry()

    def set_current(self, index: int | None) -> None:
        """Show the choice; emits nothing."""
        self.current = index
        self._tell()
        self.update()

    def key_area(self, index: int) -> QRectF:
        """Where a key is."""
        columns = self._columns()
        widest = max(_WIDEST, self._longest() + _PADDING)
        pitch = min(widest + _GAP, (self.width() + _GAP) / columns)
        row, column = divmod(index, columns)
        return QRectF(column * pitch, row * (_HEIGHT + _GAP), pitch - _GAP, _HEIGHT)

    def _longest(self) -> int:
        return max((QFontMetrics(font("body", 600)).horizontalAdvance(label) for label in self._labels), default=0)

    def _columns(self) -> int:
        """How many stand in a row: all, unless they would become too narrow for their names."""
        narrowest = max(_NARROWEST, self._longest() + 4)
        return max(1, min(len(self._labels), (self.width() + _GAP) // (narrowest + _GAP)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As high as its rows."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        rows = math.ceil(len(self._labels) / self._columns())
        self.setFixedHeight(rows * (_HEIGHT + _GAP) - _GAP)

    def sizeHint(self) -> QSize:
        """Room for ten keys side by side."""
        return QSize(min(10, len(self._labels)) * (_WIDEST + _GAP) - _GAP, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Keys may be narrow."""
        return QSize(min(10, len(self._labels)) * (_NARROWEST + _GAP), _HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the key under the pointer."""
        index = self._at(event)
        if index >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._choose(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The key under the pointer stands out."""
        under = self._at(event)
        if under != self._under:
            self._under = under
            self.update()

    def leaveEvent(self, event: object) -> None:
        """None does any more."""
        self._under = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the choice; a digit chooses its class."""
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()), 0)
        if step:
            start = self.current if self.current is not None else (-1 if step > 0 else len(self._labels))
            self._choose(min(max(start + step, 0), len(self._labels) - 1))
        elif event.text() and event.text() in self._labels:
            self._choose(self._labels.index(event.text()))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Keys side by side, the chosen one filled."""
        del event
        theme, painter = self.theme, QPainter(self)
        for index, label in enumerate(self._labels):
            area, is_chosen = self.key_area(index), index == self.current
            ground = theme.accent if is_chosen else theme.hover if index == self._under else None
            edged_rect(painter, area, 5, ground if self.isEnabled() else None, None if is_chosen else theme.outline)
            painter.setFont(font("body", 600) if is_chosen else font())
            ink = theme.on_accent if is_chosen else theme.text
            painter.setPen(color(ink if self.isEnabled() else theme.disabled))
            fitting = painter.fontMetrics().elidedText(label, Qt.TextElideMode.ElideRight, round(area.width()) - 2)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, fitting)
        if self.focus_visible:
            focus_ring(painter, QRectF(self.rect()), theme, 5)

    def _at(self, event: QMouseEvent) -> int:
        found = [index for index in range(len(self._labels)) if self.key_area(index).contains(event.position())]
        return found[0] if found else -1

    def _choose(self, index: int) -> None:
        self.set_current(index)
        self.chosen.emit(index)

    def _tell(self) -> None:
        self.set_sentence("None is chosen." if self.current is None else f"{self._labels[self.current]} is chosen.")
