"""The long way, drawn: dY times the Jacobian at the left, the products in which the digits cancel at the right."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.microscope.long_way import LongLine, LongWay
from nnvis.microscope.numbers_in import short
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.microscope.equation_art import paint_art, paint_art_centred
from nnvis.widgets.microscope.placed_block import PlacedBlock, paint_legend, paint_ring
from nnvis.widgets.microscope.strips import mono
from nnvis.widgets.painted import PaintedWidget, edged_rect

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class LongWayView(PaintedWidget):
    """Shows a LongWay."""

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("The long way through the Jacobian")
        self._way: LongWay | None = None
        self.hide()

    def show_way(self, way: LongWay) -> None:
        """Show the long way of another stop or image."""
        self._way = way
        self.set_sentence(way.sentence)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The matrices, and the lines of digits."""
        del event
        painter = QPainter(self)
        way = self._way
        if way is None:
            return
        middle = self.width() * 0.52
        self._paint_matrices(painter, way, QRectF(8, 0, middle - 24, self.height()))
        self._paint_digits(painter, way, QRectF(middle, 0, self.width() - middle, self.height()))

    def _paint_matrices(self, painter: QPainter, way: LongWay, area: QRectF) -> None:
        theme = self.theme
        n = len(way.lines)
        label, column = 62.0, 56.0
        left = area.left() + label + column + 34
        high = max(10.0, min(36.0, (area.height() - 160) / n - 2))
        wide = min(56.0, (area.right() - left) / n - 2)
        top = area.top() + 44
        matrix = PlacedBlock(way.jacobian, QSizeF(wide, high), 2, 0, QPointF(left, top))
        vector = PlacedBlock(way.dY, QSizeF(column, high), 2, 0, QPointF(area.left() + label, top))
        for placed in (vector, matrix):
            placed.paint(painter, theme, {})
        paint_art_centred(painter, way.latex[0], QPointF(vector.rect.center().x(), top - 30), 17, theme.text)
        paint_art(painter, way.latex[1], left, top - 26, 15, theme.text)
        paint_art_centred(painter, r"\times", QPointF(left - 16, matrix.rect.center().y()), 17, theme.text_2)
        if way.surviving is not None:
            paint_ring(painter, vector.cell_rect(0, way.surviving, 0), theme)
            paint_ring(painter, matrix.cell_rect(0, way.surviving, 0, 1, n), theme)
        y = matrix.rect.bottom() + 4
        painter.setFont(font("caption"))
        painter.setPen(color(theme.accent))
        painter.drawText(QRectF(left - 100, y, area.right() - left + 100, 16), RIGHT, way.note)
        y += 20
        for block, latex in ((way.result, way.latex[2]), (way.shortcut, way.latex[3])):
            placed = PlacedBlock(block, QSizeF(wide, 22), 2, 0, QPointF(left, y))
            placed.paint(painter, theme, {})
            paint_art_centred(painter, rf"{latex} \;=", QPointF(left - 70, y + 11), 16, theme.text)
            if block is way.result:
                painter.setPen(color(theme.accent))
                painter.setFont(font("body", 600))
                for number in range(n):
                    cell = placed.cell_rect(0, 0, number)
                    painter.drawText(QRectF(cell.left(), cell.bottom(), wide, 14), Qt.AlignmentFlag.AlignCenter, "=")
            y += 36
        painter.setFont(font("caption"))
        painter.setPen(color(theme.text_2))
        words = f"The two rows differ by at most {short(way.difference, 2)}: the round-off."
        if not way.difference:
            words = "The two rows are equal to the last digit."
        painter.drawText(QRectF(left, y - 12, area.right() - left, 16), LEFT, words)
        paint_legend(painter, way.result, max(left + 300, matrix.rect.right() - 100), y - 10, 96, theme)

    def _paint_digits(self, painter: QPainter, way: LongWay, area: QRectF) -> None:
        theme = self.theme
        edged_rect(painter, area, 8, theme.card, theme.line)
        painter.fillRect(QRectF(area.left(), 1, 4, area.height() - 2), color(theme.accent))
        left, right = area.left() + 18, area.right() - 14
        painter.setFont(font("body", 600))
        painter.setPen(color(theme.text))
        painter.drawText(QRectF(left, 8, 300, 20), LEFT, "Number by number")
        painter.setFont(font("caption"))
        painter.setPen(color(theme.text_2))
        painter.drawText(QRectF(left, 8, right - left, 20), RIGHT, way.scope)
        paint_art(painter, way.formula, left, 58, 15, theme.text)
        head = QRectF(left, 74, right - left, 16)
        painter.drawText(head, RIGHT, "the short way")
        painter.drawText(head.adjusted(0, 0, -100, 0), RIGHT, "the long way")
        step = max(14.0, min(38.0, (area.height() - 92 - 46) / len(way.lines)))
        y = 92.0
        for line in way.lines:
            self._paint_line(painter, line, QRectF(left, y, right - left, step))
            y += step
        painter.setPen(QPen(color(theme.line), 1))
        painter.drawLine(QPointF(left, y + 3), QPointF(right, y + 3))
        painter.setFont(font("caption"))
        painter.setPen(color(theme.text_2))
        painter.drawText(QRectF(left, y + 6, right - left, 16), LEFT, f"long way: {way.costs[0]}")
        painter.setPen(color(theme.accent))
        painter.drawText(QRectF(left, y + 22, right - left, 16), LEFT, f"short way: {way.costs[1]}")

    def _paint_line(self, painter: QPainter, line: LongLine, area: QRectF) -> None:
        theme = self.theme
        if line.is_true:
            edged_rect(painter, area.adjusted(-8, 0, 6, 0), 5, theme.accent_soft, None)
        painter.setFont(font("caption", 600 if line.is_true else 400))
        painter.setPen(color(theme.text))
        painter.drawText(QRectF(area.left(), area.top(), 30, area.height()), LEFT, line.name)
        painter.setFont(mono(12 if area.height() > 16 else 11))
        metrics = painter.fontMetrics()
        x = area.left() + 34
        for text, struck in line.parts:
            wide = metrics.horizontalAdvance(text)
            painter.setPen(color(theme.text_2 if struck else theme.text))
            painter.drawText(QRectF(x, area.top(), wide + 4, area.height()), LEFT, text)
            if struck:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
                painter.setPen(QPen(color(theme.accent), 2))
                middle = area.center().y()
                painter.drawLine(QPointF(x - 1, middle + 4), QPointF(x + wide + 1, middle - 4))
            x += wide
        painter.setFont(font("caption", 600 if line.is_true else 400))
        painter.setPen(
            color(theme.positive if line.result > 0 else theme.negative if line.result < 0 else theme.text_2)
        )
        painter.drawText(area.adjusted(0, 0, -100, 0), RIGHT, f"= {short(line.result, 4)}")
        painter.setPen(color(theme.text))
        painter.drawText(area, RIGHT, short(line.short, 4))
