"""The stage: the equation as its layout, every symbol above the block of its numbers, and what is pointed at."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from nnvis.microscope.operands import Operand
from nnvis.microscope.sign_words import words_of_array, words_of_sign
from nnvis.microscope.staging import Staging
from nnvis.theme import ThemeSource
from nnvis.widgets.labels import tooltip_text
from nnvis.widgets.microscope.cell_editor import CellEditor
from nnvis.widgets.microscope.placed_block import PLAIN, CellStyle, PlacedBlock, paint_ring
from nnvis.widgets.microscope.stage_layout import Layout, laid_out
from nnvis.widgets.microscope.stage_motion import StageMotion
from nnvis.widgets.painted import PaintedWidget, focus_ring

At = Mapping[str, int | range]
LEAST = QSize(600, 170)


class Stage(PaintedWidget):
    """Shows a Staging. `pointed(block, place)` tells what mouse or arrows point at, `clicked` what is chosen."""

    pointed = Signal(str, int)
    clicked = Signal(str, int)
    change_requested = Signal(str, int)
    value_given = Signal(str, int, float)
    menu_requested = Signal(QPointF, QPoint)  # where on the stage, and on the screen

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(LEAST)
        self.setAccessibleName("The equation with its numbers")
        self._staging: Staging | None = None
        self._layout: Layout | None = None
        self._picture: QPixmap | None = None
        self._thumbnails: Mapping[int, QImage] = {}
        self._at: At = {}
        self._pinned = False
        self._keyboard_place = 0
        self._style = PLAIN
        self._goes_on = False  # to another stop
        self._motion = StageMotion(theme_source, self)
        self._motion.moved.connect(self.update)
        self._editor = CellEditor(self)
        self._editor.given.connect(self.value_given)

    def show_staging(self, staging: Staging, thumbnails: Mapping[int, QImage]) -> None:
        """Show another stop, or the same for another image."""
        self._goes_on = self._staging is not None and self._staging.shown.stop.key != staging.shown.stop.key
        self._staging, self._thumbnails = staging, thumbnails
        self._forget()

    def set_at(self, at: At, pinned: bool = False) -> None:
        """Ring what belongs to these indices."""
        self._at, self._pinned = at, pinned
        self.update()

    @property
    def style_of_cells(self) -> CellStyle:
        """How cells are drawn."""
        return self._style

    def set_style_of_cells(self, style: CellStyle) -> None:
        """Draw cells with or without numbers, on this scale of colours."""
        self._style = style
        self._forget()

    @property
    def layout_now(self) -> Layout | None:
        """Where everything is, at the present size."""
        if self._layout is None and self._staging is not None and self.width() > 50 and self.height() > 50:
            self._layout = laid_out(self._staging, self.width(), self.height(), self.devicePixelRatioF())
        return self._layout

    def block(self, name: str) -> PlacedBlock | None:
        """The placed block of this operand."""
        layout = self.layout_now
        return next((each for each in layout.blocks if each.block.operand.text == name), None) if layout else None

    # --- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture of the stop, and the rings upon it."""
        del event
        layout = self.layout_now
        if layout is None:
            return
        painter = QPainter(self)
        if self._picture is None:
            self._picture = self._drawn(layout)
            self._motion.arrive(layout, self._goes_on)
            self._goes_on = False
        self._motion.paint(painter, self._picture)
        for placed in () if self._motion.is_moving else layout.blocks:
            for ring in placed.rings(self._at):
                paint_ring(painter, ring, self.theme)
        if self.focus_visible:
            focus_ring(painter, QRectF(self.rect()), self.theme, 8)

    def _drawn(self, layout: Layout) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        layout.paint(painter, self.theme, self._thumbnails, self._style)
        painter.end()
        return picture

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Everything finds its place anew."""
        super().resizeEvent(event)
        self._forget()

    def end_motion(self) -> None:
        """Whatever moves is where it is going."""
        self._motion.end()

    def _forget(self) -> None:
        self._motion.leave(self._layout, self._picture)
        self._layout = self._picture = None
        self.update()

    def _on_theme_changed(self) -> None:
        self._forget()

    def _on_metrics_changed(self) -> None:
        super()._on_metrics_changed()
        self._forget()

    # --- pointing ---------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """What the mouse is over is written out."""
        self._motion.end()
        found = self._found(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if found else Qt.CursorShape.ArrowCursor)
        if found is not None:
            self.pointed.emit(*found)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click pins, or opens what is chosen."""
        self._motion.end()
        found = self._found(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(*found)

    def event(self, event: QEvent) -> bool:
        """Signs and symbols explain themselves when the mouse rests on them."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            words = self.words_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), tooltip_text(words) if words else "", self)
            return True
        return super().event(event)

    def words_at(self, point: QPointF) -> str:
        """What is said about the symbol or sign there: of an array its shape, range and zeros."""
        layout, staging = self.layout_now, self._staging
        text = layout.art_at(point) if layout else None
        if text is None or staging is None:
            return ""
        named = {block.operand.latex: block for block in staging.blocks}
        return words_of_array(named[text].operand) if text in named else words_of_sign(text)

    def operand_at(self, point: QPointF) -> Operand | None:
        """The array whose symbol or block is there."""
        layout, staging = self.layout_now, self._staging
        if layout is None or staging is None:
            return None
        over = next((each.block for each in layout.blocks if each.rect.contains(point)), None)
        text = layout.art_at(point)
        named = {block.operand.latex: block for block in staging.blocks}
        found = over or named.get(text or "")
        return found.operand if found else None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be copied, and how cells are drawn."""
        self.menu_requested.emit(QPointF(event.pos()), event.globalPos())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Change the number."""
        found = self._found(event.position())
        if found is not None:
            self.change_requested.emit(*found)

    def ask_value(self, name: str, place: int, value: float) -> None:
        """Let a number be typed in the place of a cell; Enter takes it, Esc leaves it."""
        placed = self.block(name)
        if placed is None:
            return
        number, row, column = (int(each) for each in np.argwhere(placed.block.places == place)[0])
        self._editor.ask(name, place, value, placed.cell_rect(number, row, column).toRect(), self.rect())

    def _found(self, point: QPointF) -> tuple[str, int] | None:
        layout = self.layout_now
        for placed in layout.blocks if layout else ():
            if placed.rect.adjusted(-1, -1, 1, 1).contains(point):
                place = placed.place_at(point)
                if place is not None:
                    return placed.block.operand.text, place
        return None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows move what is pointed at within the result, cell by cell; Enter chooses it."""
        result = self._result()
        if result is None or not self.focus_visible:
            super().keyPressEvent(event)
            return
        order = result.reading_order()
        columns = result.block.values.shape[2] if result.block.form == "cells" else result.block.per_line
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: columns, Qt.Key.Key_Up: -columns}.get(
            Qt.Key(event.key())
        )
        if step is not None and order:
            now = order.index(self._keyboard_place) if self._keyboard_place in order else 0
            self._keyboard_place = order[max(0, min(len(order) - 1, now + step))]
            self.pointed.emit(result.block.operand.text, self._keyboard_place)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit(result.block.operand.text, self._keyboard_place)
        else:
            super().keyPressEvent(event)

    def set_keyboard_place(self, place: int) -> None:
        """Where the arrows go on from."""
        self._keyboard_place = place

    def _result(self) -> PlacedBlock | None:
        layout = self.layout_now
        return layout.result if layout else None
