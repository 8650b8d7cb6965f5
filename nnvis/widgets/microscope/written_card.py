"""The card of the number that is pointed at: what made it, added up before one's eyes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.microscope.telling import Telling
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.microscope.equation_art import art_width, paint_art
from nnvis.widgets.microscope.written_paint import (
    paint_pictures,
    paint_shares,
    paint_table,
    paint_tints,
    paint_waterfall,
)
from nnvis.widgets.painted import PaintedWidget, edged_rect

EDGE = 4.0


class WrittenCard(PaintedWidget):
    """Shows a Telling; `lines` are the heights of the stacked matrix's rows, which its table takes over."""

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("The number that is pointed at")
        self._telling: Telling | None = None
        self._lines: Sequence[float] = ()
        self._thumbnails: Mapping[int, QImage] = {}
        self._pinned = False

    @property
    def telling(self) -> Telling | None:
        """What it says at present."""
        return self._telling

    def show_telling(
        self,
        telling: Telling | None,
        thumbnails: Mapping[int, QImage],
        lines: Sequence[float] = (),
        pinned: bool = False,
    ) -> None:
        """Write out another number."""
        self._telling, self._thumbnails, self._lines, self._pinned = telling, thumbnails, lines, pinned
        self.set_sentence(telling.text if telling else "")
        self.update()

    def sizeHint(self) -> QSize:
        """Higher where there is room."""
        return QSize(600, 118 if self.theme_source.metrics.is_compact else 220)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A title, and the form that fits the number."""
        del event
        painter = QPainter(self)
        theme = self.theme
        card = QRectF(self.rect())
        edged_rect(painter, card, 8, theme.card, theme.line)
        painter.fillRect(QRectF(0, 1, EDGE, card.height() - 2), color(theme.accent))
        telling = self._telling
        if telling is None:
            return
        inside = card.adjusted(EDGE + 14, 8, -14, -8)
        if telling.shares is not None:
            paint_shares(painter, inside, telling, theme, self._thumbnails)
        elif telling.tints:
            self._paint_title(painter, inside)
            paint_tints(painter, inside.adjusted(0, 20, 0, 0), telling, theme)
        elif telling.rows:
            self._paint_title(painter, inside)
            paint_table(painter, inside, telling, theme, self._lines)
        elif telling.bars:
            left = paint_pictures(painter, inside, telling, theme) if telling.pictures else inside.left()
            area = QRectF(QPointF(left, inside.top()), inside.bottomRight())
            self._paint_title(painter, area)
            paint_waterfall(painter, area.adjusted(0, 20, 0, 0), telling, theme)
        else:
            self._paint_title(painter, inside)
            self._paint_numbers(painter, inside.adjusted(0, 26, 0, 0), telling)

    def _paint_title(self, painter: QPainter, area: QRectF) -> None:
        telling, theme = self._telling, self.theme
        assert telling is not None
        painter.setFont(font("body"))
        painter.setPen(color(theme.text_2))
        line = QRectF(area.left(), area.top() - 2, area.width(), 18)
        title = f"{telling.title}{'  (pinned, Esc releases)' if self._pinned else ''}"
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, title)
        used = painter.fontMetrics().horizontalAdvance(title) + 12
        if used + art_width(telling.latex, 16) < area.width() and not telling.tints and not telling.rows:
            paint_art(painter, telling.latex, area.left() + used, line.center().y() + 4.5, 16, theme.text)

    def _paint_numbers(self, painter: QPainter, area: QRectF, telling: Telling) -> None:
        theme = self.theme
        y = area.top() + min(30.0, area.height() / 4)
        width = paint_art(painter, rf"{telling.latex} =", area.left() + 8, y + 6, 20, theme.text)
        painter.setFont(font("value", 500))
        painter.setPen(color(theme.text))
        rect = QRectF(area.left() + 20 + width, y - 14, area.width() - width - 20, 30)
        numbers = painter.fontMetrics().elidedText(
            telling.numbers, Qt.TextElideMode.ElideRight, int(rect.width()) - 140
        )
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, numbers)
        rect.adjust(painter.fontMetrics().horizontalAdvance(numbers) + 14, 0, 0, 0)
        painter.setPen(color(theme.accent))
        painter.setFont(font("value"))
        from nnvis.microscope.numbers_in import short

        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, f"= {short(telling.value, 4)}")
        painter.setFont(font("body"))
        for offset, (words, value, tone) in enumerate(telling.summary):
            painter.setPen(color(getattr(theme, tone)))
            line = QRectF(area.left() + 8, y + 24 + 20 * offset, area.width(), 20)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, f"{words} {value}".strip())
