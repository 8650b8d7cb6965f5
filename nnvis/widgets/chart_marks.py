"""What stands on a run's chart beside its lines: changes in mid-run, the best point, and the learning rate below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from nnvis import number_text
from nnvis.theme import color, pen
from nnvis.widgets.painted import Area
from nnvis.widgets.series import smoothing_places
from nnvis.widgets.written import text_width, write

if TYPE_CHECKING:
    from nnvis.widgets.chart import LineChart

NEAR = 6  # px from a mark: it is pointed at
STRIP = 20  # height of the strip with the learning rate
STRIP_GAP = 6  # above it
WORDS_STEP = 4.0  # px between two looks whether a line runs through some words
VEIL = 6  # beyond the plot area, where rings and the best point still reach
FEWEST_MEASURED = 3  # of fewer points the best one says nothing
MOST_POINTS = 80


@dataclass(frozen=True)
class Mark:
    """A moment of the run, in epochs, and what happened there."""

    epoch: float
    words: str


def near(chart: LineChart, marks: Sequence[Mark], epoch: float | None) -> Mark | None:
    """The mark that is pointed at."""
    if epoch is None or not marks:
        return None
    at = chart.x_pixel(epoch)
    closest = min(marks, key=lambda mark: abs(chart.x_pixel(mark.epoch) - at))
    return closest if abs(chart.x_pixel(closest.epoch) - at) <= NEAR else None


def paint_marks(painter: QPainter, chart: LineChart, marks: Sequence[Mark], pointed_at: Mark | None) -> None:
    """A thin line and a small flag at each mark; the words of the one that is pointed at."""
    area, theme = chart.area(), chart.theme
    low, high = chart.view()
    for mark in marks:
        if not low <= mark.epoch <= high:
            continue
        tint = color(theme.text if mark is pointed_at else theme.text_3)
        x = round(chart.x_pixel(mark.epoch)) + 0.5
        painter.setPen(QPen(tint, 1))
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        flag = (QPointF(x, area.top()), QPointF(x + 6, area.top() + 3.5), QPointF(x, area.top() + 7))
        painter.drawPolygon(QPolygonF(flag))
    if pointed_at is None:
        return
    width = text_width(pointed_at.words, "caption") + 12
    left = min(max(chart.x_pixel(pointed_at.epoch) + 8, area.left()), chart.width() - width - 2)
    box = (max(2.0, left), area.top(), width, 20.0)
    painter.setPen(QPen(color(theme.outline), 1))
    painter.setBrush(color(theme.hover))
    painter.drawRoundedRect(QRectF(*box), 4, 4)
    painter.setPen(color(theme.text))
    write(painter, box, pointed_at.words, "caption", side="middle")


def paint_moment(painter: QPainter, chart: LineChart, epoch: float) -> None:
    """A line in the accent colour where the moment lies that is looked back at; what came after it is veiled."""
    area, theme = chart.area(), chart.theme
    below = 0 if chart.rates is None else STRIP + STRIP_GAP
    x = min(max(round(chart.x_pixel(epoch)), area.left()), area.right())
    veiled = QRectF(x, area.top() - VEIL, area.right() - x + VEIL, area.height() + below + 2 * VEIL)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(veiled, color(theme.card, 0.6))
    low, high = chart.view()
    if low <= epoch <= high:
        painter.fillRect(QRectF(x - 1, area.top(), 2, area.height() + below), color(theme.accent))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def paint_first_point(painter: QPainter, chart: LineChart) -> None:
    """Before training: what the untrained network was measured at, in a ring, with its value."""
    run, tint = chart.run, chart.theme.validation
    if not len(run.validation_values):
        return
    value = float(run.validation_values[0])
    at = QPointF(chart.x_pixel(float(run.validation_epochs[0])), chart.y_pixel(value))
    painter.setPen(QPen(color(tint, 0.5), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(at, 9, 9)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(tint))
    painter.drawEllipse(at, 4, 4)
    painter.setPen(color(tint))
    words = (at.x() + 16, max(0.0, at.y() - 28), 200.0, 16.0)
    write(painter, words, f"{chart.measure.words(value)} now", "caption", 600)


def paint_test(painter: QPainter, chart: LineChart, y: float) -> None:
    """Mark the test value at the end of the run: a diamond, for it is one measurement and no curve."""
    x = chart.x_pixel(chart.run.now)
    painter.setPen(QPen(color(chart.theme.card), 1))
    painter.setBrush(color(chart.theme.text))
    painter.drawPolygon([QPointF(x, y - 5), QPointF(x + 5, y), QPointF(x, y + 5), QPointF(x - 5, y)])


def best_place(values: NDArray[np.float64], low_is_best: bool) -> int | None:
    """Which of the measured values is the best; None while there are too few, or none is finite."""
    fine = np.isfinite(values)
    if np.count_nonzero(fine) < FEWEST_MEASURED:
        return None
    return int(np.nanargmin(values) if low_is_best else np.nanargmax(np.where(fine, values, np.nan)))


def paint_best(painter: QPainter, chart: LineChart, at: QPointF, words: str) -> None:
    """A ring round the best measured point; its value where there is room above or below."""
    area, theme, (x, y) = chart.area(), chart.theme, (at.x(), at.y())
    if not (area.left() - 4 <= x <= area.right() + 4 and area.top() - 4 <= y <= area.bottom() + 4):
        return
    painter.setPen(pen(theme.validation, 2))
    painter.setBrush(color(theme.card))
    painter.drawEllipse(at, 4.5, 4.5)
    if not words:
        return
    place = best_words(chart, at, text_width(words, "caption") + 2)
    painter.setPen(color(theme.text_2))
    write(painter, place, words, "caption", side="middle")


def best_words(chart: LineChart, at: QPointF, width: float) -> Area:
    """Where the best value is written: near its point, and where no line runs through it if there is such a place."""
    area = chart.area()
    left = min(max(at.x() - width / 2, area.left()), area.right() - width)
    offsets = (8, -24, 26, -42) if chart.measure.low_is_best else (-24, 8, -42, 26)  # the better side of a curve first
    tops = [at.y() + offset for offset in offsets]
    inside = [top for top in tops if area.top() <= top and top + 16 <= area.bottom()]
    across = np.arange(left, left + width + WORDS_STEP, WORDS_STEP)
    heights = [np.interp(across, x, y) for x, y in chart.lines_in_pixels() if len(x) > 1]
    free = (top for top in inside if not any(((top - 1 < y) & (y < top + 17)).any() for y in heights))
    return left, next(free, (inside or tops)[0]), width, 16.0


def paint_rates(painter: QPainter, chart: LineChart, rates: NDArray[np.float64], pointed_at: float | None) -> None:
    """The learning rate of each update in a strip below the plot, from 0 to its highest; at the right its value."""
    run, theme, area = chart.run, chart.theme, chart.area()
    count = min(len(rates), len(run))
    top, bottom = area.bottom() + STRIP_GAP, area.bottom() + STRIP_GAP + STRIP
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(color(theme.grid))
    painter.drawLine(round(area.left()), round(bottom), round(area.right()), round(bottom))
    painter.setPen(color(theme.text_3))
    write(painter, (0, top, area.left() - 8, STRIP), "rate", "caption", side="right")
    if not count:
        return
    low, high = chart.view()
    first, last = run.between(low, high)
    places = smoothing_places(first, max(first + 1, min(last, count)), MOST_POINTS)
    x = np.clip(chart.x_pixels(run.epochs[places]), area.left(), area.right())
    y = bottom - 1 - (STRIP - 4) * rates[places] / (chart.highest_rate or 1.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(color(theme.text_2))  # a wider pen takes Qt twenty times as long
    painter.drawPolyline(pg.functions.arrayToQPolygonF(x, y))
    place = run.count_until(run.reading_at(pointed_at).step) if pointed_at is not None else count
    words = _short(float(rates[min(count, max(1, place)) - 1]))
    write(painter, (x[-1] + 8, top, chart.width() - x[-1] - 8, STRIP), words, "caption")


def _short(rate: float) -> str:
    """A learning rate in two digits."""
    if rate == 0 or 1e-5 <= rate < 1e4:
        return f"{float(f'{rate:.2g}'):.6f}".rstrip("0").rstrip(".")
    return number_text.power(rate)
