"""LayerPalette: a card with all layers, from which one is put into the stack by mouse, by drag or by typing.

"conv 32 3 relu" in its field makes that layer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QEvent,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QDrag, QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from nnvis.number_text import shape
from nnvis.theme import ThemeSource, color, font, paint_icon
from nnvis.widgets.labels import GivingLabel, hairline, text_label
from nnvis.widgets.layer_delegate import paint_chips
from nnvis.widgets.layer_model import NEW_LAYERS
from nnvis.widgets.layer_offer import LayerOffer, offers
from nnvis.widgets.overlay import Overlay
from nnvis.widgets.painted import edged_rect

if TYPE_CHECKING:
    from core.layers import Layer
    from core.layers.base import Shape

Index = QModelIndex | QPersistentModelIndex
OFFER = Qt.ItemDataRole.UserRole + 1
WIDTH = 308
ROW = 44
MOST_ROWS = 8
_BESIDE = 12  # px between the dock and the card


class LayerPalette(Overlay):
    """Opened for one place of the stack; says which layers can stand there, and why the others cannot."""

    chosen = Signal(int, object)  # position, layer

    def __init__(self, theme_source: ThemeSource, kinds: Sequence[type[Layer]], window: QWidget) -> None:
        super().__init__(theme_source, window)
        self.setAccessibleName("Add a layer")
        self._source = theme_source
        self._anchor = QRect()
        self._kinds = kinds
        self._position = 0
        self._input_shape: Shape | None = None
        self.field = QLineEdit()
        self.field.setPlaceholderText("Search layers, or type conv 32 3 relu")
        self.field.setAccessibleName("Search layers")
        self.field.setFixedSize(WIDTH - 16, 32)
        self.field.installEventFilter(self)
        self._glass = self.field.addAction(theme_source.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        theme_source.theme_changed.connect(self._on_theme_changed)
        self._place_words = GivingLabel("", "caption", "faint")
        self._output = text_label("", "caption", "faint")
        self.list = OfferList(theme_source)
        self._nothing = text_label("No layer of that name.", tone="faint")
        self._nothing.setContentsMargins(10, 4, 0, 4)
        self._lay_out()
        self.field.textChanged.connect(self._on_text_changed)
        self.field.returnPressed.connect(self._on_return_pressed)
        self.list.clicked.connect(self._on_clicked)
        self.list.dragged.connect(self.dismiss)

    def open_at(self, position: int, anchor: QRect, *, after: str, input_shape: Shape | None) -> None:
        """Open beside `anchor` (in the window) for a layer at `position`, behind the layer called `after`."""
        self._position, self._input_shape, self._anchor = position, input_shape, anchor
        self._place_words.setText(f"after {after}")
        self._output.setText("" if input_shape is None else f"output {shape(input_shape)}")
        self.field.clear()
        self._on_text_changed("")
        self.open(self.field)

    @property
    def shown(self) -> tuple[LayerOffer, ...]:
        """What fits what is typed, best first."""
        return tuple(self.list.offers.shown)

    def take(self) -> None:
        """Add the layer that is pointed at, and close."""
        offer = self.list.currentIndex().data(OFFER)
        if isinstance(offer, LayerOffer) and not offer.obstacle:
            position = self._position
            self.dismiss()
            self.chosen.emit(position, offer.layer)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows in the field walk through the list."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if step:
                self.list.choose(self.list.currentIndex().row() + step, step)
                return True
        return super().eventFilter(watched, event)

    def corner(self, size: QSize) -> QPoint:
        """Beside the dock, at the height of the gap, wholly in the window."""
        left = self._anchor.right() + _BESIDE
        if left + size.width() > self.width():
            left = max(0, self._anchor.left() - size.width() - _BESIDE)
        top = self._anchor.center().y() - size.height() // 2
        return QPoint(left, max(8, min(top, self.height() - size.height() - 8)))

    def _lay_out(self) -> None:
        context = QHBoxLayout()
        context.setContentsMargins(12, 0, 12, 0)
        context.addWidget(self._place_words, 1)
        context.addWidget(self._output)
        keys = text_label("↑ ↓ choose    Enter add    Esc close", "caption", "faint")
        keys.setContentsMargins(12, 0, 12, 0)
        layout = self.body
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.field)
        layout.addLayout(context)
        layout.addWidget(self._nothing)
        layout.addWidget(self.list)
        layout.addWidget(hairline())
        layout.addWidget(keys)

    def _on_text_changed(self, text: str) -> None:
        found = offers(self._kinds, self._input_shape, text)
        self.list.show_offers(found, with_values=len(text.split()) > 1)
        self.list.setHidden(not found)
        self._nothing.setHidden(bool(found))
        self.fit()

    def _on_theme_changed(self) -> None:
        self._glass.setIcon(self._source.icon("search"))

    def _on_return_pressed(self) -> None:
        self.take()

    def _on_clicked(self, index: QModelIndex) -> None:
        self.list.setCurrentIndex(index)
        self.take()


class OfferList(QListView):
    """The rows of the palette. The keyboard stays in the field above; rows can be dragged into the stack."""

    dragged = Signal()

    def __init__(self, theme_source: ThemeSource) -> None:
        super().__init__()
        self.offers = OfferModel(self)
        self._delegate = OfferDelegate(theme_source, self)
        self.setModel(self.offers)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setAccessibleName("Layers that can be added")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.entered.connect(self._on_entered)

    def show_offers(self, found: Sequence[LayerOffer], *, with_values: bool) -> None:
        """Show these, the first possible one chosen; with the values that were typed."""
        self._delegate.with_values = with_values
        self.offers.show_offers(found)
        self.setFixedHeight(ROW * min(MOST_ROWS, max(1, len(found))))
        self.choose(0, 1)

    def choose(self, row: int, step: int) -> None:
        """Go to `row`, or on in the direction of `step` to the next layer that can stand here."""
        while 0 <= row < self.offers.rowCount():
            index = self.offers.index(row)
            if index.flags() & Qt.ItemFlag.ItemIsEnabled:
                self.setCurrentIndex(index)
                return
            row += step

    def startDrag(self, supported_actions: Qt.DropAction) -> None:
        index = self.currentIndex()
        if not index.isValid():
            return
        drag = QDrag(self)
        drag.setMimeData(self.offers.mimeData([index]))
        drag.setPixmap(self.viewport().grab(self.visualRect(index)))
        self.dragged.emit()
        drag.exec(Qt.DropAction.CopyAction)

    def _on_entered(self, index: QModelIndex) -> None:
        if index.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.setCurrentIndex(index)


class OfferModel(QAbstractListModel):
    """The offers as a Qt list."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.shown: list[LayerOffer] = []

    def show_offers(self, found: Sequence[LayerOffer]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self.shown = list(found)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own signature)
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not self.checkIndex(index, QAbstractListModel.CheckIndexOption.IndexIsValid):
            return None
        offer = self.shown[index.row()]
        if role == OFFER:
            return offer
        if role == Qt.ItemDataRole.DisplayRole:
            return offer.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{offer.title}: {offer.obstacle or offer.sentence}"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or self.shown[index.row()].obstacle:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled

    def mimeTypes(self) -> list[str]:
        return [NEW_LAYERS]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        layers = [self.shown[index.row()].layer.to_dict() for index in indexes]
        data.setData(NEW_LAYERS, QByteArray(json.dumps(layers).encode()))
        return data


