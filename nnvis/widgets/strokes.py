"""Pen strokes as vectors: what was drawn, its undo steps, and its smooth picture at any size."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

SIDE = 280
"""Strokes live in a square of 280 units, whatever the size of the canvas on the screen."""

_INK, _PAPER = QColor(255, 255, 255), QColor(0, 0, 0)
_NEAREST = 0.75   # points closer than this are one point: hands and mice tremble
_SAMPLE = 2.0     # a curve with changing width is followed in steps of this length


@dataclass
class Stroke:
    """One movement of the pen, from its touching the paper to its leaving it."""

    width: float
    erases: bool = False
    points: list[tuple[float, float]] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)

    def add(self, x: float, y: float, pressure: float = 1.0) -> bool:
        """Go on to a point; False if it is where the pen already was."""
        if self.points and math.dist(self.points[-1], (x, y)) < _NEAREST:
            return False
        self.points.append((x, y))
        self.widths.append(self.width * (0.4 + 0.8 * pressure) if pressure < 1.0 else self.width)
        return True

    def paint(self, painter: QPainter) -> None:
        """Draw it with the painter's scale: one pass, so that edges are antialiased once."""
        color = _PAPER if self.erases else _INK
        if len(self.points) == 1:
            radius = self.widths[0] / 2
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(QPointF(*self.points[0]), radius, radius)
        elif min(self.widths) == max(self.widths):
            round_pen = QPen(color, self.widths[0], Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap,
                             Qt.PenJoinStyle.RoundJoin)
            painter.setPen(round_pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(curve(self.points))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawPath(self._envelope())

    def _envelope(self) -> QPainterPath:
        """The outline of a line whose width changes: both flanks, and round ends and corners."""
        samples: list[tuple[QPointF, float]] = []
        for index, (one, two, three, four) in enumerate(_beziers(self.points)):
            piece = QPainterPath(one)
            piece.cubicTo(two, three, four)
            count = max(1, round(piece.length() / _SAMPLE))
            before, after = self.widths[index], self.widths[index + 1]
            samples += [(piece.pointAtPercent(step / count), (before + (after - before) * step / count) / 2)
                        for step in range(count)]
        samples.append((QPointF(*self.points[-1]), self.widths[-1] / 2))
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        left, right, direction = [], [], 0.0
        for index, (center, radius) in enumerate(samples):
            start = samples[max(0, index - 1)][0]
            end = samples[min(len(samples) - 1, index + 1)][0]
            angle = math.atan2(end.y() - start.y(), end.x() - start.x())
            across = QPointF(-math.sin(angle) * radius, math.cos(angle) * radius)
            left.append(center + across)
            right.append(center - across)
            turn = abs(math.remainder(angle - direction, math.tau))
            if index in (0, len(samples) - 1) or turn > 0.25:
                path.addEllipse(center, radius, radius)
            direction = angle
        path.addPolygon(QPolygonF([*left, *reversed(right), left[0]]))
        return path


def curve(points: list[tuple[float, float]]) -> QPainterPath:
    """A smooth path through all points, also when a fast hand left few of them."""
    path = QPainterPath(QPointF(*points[0]))
    for _, two, three, four in _beziers(points):
        path.cubicTo(two, three, four)
    return path


def _beziers(points: list[tuple[float, float]]) -> Iterable[tuple[QPointF, QPointF, QPointF, QPointF]]:
    """Centripetal Catmull-Rom splines: they pass through every point and make no loops between uneven ones.

    Source: Yuksel, Schaefer and Keyser, "Parameterization and applications of Catmull-Rom curves", 2011.
    """
    for index in range(len(points) - 1):
        first, last = QPointF(*points[index]), QPointF(*points[index + 1])
        ahead = QPointF(*points[max(0, index - 1)])
        behind = QPointF(*points[min(len(points) - 1, index + 2)])
        yield first, _handle(ahead, first, last), _handle(behind, last, first), last


def _handle(outer: QPointF, here: QPointF, there: QPointF) -> QPointF:
    to_outer = math.sqrt(math.hypot(outer.x() - here.x(), outer.y() - here.y()))
    to_there = math.sqrt(math.hypot(there.x() - here.x(), there.y() - here.y()))
    if to_outer < 1e-6 or to_there < 1e-6:
        return here
    middle = 2 * to_outer**2 + 3 * to_outer * to_there + to_there**2
    return (there * to_outer**2 - outer * to_there**2 + here * middle) / (3 * to_outer * (to_outer + to_there))


def blank(pixels: int) -> QImage:
    """Paper without ink, `pixels` wide and high: one byte a pixel."""
    image = QImage(pixels, pixels, QImage.Format.Format_Grayscale8)
    image.fill(0)
    return image


def paint_strokes(image: QImage, strokes: Iterable[Stroke]) -> None:
    """Add strokes to a picture of the whole square."""
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(image.width() / SIDE, image.height() / SIDE)
    for stroke in strokes:
        stroke.paint(painter)
    painter.end()


class StrokeHistory:
    """The strokes on the canvas, and the steps back and forward: each stroke is one, and so is clearing."""

    LIMIT = 200

    def __init__(self) -> None:
        self._states: list[tuple[Stroke, ...]] = [()]
        self._at = 0

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """What is on the canvas now."""
        return self._states[self._at]

    @property
    def can_undo(self) -> bool:
        """Whether there is a step back."""
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a step forward."""
        return self._at < len(self._states) - 1

    def add(self, stroke: Stroke) -> None:
        """One stroke more; what had been undone is gone."""
        self._push((*self.strokes, stroke))

    def clear(self) -> None:
        """A clean canvas, as a step that can be undone."""
        if self.strokes:
            self._push(())

    def undo(self) -> None:
        """One step back."""
        self._at -= self.can_undo

    def redo(self) -> None:
        """One step forward."""
        self._at += self.can_redo

    def _push(self, strokes: tuple[Stroke, ...]) -> None:
        self._states = [*self._states[: self._at + 1], strokes][-self.LIMIT :]
        self._at = len(self._states) - 1
