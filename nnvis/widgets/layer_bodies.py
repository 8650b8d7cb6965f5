"""LayerBodies: what is open below the cards of a list: at most one form, and a block for each problem."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEasingCurve, QModelIndex, QObject, QPersistentModelIndex, QVariantAnimation, Signal
from PySide6.QtWidgets import QAbstractItemView

from nnvis.theme import ThemeSource
from nnvis.widgets.layer_body import CardBody
from nnvis.widgets.layer_model import CARD

Index = QModelIndex | QPersistentModelIndex

_OPENING = 160  # milliseconds


class LayerBodies(QObject):
    """Keeps an index widget where a card has something to show below its head, and knows how high each is just now."""

    heights_changed = Signal()
    changed = Signal(int, object)  # row, the layer with the user's change
    remedy_requested = Signal(object)
    topic_requested = Signal(str)
    closed = Signal()  # the form was closed from within, by Escape

    def __init__(self, view: QAbstractItemView, theme_source: ThemeSource) -> None:
        super().__init__(view)
        self._view = view
        self._source = theme_source
        self._opened = QPersistentModelIndex()
        self._width = 0
        self._targets: list[int] = []
        self._starts: list[int] = []
        self._shown: list[int] = []
        self._motion = QVariantAnimation(self)
        self._motion.setStartValue(0.0)
        self._motion.setEndValue(1.0)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.valueChanged.connect(self._on_moved)

    @property
    def opened_row(self) -> int:
        """The row whose form is open, or -1."""
        return self._opened.row() if self._opened.isValid() else -1

    def open(self, row: int) -> None:
        """Open the form of this row, and close any other; -1 closes."""
        if row == self.opened_row:
            return
        model = self._view.model()
        self._opened = QPersistentModelIndex(model.index(row, 0)) if row >= 0 else QPersistentModelIndex()
        self._starts = list(self._shown)
        self.refresh(glide=True)

    def body(self, row: int) -> CardBody | None:
        """The widget below the head of a card, if there is one."""
        found = self._view.indexWidget(self._view.model().index(row, 0))
        return found if isinstance(found, CardBody) else None

    def height(self, index: Index) -> int:
        """How high the body of a card is at this moment."""
        return self._shown[index.row()] if index.row() < len(self._shown) else 0

    def set_width(self, width: int) -> None:
        """The width of a body: sentences wrap."""
        if width != self._width:
            self._width = width
            self._measure()

    def refresh(self, *, glide: bool = False) -> None:
        """Give every card the body it needs, and none to the others."""
        model = self._view.model()
        for row in range(model.rowCount()):
            index = model.index(row, 0)
            card, is_open = index.data(CARD), row == self.opened_row
            body = self.body(row)
            if not card.loud_problems and not is_open:
                if body is not None:
                    self._view.setIndexWidget(index, None)  # type: ignore[arg-type]
                    body.hide()  # PySide6 lets go of it, but leaves it where it is
                    body.deleteLater()
                continue
            if body is None:
                body = self._new_body()
                self._view.setIndexWidget(index, body)
            body.show_card(card, is_open=is_open)
        self._measure(glide=glide)

    def _new_body(self) -> CardBody:
        body = CardBody(self._source)
        body.changed.connect(self._on_body_changed)
        body.remedy_requested.connect(self.remedy_requested)
        body.topic_requested.connect(self.topic_requested)
        body.height_changed.connect(self._on_height_changed)
        body.closed.connect(self.closed)
        return body

    def _measure(self, *, glide: bool = False) -> None:
        """How high the bodies want to be; with `glide` they get there within the time of an opening card."""
        rows = range(self._view.model().rowCount())
        bodies = [self.body(row) for row in rows]
        targets = [0 if body is None else body.height_for(self._width) for body in bodies]
        if targets == self._shown:
            self._targets = targets
            return
        if targets == self._targets and self._motion.state() == QVariantAnimation.State.Running:
            return
        self._targets = targets
        duration = self._source.duration(_OPENING) if glide and self._view.isVisible() else 0
        self._motion.stop()
        if duration and len(self._starts) == len(targets):
            self._motion.setDuration(duration)
            self._motion.start()
        else:
            self._shown = targets
            self.heights_changed.emit()

    def _on_moved(self, share: Any) -> None:
        if len(self._starts) == len(self._targets):
            pairs = zip(self._starts, self._targets, strict=True)
            self._shown = [round(start + (target - start) * share) for start, target in pairs]
            self.heights_changed.emit()

    def _on_body_changed(self, layer: object) -> None:
        sender = self.sender()
        for row in range(self._view.model().rowCount()):
            if self.body(row) is sender:
                self.changed.emit(row, layer)
                return

    def _on_height_changed(self) -> None:
        self._measure()
