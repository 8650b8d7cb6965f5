"""ErrorCurvePlot: how wrong a finite difference is, by the size of the nudge, with a handle on the size."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.microscope.gradient_study import EPSILONS, ErrorCurve
from nnvis.number_text import power_of_ten
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.painted import PaintedWidget, focus_ring, line_width

_LEFT, _BOTTOM, _TOP = 44, 34, 22
_LOWEST, _HIGHEST = -12, 0
_FIRST, _LAST = math.log10(EPSILONS[0]), math.log10(EPSILONS[-1])


def _nearest(epsilon: float) -> float:
    return min(EPSILONS, key=lambda each: abs(math.log10(each) - math.log10(epsilon)))


class ErrorCurvePlot(PaintedWidget):
    """Two V-shaped lines. Drag the handle, or press the arrow keys, to choose another nudge."""

    epsilon_changed = Signal(float)

    def __init__(self, theme_source: ThemeSource, epsilon: float, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self._curve: ErrorCurve | None = None
        self._epsilon = _nearest(epsilon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(300, 170)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Error of the finite difference by the size of the nudge")

    @property
    def epsilon(self) -> float:
        """The nudge chosen."""
        return self._epsilon

    @property
    def has_curve(self) -> bool:
        """Whether the errors have been measured."""
        return self._curve is not None

    def show_curve(self, curve: ErrorCurve | None) -> None:
        """Show the errors; None while they are being measured."""
        self._curve = curve
        self.update()

    def choose(self, epsilon: float) -> None:
        """Take the nearest of the nudges there are."""
        nearest = _nearest(epsilon)
        if nearest != self._epsilon:
            self._epsilon = nearest
            self.set_sentence(f"epsilon is {nearest:.0e}")
            self.update()
            self.epsilon_changed.emit(nearest)

    def sizeHint(self) -> QSize:
        return QSize(440, 240)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle there."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose_at(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the handle."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose_at(event.position().x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right take the next nudge."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            place = EPSILONS.index(self._epsilon) + (1 if event.key() == Qt.Key.Key_Right else -1)
            self.choose(EPSILONS[min(max(place, 0), len(EPSILONS) - 1)])
        else:
            super().keyPressEvent(event)

    def _choose_at(self, x: float) -> None:
        area = self._area()
        share = min(max((x - area.left()) / area.width(), 0), 1)
        self.choose(10.0 ** (_FIRST + share * (_LAST - _FIRST)))

    def _area(self) -> QRectF:
        return QRectF(_LEFT, _TOP, self.width() - _LEFT - 12, self.height() - _BOTTOM - _TOP)

    def _place(self, epsilon: float, error: float) -> QPointF:
        area = self._area()
        across = (math.log10(epsilon) - _FIRST) / (_LAST - _FIRST)
        up = (math.log10(max(error, 10.0**_LOWEST)) - _LOWEST) / (_HIGHEST - _LOWEST)
        return QPointF(area.left() + across * area.width(), area.bottom() - min(up, 1.0) * area.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font("caption"))
        theme, area = self.theme, self._area()
        for power in range(_LOWEST, _HIGHEST + 1, 2):
            y = self._place(EPSILONS[0], 10.0**power).y()
            painter.setPen(QPen(color(theme.grid), line_width(painter)))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(color(theme.text_3))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, y - 8, _LEFT - 6, 16), right, power_of_ten(power) if power else "1")
        for power in range(math.ceil(_FIRST), math.floor(_LAST) + 1, 2):
            x = self._place(10.0**power, 1).x()
            below = QRectF(x - 30, area.bottom() + 4, 60, 14)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, power_of_ten(power))
        painter.setPen(color(theme.text_2))
        painter.drawText(QRectF(area.left(), area.bottom() + 18, area.width(), 16), Qt.AlignmentFlag.AlignRight, "ε")
        painter.drawText(QRectF(area.left() + 6, area.bottom() - 18, 120, 14), 0, "← round-off wins")
        corner = QRectF(area.right() - 126, area.bottom() - 18, 120, 14)
        painter.drawText(corner, Qt.AlignmentFlag.AlignRight, "truncation wins →")
        if self._curve is not None:
            self._paint_line(painter, self._curve, self._curve.float32, theme.validation, "float32", 0.72, -16)
            self._paint_line(painter, self._curve, self._curve.float64, theme.text, "float64", 0.22, -16)
        self._paint_handle(painter, area)
        if self.focus_visible:
            focus_ring(painter, QRectF(self.rect()), theme, 4)

    def _paint_line(self, painter: QPainter, curve: ErrorCurve, errors: tuple[float, ...], tint: str, name: str,
                    at: float, over: float) -> None:
        points = [self._place(epsilon, error) for epsilon, error in zip(curve.epsilons, errors, strict=True)]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(tint), 1.8))
        painter.drawPolyline(QPolygonF(points))
        painter.setBrush(color(tint))
        painter.setPen(Qt.PenStyle.NoPen)
        for point in points:
            painter.drawEllipse(point, 2.5, 2.5)
        spot = points[int(at * (len(points) - 1))]
        painter.setPen(color(tint))
        painter.setFont(font("body", 600))
        painter.drawText(QRectF(spot.x() + 6, spot.y() + over, 80, 16), Qt.AlignmentFlag.AlignLeft, name)
        painter.setFont(font("caption"))

    def _paint_handle(self, painter: QPainter, area: QRectF) -> None:
        theme = self.theme
        x = self._place(self._epsilon, 1).x()
        painter.setPen(QPen(color(theme.accent), 2))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setBrush(color(theme.accent))
        painter.drawEllipse(QPointF(x, area.bottom()), 6, 6)
        power = math.log10(self._epsilon)
        text = f"ε = {power_of_ten(round(power))}" if abs(power - round(power)) < 0.01 else f"ε = {self._epsilon:.0e}"
        painter.setFont(font("body", 600))
        left = min(max(x - 50, area.left()), area.right() - 100)
        painter.drawText(QRectF(left, 0, 100, _TOP - 4), Qt.AlignmentFlag.AlignCenter, text)
