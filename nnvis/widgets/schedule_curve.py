"""ScheduleCurve: the learning rate over the planned run, drawn from the schedule that runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.field_text import number_text
from nnvis.widgets.labels import explain
from nnvis.widgets.painted import PaintedWidget

if TYPE_CHECKING:
    from core.schedules import Schedule

HEIGHT = 52
_POINTS = 160
_CAPTION = 14


class ScheduleCurve(PaintedWidget):
    """A line over the epochs, with its highest and its last value. Takes both columns of a recipe."""

    wide = True

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self._heights: tuple[float, ...] = ()
        self._epochs = 1
        self._top, self._end = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Learning rate over the run")
        explain(self, "The learning rate over the planned run, as the schedule will set it.")

    def show_schedule(self, schedule: Schedule, learning_rate: float, epochs: int) -> None:
        """Draw `schedule` for a run of `epochs`."""
        factors = rate_factors(schedule, epochs, _POINTS)
        top = max(factors)
        self._heights = tuple(factor / top for factor in factors) if top > 0 else factors
        self._epochs = epochs
        self._top, self._end = _short(learning_rate * top), _short(learning_rate * factors[-1])
        self.set_sentence(f"from {_short(learning_rate * factors[0])}, at most {self._top}, to {self._end}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._heights:
            return
        theme, metrics = self.theme, QFontMetricsF(font("caption"))
        painter = QPainter(self)
        painter.setFont(font("caption"))
        right = self.width() - max(metrics.horizontalAdvance(self._top), metrics.horizontalAdvance(self._end)) - 8
        plot = QRectF(1, 4, right - 1, self.height() - _CAPTION - 8)
        painter.setPen(QPen(color(theme.grid), 1))
        for epoch in range(1, self._epochs) if self._epochs <= 20 else ():
            x = round(plot.left() + plot.width() * epoch / self._epochs) + 0.5
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = QPolygonF()
        for index, height in enumerate(self._heights):
            x = plot.left() + plot.width() * index / (len(self._heights) - 1)
            line.append(QPointF(x, plot.bottom() - plot.height() * height))
        painter.setPen(QPen(color(theme.text_2), 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPolyline(line)
        painter.setPen(color(theme.text_3))
        centre = Qt.AlignmentFlag.AlignVCenter
        for y, words in self._labels(plot):
            painter.drawText(QRectF(right + 8, y - 8, self.width() - right, 16), centre, words)
        caption = QRectF(plot.left(), plot.bottom() + 2, plot.width(), _CAPTION)
        painter.drawText(caption, centre | Qt.AlignmentFlag.AlignLeft, "0")
        last = f"{self._epochs} epoch{'' if self._epochs == 1 else 's'}"
        painter.drawText(caption, centre | Qt.AlignmentFlag.AlignRight, last)

    def _labels(self, plot: QRectF) -> list[tuple[float, str]]:
        """The end value beside the end of the line, and the top value at the top unless they would meet."""
        end = plot.bottom() - plot.height() * self._heights[-1]
        labels = [(end, self._end)]
        if end - plot.top() > 14:
            labels.append((plot.top(), self._top))
        return labels


def rate_factors(schedule: Schedule, epochs: int, points: int) -> tuple[float, ...]:
    """What the schedule multiplies the rate with at evenly spaced moments of a run, as far as it is known before."""
    fresh = schedule.replace()
    moments = [index / (points - 1) for index in range(points)]
    return tuple(fresh.factor_at(moment, min(epochs - 1, math.floor(moment * epochs))) for moment in moments)


def _short(rate: float) -> str:
    return number_text(float(f"{rate:.2g}"))
