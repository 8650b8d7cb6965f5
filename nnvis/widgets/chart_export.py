"""A chart as a picture for paper and as a table for others to plot."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QIODevice, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator

from nnvis.theme import color, font
from nnvis.widgets.chart import LineChart

SCALE = 2  # pixels of a saved picture for each on the screen
_PADDING = 16
_HEAD = 30


@dataclass(frozen=True)
class Heading:
    """What stands over the plot: a title, what the numbers are, and the latest values (name, value, colour)."""

    title: str
    caption: str
    values: tuple[tuple[str, str, str], ...]


def picture(chart: LineChart, heading: Heading) -> QImage:
    """Return the chart with its heading as an image, twice as fine as on an ordinary screen."""
    size = _size(chart)
    image = QImage(size * SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SCALE)
    painter = QPainter(image)
    _paint(painter, size, chart, heading)
    painter.end()
    return image


def png(chart: LineChart, heading: Heading) -> bytes:
    """Return the picture as a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(picture(chart, heading))
    return bytes(buffer.data().data())


def svg(chart: LineChart, heading: Heading) -> bytes:
    """Return the picture as an SVG file: lines and words, no pixels."""
    size = _size(chart)
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRect(0, 0, size.width(), size.height()))
    generator.setTitle(heading.title)
    generator.setDescription(chart.sentence())
    painter = QPainter(generator)
    _paint(painter, size, chart, heading)
    painter.end()
    return bytes(buffer.data().data())


def table(columns: Mapping[str, NDArray[np.float64]]) -> str:
    """Return the columns as CSV; every digit that is there, and an empty field where nothing was measured."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*([_field(value) for value in column.tolist()] for column in columns.values()), strict=True))
    return stream.getvalue()


def _field(value: float) -> str:
    if value != value:  # not a number
        return ""
    return str(int(value)) if value.is_integer() else repr(value)


def _size(chart: LineChart) -> QSize:
    return QSize(chart.width() + 2 * _PADDING, chart.height() + _HEAD + 2 * _PADDING)


def _paint(painter: QPainter, size: QSize, chart: LineChart, heading: Heading) -> None:
    theme = chart.theme
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.fillRect(QRect(0, 0, size.width(), size.height()), color(theme.card))
    line = QRectF(_PADDING, _PADDING, size.width() - 2 * _PADDING, 24)
    middle = Qt.AlignmentFlag.AlignVCenter
    left = line
    for text, wanted, tint in (
        (heading.title, font("body", 600), theme.text),
        (heading.caption, font("caption"), theme.text_3),
    ):
        painter.setFont(wanted)
        painter.setPen(color(tint))
        painter.drawText(left, middle, text)
        left = left.adjusted(QFontMetricsF(wanted).horizontalAdvance(text) + 8, 0, 0, 0)
    right = line.right()
    for name, value, tint in reversed(heading.values):
        for text, wanted, ink, gap in (
            (value, font("value"), theme.text, 6),
            (name, font("caption"), theme.text_2, 6),
        ):
            width = QFontMetricsF(wanted).horizontalAdvance(text)
            painter.setFont(wanted)
            painter.setPen(color(ink))
            painter.drawText(QRectF(right - width, line.top(), width + 1, line.height()), middle, text)
            right -= width + gap
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(tint))
        painter.drawRoundedRect(QRectF(right - 10, line.center().y() - 1.5, 10, 3), 1.5, 1.5)
        right -= 10 + 16
    painter.translate(_PADDING, _PADDING + _HEAD)
    painter.setClipRect(chart.rect())
    chart.paint_plot(painter)
