"""Curves for pyqtgraph that are painted straight in pixels.

pyqtgraph strokes a curve as one path, which costs Qt two to ten times as much as the same segments drawn singly: no
joins to compute, no overlaps to merge. Segments may be drawn singly because these curves are opaque; the faint line of
the raw batches is mixed with the ground beforehand instead of being transparent.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPaintEngine, QPainter, QPen, QPixmap

from nnvis.widgets.chart_plot import DressedPlot
from nnvis.widgets.primitives import Primitives

DOT = 7  # width of a measured point with its edge
BAND_STRENGTH = 0.7  # opacity of the filled band against that of the line
_FAR = 1e5  # pixels: Qt's rasteriser counts in fixed point and would wrap further out


def mixed(ground: QColor, ink: QColor, share: float) -> QColor:
    """Return the opaque colour of ``ink`` at an opacity of ``share`` over ``ground``."""
    red, green, blue = (
        below + (above - below) * share
        for below, above in (
            (ground.redF(), ink.redF()),
            (ground.greenF(), ink.greenF()),
            (ground.blueF(), ink.blueF()),
        )
    )
    return QColor.fromRgbF(red, green, blue)


class Shape(pg.PlotCurveItem):  # type: ignore[misc]  # pyqtgraph has no types
    """A curve of pyqtgraph's, with its data and its name, that its plot paints: see DressedPlot.paint_plot."""

    def set_points(self, x: NDArray[Any], y: NDArray[Any]) -> None:
        """Take over other points.

        What pyqtgraph's own ``setData`` does besides, to check them and to tell a scene that is never painted, takes
        ten times as long.
        """
        self.xData, self.yData = x, y
        self.path = None  # pyqtgraph's own picture of the curve: made again when somebody asks for it

    def paint_in_pixels(self, painter: QPainter) -> None:
        """Paint the curve in the pixels of its plot."""
        raise NotImplementedError


class Curve(Shape):
    """An opaque line through points; a point that is not a number makes a gap."""

    def __init__(self, plot: DressedPlot, name: str, width: float) -> None:
        super().__init__(name=name, connect="finite")
        self._plot = plot
        self._lines = Primitives(QLineF)
        self._stroke = QPen()
        self._width = width
        self.px = self.py = np.empty(0)  # where the points lay when it was last painted

    def set_color(self, tint: QColor) -> None:
        """Draw in this opaque colour."""
        # Square caps close the notches between segments that meet at an angle.
        self._stroke = QPen(tint, self._width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap)
        self._stroke.setCosmetic(True)
        self.setPen(self._stroke)

    def paint_in_pixels(self, painter: QPainter) -> None:
        """Draw the segments."""
        x, y = self.getData()
        if x is None:
            return
        self.px, self.py = self._plot.x_pixels(x), np.clip(self._plot.y_pixels(y), -_FAR, _FAR)
        if len(x) > 1:
            self.paint_pixels(painter, self.px, self.py)

    def paint_pixels(self, painter: QPainter, px: NDArray[np.float64], py: NDArray[np.float64]) -> None:
        """Draw the segments between points that are given in pixels."""
        fine = np.isfinite(py)
        drawn = fine[:-1] & fine[1:]
        self._lines.resize(int(np.count_nonzero(drawn)))
        if not len(self._lines):
            return
        ends: NDArray[np.float64] = self._lines.ndarray()
        ends[:, 0], ends[:, 1] = px[:-1][drawn], py[:-1][drawn]
        ends[:, 2], ends[:, 3] = px[1:][drawn], py[1:][drawn]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._stroke)
        painter.drawLines(*self._lines.drawargs())


