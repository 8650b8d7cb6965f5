"""Pen strokes as vectors: what was drawn, its undo steps, and its smooth picture at any size."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

SIDE = 280
"""Strokes live in a square of 280 units, whatever the size of the canvas on the screen."""

_INK, _PAPER = QColor(255, 255, 255), QColor(0, 0, 0)
_NEAREST = 0.75   # points closer than this are one point: hands and mice tremble
_SHARP = 0.25     # radians between two samples that make a corner, which is rounded
_SAMPLE = 2.0     # a curve with changing width is followed in steps of this length

Bezier = tuple[QPointF, QPointF, QPointF, QPointF]


class Mark(Protocol):
    """What can lie on the canvas: a stroke, or a picture from elsewhere."""

    @property
    def erases(self) -> bool: ...

    def paint(self, painter: QPainter) -> None:
        """Draw it with the painter's scale."""


@dataclass
class Stroke:
    """One movement of the pen, from its touching the paper to its leaving it."""

    width: float
    erases: bool = False
    points: list[tuple[float, float]] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    # Only the last piece of the curve changes with a new point: all before it is settled, and computed once.
    _path: QPainterPath = field(default_factory=QPainterPath, repr=False, compare=False)
    _samples: list[tuple[QPointF, float]] = field(default_factory=list, repr=False, compare=False)
    _settled: int = field(default=0, repr=False, compare=False)

    def add(self, x: float, y: float, pressure: float = 1.0) -> bool:
        """Go on to a point; False if it is where the pen already was."""
        if self.points and math.dist(self.points[-1], (x, y)) < _NEAREST:
            return False
        if not self.points:
            self._path.moveTo(x, y)
        self.points.append((x, y))
        self.widths.append(self.width * (0.4 + 0.8 * pressure) if pressure < 1.0 else self.width)
        while self._settled < len(self.points) - 2:
            piece = bezier(self.points, self._settled)
            self._path.cubicTo(*piece[1:])
            self._samples += self._sampled(piece, self._settled)
            self._settled += 1
        return True

    @property
    def path(self) -> QPainterPath:
        """A smooth line through all points."""
        path = QPainterPath(self._path)
        if len(self.points) > 1:
            path.cubicTo(*bezier(self.points, self._settled)[1:])
        return path

    def paint(self, painter: QPainter) -> None:
        """Draw it with the painter's scale: one pass, so that edges are antialiased once."""
        color = _PAPER if self.erases else _INK
        if self.is_even:
            painter.setPen(QPen(color, self.widths[0], Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap,
                                Qt.PenJoinStyle.RoundJoin))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(self.path)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawPath(self._envelope())

    @property
    def settled(self) -> int:
        """How many pieces of the curve no further point will change."""
        return self._settled

    @property
    def is_even(self) -> bool:
        """Whether it has one width from end to end, as the mouse draws it."""
        return len(self.points) > 1 and min(self.widths) == max(self.widths)

    def paint_pieces(self, painter: QPainter, first: int, last: int) -> None:
        """Draw some pieces of an even stroke beside those that are there. Where they overlap the edges stay as fine."""
        modes = QPainter.CompositionMode
        painter.setCompositionMode(modes.CompositionMode_Darken if self.erases else modes.CompositionMode_Lighten)
        painter.setPen(QPen(_PAPER if self.erases else _INK, self.widths[0], Qt.PenStyle.SolidLine,
                            Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for index in range(first, last):
            start, one, two, end = bezier(self.points, index)
            path = QPainterPath(start)
            path.cubicTo(one, two, end)
            painter.drawPath(path)

    def _sampled(self, piece: Bezier, index: int) -> list[tuple[QPointF, float]]:
        """Places on one piece of the curve, with half the width there."""
        path = QPainterPath(piece[0])
        path.cubicTo(*piece[1:])
        count = max(1, round(path.length() / _SAMPLE))
        before, after = self.widths[index], self.widths[index + 1]
        return [(path.pointAtPercent(step / count), (before + (after - before) * step / count) / 2)
                for step in range(count)]

    def _envelope(self) -> QPainterPath:
        """The outline of a line whose width changes: its flanks, and round ends and corners."""
        samples = list(self._samples)
        if len(self.points) > 1:
            samples += self._sampled(bezier(self.points, self._settled), self._settled)
        samples.append((QPointF(*self.points[-1]), self.widths[-1] / 2))
        # Every piece runs clockwise, as Qt's ellipses do: where two overlap, their windings add up and leave no hole.
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        flanks: list[tuple[QPointF, QPointF]] = []
        direction = 0.0
        for index, (center, radius) in enumerate(samples):
            start = samples[max(0, index - 1)][0]
            end = samples[min(len(samples) - 1, index + 1)][0]
            angle = math.atan2(end.y() - start.y(), end.x() - start.x())
            across = QPointF(-math.sin(angle) * radius, math.cos(angle) * radius)
            flanks.append((center - across, center + across))
            turn = abs(math.remainder(angle - direction, math.tau))
            if index in (0, len(samples) - 1) or turn > _SHARP:
                path.addEllipse(center, radius, radius)
            direction = angle
        for (first, second), (third, fourth) in pairwise(flanks):
            path.addPolygon(QPolygonF([first, third, fourth, second, first]))
        return path


def bezier(points: list[tuple[float, float]], index: int) -> Bezier:
    """The piece from point `index` to the next, of a centripetal Catmull-Rom spline.

    It passes through every point, and makes no loops between uneven ones.
    Source: Yuksel, Schaefer and Keyser, "Parameterization and applications of Catmull-Rom curves", 2011.
    """
    first, last = QPointF(*points[index]), QPointF(*points[index + 1])
    ahead = QPointF(*points[max(0, index - 1)])
    behind = QPointF(*points[min(len(points) - 1, index + 2)])
    return first, _handle(ahead, first, last), _handle(behind, last, first), last


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


def paint_strokes(image: QImage, strokes: Iterable[Mark]) -> None:
    """Add strokes to a picture of the whole square."""
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(image.width() / SIDE, image.height() / SIDE)
    for stroke in strokes:
        stroke.paint(painter)
    painter.end()


class DryInk:
    """The picture of finished strokes at one size. A further stroke is added to it; nothing is painted twice."""

    def __init__(self) -> None:
        self._picture = QImage()
        self._marks: tuple[Mark, ...] = ()

    def picture(self, marks: tuple[Mark, ...], pixels: int) -> QImage:
        """All of them, `pixels` wide and high. Not to be painted on."""
        known = len(self._marks)
        if self._picture.width() != pixels or marks[:known] != self._marks:
            self._picture, known = blank(pixels), 0
        if known < len(marks):
            paint_strokes(self._picture, marks[known:])
        self._marks = marks
        return self._picture


class WetInk:
    """The picture while a stroke is being drawn: what is settled of it is painted once, not at each movement."""

    def __init__(self) -> None:
        self._stroke: Stroke | None = None
        self._dry_key = 0
        self._picture = QImage()
        self._done = 0  # pieces that are in the picture

    def over(self, dry: QImage, stroke: Stroke) -> QImage:
        """A copy of `dry` with the stroke on it."""
        if not stroke.is_even:
            picture = dry.copy()
            paint_strokes(picture, (stroke,))
            return picture
        if stroke is not self._stroke or dry.cacheKey() != self._dry_key:
            self._stroke, self._dry_key, self._picture, self._done = stroke, dry.cacheKey(), dry.copy(), 0
        self._paint(self._picture, stroke, self._done, stroke.settled)
        self._done = stroke.settled
        picture = self._picture.copy()
        self._paint(picture, stroke, stroke.settled, len(stroke.points) - 1)
        return picture

    @staticmethod
    def _paint(picture: QImage, stroke: Stroke, first: int, last: int) -> None:
        if first == last:
            return
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(picture.width() / SIDE, picture.height() / SIDE)
        stroke.paint_pieces(painter, first, last)
        painter.end()


class StrokeHistory:
    """The strokes on the canvas, and the steps back and forward: each stroke is one, and so is clearing."""

    LIMIT = 200

    def __init__(self) -> None:
        self._states: list[tuple[Mark, ...]] = [()]
        self._at = 0

    @property
    def strokes(self) -> tuple[Mark, ...]:
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

    def put(self, mark: Mark) -> None:
        """That alone, instead of everything; undo brings back what was there."""
        self._push((mark,))

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

    def _push(self, strokes: tuple[Mark, ...]) -> None:
        self._states = [*self._states[: self._at + 1], strokes][-self.LIMIT :]
        self._at = len(self._states) - 1
