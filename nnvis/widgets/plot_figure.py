"""PlotFigure: the drawn figures of the theory pages. A few curves with thin axes and their names beside them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis import number_text
from nnvis.colour_maps import color_table, magnitude_colors, signed_colors
from nnvis.theme import Theme, ThemeSource, color, font
from nnvis.theory.figures import Curve, FigureContent, Pictures, Plot
from nnvis.widgets.painted import PaintedWidget, line_width

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HEIGHT, _SMALL_HEIGHT, _PICTURE = 190, 96, 112
_LEFT, _BOTTOM, _TOP = 40, 32, 8
_COLUMNS = 3


class PlotFigure(PaintedWidget):
    """One plot at full width, several as small ones side by side, or a row of pictures."""

    def __init__(self, theme_source: ThemeSource, content: FigureContent, caption: str,
                 parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self._content = content
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Figure")
        self.set_sentence(caption)

    def sizeHint(self) -> QSize:
        if isinstance(self._content, Pictures):
            return QSize(480, _PICTURE + 24)
        if len(self._content) == 1:
            return QSize(480, _HEIGHT)
        rows = math.ceil(len(self._content) / self._columns)
        return QSize(480, rows * (_SMALL_HEIGHT + 28))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.sizeHint().height())

    @property
    def _columns(self) -> int:
        count = 0 if isinstance(self._content, Pictures) else len(self._content)
        return 2 if count == 4 else _COLUMNS

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font("caption"))
        if isinstance(self._content, Pictures):
            paint_pictures(painter, self._content, self.theme, self.width())
        elif len(self._content) == 1:
            area = QRectF(_LEFT + 8, _TOP, self.width() - _LEFT - 16, self.height() - _BOTTOM - _TOP)
            paint_plot(painter, self._content[0], area, self.theme)
        else:
            self._paint_small(painter, self._content)

    def _paint_small(self, painter: QPainter, plots: tuple[Plot, ...]) -> None:
        wide = (self.width() - 12 * (self._columns - 1)) / self._columns
        for index, plot in enumerate(plots):
            row, column = divmod(index, self._columns)
            left, top = column * (wide + 12), row * (_SMALL_HEIGHT + 28)
            painter.setPen(color(self.theme.text))
            painter.drawText(QRectF(left, top, wide, 16), Qt.AlignmentFlag.AlignLeft, plot.title)
            area = QRectF(left + 22, top + 20, wide - 26, _SMALL_HEIGHT - 16)
            paint_plot(painter, plot, area, self.theme, small=True)


def paint_plot(painter: QPainter, plot: Plot, area: QRectF, theme: Theme, *, small: bool = False) -> None:
    """Axes, levels and curves within `area`; numbers and labels stand outside of it, left and below."""
    across, up = _range(plot, "x"), _range(plot, "y")

    def place(x: float, y: float) -> QPointF:
        return QPointF(
            area.left() + area.width() * _share(x, across, plot.x_is_log),
            area.bottom() - area.height() * _share(y, up, plot.y_is_log),
        )

    for tick in _ticks(up, plot.y_is_log, 3 if small else 5):
        point = place(across[0], tick)
        painter.setPen(QPen(color(theme.grid), line_width(painter)))
        painter.drawLine(QPointF(area.left(), point.y()), QPointF(area.right(), point.y()))
        _write(painter, QRectF(area.left() - 46, point.y() - 8, 40, 16), _number(tick, plot.y_is_log), theme.text_3,
               Qt.AlignmentFlag.AlignRight)
    for tick in _ticks(across, plot.x_is_log, 3 if small else 6):
        point = place(tick, up[0])
        _write(painter, QRectF(point.x() - 30, area.bottom() + 3, 60, 14), _number(tick, plot.x_is_log), theme.text_3,
               Qt.AlignmentFlag.AlignHCenter)
    if not small:
        _write(painter, QRectF(area.left(), area.bottom() + 17, area.width(), 14), plot.x_label, theme.text_2,
               Qt.AlignmentFlag.AlignHCenter)
        _write(painter, QRectF(area.left() + 6, area.top(), area.width(), 14), plot.y_label, theme.text_2,
               Qt.AlignmentFlag.AlignLeft)
    for name, level in plot.levels:
        y = place(across[0], level).y()
        painter.setPen(QPen(color(theme.text_3), line_width(painter), Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        _write(painter, QRectF(area.right() - 160, y - 16, 156, 14), name, theme.text_2, Qt.AlignmentFlag.AlignRight)
    hues = (theme.train, theme.validation, theme.ok)
    lines = [[place(float(x), float(y)) for x, y in _seen(curve, up)] for curve in plot.curves]
    for index, (curve, line) in enumerate(zip(plot.curves, lines, strict=True)):
        hue = hues[index % len(hues)]
        painter.setPen(QPen(color(hue), 1.8, Qt.PenStyle.DashLine if curve.dashed else Qt.PenStyle.SolidLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(line))
        if not small and curve.name:
            spot = _apart(line, lines[:index] + lines[index + 1 :], area)
            above = spot.y() - area.top() > 20
            box = QRectF(spot.x() - 70, spot.y() - 20 if above else spot.y() + 6, 140, 14)
            _write(painter, box, curve.name, hue, Qt.AlignmentFlag.AlignHCenter)


def _apart(line: list[QPointF], others: list[list[QPointF]], area: QRectF) -> QPointF:
    """Where on the line there is most room for its name: away from the other lines and from the sides."""
    inner = [point for point in line if area.left() + 80 < point.x() < area.right() - 80] or line

    def room(point: QPointF) -> float:
        near = (abs(other.x() - point.x()) + abs(other.y() - point.y()) for line in others for other in line)
        return min(near, default=0.0)

    return max(inner, key=room)


def paint_pictures(painter: QPainter, pictures: Pictures, theme: Theme, width: float) -> None:
    """The pictures in a row, all equally high, on the map for magnitudes or for signed numbers."""
    magnitudes, signed = color_table(magnitude_colors(theme)), color_table(signed_colors())
    gap = min(32.0, (width - _PICTURE * len(pictures.images)) / max(len(pictures.images) - 1, 1))
    left = 0.0
    for index, (image, caption) in enumerate(zip(pictures.images, pictures.captions, strict=True)):
        is_signed = pictures.signed_from is not None and index >= pictures.signed_from
        colors = signed if is_signed else magnitudes
        rows, columns = image.shape
        height = float(_PICTURE)
        wide = height * columns / rows
        box = QRectF(left, 0, max(wide, height), height)
        picture = QImage(np.ascontiguousarray(image).tobytes(), columns, rows, columns, QImage.Format.Format_Indexed8)
        picture.setColorTable(colors)
        painter.fillRect(box, color(theme.window))
        painter.drawImage(QRectF(box.center().x() - wide / 2, 0, wide, height), picture)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(theme.outline), line_width(painter)))
        painter.drawRect(box)
        _write(painter, QRectF(box.left() - 10, height + 5, box.width() + 20, 16), caption, theme.text_2,
               Qt.AlignmentFlag.AlignHCenter)
        left += box.width() + gap


def _write(painter: QPainter, area: QRectF, text: str, ink: str, where: Qt.AlignmentFlag) -> None:
    painter.setPen(color(ink))
    painter.drawText(area, where | Qt.AlignmentFlag.AlignVCenter, text)


def _seen(curve: Curve, up: tuple[float, float]) -> list[tuple[float, float]]:
    heights = np.clip(curve.y, *up)
    return list(zip(curve.x.tolist(), heights.tolist(), strict=True))


def _range(plot: Plot, axis: str) -> tuple[float, float]:
    values: NDArray[np.float64] = np.concatenate([getattr(curve, axis) for curve in plot.curves])
    low, high = float(values.min()), float(values.max())
    is_log = plot.x_is_log if axis == "x" else plot.y_is_log
    if is_log:
        return 10.0 ** math.floor(math.log10(max(low, 1e-12))), 10.0 ** math.ceil(math.log10(high))
    if axis == "y":
        low = min(low, 0.0)
        high += 0.04 * (high - low)
    return low, high


def _share(value: float, limits: tuple[float, float], is_log: bool) -> float:
    low, high = limits
    if is_log:
        return (math.log10(max(value, low)) - math.log10(low)) / (math.log10(high) - math.log10(low))
    return (value - low) / (high - low)


def _ticks(limits: tuple[float, float], is_log: bool, most: int) -> list[float]:
    low, high = limits
    if is_log:
        first, last = round(math.log10(low)), round(math.log10(high))
        step = max(1, math.ceil((last - first) / most))
        return [10.0**power for power in range(first, last + 1, step)]
    rough = (high - low) / most
    unit = 10.0 ** math.floor(math.log10(rough))
    step_size = next(unit * nice for nice in (1, 2, 5, 10) if unit * nice >= rough)
    first, last = math.ceil(low / step_size), int(high / step_size + 1e-9)
    return [round(index * step_size, 10) for index in range(first, last + 1)]


def _number(value: float, is_log: bool) -> str:
    if is_log:
        return number_text.power_of_ten(round(math.log10(value)))
    return f"{value:g}".replace("-", number_text.MINUS)