class Band(Curve):
    """The raw batches: a line while there are few, and a filled band from lowest to highest when there are many.

    The band is made of one bar on whole pixels for each bucket, a sixth of the work of a zigzag through the same
    extremes. Being filled, it is fainter than the line, so that both look equally strong.
    """

    def __init__(self, plot: DressedPlot, name: str) -> None:
        super().__init__(plot, name, 1)
        self.in_buckets = False  # whether points come in pairs, the lowest and the highest of a bucket
        self._bars = Primitives(QRectF)
        self._fill = QColor()

    def set_colors(self, ground: QColor, ink: QColor, alpha: float) -> None:
        """Draw in ``ink`` as if it were transparent over ``ground``."""
        self.set_color(mixed(ground, ink, alpha))
        self._fill = mixed(ground, ink, alpha * BAND_STRENGTH)

    def paint_pixels(self, painter: QPainter, px: NDArray[np.float64], py: NDArray[np.float64]) -> None:
        """Draw the bars, or the segments."""
        if not self.in_buckets:
            super().paint_pixels(painter, px, py)
            return
        middle, bottom, top = px[0::2], py[0::2], py[1::2]
        # Each bar begins where the last one ends, also where a change of the batch size makes them wider.
        between = (middle[:-1] + middle[1:]) / 2
        first, last = (between[0], between[-1]) if len(between) else (middle[0] + 0.5, middle[0] - 0.5)
        borders = np.rint(np.concatenate([[2 * middle[0] - first], between, [2 * middle[-1] - last]]))
        fine = np.isfinite(top)  # a loss of zero has no logarithm: its bar reaches down to the edge
        self._bars.resize(int(np.count_nonzero(fine)))
        if not len(self._bars):
            return
        bars: NDArray[np.float64] = self._bars.ndarray()
        foot = np.where(np.isfinite(bottom), bottom, _FAR)[fine]
        bars[:, 0], bars[:, 1] = borders[:-1][fine], np.rint(top[fine])
        bars[:, 2], bars[:, 3] = np.diff(borders)[fine], np.maximum(np.rint(foot) - bars[:, 1], 1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._fill)
        painter.drawRects(*self._bars.drawargs())
        self._plot.paint_grid_again(painter)  # the grid is to be read through the band


class Dots:
    """The measured points of a line: dots with an edge in the colour of the ground.

    On the screen they are stamped: to fill thirty small circles, each with its edge smoothed, takes Qt forty times as
    long. A drawing that is to be enlarged (SVG) has true circles.
    """

    def __init__(self, plot: DressedPlot) -> None:
        self._plot = plot
        self._points = Primitives(QPointF)
        self._stamps = Primitives(QPainter.PixmapFragment)
        self._pens: tuple[QPen, ...] = ()
        self._stamp = QPixmap()

    def set_colors(self, ink: QColor, edge: QColor) -> None:
        """Dots in this colour, with an edge in that."""
        round_cap, solid = Qt.PenCapStyle.RoundCap, Qt.PenStyle.SolidLine
        self._pens = tuple(QPen(tint, width, solid, round_cap) for tint, width in ((edge, DOT), (ink, DOT - 2)))
        self._stamp = QPixmap()

    def paint(self, painter: QPainter, px: NDArray[np.float64], py: NDArray[np.float64]) -> None:
        """Paint the dots whose place, in pixels, is in the plot or at its edge."""
        area = self._plot.area().adjusted(-3, -3, 3, 3)
        inside = (px >= area.left()) & (px <= area.right()) & (py >= area.top()) & (py <= area.bottom())
        places = np.stack([px[inside], py[inside]], axis=1)
        if not len(places):
            return
        if painter.paintEngine().type() != QPaintEngine.Type.Raster:
            self._draw(painter, places)
            return
        ratio = painter.device().devicePixelRatioF()
        stamp = self._stamp_for(ratio)
        side = stamp.width()
        self._stamps.resize(len(places))
        stamps: NDArray[np.float64] = self._stamps.ndarray()
        stamps[:, :2] = places
        stamps[:, 2:] = 0, 0, side, side, 1 / ratio, 1 / ratio, 0, 1  # source rectangle, scales, rotation, opacity
        first, count = self._stamps.drawargs()
        painter.drawPixmapFragments(first, count, stamp)

    def _draw(self, painter: QPainter, places: NDArray[np.float64]) -> None:
        self._points.set_rows(places)
        for pen in self._pens:
            painter.setPen(pen)
            painter.drawPoints(*self._points.drawargs())

    def _stamp_for(self, ratio: float) -> QPixmap:
        """One dot, in the pixels of a screen of this ratio."""
        if self._stamp.isNull() or self._stamp.devicePixelRatioF() != ratio:
            side = math.ceil((DOT + 1) * ratio)
            self._stamp = QPixmap(side, side)
            self._stamp.fill(Qt.GlobalColor.transparent)
            self._stamp.setDevicePixelRatio(ratio)
            painter = QPainter(self._stamp)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._draw(painter, np.full((1, 2), side / ratio / 2))
            painter.end()
        return self._stamp
