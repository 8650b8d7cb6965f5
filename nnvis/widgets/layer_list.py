"""LayerList: the stack of layers as cards, with everything that can be done to them by mouse and by keyboard.

It changes nothing by itself: it asks, and shows what it is given. Positions in its signals are layers, counted from 0.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QMenu,
    QSizePolicy,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)  # fmt: skip

from nnvis.theme import ThemeSource
from nnvis.widgets.labels import tooltip_text
from nnvis.widgets.layer_bodies import LayerBodies
from nnvis.widgets.layer_card import LayerCard
from nnvis.widgets.layer_delegate import LayerDelegate
from nnvis.widgets.layer_drag import DraggedList
from nnvis.widgets.layer_gaps import LayerGaps
from nnvis.widgets.layer_keys import MENU, KeyGuard, command_of
from nnvis.widgets.layer_model import HEALTH, HISTOGRAM, LayerModel
from nnvis.widgets.layer_tips import GAP, CardHealth
from nnvis.widgets.painted import stand_on

_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


class LayerList(DraggedList):
    """The cards of a stack. As high as its cards: the panel round it scrolls."""

    layer_selected = Signal(object)  # int or None
    replace_requested = Signal(int, object)  # layer, what it shall be
    move_requested = Signal(object, int)  # tuple of layers, in front of which layer
    remove_requested = Signal(object)  # tuple of layers
    duplicate_requested = Signal(object)  # tuple of layers
    copy_requested = Signal(object)  # tuple of layers
    paste_requested = Signal(int)  # position
    toggle_requested = Signal(object)  # tuple of layers to leave out, or to use again
    insert_requested = Signal(int, str)  # position, new layers as JSON
    palette_requested = Signal(int, QRect)  # position, where on the screen it was asked for
    remedy_requested = Signal(object)  # core.stack.Remedy
    topic_requested = Signal(str)  # what a problem is about, to be read

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layerStack")
        self.setAccessibleName("Layers")
        self._source = theme_source
        self._layers = LayerModel(self)
        self.bodies = LayerBodies(self, theme_source)
        self._delegate = LayerDelegate(theme_source, self.bodies.height, self)
        self._pressed: tuple[int, str] | None = None
        self._gaps = LayerGaps(self, self._delegate, self._relay)
        self._is_setting = False
        self._guard = KeyGuard(self)
        self._set_up_view()
        self._layers.move_requested.connect(self.move_requested)
        self._layers.insert_requested.connect(self.insert_requested)
        self.bodies.heights_changed.connect(self._on_heights_changed)
        self.bodies.changed.connect(self._on_body_changed)
        self.bodies.remedy_requested.connect(self.remedy_requested)
        self.bodies.topic_requested.connect(self.topic_requested)
        self.bodies.closed.connect(self._on_body_closed)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        theme_source.theme_changed.connect(self._on_theme_changed)
        theme_source.metrics_changed.connect(self._on_metrics_changed)

    def _set_up_view(self) -> None:
        self.setModel(self._layers)
        self.setItemDelegate(self._delegate)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)  # the gap is drawn here
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        stand_on(self.viewport(), "panel")
        self.viewport().installEventFilter(self)
        self.installEventFilter(self._guard)

    # What is shown

    def set_stack(self, input_card: LayerCard, cards: Sequence[LayerCard]) -> None:
        """Show these cards; selection and open form stay with the layers they belong to."""
        self._is_setting = True
        self._layers.set_cards(input_card, cards)
        self._is_setting = False
        self._hover(-1, "")
        self.bodies.refresh()
        self._relay()

    def set_histograms(self, histograms: Sequence[tuple[float, ...] | None]) -> None:
        """The weights of each layer as bars from 0 to 1; None where there are none."""
        self._layers.set_histograms(histograms)

    def set_health(self, health: Sequence[CardHealth | None]) -> None:
        """How each layer learns; None where it is not known."""
        self._layers.set_health(health)

    def set_input_picture(self, picture: QImage | None) -> None:
        """The sample on the card of the input."""
        self._layers.set_input_picture(picture)

    def set_selected(self, layer: int | None) -> None:
        """Select a layer, or none, as somebody else wished; emits nothing."""
        if layer == self.selected:
            return
        self._is_setting = True
        index = self._layers.index(-1 if layer is None else layer + 1)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._is_setting = False

    @property
    def selected(self) -> int | None:
        """The layer that is current, or None."""
        row = self.currentIndex().row()
        return row - 1 if row > 0 else None

    @property
    def selection(self) -> tuple[int, ...]:
        """All selected layers, in their order."""
        return tuple(sorted(index.row() - 1 for index in self.selectedIndexes() if index.row() > 0))

    @property
    def opened(self) -> int | None:
        """The layer whose form is open, or None."""
        return self.bodies.opened_row - 1 if self.bodies.opened_row > 0 else None

    def open_layer(self, layer: int | None, *, enter: bool = False, field: str = "") -> None:
        """Open the form of a layer, or close it; with `enter` the keyboard goes to its first field, or to `field`."""
        self.bodies.open(-1 if layer is None else layer + 1)
        if layer is not None:
            body = self.bodies.body(layer + 1)
            if body is not None and body.form is not None:
                if field:
                    body.form.focus_field(field)
                elif enter:
                    body.form.focus_first()
            self.reveal_requested.emit(self.card_area(layer))

    def show_insertion(self, position: int) -> None:
        """Keep the gap open where the palette would put a layer; -1 closes it."""
        self._gaps.show(position, "palette")

    def card_area(self, layer: int) -> QRect:
        """Where the card of a layer lies in the list."""
        index = self._layers.index(layer + 1)
        return self._delegate.card_rect(self.visualRect(index), index)

    def sizeHint(self) -> QSize:
        return QSize(200, self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self._height())

    def _height(self) -> int:
        option = QStyleOptionViewItem()
        return sum(
            self._delegate.sizeHint(option, self._layers.index(row)).height() for row in range(self._layers.rowCount())
        )

    def _relay(self) -> None:
        """Lay the cards out again, now: what is open must not trail behind."""
        self.updateGeometry()
        self.doItemsLayout()

    # Mouse

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position().toPoint()
        if not event.buttons():
            index = self.indexAt(position)
            part = self._delegate.part_at(self.visualRect(index), index, position) if index.isValid() else ""
            self._hover(index.row() if part else -1, part)
            self._gaps.show(self._gaps.near(position), "hover")
        super().mouseMoveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        position = event.position().toPoint()
        index = self.indexAt(position)
        part = self._delegate.part_at(self.visualRect(index), index, position) if index.isValid() else ""
        self._delegate.keyboard = False
        self._pressed = None
        if event.button() == Qt.MouseButton.LeftButton and self._gaps.pointed_at >= 0:
            self._ask_for_palette(self._gaps.pointed_at)
        elif part in ("duplicate", "delete") and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = (index.row(), part)
        elif part:
            self._pressed = (index.row(), part)
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        position = event.position().toPoint()
        index = self.indexAt(position)
        part = self._delegate.part_at(self.visualRect(index), index, position) if index.isValid() else ""
        pressed, self._pressed = self._pressed, None
        super().mouseReleaseEvent(event)
        if pressed != (index.row(), part) or event.button() != Qt.MouseButton.LeftButton or event.modifiers():
            return
        layers = (index.row() - 1,)
        if part == "duplicate":
            self.duplicate_requested.emit(layers)
        elif part == "delete":
            self.remove_requested.emit(layers)
        elif part == "head" and index.row() > 0:
            self.open_layer(None if self.opened == index.row() - 1 else index.row() - 1)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A second quick click counts on the buttons, where one deletes layer after layer, and nowhere else."""
        position = event.position().toPoint()
        index = self.indexAt(position)
        part = self._delegate.part_at(self.visualRect(index), index, position) if index.isValid() else ""
        self._pressed = (index.row(), part) if part in ("duplicate", "delete") else None
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if index.row() > 0:
            menu = self.menu_for(index.row() - 1)
            menu.exec(event.globalPos())
            menu.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.viewport() and event.type() == QEvent.Type.Leave:
            self._hover(-1, "")
            if self._gaps.pointed_at >= 0:
                self._gaps.show(-1)
        elif isinstance(event, QHelpEvent) and watched is self.viewport() and self._gaps.pointed_at >= 0:
            QToolTip.showText(event.globalPos(), tooltip_text(GAP), self)
            return True
        return super().eventFilter(watched, event)

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._delegate.keyboard = True
        command = command_of(event)
        if command is None or not self.run(command):
            super().keyPressEvent(event)

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Arrows stay on the layers: the input cannot be selected."""
        index = super().moveCursor(action, modifiers)
        return self._layers.index(1) if index.row() == 0 and self._layers.layer_count else index

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self._delegate.keyboard = event.reason() in _KEYBOARD
        super().focusInEvent(event)
        if self._delegate.keyboard and self.selected is None and self._layers.layer_count:
            self.setCurrentIndex(self._layers.index(1))

    def run(self, command: str) -> bool:
        """Do what a key or the menu says to the selected layers; False if there is nothing to do it to."""
        layers, current = self.selection, self.selected
        if command == "close":
            if self.opened is None:
                return False
            self.open_layer(None)
        elif command == "insert":
            self._ask_for_palette(self._layers.layer_count if current is None else current + 1)
        elif command == "paste":
            self.paste_requested.emit(self._layers.layer_count if current is None else layers[-1] + 1)
        elif not layers or current is None:
            return False
        elif command == "open":
            self.open_layer(current, enter=True)
        elif command == "rename":
            self.open_layer(current, field="name")
        elif command == "copy":
            self.copy_requested.emit(layers)
        elif command == "cut":
            self.copy_requested.emit(layers)
            self.remove_requested.emit(layers)
        elif command == "toggle":
            self.toggle_requested.emit(layers)
        elif command == "remove":
            self.remove_requested.emit(layers)
        elif command == "duplicate":
            self.duplicate_requested.emit(layers)
        elif command == "up" and layers[0] > 0:
            self.move_requested.emit(layers, layers[0] - 1)
        elif command == "down" and layers[-1] < self._layers.layer_count - 1:
            self.move_requested.emit(layers, layers[-1] + 2)
        return True

    def menu_for(self, layer: int) -> QMenu:
        """What can be done to a layer, with the keys that do it."""
        if layer not in self.selection:
            self.setCurrentIndex(self._layers.index(layer + 1))
        menu = QMenu(self)
        is_left_out = self._layers.card(layer + 1).is_left_out
        for text, command, key in MENU:
            if not text:
                menu.addSeparator()
                continue
            words = "Use again" if command == "toggle" and is_left_out else text
            menu.addAction(f"{words}\t{key}").setData(command)
        menu.triggered.connect(lambda action: self.run(action.data()))
        return menu

    # Painting

    def dataChanged(
        self, first: QModelIndex | QPersistentModelIndex, last: QModelIndex | QPersistentModelIndex,
        roles: Sequence[int] = (),
    ) -> None:  # fmt: skip
        """While it trains only the samples at the right of the cards move, and only they are painted again."""
        if roles and not set(roles) - {HISTOGRAM, HEALTH}:
            self.viewport().update(self._delegate.sample_rect(self.visualRect(first), first))
        else:
            super().dataChanged(first, last, list(roles))

    def paintEvent(self, event: QPaintEvent) -> None:
        self._delegate.painted = event.rect()
        super().paintEvent(event)
        self._delegate.painted = QRect()  # a card that is dragged is painted whole
        self._gaps.paint(QPainter(self.viewport()), self._source.theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.bodies.set_width(self.viewport().width() - 2 * self._delegate.inset - 2)
        if event.size().width() != event.oldSize().width():
            self._relay()  # Qt would leave a body as wide as it was where no height follows from the width

    # Reactions

    def _ask_for_palette(self, position: int) -> None:
        left, right, y = self._gaps.line(position)
        corner = self.viewport().mapToGlobal(QPoint(int(left), int(y) - 10))
        self.palette_requested.emit(position, QRect(corner, QSize(int(right - left), 20)))

    def _hover(self, row: int, part: str) -> None:
        if (row, part) != (self._delegate.hovered, self._delegate.hovered_part):
            self._delegate.hovered, self._delegate.hovered_part = row, part  # type: ignore[assignment]
            self.viewport().update()

    def _on_current_changed(self, current: QModelIndex | QPersistentModelIndex) -> None:
        if not self._is_setting:
            self.layer_selected.emit(current.row() - 1 if current.row() > 0 else None)

    def _on_heights_changed(self) -> None:
        self._relay()
        if self.opened is not None:
            self.reveal_requested.emit(self.card_area(self.opened))  # a form that opens stays in sight

    def _on_body_changed(self, row: int, layer: object) -> None:
        self.replace_requested.emit(row - 1, layer)

    def _on_body_closed(self) -> None:
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.open_layer(None)

    def _on_theme_changed(self) -> None:
        self.viewport().update()

    def _on_metrics_changed(self) -> None:
        self.bodies.set_width(self.viewport().width() - 2 * self._delegate.inset - 2)
        self._relay()
