"""A pyqtgraph plot dressed as ours: no frame, our own grid and axis words, and no mouse habits of its own."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QMargins, QRectF, QSize, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView, QSizePolicy, QWidget

from nnvis.theme import Theme, ThemeSource, color
from nnvis.widgets.chart_scale import Axis, Tick
from nnvis.widgets.painted import BY_KEYBOARD, RETURNING, focus_ring
from nnvis.widgets.primitives import Primitives
from nnvis.widgets.written import write, write_about

TICK_GAP = 8  # between an axis number and the plot


class DressedPlot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """A plot area with margins; subclasses add curves, set the axes, and paint words over them in pixels.

    pyqtgraph's axis items are hidden: painting two rows of words costs a tenth of what they do at every new range.
    """

    def __init__(self, theme_source: ThemeSource, margins: QMargins, parent: QWidget | None = None) -> None:
        self._area: QRectF | None = None
        self._map: tuple[float, float, float, float] | None = None
        super().__init__(parent, background=None, viewBox=pg.ViewBox(enableMenu=False))
        # pyqtgraph's own menu, which is never shown, would outlive the plot as a window without a parent.
        self.plotItem.ctrlMenu.setParent(self, self.plotItem.ctrlMenu.windowFlags())
        self.theme_source = theme_source
        self.painted_seconds = 0.0
        self._by_keyboard = False
        self._grid = Primitives(QLineF)
        self._margins = margins
        self._x = Axis(0.0, 1.0, ())
        self._y = Axis(0.0, 1.0, ())
        for side in ("left", "bottom", "right", "top"):
            # Else even a hidden axis works out ticks and label anew at each new range.
            self.plotItem.getAxis(side).unlinkFromView()
            self.plotItem.hideAxis(side)
        self.plotItem.hideButtons()
        self.plotItem.setMenuEnabled(False)
        self._box = self.plotItem.getViewBox()
        self._box.setMouseEnabled(False, False)
        self._box.disableAutoRange()
        self._box.setDefaultPadding(0.0)
        # The scene never asks for a paint event, and is never painted: see paint_plot.
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.NoViewportUpdate)
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        # We paint every pixel ourselves: without this the card, with its style sheet, is painted below each frame.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(0, 0)
        self.set_margins(margins)
        theme_source.theme_changed.connect(self._on_theme_changed)

    @property
    def theme(self) -> Theme:
        """The tokens in force."""
        return self.theme_source.theme

    @property
    def focus_visible(self) -> bool:
        """Whether it has the focus and was reached by keyboard: only then the ring is painted."""
        return self._by_keyboard and bool(self.hasFocus())

    def set_margins(self, margins: QMargins) -> None:
        """Keep that much room around the plot area for words."""
        self._margins = margins
        self._area = self._map = None
        self.plotItem.layout.setContentsMargins(margins.left(), margins.top(), margins.right(), margins.bottom())

    def paint_soon(self) -> None:
        """Ask for one paint event."""
        self.viewport().update()

    def sizeHint(self) -> QSize:
        """Small: a plot takes the room that is left."""
        return QSize(200, 96)

    def minimumSizeHint(self) -> QSize:
        """A plot can shrink to almost nothing; its card says when that is too little."""
        return QSize(80, 48)

    def area(self) -> QRectF:
        """Return the plot area in pixels of this widget."""
        if self._area is None:  # asked for at every single point: worked out once for a size
            rect = QRectF(self.rect()).marginsRemoved(self._margins.toMarginsF())
            self._area = QRectF(rect.left(), rect.top(), max(1.0, rect.width()), max(1.0, rect.height()))
        return self._area

    def set_axes(self, x: Axis, y: Axis) -> None:
        """Show this stretch of both axes with these ticks."""
        self._x, self._y = x, y
        self._map = None

    def viewRange(self) -> list[list[float]]:
        """Return what is shown of both axes, as any plot of pyqtgraph does; its view box is told only when asked."""
        x, y = self._x, self._y
        self._box.setRange(xRange=(x.low, x.high), yRange=(y.low, y.high), padding=0, disableAutoRange=False)
        return [[x.low, x.high], [y.low, y.high]]

    def x_pixel(self, value: float) -> float:
        """Return where a value of the horizontal axis lies."""
        left, scale, _, _ = self._map or self._worked_out()
        return left + (value - self._x.low) * scale

    def y_pixel(self, value: float) -> float:
        """Return where a plotted value of the vertical axis lies."""
        _, _, bottom, scale = self._map or self._worked_out()
        return bottom - (value - self._y.low) * scale

    def _worked_out(self) -> tuple[float, float, float, float]:
        """Where the axes begin, in pixels, and the pixels of a unit: asked for at every single point of a frame."""
        area, x, y = self.area(), self._x, self._y
        across, up = area.width() / (x.high - x.low), area.height() / (y.high - y.low)
        self._map = area.left(), across, area.bottom(), up
        return self._map

    def x_pixels(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where values of the horizontal axis lie."""
        return np.asarray(self.x_pixel(values))  # type: ignore[arg-type]  # the same arithmetic, element by element

    def y_pixels(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where plotted values of the vertical axis lie."""
        return np.asarray(self.y_pixel(values))  # type: ignore[arg-type]

    def x_value(self, pixel: float) -> float:
        """Return the value of the horizontal axis at a pixel."""
        area = self.area()
        return self._x.low + (pixel - area.left()) / area.width() * (self._x.high - self._x.low)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Work out the plot area anew. pyqtgraph calls this by hand, without an event, while it is being built."""
        self._area = self._map = None
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, and remember what it cost: the redraw budget counts it."""
        del event
        started = time.thread_time()
        painter = QPainter(self.viewport())
        self.paint_plot(painter)
        painter.end()
        self.painted_seconds += time.thread_time() - started

    def paint_plot(self, painter: QPainter) -> None:
        """Paint everything, in pixels of this widget: the ground, what lies under the curves, the curves, the rest.

        Straight from the arrays, past the graphics scene that pyqtgraph keeps them in: to set its transforms and walk
        through its items at every refresh takes as long as all the painting.
        """
        painter.fillRect(0, 0, self.width(), self.height(), color(self.theme.card))
        self.paint_under(painter)
        painter.save()
        painter.setClipRect(self.area())
        for curve in self.plotItem.items:
            if curve.isVisible():
                curve.paint_in_pixels(painter)
        painter.restore()
        self.paint_over(painter)
        if self.focus_visible:
            focus_ring(painter, QRectF(self.rect()), self.theme, 4)

    def paint_under(self, painter: QPainter) -> None:
        """Paint grid and axis words; in pixels."""

    def paint_over(self, painter: QPainter) -> None:
        """Paint labels and marks; in pixels."""

    def paint_grid(self, painter: QPainter, vertical: Sequence[Tick], horizontal: Sequence[Tick]) -> None:
        """Paint hairlines at the ticks, on whole pixels."""
        area = self.area()
        left, top, right, bottom = area.left(), area.top(), area.right(), area.bottom()
        places = [round(self.x_pixel(tick.at)) for tick in vertical if tick.at > self._x.low]
        heights = [round(self.y_pixel(tick.at)) for tick in horizontal]
        self._grid.set_rows([(at, top, at, bottom) for at in places] + [(left, at, right, at) for at in heights])
        self.paint_grid_again(painter)

    def paint_grid_again(self, painter: QPainter) -> None:
        """Paint the same hairlines once more, over something that covered them."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(color(self.theme.grid))
        if len(self._grid):
            painter.drawLines(*self._grid.drawargs())

    def paint_y_words(self, painter: QPainter) -> None:
        """Paint the numbers of the vertical axis, left of the plot."""
        room = self.area().left() - TICK_GAP
        painter.setPen(color(self.theme.text_3))
        for tick in self._y.ticks:
            write(painter, (0, self.y_pixel(tick.at) - 8, room, 16), tick.text, "caption", side="right")

    def paint_x_words(self, painter: QPainter, top: float) -> None:
        """Paint the numbers of the horizontal axis in a row that begins at ``top``; none leaves the widget."""
        ends = 1.0, self.width() - 1.0
        painter.setPen(color(self.theme.text_3))
        for tick in self._x.ticks:
            if tick.now:
                painter.setPen(color(self.theme.text_2))
            write_about(painter, self.x_pixel(tick.at), ends, top, 16, tick.text, "caption")

    def viewportEvent(self, event: QEvent) -> bool:
        """No tooltip over the curves: it would cover what the read-out says. The card's head explains the chart."""
        if event.type() == QEvent.Type.ToolTip:
            event.accept()
            return True
        return bool(super().viewportEvent(event))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Leave the menu to the card."""
        event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring only to those who came by keyboard."""
        if event.reason() not in RETURNING:
            self._by_keyboard = event.reason() in BY_KEYBOARD
        super().focusInEvent(event)
        self.paint_soon()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.paint_soon()

    def changeEvent(self, event: QEvent) -> None:
        """Repaint when the widget is switched on or off."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self.paint_soon()

    def dress(self) -> None:
        """Give the curves the colours of the theme in force."""

    def _on_theme_changed(self) -> None:
        self.dress()
        self.paint_soon()
