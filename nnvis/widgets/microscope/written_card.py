"""The card of the number that is pointed at: what made it, added up before one's eyes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.microscope.telling import Telling
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.labels import explain
from nnvis.widgets.microscope.equation_art import art_width, paint_art
from nnvis.widgets.microscope.written_numbers import batch_places, paint_batch, paint_numbers
from nnvis.widgets.microscope.written_paint import (
    paint_pictures,
    paint_shares,
    paint_table,
    paint_tints,
    paint_waterfall,
)
from nnvis.widgets.microscope.written_pairs import paint_pairs, shown_pairs
from nnvis.widgets.painted import PaintedWidget, edged_rect

EDGE = 4.0


class WrittenCard(PaintedWidget):
    """Shows a Telling; `lines` are the heights of the stacked matrix's rows, which its table takes over.

    `image_chosen(number)` when one of the batch is clicked.
    """

    image_chosen = Signal(int)

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("The number that is pointed at")
        self.setMouseTracking(True)
        explain(self, "The number that is pointed at on the stage, and all that made it.")
        self._telling: Telling | None = None
        self._lines: Sequence[float] = ()
        self._thumbnails: Mapping[int, QImage] = {}
        self._pinned = False
        self._note = ""

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
        self._note = ""
        self.set_sentence(telling.text if telling else "")
        self.update()

    def note(self, words: str) -> None:
        """Say something in the corner until another number is pointed at."""
        self._note = words
        self.set_sentence(words)
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
        if self._note:
            painter.setFont(font("caption", 600))
            painter.setPen(color(theme.accent))
            corner = QRectF(inside.left(), inside.bottom() - 14, inside.width(), 16)
            painter.drawText(corner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._note)
        if telling.shares is not None:
            paint_shares(painter, inside, telling, theme, self._thumbnails)
        elif telling.tints:
            self._paint_title(painter, inside)
            paint_tints(painter, inside.adjusted(0, 20, 0, 0), telling, theme)
        elif telling.rows:
            self._paint_title(painter, inside)
            paint_table(painter, inside, telling, theme, self._lines)
        elif telling.again:
            self._paint_title(painter, inside)
            paint_numbers(painter, self._again_numbers.adjusted(0, 24, 0, 0), telling, theme)
            paint_pairs(painter, self._again_area, telling.again, telling.chosen, self._thumbnails, theme)
        elif telling.bars:
            left = paint_pictures(painter, inside, telling, theme) if telling.pictures else inside.left()
            area = QRectF(QPointF(left, inside.top()), inside.bottomRight())
            self._paint_title(painter, area)
            paint_waterfall(painter, area.adjusted(0, 20, 0, 0), telling, theme)
        else:
            left = paint_pictures(painter, inside, telling, theme) if telling.pictures else inside.left()
            area = QRectF(QPointF(left, inside.top()), inside.bottomRight())
            self._paint_title(painter, area)
            if telling.batch is not None:
                paint_batch(painter, self._batch_area, telling, self._thumbnails, theme)
            paint_numbers(painter, area.adjusted(0, 24, 0, 0), telling, theme)

    @property
    def _again_numbers(self) -> QRectF:
        inside = QRectF(self.rect()).adjusted(EDGE + 14, 8, -14, -8)
        return QRectF(inside.left(), inside.top(), min(430.0, inside.width() * 0.5), inside.height())

    @property
    def _again_area(self) -> QRectF:
        inside = QRectF(self.rect()).adjusted(EDGE + 14, 8, -14, -8)
        return QRectF(QPointF(self._again_numbers.right() + 16, inside.top()), inside.bottomRight())

    @property
    def _batch_area(self) -> QRectF:
        inside = QRectF(self.rect()).adjusted(EDGE + 14, 34, -14, -8)
        if inside.height() < 120:  # beside the number, where there is no room below
            return inside.adjusted(inside.width() * 0.42, 0, 0, 0)
        return inside

    def _image_at(self, point: QPointF) -> int | None:
        telling = self._telling
        if telling is not None and telling.again:
            pairs = shown_pairs(self._again_area, telling.again)
            return next((each.image for each, column in pairs if column.contains(point)), None)
        if telling is None or telling.batch is None:
            return None
        places = batch_places(self._batch_area, len(telling.batch[1]))
        return next((index for index, rect in enumerate(places) if rect.adjusted(-3, -3, 3, 15).contains(point)), None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """An image of the batch can be chosen."""
        found = self._image_at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if found else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Look at the image that is clicked."""
        found = self._image_at(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.image_chosen.emit(found)

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
