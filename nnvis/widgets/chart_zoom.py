"""A plot along time that can be zoomed, panned and pointed at."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMargins, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.chart_plot import DressedPlot

ZOOM_PER_NOTCH = 0.8
_WALK = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: -50, Qt.Key.Key_PageDown: 50}
_KEYS = {*_WALK, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_0}


class ZoomPlot(DressedPlot):
    """The wheel zooms time, dragging pans, a double click shows all; arrow keys walk step by step.

    Subclasses say how far time goes (``whole``), what one step is, and redraw in ``refresh``.
    """

    hover_moved = Signal(object)  # the epoch pointed at, a float; None when the pointer has left
    zoom_changed = Signal(bool)

    def __init__(self, theme_source: ThemeSource, margins: QMargins, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, margins, parent)
        self._view: tuple[float, float] | None = None
        self._at_end = False
        self._pressed: tuple[QPointF, tuple[float, float]] | None = None
        self._panning = False
        self._hover: float | None = None
        # Not by click: the arrow keys of a chart that was only clicked still belong to the window.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.viewport().setMouseTracking(True)

    def whole(self) -> tuple[float, float]:
        """Return all the time there is to see, in epochs."""
        raise NotImplementedError

    def step_width(self) -> float:
        """Return the length of one step, in epochs."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Draw what is in view."""
        raise NotImplementedError

    @property
    def is_zoomed(self) -> bool:
        """Whether only a part of time is in view."""
        return self._view is not None

    def view(self) -> tuple[float, float]:
        """Return the stretch of time in view; one that reaches the present moves on with it."""
        low, high = self.whole()
        if self._view is None:
            return low, high
        if self._at_end:
            self._view = (high - (self._view[1] - self._view[0]), high)
        return self._view

    def set_view(self, low: float, high: float) -> None:
        """Show only this stretch of time, as far as there is any; all of it, when that is what was asked for."""
        first, last = self.whole()
        span = max(high - low, 4 * self.step_width())
        if span >= (last - first) * (1 - 1e-9):
            self.show_all()
            return
        low = min(max(low, first), last - span)
        was_zoomed, self._view = self.is_zoomed, (low, low + span)
        self._at_end = low + span >= last * (1 - 1e-9)
        self.refresh()
        if not was_zoomed:
            self.zoom_changed.emit(True)

    def show_all(self) -> None:
        """Show all of time again, and follow it as it grows."""
        was_zoomed, self._view = self.is_zoomed, None
        self.refresh()
        if was_zoomed:
            self.zoom_changed.emit(False)

    def zoom(self, factor: float, around: float) -> None:
        """Show ``factor`` times as much time, while the moment ``around`` stays where it is."""
        low, high = self.view()
        self.set_view(around - (around - low) * factor, around + (high - around) * factor)

    @property
    def hover(self) -> float | None:
        """The epoch that is pointed at, here or in another chart."""
        return self._hover

    def set_hover(self, epoch: float | None) -> None:
        """Point at an epoch, or at none."""
        self._hover = epoch
        self.paint_soon()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer; a sideways wheel pans."""
        turn = event.angleDelta()
        low, high = self.view()
        if abs(turn.x()) > abs(turn.y()):
            by = -turn.x() / 1200 * (high - low)
            if self.is_zoomed:
                self.set_view(low + by, high + by)
        elif turn.y():
            area = self.area()
            at = self.x_value(min(max(event.position().x(), area.left()), area.right()))
            self.zoom(ZOOM_PER_NOTCH ** (turn.y() / 120), at)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to pan."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = (event.position(), self.view())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while the button is down, point otherwise."""
        if self._pressed is not None:
            start, (low, high) = self._pressed
            moved = event.position().x() - start.x()
            if self.is_zoomed and (self._panning or abs(moved) >= QApplication.startDragDistance()):
                self._panning = True
                self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
                by = -moved / self.area().width() * (high - low)
                self.set_view(low + by, high + by)
        self._point_at(event.position())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End panning."""
        self._pressed = None
        self._panning = False
        self.viewport().unsetCursor()
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show all of time again."""
        self.show_all()
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        self.hover_moved.emit(None)
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Point at nothing when the keyboard goes elsewhere."""
        super().focusOutEvent(event)
        self.hover_moved.emit(None)

    def event(self, event: QEvent) -> bool:
        """Claim the keys of the chart before the window's shortcuts do, while the chart has the keyboard."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() in _KEYS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
                event.accept()
                return True
            if event.key() == Qt.Key.Key_Escape and self._hover is not None:
                event.accept()
                return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk with the arrow keys, zoom with plus and minus, 0 shows all, Escape stops pointing."""
        low, high = self.view()
        at = self._hover if self._hover is not None else high
        key = Qt.Key(event.key())
        if key in _WALK:
            self._walk_to(at + _WALK[key] * max(self.step_width(), (high - low) / self.area().width()))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._walk_to(low if key == Qt.Key.Key_Home else high)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(ZOOM_PER_NOTCH, at)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / ZOOM_PER_NOTCH, at)
        elif key == Qt.Key.Key_0:
            self.show_all()
        elif key == Qt.Key.Key_Escape and self._hover is not None:
            self.hover_moved.emit(None)
        else:
            event.ignore()

    def _walk_to(self, epoch: float) -> None:
        low, high = self.view()
        self.hover_moved.emit(min(max(epoch, low), high))

    def _point_at(self, position: QPointF) -> None:
        area = self.area()
        inside = area.left() - 4 <= position.x() <= area.right() + 4 and position.y() <= area.bottom() + 4
        low, high = self.view()
        self.hover_moved.emit(min(max(self.x_value(position.x()), low), high) if inside else None)