class OfferDelegate(QStyledItemDelegate):
    """Icon, name, and the sentence or the reason why not."""

    def __init__(self, theme_source: ThemeSource, parent: QObject) -> None:
        super().__init__(parent)
        self._source = theme_source
        self.with_values = False

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(WIDTH - 32, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        offer = index.data(OFFER)
        if not isinstance(offer, LayerOffer):
            return
        theme, rect = self._source.theme, QRectF(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            edged_rect(painter, rect, 6, theme.accent_soft, None)
        tint = theme.text_3 if offer.obstacle else theme.accent if chosen else theme.text_2
        paint_icon(painter, offer.layer.icon, QRectF(rect.left() + 12, rect.center().y() - 8, 16, 16), tint)
        left, right = rect.left() + 38, rect.right() - 8
        if chosen:
            right -= self._paint_key(painter, right, rect.center().y()) + 8
        title_font = font("body", 400 if offer.obstacle else 600)
        painter.setFont(title_font)
        painter.setPen(color(theme.text_3 if offer.obstacle else theme.text))
        line = QRectF(left, rect.top() + 4, right - left, 20)
        title = QFontMetricsF(title_font).elidedText(offer.title, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, title)
        if self.with_values:
            chips_left = left + QFontMetricsF(title_font).horizontalAdvance(title) + 8
            room = QRectF(chips_left, rect.top() + 5, right - chips_left, 18)
            paint_chips(painter, room, offer.layer.chips(), theme, theme.track if chosen else theme.hover)
        small = font("caption")
        painter.setFont(small)
        painter.setPen(color(theme.text_2 if chosen else theme.text_3))
        words = offer.obstacle or _as_caption(offer.sentence)
        words = QFontMetricsF(small).elidedText(words, Qt.TextElideMode.ElideRight, right - left)
        painter.drawText(QRectF(left, rect.top() + 23, right - left, 16), Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()

    def _paint_key(self, painter: QPainter, right: float, middle: float) -> float:
        """The key that takes the row; returns its width."""
        theme, metrics = self._source.theme, QFontMetricsF(font("caption"))
        wide = metrics.horizontalAdvance("Enter") + 12
        area = QRectF(right - wide, middle - 9, wide, 18)
        edged_rect(painter, area, 4, None, theme.outline)
        painter.setFont(font("caption"))
        painter.setPen(color(theme.text_2))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "Enter")
        return wide


def _as_caption(sentence: str) -> str:
    """A sentence as a caption is written: small at its beginning, no full stop."""
    return sentence[:1].lower() + sentence[1:].removesuffix(".")
