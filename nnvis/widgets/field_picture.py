"""Small pictures for choices: graphs of activation functions and schedules, drawn from the functions that run."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPainter, QPen, QPixmap, QPolygonF

from core.hyper import Hyper
from nnvis.theme import ThemeSource, color
from nnvis.widgets.field_choice import Picture

_SIZE = 16
_REACH = 3.0  # the graph runs from -3 to 3
_POINTS = 25


def activation_picture(declared: Hyper, theme_source: ThemeSource) -> Picture | None:
    """Pictures for a choice between activation functions; None for any other choice."""
    from core.activations import ACTIVATION_NAMES  # here, for it brings numpy, which the first paint must not wait for

    if declared.choices != tuple(ACTIVATION_NAMES):
        return None

    return lambda name: graph_icon(_heights(name), theme_source)


def graph_icon(heights: tuple[float, ...], theme_source: ThemeSource) -> QIcon:
    """A small line through these heights."""
    icon = QIcon()
    for ratio in (1, 2):
        icon.addPixmap(_graph(heights, theme_source.theme.text_2, ratio))
    return icon


@lru_cache(maxsize=64)
def _graph(heights: tuple[float, ...], tint: str, ratio: int) -> QPixmap:
    image = QImage(QSize(_SIZE, _SIZE) * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color(tint), 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    box = QRectF(2, 3, _SIZE - 4, _SIZE - 6)
    low, high = min(heights), max(heights)
    line = QPolygonF()
    for index, height in enumerate(heights):
        share = (height - low) / (high - low) if high > low else 0.5
        line.append(QPointF(box.left() + box.width() * index / (len(heights) - 1), box.bottom() - box.height() * share))
    painter.drawPolyline(line)
    painter.end()
    return QPixmap.fromImage(image)


@lru_cache(maxsize=32)
def _heights(name: str) -> tuple[float, ...]:
    """The function's values; softmax, which has no graph of its own, as the first of two outputs."""
    import numpy as np

    from core import activations

    Z = np.zeros((_POINTS, 2), np.float32)
    Z[:, 0] = np.linspace(-_REACH, _REACH, _POINTS)
    Y = activations.get(name).forward(Z, np.empty_like(Z))
    return tuple(float(y) for y in Y[:, 0])
