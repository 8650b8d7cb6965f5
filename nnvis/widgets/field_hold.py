"""FieldHold: a field that the mouse works in stays under the mouse, while the panel grows and shrinks round it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QHBoxLayout, QScrollArea, QSpacerItem, QWidget

_AT_WORK = (QEvent.Type.Wheel, QEvent.Type.MouseButtonPress, QEvent.Type.Enter)


class FieldHold(QObject):
    """Watches the field with the focus, and scrolls its column by as much as the field was moved in it.

    A value that is turned with the wheel may change what stands above the field (a note, another card's problem) and
    below it. Without this the next notch of the wheel would turn another field, or scroll.
    """

    def __init__(self, column: QScrollArea, scrolled: QWidget, beside: QHBoxLayout) -> None:
        super().__init__(column)
        self._column = column
        self._scrolled = scrolled
        self._prop = QSpacerItem(0, 0)  # stands beside the parts, and keeps what is scrolled as high as it is
        self._beside = beside
        beside.addSpacerItem(self._prop)
        self._watched: list[QWidget] = []  # the field, and everything that it stands in
        self._top = 0  # of the field, in what is in sight of the column
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.Move:
            if watched is not self._scrolled and self._is_pointed_at():
                self._follow()
            else:  # it is scrolled: the field is meant to move
                self._top = self._place().y()
        elif self._watched and watched is self._watched[0]:
            if kind in _AT_WORK:
                self._keep_room(self._column.verticalScrollBar().value())
            elif kind == QEvent.Type.Leave:
                self._set_prop(0)
        return super().eventFilter(watched, event)

    def _on_focus_changed(self, _before: QWidget | None, field: QWidget | None) -> None:
        for each in self._watched:
            each.removeEventFilter(self)
        self._watched = []
        self._set_prop(0)
        if field is None or not self._scrolled.isAncestorOf(field):
            return
        part: QWidget | None = field
        while part is not None and part is not self._column.viewport():
            part.installEventFilter(self)
            self._watched.append(part)
            part = part.parentWidget()
        self._top = self._place().y()

    def _place(self) -> QPoint:
        return self._watched[0].mapTo(self._column.viewport(), QPoint())

    def _is_pointed_at(self) -> bool:
        """Whether the mouse is where the field was before it was moved."""
        field = self._watched[0]
        mouse = self._column.viewport().mapFromGlobal(QCursor.pos())
        place = self._place()
        return field.rect().translated(place.x(), self._top).contains(mouse)

    def _follow(self) -> None:
        """Scroll by as much as the field has been moved."""
        bar = self._column.verticalScrollBar()
        wanted = bar.value() + self._place().y() - self._top
        self._keep_room(wanted)
        bar.setValue(wanted)

    def _keep_room(self, value: int) -> None:
        """Let the column be long enough to be scrolled so far, also when its parts are shorter."""
        height = value + self._column.viewport().height()
        self._set_prop(height)
        if self._scrolled.height() < height:
            self._scrolled.resize(self._scrolled.width(), height)

    def _set_prop(self, height: int) -> None:
        if height != self._prop.sizeHint().height():
            self._prop.changeSize(0, height)
            self._beside.invalidate()
