"""How the weights of one layer are distributed: filled steps now, a dashed outline at the start of the run."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QMargins, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from nnvis import number_text
from nnvis.theme import ThemeSource, color
from nnvis.widgets.chart_items import Shape, mixed
from nnvis.widgets.chart_plot import DressedPlot
from nnvis.widgets.chart_scale import Axis, Tick, round_number
from nnvis.widgets.histogram_bins import Histogram

MARGINS = QMargins(0, 0, 0, 22)
HEADROOM = 1.08  # the highest bin stays clear of the words above
START_SHOWN = 1.35  # the outline may be that much higher than the filled steps; a spike at zero is cut off


class _Steps(Shape):
    """The filled steps or the dashed outline of a histogram, on whole pixels: bins have straight edges."""

    def __init__(self, plot: LayerHistogram, name: str, *, dashed: bool) -> None:
        nothing = {"x": np.array([0.0]), "y": np.empty(0)}  # in this mode there is one border more than values
        super().__init__(name=name, stepMode="center", fillLevel=None if dashed else 0, **nothing)
        self._plot = plot
        self._dashed = dashed

    def paint_in_pixels(self, painter: QPainter) -> None:
        """Draw the steps."""
        edges, counts = self.getData()
        if edges is None or not len(counts):
            return
        x = np.rint(self._plot.x_pixels(edges))
        y = np.rint(self._plot.y_pixels(np.asarray(counts, np.float64)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        theme = self._plot.theme
        # Over, up, over, down: each height twice, between the edges at its two sides. Empty bins at the ends are left
        # out: a line along the bottom would say nothing.
        used = np.flatnonzero(counts)
        first, last = (int(used[0]), int(used[-1]) + 1) if len(used) else (0, 0)
        foot = round(self._plot.area().bottom())
        across = np.repeat(x[first : last + 1], 2)
        up = np.concatenate([[foot], np.repeat(y[first:last], 2), [foot]])
        outline = pg.functions.arrayToQPolygonF(across, up)
        if self._dashed:
            painter.setPen(_dashes(theme.text_3))
            painter.drawPolyline(outline)
        else:
            painter.setPen(color(theme.distribution))
            painter.setBrush(_fill(theme.card, theme.distribution, theme.distribution_alpha))
            painter.drawPolygon(outline)


@lru_cache(maxsize=4)
def _dashes(ink: str) -> QPen:
    pen = QPen(color(ink), 1)
    pen.setDashPattern([3, 2])
    return pen


@lru_cache(maxsize=4)
def _fill(ground: str, ink: str, share: float) -> QColor:
    return mixed(color(ground), color(ink), share)


class LayerHistogram(DressedPlot):
    """The histogram of one array of weights. Pointing at a bin says how many weights are in it."""

    pointed_at = Signal(str)  # a sentence about the bin under the pointer; empty when it has left

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, MARGINS, parent)
        self._now: Histogram | None = None
        self._start: Histogram | None = None
        self._bin: int | None = None
        self._outline = _Steps(self, "at step 0", dashed=True)
        self._filled = _Steps(self, "now", dashed=False)
        self.addItem(self._filled, ignoreBounds=True)
        self.addItem(self._outline, ignoreBounds=True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.viewport().setMouseTracking(True)

    @property
    def now(self) -> Histogram | None:
        """What is shown as filled steps."""
        return self._now

    @property
    def start(self) -> Histogram | None:
        """What is shown as a dashed outline."""
        return self._start

    @property
    def bin(self) -> int | None:
        """The bin that is pointed at."""
        return self._bin

    def show_histogram(self, now: Histogram, start: Histogram | None) -> None:
        """Show how the weights lie now, and how they lay at the start unless that is the same."""
        self._now, self._start = now, start
        self._filled.set_points(now.edges, now.counts)
        self._outline.setVisible(start is not None)
        highest = float(now.counts.max(initial=1))
        if start is not None:
            self._outline.set_points(start.edges, start.counts)
            highest = max(highest, min(float(start.counts.max(initial=1)), START_SHOWN * highest))
        reach = now.reach
        ticks = tuple(Tick(at, round_number(at)) for at in (-reach, 0.0, reach))
        self.set_axes(Axis(-reach, reach, ticks), Axis(0.0, max(1.0, highest) * HEADROOM, ()))
        if self._bin is not None:
            self._say_bin()
        self.paint_soon()

    def bin_sentence(self, index: int) -> str:
        """Say what lies in a bin."""
        assert self._now is not None
        edges, count = self._now.edges, int(self._now.counts[index])
        places = max(2, 1 - int(np.floor(np.log10(self._now.reach / len(self._now.counts)))))
        low, high = (number_text.decimal(float(edge), places) for edge in edges[index : index + 2])
        share = number_text.share(count / max(1, self._now.counted))
        return f"{low} … {high}: {number_text.count(count)} ({share})"

    def paint_under(self, painter: QPainter) -> None:
        """Paint the axis numbers and the highlighted bin's ground."""
        area = self.area()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self._bin is not None and self._now is not None:
            left, right = np.rint(self.x_pixels(self._now.edges[self._bin : self._bin + 2]))
            painter.fillRect(QRectF(left, area.top(), right - left, area.height()), color(self.theme.hover))
        self.paint_x_words(painter, area.bottom() + 5)

    def paint_over(self, painter: QPainter) -> None:
        """Paint the base line with the mark at zero."""
        area = self.area()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(color(self.theme.outline))
        bottom = round(area.bottom())
        painter.drawLine(round(area.left()), bottom, round(area.right()), bottom)
        middle = round(self.x_pixel(0.0))
        painter.drawLine(middle, bottom, middle, bottom + 3)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at the bin under the pointer."""
        if self._now is not None:
            place = (self.x_value(event.position().x()) + self._now.reach) / (2 * self._now.reach)
            self._point_at(int(place * len(self._now.counts)))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Clicking does nothing here; pyqtgraph would begin to drag."""
        event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Clicking does nothing here."""
        event.ignore()

    def wheelEvent(self, event: Any) -> None:
        """Leave the wheel to the page."""
        event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        self._point_at(None)
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Claim the arrow keys before the window's shortcuts do, while the histogram has the keyboard."""
        keys = (Qt.Key.Key_Left, Qt.Key.Key_Right)
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in keys:
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk from bin to bin with the arrow keys."""
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if by is None or self._now is None:
            event.ignore()
            return
        last = len(self._now.counts) - 1
        self._point_at(min(max((last // 2 if self._bin is None else self._bin + by), 0), last))

    def _point_at(self, index: int | None) -> None:
        if index is not None and (self._now is None or not 0 <= index < len(self._now.counts)):
            index = None
        if index != self._bin:
            self._bin = index
            self._say_bin()
            self.paint_soon()

    def _say_bin(self) -> None:
        if self._bin is not None and self._now is not None and self._bin >= len(self._now.counts):
            self._bin = None
        self.pointed_at.emit("" if self._bin is None else self.bin_sentence(self._bin))


def starting_words(values: NDArray[np.floating], initializer: str) -> str:
    """Say in two words how weights were drawn: ``uniform ±0.08``, ``σ 0.05``, ``all 0``."""
    if not len(values) or not np.any(values):
        return "all 0"
    if "uniform" in initializer:
        return f"uniform ±{number_text.decimal(float(np.abs(values).max()), 2)}"
    return f"σ {number_text.measure(float(values.std()))}"


if __name__ == "__main__":
    from nnvis.widgets.histogram_bins import histogram, starting_reach
    from nnvis.widgets.preview import preview

    def _sample(source: ThemeSource) -> QWidget:
        rng = np.random.default_rng(7)
        start = rng.uniform(-0.08, 0.08, 100_352).astype(np.float32)
        now = start + rng.normal(0, 0.05, len(start)).astype(np.float32)
        reach = starting_reach(start)
        plot = LayerHistogram(source)
        plot.setMinimumSize(260, 160)
        plot.show_histogram(histogram(now, reach), histogram(start, reach))
        return plot

    preview(_sample, 320, 200)
