"""OwnSheet: the digits that the user keeps: looked at, put right, deleted, taken along, trained and tested with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSlider, QWidget

from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.buttons import Button, ToolButton
from nnvis.widgets.digit_keys import DigitKeys
from nnvis.widgets.labels import explain, text_label
from nnvis.widgets.overlay import Overlay
from nnvis.widgets.painted import PaintedWidget, edged_rect
from nnvis.widgets.sample_strip import magnitude_image
from nnvis.widgets.segmented import SegmentedControl

SIDE, GAP, COLUMNS, ROWS = 56, 8, 11, 5
PIXELS = 28
MOST_WEIGHT = 20
ALL = "all"


@dataclass(frozen=True)
class OwnTile:
    """One drawing: what tells it from others, its grey levels 28 by 28, its label, and what the network answers."""

    key: int
    pixels: bytes
    label: int
    answer: int | None = None


class OwnSheet(Overlay):
    """Opened with all drawings; a control chooses a digit. What is asked for is told by signals."""

    delete_requested = Signal(object)  # key
    relabel_requested = Signal(object, int)  # key, label
    undo_requested = Signal()
    export_requested = Signal()
    weight_chosen = Signal(int)

    def __init__(self, theme_source: ThemeSource, window: QWidget) -> None:
        super().__init__(theme_source, window)
        self.setAccessibleName("My digits")
        self._all: tuple[OwnTile, ...] = ()
        parts = ((ALL, "All", "All drawings."), *((str(d), str(d), f"Those that are a {d}.") for d in range(10)))
        self.digits = SegmentedControl(theme_source, "Digit", parts)
        self.digits.changed.connect(self._show)
        self.facts = text_label("", "body", "secondary")
        explain(self.facts, "How many of your drawings the network, as it is now, answers with their labels.")
        self.said = text_label("", "caption", "faint")
        self.grid = OwnGrid(theme_source)
        self.grid.selected.connect(self._on_selected)
        self.grid.delete_requested.connect(self._on_delete)
        self.keys = DigitKeys(theme_source, "It is a")
        self.keys.chosen.connect(self._on_label_chosen)
        explain(self.keys, "Give the chosen drawing another label.")
        self.delete = ToolButton(theme_source, "delete", "Delete the chosen drawing; undo brings it back (Delete).")
        self.delete.clicked.connect(self._on_delete)
        self.back = Button(theme_source, "Undo", "outline", "undo", small=True)
        self.back.clicked.connect(self.undo_requested)
        self.weight = QSlider(Qt.Orientation.Horizontal)
        self.weight.setObjectName("ownWeightSlider")
        self.weight.setRange(0, MOST_WEIGHT)
        self.weight.setPageStep(5)
        self.weight.setFixedWidth(120)
        self.weight.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.weight.setAccessibleName("Weight in the training")
        explain(self.weight, "How often each of your digits is among the training images, from the next run on.")
        self.weight.valueChanged.connect(self._on_weight_moved)
        self._times = text_label("", "caption", "secondary")
        self._times.setMinimumWidth(150)
        self.export = Button(
            theme_source, "Export …", "outline", "save-picture", "Write them as pictures in one folder per digit.",
            small=True,
        )  # fmt: skip
        self.export.clicked.connect(self.export_requested)
        self._lay_out()

    def _lay_out(self) -> None:
        close = Button(self._theme_source, "Close", small=True)
        close.clicked.connect(self.dismiss)
        head, change, foot = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        head.addWidget(text_label("My digits", "title"))
        head.addSpacing(8)
        head.addWidget(self.facts)
        head.addStretch(1)
        head.addWidget(self.digits)
        change.addWidget(text_label("It is a", "caption", "secondary"))
        self.keys.setFixedWidth(self.keys.sizeHint().width())
        change.addWidget(self.keys)
        change.addWidget(self.delete)
        change.addWidget(self.back)
        change.addWidget(self.said, 1)
        foot.addWidget(text_label("In the training", "caption", "secondary"))
        foot.addWidget(self.weight)
        foot.addWidget(self._times)
        foot.addStretch(1)
        foot.addWidget(self.export)
        foot.addWidget(close)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setStyleSheet("background: transparent;")
        scroll.setWidget(self.grid)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setFixedSize(COLUMNS * (SIDE + GAP) + 12, ROWS * (SIDE + GAP) + 2)
        self._scroll = scroll
        self.body.setContentsMargins(16, 12, 16, 12)
        self.body.setSpacing(10)
        for row in (head, change, foot):
            row.setSpacing(8)
        self.body.addLayout(head)
        self.body.addWidget(scroll)
        self.body.addLayout(change)
        self.body.addLayout(foot)

    def show_tiles(self, tiles: Sequence[OwnTile], undo_text: str) -> None:
        """Show these drawings from now on."""
        self._all = tuple(tiles)
        self.back.setEnabled(bool(undo_text))
        explain(self.back, f"Take back {undo_text}." if undo_text else "There is nothing to take back.")
        self.export.setEnabled(bool(tiles))
        self._show()

    def set_weight(self, weight: int) -> None:
        """Show how much they count in the training; emits nothing."""
        self.weight.blockSignals(True)
        self.weight.setValue(weight)
        self.weight.blockSignals(False)
        self._say_weight(weight)

    def open_sheet(self) -> None:
        """Show it."""
        self.open(self.grid)

    def _show(self) -> None:
        chosen = self.digits.current
        self.grid.show_tiles([tile for tile in self._all if chosen in (ALL, str(tile.label))])
        self._on_selected()

    def _on_selected(self) -> None:
        tile = self.grid.current
        self.keys.set_current(tile.label if tile else None)
        self.keys.setEnabled(tile is not None)
        self.delete.setEnabled(tile is not None)
        if tile is not None:
            area = self.grid.tile_area(self.grid.row)
            self._scroll.ensureVisible(round(area.center().x()), round(area.center().y()), SIDE, SIDE)

    def _on_delete(self) -> None:
        if self.grid.current is not None:
            self.delete_requested.emit(self.grid.current.key)

    def _on_label_chosen(self, label: int) -> None:
        if self.grid.current is not None:
            self.relabel_requested.emit(self.grid.current.key, label)

    def _on_weight_moved(self, weight: int) -> None:
        self._say_weight(weight)
        self.weight_chosen.emit(weight)

    def _say_weight(self, weight: int) -> None:
        self._times.setText(f"each counts {weight} times" if weight else "not trained with")


class OwnGrid(PaintedWidget):
    """Drawings side by side, one of them chosen. A misread one shows in its corner what was answered."""

    selected = Signal()
    delete_requested = Signal()

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.tiles: list[OwnTile] = []
        self.row = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Drawings")
        explain(self, "Your drawings. In the corner of a misread one stands what the network answers.")
        self.show_tiles(())

    @property
    def current(self) -> OwnTile | None:
        """The chosen drawing."""
        return self.tiles[self.row] if 0 <= self.row < len(self.tiles) else None

    def show_tiles(self, tiles: Sequence[OwnTile]) -> None:
        """Show these; the chosen one stays chosen if it is among them, else the one in its place is."""
        before = self.current.key if self.current else None
        self.tiles = list(tiles)
        keys = [tile.key for tile in self.tiles]
        self.row = keys.index(before) if before in keys else min(self.row, len(keys) - 1)
        lines = max(ROWS, -(-len(self.tiles) // COLUMNS))
        self.setFixedSize(QSize(COLUMNS * (SIDE + GAP), lines * (SIDE + GAP)))
        self._tell()
        self.update()

    def tile_area(self, index: int) -> QRectF:
        """Where a drawing is."""
        return QRectF(index % COLUMNS * (SIDE + GAP) + 2, index // COLUMNS * (SIDE + GAP) + 2, SIDE, SIDE)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the drawing under the pointer."""
        for index in range(len(self.tiles)):
            if self.tile_area(index).contains(event.position()):
                self._choose(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose, Delete deletes."""
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: COLUMNS, Qt.Key.Key_Up: -COLUMNS}
        step = steps.get(Qt.Key(event.key()))
        if step is not None and self.tiles:
            self._choose(min(max(self.row + step, 0), len(self.tiles) - 1))
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_requested.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Pictures, the edge of the chosen one, and wrong answers; or what will be here."""
        theme, painter = self.theme, QPainter(self)
        if not self.tiles:
            painter.setFont(font())
            painter.setPen(color(theme.text_3))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Draw a digit, say what it is, and keep it.")
        for index, tile in enumerate(self.tiles):
            area = self.tile_area(index)
            if not area.intersects(QRectF(event.rect())):
                continue
            painter.drawImage(area, magnitude_image(tile.pixels, PIXELS, PIXELS, theme))
            wrong = tile.answer is not None and tile.answer != tile.label
            if wrong:
                corner = QRectF(area.right() - 16, area.bottom() - 16, 16, 16)
                edged_rect(painter, corner, 3, theme.bad, None)
                painter.setFont(font("caption", 600))
                painter.setPen(color(theme.on_bad))
                painter.drawText(corner, Qt.AlignmentFlag.AlignCenter, str(tile.answer))
            chosen = index == self.row
            edge = theme.accent if chosen else theme.bad if wrong else theme.line
            edged_rect(painter, area.adjusted(-1, -1, 1, 1), 4, None, edge)
            if chosen:
                edged_rect(painter, area.adjusted(-2, -2, 2, 2), 5, None, edge)

    def _choose(self, index: int) -> None:
        self.row = index
        self._tell()
        self.update()
        self.selected.emit()

    def _tell(self) -> None:
        tile = self.current
        if tile is None:
            self.set_sentence(f"{len(self.tiles)} drawings.")
        else:
            answer = "" if tile.answer is None else f", read as {tile.answer}"
            self.set_sentence(f"Drawing {self.row + 1} of {len(self.tiles)}: a {tile.label}{answer}.")
