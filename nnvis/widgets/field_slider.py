"""FieldSlider: a slider along the lower edge of a number's field, for values that one tries out rather than types."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from core.hyper import Hyper
from nnvis.theme import ThemeSource, color
from nnvis.widgets.field_text import stepped

HEIGHT = 11
_SIDE = 6
_KNOB = 3.5
_DECADES = 3  # a logarithmic slider without bounds of its own reaches so far to both sides of the default


class FieldSlider(QWidget):
    """Takes the pointer only; the keyboard has the arrows of the field itself."""

    moved = Signal(object)  # the value under the pointer

    def __init__(self, declared: Hyper, theme_source: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._scale = SliderScale(declared)
        self._source = theme_source
        self._value = 0.0
        self.setFixedHeight(HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_value(self, value: float) -> None:
        """Show where the value stands; emits nothing."""
        if value != self._value:
            self._value = value
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._go_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go_to(event.position().x())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._source.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        pointed_at = self.underMouse() and self.isEnabled()
        tint = theme.accent if pointed_at else theme.outline if self.isEnabled() else theme.line
        y, left = self.height() - 2.5, float(_SIDE)
        right = left + (self.width() - 2 * _SIDE) * self._scale.position(self._value)
        painter.setBrush(color(tint))
        painter.drawRoundedRect(QRectF(left, y - 1, right - left, 2), 1, 1)
        if pointed_at:
            painter.drawEllipse(QPointF(right, y - 1), _KNOB, _KNOB)

    def _go_to(self, x: float) -> None:
        share = (x - _SIDE) / max(1, self.width() - 2 * _SIDE)
        self.moved.emit(self._scale.value(min(1.0, max(0.0, share))))


class SliderScale:
    """Between a value and its place on a slider, linear or logarithmic; all values it gives are round ones."""

    def __init__(self, declared: Hyper) -> None:
        self._declared = declared
        low, high, default = declared.low or 0.0, declared.high, float(declared.default or 0.0)
        self._is_log = declared.log
        if self._is_log:
            middle = default or 1e-3
            self._least = max(low, middle * 10.0**-_DECADES)
            self._most = min(high if high is not None else math.inf, middle * 10.0**_DECADES)
            self._first = low if not declared.exclusive_low else self._least  # what the left end means
        else:
            self._least = self._first = low
            self._most = high if high is not None else low + 1.0

    @staticmethod
    def fits(declared: Hyper) -> bool:
        """Whether the hyperparameter has something to slide over."""
        bounded = declared.low is not None and declared.high is not None
        return declared.kind == "float" and (declared.log or bounded)

    def position(self, value: float) -> float:
        """Where `value` stands, from 0 to 1."""
        if value <= self._least:
            return 0.0
        if self._is_log:
            share = math.log(value / self._least) / math.log(self._most / self._least)
        else:
            share = (value - self._least) / (self._most - self._least)
        return min(1.0, share)

    def value(self, position: float) -> float:
        """The round value nearest to a place."""
        if position <= 0:
            return self._first
        if position >= 1:
            return self._most
        if self._is_log:
            return float(f"{self._least * (self._most / self._least) ** position:.1e}")
        grid = abs(stepped(self._declared, self._least, 1) - self._least) / 5
        return round(self._least + round(position * (self._most - self._least) / grid) * grid, 10)
