"""A confusion matrix as a picture: rows are true classes, columns answers; only mistakes are coloured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis import number_text
from nnvis.colour_maps import magnitude_colors, magnitude_indices
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.painted import PaintedWidget, edged_rect, focus_ring

LABELS = 16
_ROOM_FOR_WORDS = 10  # cells smaller than that have no labels
_ROOM_FOR_NUMBERS = 20  # and than that no numbers
_WRITTEN = 0.4  # of the most frequent mistake: the counts that are written
_FEW, _FEW_TIMES = 4, 2  # up to so many classes have cells so many times as large
_CENTER = Qt.AlignmentFlag.AlignCenter

Counts = NDArray[np.int64]


class ConfusionGrid(PaintedWidget):
    """Square cells. The count of a mistake is coloured on a square-root scale, so that rare ones are seen as well."""

    pointed_at = Signal(str)  # a sentence about the cell; empty when there is none

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.counts: Counts = np.zeros((2, 2), np.int64)
        self._names: tuple[str, ...] = ("0", "1")
        self._cell: tuple[int, int] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Confusion matrix")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def names(self) -> tuple[str, ...]:
        """The classes, in their order."""
        return self._names

    @property
    def top(self) -> int:
        """How often the most frequent mistake was made."""
        return int(self._mistakes().max(initial=0))

    @property
    def wrong(self) -> int:
        """How many answers are wrong."""
        return int(self._mistakes().sum())

    @property
    def pointed_cell(self) -> tuple[int, int] | None:
        """True and answered class of the cell that is pointed at."""
        return self._cell

    def set_counts(self, counts: Counts, names: Sequence[str]) -> None:
        """Show these counts. Shape: (classes, classes), true by answered."""
        self.counts, self._names = counts, tuple(names)
        if self._cell is not None and max(self._cell) >= len(counts):
            self._cell = None
        self.set_sentence(f"{number_text.count(self.wrong)} of {number_text.count(int(counts.sum()))} wrong.")
        self.pointed_at.emit(self._sentence())
        self.update()

    def sizeHint(self) -> QSize:
        """As many cells as there are classes, at the size that the window allows."""
        side = LABELS + len(self.counts) * min(self._most, 320 // len(self.counts))
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        """Ten classes can still be told apart."""
        return QSize(120, 120)

    @property
    def side(self) -> int:
        """Side of a cell in whole pixels."""
        room = min(self.width(), self.height()) - LABELS
        return max(1, min(room // len(self.counts), self._most))

    @property
    def _most(self) -> int:
        """The most that a cell may measure: more where there are few."""
        return self.theme_source.metrics.confusion_cell * (_FEW_TIMES if len(self.counts) <= _FEW else 1)

    def cell_rect(self, true: int, answered: int) -> QRectF:
        """Return where a cell lies."""
        side = self.side
        return QRectF(LABELS + answered * side, LABELS + true * side, side, side)

    def sentence(self, true: int, answered: int) -> str:
        """Say what a cell counts."""
        count, of = int(self.counts[true, answered]), int(self.counts[true].sum())
        name, answer = self._names[true], self._names[answered]
        if true == answered:
            share = number_text.percent(count / of, 0) if of else "none"
            return f"{share} of the true {name}s are answered {answer}."
        return f"True {name}, answered {answer}: {number_text.count(count)} of {number_text.count(of)}."

    def paintEvent(self, event: QPaintEvent) -> None:
        """Labels, cells, and the edge of the one that is pointed at."""
        del event
        painter = QPainter(self)
        painter.setFont(font("caption"))
        side, theme = self.side, self.theme
        if side >= _ROOM_FOR_WORDS:
            painter.setPen(color(theme.text_3))
            for index, name in enumerate(self._names):
                words = name if len(name) <= 2 else str(index)
                painter.drawText(QRectF(LABELS + index * side, 0, side, LABELS - 2), _CENTER, words)
                painter.drawText(QRectF(0, LABELS + index * side, LABELS - 2, side), _CENTER, words)
        colors = [QColor(*rgb) for rgb in magnitude_colors(theme)]
        places = magnitude_indices(np.sqrt(self._mistakes()), max(1.0, float(np.sqrt(self.top))))
        totals = self.counts.sum(axis=1)
        for true, answered in np.ndindex(self.counts.shape):
            count = int(self.counts[true, answered])
            inner = self.cell_rect(true, answered).adjusted(0, 0, -1, -1)
            if true == answered:
                ground, words = color(theme.hover), f"{100 * count / totals[true]:.0f}" if totals[true] else ""
            else:
                ground = colors[int(places[true, answered])] if count else color(theme.window)
                words = str(count) if count and count >= _WRITTEN * self.top else ""
            painter.fillRect(inner, ground)
            if words and side >= _ROOM_FOR_NUMBERS:
                painter.setPen(color(theme.text_2) if true == answered else self._ink(ground))
                painter.drawText(inner, _CENTER, words)
        if self._cell is not None:
            # Over a cell of any colour an edge is seen only with a halo of the opposite lightness.
            rect = self.cell_rect(*self._cell).adjusted(0, 0, -1, -1)
            edged_rect(painter, rect.adjusted(-2, -2, 2, 2), 2, None, theme.card, 1)
            edged_rect(painter, rect.adjusted(-1, -1, 1, 1), 2, None, theme.accent, 2)
        if self.focus_visible:
            focus_ring(painter, QRectF(self.rect()), theme, 4)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at the cell under the pointer."""
        column, row = ((int(at) - LABELS) // self.side for at in (event.position().x(), event.position().y()))
        inside = 0 <= row < len(self.counts) and 0 <= column < len(self.counts)
        self._point_at((row, column) if inside else None)

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        self._point_at(None)
        super().leaveEvent(event)

    def event(self, event: QEvent) -> bool:
        """Claim the arrow keys before the window's shortcuts do, while the matrix has the keyboard."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._step(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk from cell to cell with the arrow keys."""
        by = self._step(event)
        if by is None:
            super().keyPressEvent(event)
            return
        last = len(self.counts) - 1
        row, column = self._cell or (0, 0)
        if self._cell is not None:
            row, column = min(max(row + by[0], 0), last), min(max(column + by[1], 0), last)
        self._point_at((row, column))

    def _step(self, event: QKeyEvent) -> tuple[int, int] | None:
        key = Qt.Key
        steps = {key.Key_Left: (0, -1), key.Key_Right: (0, 1), key.Key_Up: (-1, 0), key.Key_Down: (1, 0)}
        return steps.get(Qt.Key(event.key()))

    def _point_at(self, cell: tuple[int, int] | None) -> None:
        if cell != self._cell:
            self._cell = cell
            self.pointed_at.emit(self._sentence())
            self.update()

    def _sentence(self) -> str:
        return "" if self._cell is None else self.sentence(*self._cell)

    def _mistakes(self) -> Counts:
        return self.counts - np.diag(np.diag(self.counts))

    def _ink(self, ground: QColor) -> QColor:
        """The theme's text or ground colour, whichever stands out more."""
        text, window = color(self.theme.text), color(self.theme.window)
        lightness = ground.lightnessF()
        return max((text, window), key=lambda ink: abs(ink.lightnessF() - lightness))
