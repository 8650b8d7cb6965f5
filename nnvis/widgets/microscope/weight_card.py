"""The card of one weight: its whole life, from the images that pull at it to the step that it takes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QWidget

from nnvis.microscope.numbers_in import short
from nnvis.microscope.weight_life import WeightLife
from nnvis.number_text import count, decimal
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.buttons import ToolButton
from nnvis.widgets.microscope.equation_art import art_width, paint_art
from nnvis.widgets.painted import PaintedWidget, edged_rect

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
SMALLEST = 9  # px
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class WeightCard(PaintedWidget):
    """Shows a WeightLife; `closed` when its cross is clicked."""

    closed = Signal()

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.setAccessibleName("One weight, its whole life")
        self._life: WeightLife | None = None
        self._thumbnails: Mapping[int, QImage] = {}
        self._close = ToolButton(theme_source, "close", "Close the card (Esc).")
        self._close.setParent(self)
        self._close.clicked.connect(self.closed)
        self.hide()

    @property
    def life(self) -> WeightLife | None:
        """What it shows."""
        return self._life

    def show_life(self, life: WeightLife, thumbnails: Mapping[int, QImage]) -> None:
        """Show another weight."""
        self._life, self._thumbnails = life, thumbnails
        twin = life.twin
        self.set_sentence(
            f"{life.words}: gradient {short(life.gradient, 4)}, by finite difference {short(twin.numeric, 4)}; "
            f"{life.optimizer} makes it {short(life.lines[-1].value, 4)}"
        )
        self.show()
        self.raise_()
        self.update()

    def sizeHint(self) -> QSize:
        """A drawer over the stage."""
        return QSize(440, 400)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The cross stays in the corner."""
        super().resizeEvent(event)
        self._close.move(self.width() - 36, 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        """From top to bottom: name, images, gradient, twin, step, course."""
        del event
        painter = QPainter(self)
        theme, life = self.theme, self._life
        edged_rect(painter, QRectF(self.rect()), 8, theme.card, theme.accent)
        if life is None:
            return
        left, right = 16.0, self.width() - 16.0
        painter.setFont(font("value"))
        painter.setPen(color(theme.text))
        painter.drawText(QRectF(left, 8, 260, 22), LEFT, "One weight, its whole life")
        painter.setFont(font("caption"))
        painter.setPen(color(theme.text_2))
        painter.drawText(QRectF(left, 28, right - left - 90, 16), LEFT, life.words)
        paint_art(painter, life.latex, right - art_width(life.latex, 15), 41, 15, theme.text)
        fixed = 250.0 if self.height() > 440 else 218.0  # of everything but the rows and the two curves
        free = self.height() - fixed
        curves = min(96.0, max(40.0, free * 0.34))
        step = max(12.0, min(22.0, (free - curves) / max(1, len(life.rows) + 1)))
        y = self._paint_rows(painter, life, QRectF(left, 48, right - left, 0), step)
        y = self._paint_gradient(painter, life, left, right, y)
        y = self._paint_twin(painter, life, left, right, y)
        y = self._paint_step(painter, life, left, right, y)
        self._paint_courses(painter, life, QRectF(left, y + 4, right - left, self.height() - y - 10))

    def _paint_rows(self, painter: QPainter, life: WeightLife, area: QRectF, step: float) -> float:
        theme = self.theme
        width, y = area.width(), area.top()
        columns = [area.left() + width * share for share in (0.1, 0.34, 0.60, 0.79)]
        for latex, x in ((life.heads[0], columns[1]), (life.heads[1], columns[2])):
            paint_art(painter, latex, x - art_width(latex, 12), y + 11, 12, theme.text_2)
        painter.setFont(font("caption"))
        painter.setPen(color(theme.text_2))
        painter.drawText(QRectF(area.left(), y, width, 14), RIGHT, "product")
        y += 16
        top = max((abs(row.product) for row in life.rows), default=0.0) or 1.0
        for row in life.rows:
            line = QRectF(area.left(), y, width, step)
            side = min(step - 1, 18.0)
            thumb = self._thumbnails.get(row.image) if row.image is not None else None
            if thumb is not None:
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
                painter.drawImage(QRectF(area.left(), y + (step - side) / 2, side, side), thumb)
            quiet = row.product == 0
            painter.setPen(color(theme.text_3 if quiet else theme.text))
            painter.setFont(font("caption"))
            if row.label:
                painter.drawText(QRectF(area.left() + 22, y, width * 0.24, step), LEFT, row.label)
            painter.drawText(QRectF(area.left(), y, columns[1] - area.left(), step), RIGHT, short(row.left))
            painter.drawText(QRectF(columns[1] + 4, y, 16, step), LEFT, "×")
            painter.drawText(QRectF(area.left(), y, columns[2] - area.left(), step), RIGHT, short(row.right))
            painter.drawText(line, RIGHT, short(row.product))
            tall = width * 0.07 * row.product / top
            ink = theme.positive if tall > 0 else theme.negative
            middle = columns[2] + width * 0.11
            painter.fillRect(QRectF(middle + min(0.0, tall), y + step / 2 - 4, max(0.5, abs(tall)), 8), color(ink))
            y += step
        if life.others[0]:
            painter.setPen(color(theme.text_2))
            line = QRectF(area.left(), y, width, step)
            painter.drawText(line, LEFT, f"{count(life.others[0])} other terms")
            painter.drawText(line, RIGHT, short(life.others[1]))
            y += step
        return y + 2

    def _paint_gradient(self, painter: QPainter, life: WeightLife, left: float, right: float, y: float) -> float:
        theme = self.theme
        painter.setPen(QPen(color(theme.line), 1))
        painter.drawLine(QPointF(left, y), QPointF(right, y))
        name = f"d{life.latex}"
        paint_art(painter, name, left, y + 17, 14, theme.text)
        painter.setFont(font("caption"))
        painter.setPen(color(theme.text_2))
        painter.drawText(QRectF(left + art_width(name, 14) + 12, y + 2, 240, 22), LEFT, life.note)
        painter.setFont(font("value"))
        painter.setPen(color(theme.accent))
        painter.drawText(QRectF(left, y + 2, right - left, 22), RIGHT, short(life.gradient, 4))
        return y + 26

    def _paint_twin(self, painter: QPainter, life: WeightLife, left: float, right: float, y: float) -> float:
        theme, twin = self.theme, life.twin
        area = QRectF(left - 6, y, right - left + 12, 36)
        edged_rect(painter, area, 5, theme.hover, None)
        painter.setFont(font("caption"))
        painter.setPen(color(theme.text_2))
        painter.drawText(QRectF(left, y + 2, right - left, 16), LEFT, "finite-difference twin, in float64")
        losses = f"({decimal(twin.above, 9)} − {decimal(twin.below, 9)}) / 2ε,  ε = 10⁻⁵"
        painter.drawText(QRectF(left, y + 18, right - left, 16), LEFT, losses)
        painter.setPen(color(theme.text))
        painter.drawText(QRectF(left, y + 2, right - left, 16), RIGHT, short(twin.numeric, 6))
        error = twin.relative_error
        tone, word = (
            (theme.ok, "agrees")
            if error < 1e-3 or abs(twin.numeric - twin.analytic) < 1e-7
            else (theme.warn, "differs")
        )
        painter.setPen(color(tone))
        painter.drawText(QRectF(left, y + 18, right - left, 16), RIGHT, f"{word} to {short(error, 2)}")
        return y + 40

    def _paint_step(self, painter: QPainter, life: WeightLife, left: float, right: float, y: float) -> float:
        theme = self.theme
        painter.setFont(font("body", 600))
        painter.setPen(color(theme.text))
        what = "turns the gradient into a step" if life.applies else "would turn the gradient into a step (not applied)"
        painter.drawText(QRectF(left, y, right - left, 18), LEFT, f"{life.optimizer} {what}")
        y += 19
        room = 104.0 if self.height() > 440 else 68.0
        step = max(13.0, min(22.0, room / len(life.lines)))
        painter.setFont(font("caption"))
        for number, line in enumerate(life.lines):
            name = line.latex.partition(" = ")[0]
            wide = paint_art(painter, f"{name} =", left, y + step / 2 + 4, 13, theme.text)
            room = right - left - wide - 92
            painter.setFont(font("caption"))
            painter.setPen(color(theme.text_2))
            _shrink_to_fit(painter, line.numbers, room)
            words = painter.fontMetrics().elidedText(line.numbers, Qt.TextElideMode.ElideRight, int(room))
            painter.drawText(QRectF(left + wide + 8, y, room, step), LEFT, words)
            last = number == len(life.lines) - 1
            painter.setFont(font("caption", 600 if last else 400))
            painter.setPen(color(theme.accent if last else theme.text))
            painter.drawText(QRectF(left, y, right - left, step), RIGHT, short(line.value, 4))
            y += step
        return y

    def _paint_courses(self, painter: QPainter, life: WeightLife, area: QRectF) -> None:
        theme = self.theme
        half = (area.height() - 12) / 2
        if half < 12:
            return
        painter.setPen(QPen(color(theme.line), 1))
        painter.drawLine(area.topLeft(), area.topRight())
        for number, (name, (steps, values)) in enumerate(
            (("weight", life.weight_course), ("gradient here", life.gradient_course))
        ):
            rect = QRectF(area.left(), area.top() + 3 + number * half, area.width() - 130, half - 4)
            painter.setFont(font("caption"))
            painter.setPen(color(theme.text_2))
            words = QRectF(rect.right() + 6, rect.top(), 124, rect.height())
            latest = short(float(values[-1])) if len(values) else ""
            painter.drawText(words, RIGHT, f"{name}\n{latest}" if rect.height() > 28 else f"{name} {latest}")
            finite = values[np.isfinite(values)] if len(values) else values
            if len(finite) < 2:
                painter.drawText(rect, LEFT, "its course shows after some steps")
                continue
            low, high = float(finite.min()), float(finite.max())
            span, last = (high - low) or 1.0, max(1.0, float(steps[-1] - steps[0]))
            points = [
                QPointF(
                    rect.left() + rect.width() * float(step - steps[0]) / last,
                    rect.bottom() - rect.height() * (float(value) - low) / span,
                )
                for step, value in zip(steps, np.nan_to_num(values), strict=True)
            ]
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setPen(QPen(color(theme.text if number == 0 else theme.text_2), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(points))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(theme.accent))
            painter.drawEllipse(points[-1], 2.5, 2.5)
        painter.setPen(color(theme.text_3))
        painter.setFont(font("caption"))
        steps = life.weight_course[0]
        if len(steps) > 1:
            foot = QRectF(area.left(), area.bottom() - 11, area.width() - 130, 12)
            painter.drawText(foot, LEFT, f"step {count(int(steps[0]))}")
            painter.drawText(foot, RIGHT, count(int(steps[-1])))


def _shrink_to_fit(painter: QPainter, text: str, room: float) -> None:
    """A smaller font for a line that would not fit; no smaller than can be read."""
    used = painter.font()
    while painter.fontMetrics().horizontalAdvance(text) > room and used.pixelSize() > SMALLEST:
        used.setPixelSize(used.pixelSize() - 1)
        painter.setFont(used)
