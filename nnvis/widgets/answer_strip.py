"""The strip of answers: what the network said to one drawing in the course of its training, a row for each class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from nnvis.colour_maps import color_table, hex_color, magnitude_colors, magnitude_indices
from nnvis.number_text import count, share
from nnvis.theme import ThemeSource, color
from nnvis.widgets.painted import PaintedWidget, edged_rect, focus_ring, whole
from nnvis.widgets.written import shortened, text_width, write

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LEFT, _RIGHT, _MOST = 20, 16, 64  # room for the class names, for that of the winner, and for long names
_LEGIBLE = 10  # height of a row from which every class is named
_HIGHEST = 14


class AnswerStrip(PaintedWidget):
    """Time runs from left to right in steps; the brighter, the higher the probability, as in the magnitude map."""

    pointed_at = Signal(int)  # the place of the moment under the pointer; -1: none
    picked = Signal(int)  # the step of the moment that was clicked

    def __init__(self, theme_source: ThemeSource) -> None:
        super().__init__(theme_source)
        self._steps: NDArray[np.int64] | None = None
        self._shares: NDArray[np.float32] | None = None
        self._names: Sequence[str] = ()
        self._image: QImage | None = None
        self._place = -1
        self._moment: int | None = None  # the step that is looked back at
        self._spare = 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Answer while learning")
        self.set_sentence("No history yet.")

    @property
    def moments(self) -> int:
        """How many moments are shown."""
        return 0 if self._steps is None else len(self._steps)

    def clear(self) -> None:
        """Nothing to show."""
        if self._steps is not None:
            self._steps = self._shares = self._image = None
            self.set_sentence("No history yet.")
            self.update()

    def show_shares(self, steps: NDArray[np.int64], shares: NDArray[np.float32], names: Sequence[str]) -> None:
        """Shapes: steps (n,) in order, shares (n, classes)."""
        self._steps, self._shares, self._names, self._image = steps, shares, names, None
        best = int(shares[-1].argmax())
        changed = int((shares.argmax(axis=1)[1:] != shares.argmax(axis=1)[:-1]).sum())
        self.set_sentence(f"From step {count(int(steps[0]))} to {count(int(steps[-1]))}: now {names[best]} with "
                          f"{share(float(shares[-1, best]))}; the answer changed {changed} times.")
        self.update()

    def set_moment(self, step: int | None) -> None:
        """Mark the moment that all views look back at; None: they show the present."""
        if step != self._moment:
            self._moment = step
            self.update()

    @property
    def least_height(self) -> int:
        """How high it is without any room to spare."""
        return self._rows() * self._least_row()

    def set_spare(self, pixels: int) -> None:
        """Take up to so many pixels more in height."""
        if pixels != self._spare:
            self._spare = pixels
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """As high as the size of the window allows, in whole pixels for each class."""
        return QSize(120, self._row_height() * self._rows())

    def minimumSizeHint(self) -> QSize:
        """It may become short, its rows may not."""
        return QSize(80, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The map, the winner's name at its row, and where the pointer is."""
        del event
        theme, painter = self.theme, QPainter(self)
        area = self._area()
        edged_rect(painter, area, 2, hex_color(magnitude_colors(theme)[0]), None)
        if self._steps is None or self._shares is None:
            painter.setPen(color(theme.text_3))
            words = (area.left(), area.top(), area.width(), area.height())
            write(painter, words, "draw, then train to see it change its mind", "caption", side="middle")
            edged_rect(painter, area, 2, None, theme.line)
            return
        image = self._picture(round(area.width()))
        image.setColorTable(color_table(magnitude_colors(theme)))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(whole(painter, area), image)
        edged_rect(painter, area, 2, None, theme.line)
        self._paint_names(painter, area)
        if self._moment is not None and self._steps[0] <= self._moment:
            place = int(abs(self._steps - self._moment).argmin())
            painter.fillRect(QRectF(self._x(place) - 1, area.top(), 2, area.height()), color(theme.accent))
        if self._place >= 0:
            painter.fillRect(QRectF(self._x(self._place), area.top(), 1, area.height()), color(theme.accent))
        if self.focus_visible:
            focus_ring(painter, QRectF(self.rect()), theme, 4)

    def _paint_names(self, painter: QPainter, area: QRectF) -> None:
        assert self._shares is not None
        theme, row = self.theme, area.height() / len(self._names)
        painter.setPen(color(theme.text))
        best = int(self._shares[-1].argmax())
        middle = min(max(area.top() + (best + 0.5) * row, area.top() + 7), area.bottom() - 7)
        right = self.width() - area.right()
        winner = shortened(self._names[best], round(right - 6), "caption", 600)
        write(painter, (area.right(), middle - 8, right, 16.0), winner, "caption", 600, "right")
        if self._is_legible:
            painter.setPen(color(theme.text_3))
            room = area.left() - 6
            for index, name in enumerate(self._names):
                words = shortened(name, round(room), "caption")
                write(painter, (0.0, index * row, room, row), words, "caption", side="right")

    def _picture(self, width: int) -> QImage:
        """One column for each pixel: the latest moment that had come by then."""
        if self._image is None or self._image.width() != width:
            import numpy as np

            assert self._steps is not None
            assert self._shares is not None
            span = self._steps[0] + (np.arange(width) + 1) / width * (self._steps[-1] - self._steps[0])
            places = np.clip(np.searchsorted(self._steps, span, side="right") - 1, 0, len(self._steps) - 1)
            indices = magnitude_indices(self._shares[places].T, 1.0)
            self._image = QImage(indices.tobytes(), width, len(indices), width, QImage.Format.Format_Indexed8).copy()
        return self._image

    # Pointing.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at a moment."""
        self._point_at(self._place_at(event.position().x()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """See the network as it was then."""
        place = self._place_at(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and place >= 0 and self._steps is not None:
            self.picked.emit(int(self._steps[place]))

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        self._point_at(-1)
        super().leaveEvent(event)

    def event(self, event: QEvent) -> bool:
        """Claim the arrow keys before the window's shortcuts do, while the strip has the keyboard."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._steps is not None \
                and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk the moments; Enter shows the network as it was then."""
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if self._steps is not None and by is not None:
            last = len(self._steps) - 1
            self._point_at(last if self._place < 0 else min(max(self._place + by, 0), last))
        elif self._steps is not None and self._place >= 0 and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.picked.emit(int(self._steps[self._place]))
        else:
            super().keyPressEvent(event)

    def _point_at(self, place: int) -> None:
        if place != self._place:
            self._place = place
            self.pointed_at.emit(place)
            self.update()

    def _place_at(self, x: float) -> int:
        area = self._area()
        if self._steps is None or not area.left() <= x <= area.right():
            return -1
        step = self._steps[0] + (x - area.left()) / max(1.0, area.width()) * (self._steps[-1] - self._steps[0])
        return int(abs(self._steps - step).argmin())

    def _x(self, place: int) -> float:
        assert self._steps is not None
        area, first, last = self._area(), int(self._steps[0]), int(self._steps[-1])
        share_of = (int(self._steps[place]) - first) / (last - first) if last > first else 1.0
        return round(area.left() + share_of * (area.width() - 1))

    def _area(self) -> QRectF:
        names = max((math.ceil(text_width(name, "caption", 600)) for name in self._names), default=0)
        left = min(_MOST, max(_LEFT, names + 8)) if self._is_legible else 0
        return QRectF(left, 0, self.width() - left - min(_MOST, max(_RIGHT, names + 8)), self.height())

    @property
    def _is_legible(self) -> bool:
        """Whether the rows, as high as they are, have room for the names of the classes."""
        return self.height() / self._rows() >= _LEGIBLE

    def _rows(self) -> int:
        return len(self._names) or 10

    def _least_row(self) -> int:
        return max(3, self.theme_source.metrics.history // 10)

    def _row_height(self) -> int:
        least = self._least_row()
        return max(least, min(_HIGHEST, least + self._spare // self._rows()))
