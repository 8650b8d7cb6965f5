"""The timeline's track: the planned run with the loss as a silhouette, and a scrubber that looks back at any moment."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis import number_text
from nnvis.theme import ThemeSource, color
from nnvis.widgets.painted import PaintedWidget, edged_rect, focus_ring
from nnvis.widgets.written import text_width, write

_TRACK = 24
_NUMBERS = 14  # height of the epoch numbers below the track
_APART = 6.0  # px between two of them
_DISC = 6.0
_LATE = 0.85  # from here on the scrubber's words stand at its left
_KEYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: -10, Qt.Key.Key_PageDown: 10}


class TimelineBar(PaintedWidget):
    """Shows where a run stands within its plan. Dragging asks for the nearest kept moment; its end is the present."""

    step_requested = Signal(int)
    live_requested = Signal()

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.setAccessibleName("Timeline")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._epochs = 1.0  # the planned length
        self._now = 0.0
        self._steps: Sequence[int] = ()
        self._positions: Sequence[float] = ()
        self._shown: int | None = None  # the step looked back at; None: live
        self._last_step = 0
        self._heights: NDArray[np.float64] = np.empty(0)
        self._marks: tuple[float, ...] = ()

    def set_run(self, epochs: float, position: float, step: int) -> None:
        """A run of `epochs` planned epochs that has come to `position` (2.61) after `step` updates."""
        epochs = max(epochs, position, 1e-6)
        if epochs != self._epochs:
            self.update()
        elif (position, step) != (self._now, self._last_step):
            self._update_track()
        else:
            return
        self._epochs, self._now, self._last_step = epochs, position, step
        self._say()

    def set_moments(self, steps: Sequence[int], positions: Sequence[float]) -> None:
        """The moments that can be looked back at, in order."""
        if len(steps) != len(self._steps) or list(steps[-1:]) != list(self._steps[-1:]):
            self._steps, self._positions = steps, positions
            self._update_track()

    def set_marks(self, positions: Sequence[float]) -> None:
        """Where something was changed in mid-run, in epochs."""
        if list(positions) != list(self._marks):
            self._marks = tuple(positions)
            self.update()

    def set_silhouette(self, heights: NDArray[np.float64]) -> None:
        """The course of the loss so far, evenly spread from the start to now: 0 is the track's floor, 1 its top."""
        self._heights = heights
        self._update_track()

    def set_shown(self, step: int | None) -> None:
        """The moment that is looked back at; None: the present."""
        if step != self._shown:
            self._shown = step
            self._say()
            self._update_track()

    def sizeHint(self) -> QSize:
        """As wide as there is room, as high as track and numbers."""
        return QSize(400, _TRACK + _NUMBERS)

    # --- the mouse and the keys -------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the moment under the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._seek(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Dragging goes from moment to moment."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._seek(event.position().x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from moment to moment, Home to the first, End to the present."""
        key = Qt.Key(event.key())
        if key in _KEYS and self._steps:
            at = len(self._steps) if self._shown is None else bisect_left(self._steps, self._shown)
            self._ask(at + _KEYS[key])
        elif key == Qt.Key.Key_Home and self._steps:
            self._ask(0)
        elif key == Qt.Key.Key_End:
            self.live_requested.emit()
        else:
            super().keyPressEvent(event)

    def _seek(self, x: float) -> None:
        if not self._steps:
            return
        epoch = (x - _DISC) / max(1.0, self.width() - 2 * _DISC) * self._epochs
        if epoch >= self._now:
            self.live_requested.emit()
            return
        after = bisect_right(self._positions, epoch)
        nearest = min(range(max(0, after - 1), min(after + 1, len(self._steps))),
                      key=lambda index: abs(self._positions[index] - epoch))  # fmt: skip
        self.step_requested.emit(self._steps[nearest])

    def _ask(self, index: int) -> None:
        if index >= len(self._steps):
            self.live_requested.emit()
        else:
            self.step_requested.emit(self._steps[max(0, index)])

    # --- painting ---------------------------------------------------------------------------------------------------

    def _x(self, epoch: float) -> float:
        return _DISC + epoch / self._epochs * (self.width() - 2 * _DISC)

    @property
    def _shown_epoch(self) -> float:
        if self._shown is None or not self._steps:
            return self._now
        return self._positions[min(bisect_left(self._steps, self._shown), len(self._steps) - 1)]

    @property
    def _top(self) -> int:
        return max(0, (self.height() - _TRACK - _NUMBERS) // 2)

    def _update_track(self) -> None:
        """Paint the track anew; the numbers below it stand still for as long as the plan does."""
        self.update(0, self._top, self.width(), _TRACK)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track, silhouette, epoch lines and numbers, and the scrubber on top."""
        theme, painter = self.theme, QPainter(self)
        painter.translate(0, self._top)
        track = QRectF(0, 0, self.width(), _TRACK)
        edged_rect(painter, track, 4, theme.window, None)
        self._paint_silhouette(painter)
        self._paint_epochs(painter, event.rect().bottom() >= self._top + _TRACK)
        self._paint_marks(painter)
        if self._last_step:
            self._paint_scrubber(painter)
        if self.focus_visible:
            focus_ring(painter, track, theme, 4)

    def _paint_silhouette(self, painter: QPainter) -> None:
        count = len(self._heights)
        if count < 2:
            return
        x = np.linspace(self._x(0), self._x(self._now), count)
        y = _TRACK - 2 - self._heights * (_TRACK - 4)
        across, down = np.concatenate([x[:1], x, x[-1:]]), np.concatenate([[_TRACK], y, [_TRACK]])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self.theme.text_3, 0.28))
        painter.drawPolygon(pg.functions.arrayToQPolygonF(across, down))

    def _paint_epochs(self, painter: QPainter, with_numbers: bool) -> None:
        epochs = round(self._epochs)
        stride = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**9) if epochs / step <= 20)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(color(self.theme.line))
        for epoch in range(stride, epochs, stride):
            x = round(self._x(epoch))
            painter.drawLine(x, 0, x, _TRACK)
        if not with_numbers:
            return
        painter.setPen(color(self.theme.text_3))
        taken = -_APART  # the right end of the number before
        last = self.width() - (text_width(number_text.count(epochs), "caption") + _APART if epochs % stride == 0 else 0)
        for epoch in range(0, epochs + 1, stride):
            x = round(self._x(epoch))
            text = f"epoch {epoch}" if epoch == 0 else number_text.count(epoch)
            width = text_width(text, "caption")
            left = min(max(0, x - (0 if epoch == 0 else width // 2)), self.width() - width)
            if left < taken + _APART or (epoch < epochs and left + width > last):
                continue  # numbers would run into each other
            taken = left + width
            write(painter, (left, _TRACK, width, _NUMBERS), text, "caption")

    def _paint_marks(self, painter: QPainter) -> None:
        """Small flags, as on the curves."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self.theme.text_2))
        for epoch in self._marks:
            x = round(self._x(epoch)) + 0.5
            painter.drawRect(QRectF(x - 0.5, 0, 1, _TRACK))
            painter.drawPolygon(QPolygonF([QPointF(x, 0), QPointF(x + 6, 3.5), QPointF(x, 7)]))

    def _paint_scrubber(self, painter: QPainter) -> None:
        theme, x = self.theme, self._x(self._shown_epoch)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Flat ends: beyond the track nothing is painted anew when it moves on.
        painter.setPen(QPen(color(theme.accent), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLine(QPointF(x, 0), QPointF(x, _TRACK))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(theme.accent))
        painter.drawEllipse(QPointF(x, _TRACK / 2), _DISC, _DISC)
        step = self._last_step if self._shown is None else self._shown
        late = x > _LATE * self.width()
        painter.setPen(color(theme.text))
        room = (x - 130 if late else x + 10, 0, 120, _TRACK)
        write(painter, room, f"step {number_text.count(step)}", "caption", side="right" if late else "left")

    def _say(self) -> None:
        last = number_text.count(self._last_step)
        shown = "live" if self._shown is None else f"step {number_text.count(self._shown)} is shown"
        self.set_sentence(f"{last} updates of the network, {shown}")


if __name__ == "__main__":
    from nnvis.widgets.preview import preview

    def _sample(source: ThemeSource) -> QWidget:
        bar = TimelineBar(source)
        bar.set_run(5, 2.61, 2244)
        bar.set_moments(range(0, 2245, 8), [step / 860 for step in range(0, 2245, 8)])
        bar.set_silhouette(1 / (1 + np.linspace(0, 6, 200)))
        return bar

    preview(_sample)
