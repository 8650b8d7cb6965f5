"""The error flows back: units as nodes, the error that travels along a weight as light; below, how much arrives."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEasingCurve, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.microscope.backward_flow import Flow
from nnvis.microscope.numbers_in import short
from nnvis.number_text import power_of_ten
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.microscope.equation_art import paint_art_centred
from nnvis.widgets.microscope.motion import Motion
from nnvis.widgets.painted import PaintedWidget

BARS = 132.0  # height of the part below
PULSE_MS = 250  # from layer to layer
WAITING = 0.25  # opacity of what the pulse has not reached
FAINTEST = 0.02  # of the brightest: below it a line is not drawn
CENTRE = Qt.AlignmentFlag.AlignCenter


class FlowView(PaintedWidget):
    """Shows a Flow; `own_scale`: each layer as bright as the brightest of its own lines."""

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("The error flows back")
        self._flow: Flow | None = None
        self._own_scale = False
        self._names: tuple[str, ...] = ()
        self._picture: QPixmap | None = None
        self._pulse = Motion(theme_source, self, QEasingCurve.Type.Linear)
        self._pulse.moved.connect(self.update)

    def show_flow(self, flow: Flow, names: tuple[str, ...], *, pulse: bool = False) -> None:
        """Show another flow; `names` are those of the classes. With a `pulse` its light travels once, right to left."""
        self._flow, self._names, self._picture = flow, names, None
        if pulse:
            self._pulse.begin(PULSE_MS * max(1, len(flow.layers) - 1))
        self.set_sentence(flow.sentence)
        self.update()

    def set_own_scale(self, own: bool) -> None:
        """Let each layer be as bright as the brightest of its own lines, or all share one scale."""
        self._own_scale, self._picture = own, None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Everything finds its place anew."""
        super().resizeEvent(event)
        self._picture = None

    def _on_theme_changed(self) -> None:
        self._picture = None
        super()._on_theme_changed()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture; it is drawn once for each flow and size."""
        del event
        if self._flow is None:
            return
        if self._picture is None:
            ratio = self.devicePixelRatioF()
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            self._draw(painter, self._flow)
            painter.end()
        painter = QPainter(self)
        if not self._pulse.is_moving:
            painter.drawPixmap(0, 0, self._picture)
            return
        columns = self._columns(self._flow)
        front = columns[-1] - (columns[-1] - columns[0]) * self._pulse.share
        painter.setOpacity(WAITING)  # where the error has not come yet
        painter.drawPixmap(0, 0, self._picture)
        painter.setOpacity(1.0)
        painter.setClipRect(QRectF(front, 0, self.width() - front, self.height()))
        painter.drawPixmap(0, 0, self._picture)
        painter.setClipping(False)
        painter.fillRect(QRectF(front - 1, 36, 2, self.height() - BARS - 40), color(self.theme.accent))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click ends the pulse."""
        self._pulse.end()
        super().mousePressEvent(event)

    def _columns(self, flow: Flow) -> list[float]:
        left, right = 70.0, self.width() - 170.0
        if len(flow.layers) == 1:
            return [(left + right) / 2]
        return [left + (right - left) * index / (len(flow.layers) - 1) for index in range(len(flow.layers))]

    def _node(self, flow: Flow, layer: int, number: int) -> QPointF:
        high = self.height() - BARS - 56
        step = min(30.0, high / max(1, len(flow.layers[layer].units)))
        top = 44 + (high - step * len(flow.layers[layer].units)) / 2
        return QPointF(self._columns(flow)[layer], top + step * (number + 0.5))

    def _draw(self, painter: QPainter, flow: Flow) -> None:
        theme = self.theme
        columns = self._columns(flow)
        for index, light in enumerate(flow.light):
            top = float(np.abs(light).max()) if self._own_scale else flow.brightest
            self._draw_light(painter, flow, index, light, top or 1.0)
        brightest = max((float(np.abs(layer.errors).max(initial=0)) for layer in flow.layers), default=0.0) or 1.0
        for index, layer in enumerate(flow.layers):
            own = float(np.abs(layer.errors).max(initial=0)) or 1.0
            for number, error in enumerate(layer.errors):
                self._draw_node(painter, flow, index, number, float(error) / (own if self._own_scale else brightest))
            paint_art_centred(painter, layer.latex, QPointF(columns[index], 16), 19, theme.text)
            painter.setFont(font("caption"))
            painter.setPen(color(theme.text_2))
            shown = layer.title if len(layer.units) == layer.of else f"{len(layer.units)} of {layer.of} units"
            painter.drawText(QRectF(columns[index] - 60, 28, 120, 14), CENTRE, shown)
            if index:
                painter.setPen(QPen(color(theme.text_3), 1))
                y, end = 16.0, columns[index - 1] + 34
                painter.drawLine(QPointF(columns[index] - 34, y), QPointF(end, y))
                painter.drawLine(QPointF(end, y), QPointF(end + 5, y - 4))
                painter.drawLine(QPointF(end, y), QPointF(end + 5, y + 4))
        self._draw_outputs(painter, flow)
        self._draw_bars(painter, flow, columns)

    def _draw_light(self, painter: QPainter, flow: Flow, index: int, light: np.ndarray, top: float) -> None:
        theme = self.theme
        shares = np.sqrt(np.abs(light) / top)
        order = np.argsort(shares, axis=None)
        for place in order[shares.reshape(-1)[order] > FAINTEST]:
            low, high = (int(each) for each in np.unravel_index(int(place), light.shape))
            share = float(shares[low, high])
            ink = theme.positive if light[low, high] > 0 else theme.negative
            painter.setPen(QPen(color(ink, min(1.0, 0.06 + 0.94 * share)), 0.6 + 3.0 * share))
            painter.drawLine(self._node(flow, index, low), self._node(flow, index + 1, high))

    def _draw_node(self, painter: QPainter, flow: Flow, layer: int, number: int, share: float) -> None:
        theme = self.theme
        middle = self._node(flow, layer, number)
        painter.setBrush(color(theme.window))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(middle, 6, 6)
        ink = theme.positive if share > 0 else theme.negative
        painter.setBrush(color(ink, math.sqrt(min(1.0, abs(share)))))
        painter.setPen(QPen(color(theme.outline), 1))
        painter.drawEllipse(middle, 6, 6)
        if flow.layers[layer].closed[number]:  # a stop bar: no error passes
            painter.setPen(QPen(color(theme.text), 2))
            painter.drawLine(middle + QPointF(-9, -5), middle + QPointF(-9, 5))

    def _draw_outputs(self, painter: QPainter, flow: Flow) -> None:
        theme, last = self.theme, len(flow.layers) - 1
        layer = flow.layers[last]
        painter.setFont(font("caption"))
        painter.setPen(color(theme.text))
        for number, unit in enumerate(layer.units):
            middle = self._node(flow, last, number)
            name = self._names[int(unit)] if len(self._names) == layer.of else str(int(unit))
            error = float(layer.errors[number])
            words = f"{name}   {'+' if error > 0 else ''}{short(error)}"
            painter.drawText(QRectF(middle.x() + 14, middle.y() - 8, 150, 16), Qt.AlignmentFlag.AlignVCenter, words)

    def _draw_bars(self, painter: QPainter, flow: Flow, columns: list[float]) -> None:
        """Mean |dZ| of every layer on a logarithmic axis, and the factor from one to the next."""
        theme = self.theme
        top, base = self.height() - BARS + 22, self.height() - 22.0
        painter.setFont(font("caption", 600))
        painter.setPen(color(theme.text))
        painter.drawText(
            QRectF(8, top - 20, 400, 16),
            Qt.AlignmentFlag.AlignVCenter,
            "mean |dZ| of each layer, on a logarithmic axis",
        )
        sizes = [layer.mean_size for layer in flow.layers if layer.mean_size > 0]
        if not sizes:
            painter.drawText(QRectF(8, top, 600, 20), Qt.AlignmentFlag.AlignVCenter, "no error anywhere")
            return
        high, low = math.ceil(math.log10(max(sizes))), math.floor(math.log10(min(sizes)))
        low = min(low, high - 2)
        painter.setFont(font("caption"))
        step = max(1, (high - low) // 6)
        for exponent in range(low, high + 1, step):
            y = base - (exponent - low) / (high - low) * (base - top)
            painter.setPen(QPen(color(theme.grid), 1))
            painter.drawLine(QPointF(40, y), QPointF(self.width() - 150, y))
            painter.setPen(color(theme.text_3))
            painter.drawText(QRectF(0, y - 8, 36, 16), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                             power_of_ten(exponent))  # fmt: skip
        for index, layer in enumerate(flow.layers):
            if layer.mean_size > 0:
                tall = (math.log10(layer.mean_size) - low) / (high - low) * (base - top)
                painter.fillRect(QRectF(columns[index] - 15, base - tall, 30, tall), color(theme.positive))
            painter.setFont(font("caption", 600))
            painter.setPen(color(theme.text))
            painter.drawText(QRectF(columns[index] - 50, base + 3, 100, 16), CENTRE, short(layer.mean_size, 2))
            if index + 1 < len(flow.layers):
                painter.setPen(color(theme.accent))
                middle = (columns[index] + columns[index + 1]) / 2
                painter.drawText(QRectF(middle - 40, base + 3, 80, 16), CENTRE, f"× {short(flow.factors[index], 2)}")
