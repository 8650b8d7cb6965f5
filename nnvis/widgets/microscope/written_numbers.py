"""A number that is no sum: its equation with numbers, what was computed before it, and the curve it lies on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QPolygonF

from nnvis.microscope.activation_curve import Curve
from nnvis.microscope.numbers_in import short
from nnvis.microscope.telling import Telling
from nnvis.theme import Theme, color, font
from nnvis.widgets.microscope.equation_art import art, art_width, paint_art

LINE = 19.0
Size = Literal["value", "body", "caption"]
LARGE, SMALL = 20.0, 15.0
MOST_THUMBNAILS = 20


def paint_numbers(painter: QPainter, area: QRectF, telling: Telling, theme: Theme) -> None:
    """What is computed first in small lines, then the number itself, then what is to be said about it."""
    if telling.curve is not None:
        wide = min(300.0, area.width() * 0.4)
        paint_curve(painter, QRectF(area.right() - wide, area.top() - 24, wide, area.height() + 24), telling, theme)
        area = area.adjusted(0, 0, -wide - 24, 0)
    pitch = min(24.0, max(11.0, (area.height() - 24) / max(1, len(telling.lines))))
    size: Size = "body" if pitch >= LINE - 4 else "caption"
    y = area.top() - 2
    for latex, numbers, value in telling.lines:
        middle = y + pitch / 2
        pixels = min(SMALL, pitch / max(1.2, art(latex).ascent + art(latex).descent))
        paint_art(painter, f"{latex} =", area.left() + 8, middle + 0.3 * pixels, pixels, theme.text_2)
        left = area.left() + 16 + art_width(f"{latex} =", pixels)
        _value_line(painter, QRectF(left, y, area.right() - left, pitch), numbers, value, size, theme)
        y += pitch
    y += min(12.0, area.height() / 8) if not telling.lines else 3
    width = paint_art(painter, rf"{telling.latex} =", area.left() + 8, y + 19, LARGE, theme.text)
    line = QRectF(area.left() + 20 + width, y, area.right() - area.left() - 20 - width, 26)
    _value_line(painter, line, telling.numbers, telling.value, "value", theme)
    painter.setFont(font("body"))
    for offset, (words, text, tone) in enumerate(telling.summary):
        painter.setPen(color(getattr(theme, tone)))
        below = QRectF(area.left() + 8, y + 28 + 20 * offset, area.width(), 20)
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, f"{words} {text}".strip())


def _value_line(painter: QPainter, line: QRectF, numbers: str, value: float, size: Size, theme: Theme) -> None:
    """The numbers, and what they make, unless that is all they are."""
    painter.setFont(font(size, 500 if size == "value" else 400))
    result = short(value, 4)
    is_all = numbers.strip() == result
    room = line.width() - (0 if is_all else painter.fontMetrics().horizontalAdvance(f"= {result}") + 14)
    text = painter.fontMetrics().elidedText(numbers, Qt.TextElideMode.ElideRight, int(room))
    painter.setPen(color(theme.accent if is_all else theme.text))
    painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)
    if not is_all:
        painter.setPen(color(theme.accent))
        rest = line.adjusted(painter.fontMetrics().horizontalAdvance(text) + 14, 0, 0, 0)
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, f"= {result}")


def paint_curve(painter: QPainter, area: QRectF, telling: Telling, theme: Theme) -> None:
    """The activation function, the sum on its axis, and the answer on the curve; on the way back the slope there."""
    curve = telling.curve
    assert curve is not None
    plot = area.adjusted(4, 4, -4, -18)
    low, high = min(0.0, float(curve.y.min())), max(1.0, float(curve.y.max()))

    def at(z: float, y: float) -> QPointF:
        x = plot.left() + (z - curve.z[0]) / (curve.z[-1] - curve.z[0]) * plot.width()
        return QPointF(x, plot.bottom() - (y - low) / ((high - low) or 1.0) * plot.height())

    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(color(theme.outline), 1))
    painter.drawLine(at(float(curve.z[0]), 0), at(float(curve.z[-1]), 0))
    painter.drawLine(at(0, low), at(0, high))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color(theme.text_2), 1.6))
    painter.drawPolyline(QPolygonF([at(float(z), float(y)) for z, y in zip(curve.z, curve.y, strict=True)]))
    point = at(curve.at, curve.value)
    painter.setPen(QPen(color(theme.accent), 1.2, Qt.PenStyle.DashLine))
    painter.drawLine(at(curve.at, 0), point)
    if curve.slope is None:
        painter.drawLine(point, at(0, curve.value))
    else:
        painter.setClipRect(plot)
        painter.setPen(QPen(color(theme.accent), 1.8))
        painter.drawLine(*_tangent(curve, at))
        painter.setClipping(False)
    painter.setPen(QPen(color(theme.card), 2))
    painter.setBrush(color(theme.accent))
    painter.drawEllipse(point, 5, 5)
    painter.setFont(font("caption"))
    painter.setPen(color(theme.text_2))
    words = f"{curve.title} at z = {short(curve.at)}"
    words += f": slope {short(curve.slope)}" if curve.slope is not None else f": y = {short(curve.value)}"
    painter.drawText(QRectF(area.left(), plot.bottom() + 3, area.width(), 15), Qt.AlignmentFlag.AlignCenter, words)


def _tangent(curve: Curve, at: object) -> Iterator[QPointF]:
    assert curve.slope is not None
    assert callable(at)
    reach = float(curve.z[-1]) * 0.35
    for side in (-reach, reach):
        yield at(curve.at + side, curve.value + side * curve.slope)


def batch_places(area: QRectF, number: int) -> list[QRectF]:
    """Where the pictures of a batch stand, side by side."""
    side = min(44.0, area.height() - 16, area.width() / max(1, min(number, MOST_THUMBNAILS)) - 6)
    top = area.bottom() - side - 15
    shown = range(min(number, MOST_THUMBNAILS))
    return [QRectF(area.left() + 8 + index * (side + 6), top, side, side) for index in shown]


def paint_batch(
    painter: QPainter, area: QRectF, telling: Telling, thumbnails: Mapping[int, QImage], theme: Theme
) -> None:
    """All images that go through together, their labels below; the one in sight is ringed."""
    from nnvis.widgets.microscope.placed_block import paint_ring

    assert telling.batch is not None
    chosen, labels = telling.batch
    painter.setFont(font("caption"))
    first = batch_places(area, len(labels))[0]
    painter.setPen(color(theme.text_2))
    many = f"All {len(labels)} images of the batch, and their labels"
    words = "The image and its label" if len(labels) == 1 else many
    if first.top() - 20 >= area.top() - 30:
        line = QRectF(first.left(), first.top() - 24, 400, 16)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, words)
    for index, rect in enumerate(batch_places(area, len(labels))):
        image = thumbnails.get(index)
        if image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
            painter.drawImage(rect, image)
        painter.setPen(color(theme.accent if index == chosen else theme.text_2))
        below = QRectF(rect.left() - 3, rect.bottom() + 2, rect.width() + 6, 14)
        name = painter.fontMetrics().elidedText(labels[index], Qt.TextElideMode.ElideRight, int(below.width()))
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, name)
        if index == chosen:
            paint_ring(painter, rect, theme)
    if len(labels) > MOST_THUMBNAILS:
        last = batch_places(area, len(labels))[-1]
        painter.setPen(color(theme.text_2))
        rest = QRectF(last.right() + 10, last.top(), 160, last.height())
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, f"and {len(labels) - MOST_THUMBNAILS} more")


def winner_rect(shown: QRectF, values: np.ndarray, marked: tuple[int, int]) -> QRectF:
    """Where one cell of a picture is."""
    wide, high = shown.width() / values.shape[1], shown.height() / values.shape[0]
    return QRectF(shown.left() + marked[1] * wide, shown.top() + marked[0] * high, wide, high)
