"""LayerDelegate paints the cards of the stack and knows where on them a pointer is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QImage, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from nnvis.theme import ThemeSource, color, font, paint_icon
from nnvis.widgets.labels import tooltip_text
from nnvis.widgets.layer_card import LayerCard
from nnvis.widgets.layer_model import CARD, HEALTH, HISTOGRAM, PICTURE
from nnvis.widgets.layer_paint import fitting, paint_chips, paint_gauge, paint_histogram
from nnvis.widgets.layer_tips import tip
from nnvis.widgets.painted import edged_rect

Index = QModelIndex | QPersistentModelIndex
Part = Literal["", "head", "handle", "duplicate", "delete"]

RADIUS = 8
_CHIP_HEIGHT = 18
_BUTTON = 24
_DISC = 20
_HISTOGRAM = QSize(44, 20)


class LayerDelegate(QStyledItemDelegate):
    """The head of a card is painted; what is open below it (form, problem) is a widget of the view.

    The view keeps `hovered`, `hovered_part`, `gap_row` and `gap_height` up to date and tells how high a card's body is.
    """

    def __init__(
        self, theme_source: ThemeSource, body_height: Callable[[Index], int], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._source = theme_source
        self._body_height = body_height
        self.hovered = -1
        self.hovered_part: Part = ""
        self.gap_row = -1  # the card below which a gap is open, for a layer that is about to come
        self.gap_height = 0
        self.painted = QRect()  # what of the list is being painted; empty: a card by itself
        self.keyboard = False  # whether the list was entered by keyboard

    # Where things are

    @property
    def inset(self) -> int:
        """From the edge of the dock to the card: cards reach 4 px further than words."""
        return self._source.metrics.dock_padding - 4

    @property
    def head_height(self) -> int:
        """The painted part of a card."""
        return self._source.metrics.layer_card

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        gap = self._source.metrics.layer_gap + (self.gap_height if index.row() == self.gap_row else 0)
        return QSize(200, self.head_height + self._body_height(index) + gap)

    def card_rect(self, item: QRect, index: Index) -> QRect:
        """The card within the area of its item."""
        height = self.head_height + self._body_height(index)
        return QRect(item.left() + self.inset, item.top(), item.width() - 2 * self.inset, height)

    def body_rect(self, item: QRect, index: Index) -> QRect:
        """Where the form and the problems of a card go."""
        return self.card_rect(item, index).adjusted(1, self.head_height, -1, 0)

    def sample_rect(self, item: QRect, index: Index) -> QRect:
        """What stands at the right of a card: histogram and gauge."""
        card = self.card_rect(item, index)
        width, height = _HISTOGRAM.width() + 2, _HISTOGRAM.height() + 14
        left = card.right() + 1 - self._right - _HISTOGRAM.width()
        return QRect(left, card.top() + (self.head_height - height) // 2, width, height)

    def part_at(self, item: QRect, index: Index, position: QPoint) -> Part:
        """What of a card lies at `position`."""
        card = self.card_rect(item, index)
        if not card.contains(position) or position.y() >= card.top() + self.head_height:
            return ""
        if index.row() > 0:
            for part, rect in self._buttons(card).items():
                if rect.contains(position):
                    return part
            if position.x() < card.left() + 25:
                return "handle"
        return "head"

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Qt would lay a card's widget over the whole item; it belongs below the head."""
        editor.setGeometry(self.body_rect(option.rect, index))

    def _buttons(self, card: QRect) -> dict[Part, QRect]:
        top = card.top() + (self.head_height - _BUTTON) // 2
        right = card.right() + 1 - self._right
        return {
            "duplicate": QRect(right - 2 * _BUTTON, top, _BUTTON, _BUTTON),
            "delete": QRect(right - _BUTTON, top, _BUTTON, _BUTTON),
        }

    @property
    def _right(self) -> int:
        """From what stands at the right of a card to its edge."""
        return 8 if self._source.metrics.is_compact else 12

    @property
    def _words_left(self) -> int:
        """From the edge of the card to its words. In a narrow dock the handle and the icon stand closer together."""
        return 45 if self._source.metrics.is_compact else 51

    # Painting

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        card = index.data(CARD)
        if not isinstance(card, LayerCard):
            return
        item: QRect = option.rect
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        focused = bool(state & QStyle.StateFlag.State_HasFocus) and self.keyboard
        hovered = index.row() == self.hovered
        rect = self.card_rect(item, index)
        sample = self.sample_rect(item, index)
        only_samples = sample.left() <= self.painted.left() and self.painted.right() <= sample.right()
        if only_samples and not hovered and index.row() > 0:
            painter.fillRect(sample, color(self._source.theme.card))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_sample(painter, rect.right() + 1 - self._right, rect.top() + self.head_height / 2, index)
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, rect, card, selected=selected, focused=focused, hovered=hovered)
        theme = self._source.theme
        middle = rect.top() + self.head_height / 2
        if index.row() > 0 and (hovered or selected):
            handle = rect.left() + (self._words_left - 37) // 2
            paint_icon(painter, "drag-handle", QRectF(handle, middle - 8, 16, 16), theme.text_3)
        tint = theme.text_3 if card.is_faint else theme.text_2
        paint_icon(painter, card.icon, QRectF(rect.left() + self._words_left - 24, middle - 8, 16, 16), tint)
        right: float = rect.right() + 1 - self._right
        if hovered and index.row() > 0:
            self._paint_buttons(painter, rect)
            right -= 2 * _BUTTON
        else:
            right -= self._paint_sample(painter, right, middle, index)
        self._paint_words(painter, rect, card, right - 4, chip_ground=theme.track if hovered else theme.hover)
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, rect: QRect, card: LayerCard, *, selected: bool, focused: bool, hovered: bool
    ) -> None:
        theme = self._source.theme
        wrong = card.is_wrong
        edge = theme.bad if wrong else theme.accent if selected else theme.card_edge
        ground = theme.hover if hovered and not selected and not wrong else theme.card
        if hovered and edge == theme.card_edge:
            edge = theme.hover if theme.is_dark else theme.card_edge
        width = 2.0 if focused or (wrong and selected) else 1.0
        edged_rect(painter, QRectF(rect), RADIUS, ground, edge, width)

    def _paint_buttons(self, painter: QPainter, rect: QRect) -> None:
        theme = self._source.theme
        for part, area in self._buttons(rect).items():
            active = part == self.hovered_part
            if active:
                edged_rect(painter, QRectF(area), 5, theme.track, None)
            icon = QRectF(area.center().x() - 7, area.center().y() - 7, 16, 16)
            paint_icon(painter, part, icon, theme.text if active else theme.text_2)

    def _paint_sample(self, painter: QPainter, right: float, middle: float, index: Index) -> float:
        """The histogram of the weights or the picture that goes in; returns the room it took."""
        picture = index.data(PICTURE)
        if isinstance(picture, QImage):
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(right - 24, middle - 12, 24, 24), picture)
            return 24
        heights = index.data(HISTOGRAM)
        if not heights:
            return 0
        width = _HISTOGRAM.width() - (8 if self._source.metrics.is_compact else 0)
        health = index.data(HEALTH)
        lift = 3 if health is not None else 0  # room for the gauge below
        area = QRectF(right - width, middle - 10 - lift, width, 20)
        paint_histogram(painter, area, heights, self._source.theme)
        if health is not None:
            paint_gauge(painter, QRectF(area.left(), area.bottom() + 4, width, 3), health.position, self._source.theme)
        return width

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Explain what is pointed at, part by part."""
        card = index.data(CARD)
        part = self.part_at(option.rect, index, event.pos()) if isinstance(card, LayerCard) else ""
        if event.type() != QEvent.Type.ToolTip or not part:
            QToolTip.hideText()
            return False
        sentence, detail = tip(part, card, index.data(HEALTH))
        QToolTip.showText(event.globalPos(), tooltip_text(sentence, detail=detail), view)
        return True

    def _paint_words(self, painter: QPainter, rect: QRect, card: LayerCard, right: float, chip_ground: str) -> None:
        theme = self._source.theme
        left, middle = rect.left() + self._words_left, rect.top() + self.head_height / 2
        title_font = font("body", 600)
        metrics = QFontMetricsF(title_font)
        title = metrics.elidedText(card.title, Qt.TextElideMode.ElideRight, right - left)
        painter.setFont(title_font)
        painter.setPen(color(theme.text_3 if card.is_faint else theme.text))
        centre = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(left, middle - 17, right - left, 20), centre, title)
        if card.is_left_out:  # struck through: it stands there, but does nothing
            end = left + metrics.horizontalAdvance(title)
            painter.drawLine(QPointF(left, middle - 6.5), QPointF(end, middle - 6.5))
        chips_left = left + metrics.horizontalAdvance(title) + (6 if self._source.metrics.is_compact else 8)
        room = QRectF(chips_left, middle - 16, right - chips_left, _CHIP_HEIGHT)
        paint_chips(painter, room, card.chips, theme, chip_ground, card.faulty_chips, is_error=card.is_wrong)
        caption_font = font("caption")
        captions = (card.caption, *card.short_captions)
        if self._source.metrics.is_compact:  # the same words on all cards, whatever stands beside them
            captions = card.short_captions or captions
        caption = fitting(captions, QFontMetricsF(caption_font), right - left)
        painter.setFont(caption_font)
        painter.setPen(color(theme.text_3))
        painter.drawText(QRectF(left, middle + 1, right - left, 16), centre, caption)
