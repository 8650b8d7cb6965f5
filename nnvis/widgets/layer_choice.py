"""LayerChoice: the layers of a gradient check with their marks and how well each agrees; each can be left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QFrame, QScrollArea, QVBoxLayout, QWidget

from nnvis.theme import ThemeSource, color, font, paint_icon
from nnvis.widgets.labels import explain
from nnvis.widgets.painted import edged_rect, focus_ring

_BOX, _MARK, _GAP, _SIDE = 12, 10, 6, 4
_ROOMY, _TIGHT = 20, 16  # pixels from line to line; tight where there are many layers
_MANY = 6
_CORNERS: tuple[tuple[tuple[float, float], ...], ...] = (  # of square, diamond and triangle
    ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)),
    ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    ((0, -1.2), (1.1, 0.9), (-1.1, 0.9)),
)
EXPLAINED = (
    "Leave this layer out of the check, or take it in again. Ctrl+click or Enter: this layer alone, and then all again."
)


@dataclass(frozen=True)
class LayerChecked:
    """A layer in the choice: its name, its worst difference in words, and whether that is good."""

    name: str
    worst: str
    is_good: bool


class LayerChoice(QScrollArea):
    """A line for each layer, all chosen at first; one at least stays chosen. It scrolls where there are too many."""

    changed = Signal()

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_source = theme_source
        self._names: tuple[str, ...] = ()
        self._lines: list[_Line] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setAccessibleName("Layers in the gradient check")
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.setWidget(body)
        for ground in (self.viewport(), body):  # the scatter lies behind
            ground.setAutoFillBackground(False)
            ground.setObjectName("scrolled")
        theme_source.theme_changed.connect(body.update)
        theme_source.metrics_changed.connect(self._fit)

    @property
    def chosen(self) -> frozenset[int]:
        """The numbers of the layers that are looked at."""
        return frozenset(number for number, line in enumerate(self._lines) if line.isChecked())

    @property
    def has_all(self) -> bool:
        """Whether no layer is left out."""
        return all(line.isChecked() for line in self._lines)

    def line(self, number: int) -> QAbstractButton:
        """The button of a layer."""
        return self._lines[number]

    def show_layers(self, layers: Sequence[LayerChecked]) -> None:
        """Show these; which are chosen stays as long as they are the same ones."""
        names = tuple(layer.name for layer in layers)
        if names != self._names:
            self._names = names
            for line in self._lines:
                self._column.removeWidget(line)
                line.deleteLater()
            self._lines = [_Line(self._theme_source, number) for number in range(len(names))]
            for line in self._lines:
                self._column.addWidget(line)
                line.toggled.connect(self._on_toggled)
                line.alone_requested.connect(self._on_alone_requested)
        for line, layer in zip(self._lines, layers, strict=True):
            line.show_layer(layer)
        self._fit()

    def sizeHint(self) -> QSize:
        """As wide as the widest line, as high as all of them."""
        wide = max((line.sizeHint().width() for line in self._lines), default=0)
        return QSize(wide, len(self._lines) * self._pitch)

    @property
    def _pitch(self) -> int:
        return _ROOMY if len(self._lines) <= _MANY else _TIGHT

    def _fit(self) -> None:
        for line in self._lines:
            line.setFixedHeight(self._pitch)
        self.updateGeometry()

    def _on_toggled(self) -> None:
        if not self.chosen:  # of nothing there is nothing to see
            line = self.sender()
            assert isinstance(line, _Line)
            line.setChecked(True)
            return
        self.changed.emit()

    def _on_alone_requested(self, number: int) -> None:
        wanted = frozenset({number})
        if self.chosen == wanted:
            wanted = frozenset(range(len(self._lines)))
        if self.chosen == wanted:
            return
        for place, line in enumerate(self._lines):
            line.blockSignals(True)  # told once, for all of them
            line.setChecked(place in wanted)
            line.blockSignals(False)
            line.update()
        self.changed.emit()


class _Line(QAbstractButton):
    """Box, mark, name, worst difference. A real button, so that keyboard and screen reader know what to do with it."""

    alone_requested = Signal(int)

    def __init__(self, theme_source: ThemeSource, number: int) -> None:
        super().__init__()
        self._theme_source, self._number = theme_source, number
        self._layer = LayerChecked("", "", True)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        explain(self, EXPLAINED)

    def show_layer(self, layer: LayerChecked) -> None:
        """Say what has been measured."""
        self._layer = layer
        self.setText(layer.name)
        self.setAccessibleName(f"{layer.name}, {layer.worst}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        name, worst = QFontMetrics(self._body), QFontMetrics(font("caption"))
        words = name.horizontalAdvance(self._layer.name) + 10 + worst.horizontalAdvance(self._layer.worst)
        return QSize(_SIDE + _BOX + _GAP + _MARK + _GAP + words + _SIDE + 2, _ROOMY)

    @property
    def _body(self) -> QFont:
        return font("body")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """With Ctrl: this one alone."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and self.rect().contains(event.position().toPoint()):
            self.setDown(False)
            self.alone_requested.emit(self._number)
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space toggles, as in every button; Enter: this one alone."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.alone_requested.emit(self._number)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """The mouse comes and goes."""
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self.update()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        theme, layer, on = self._theme_source.theme, self._layer, self.isChecked()
        painter = QPainter(self)
        middle = self.height() / 2
        box = QRectF(_SIDE, middle - _BOX / 2, _BOX, _BOX)
        if on:
            edged_rect(painter, box, 3, theme.accent, None)
            paint_icon(painter, "check", box.adjusted(1, 1, -1, -1), theme.on_accent)
        else:
            edged_rect(painter, box, 3, None, theme.text_2 if self.underMouse() else theme.text_3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(theme.text_2 if on else theme.text_3))
        left = box.right() + _GAP
        paint_mark(painter, QPointF(left + _MARK / 2, middle), self._number, 4)
        left += _MARK + _GAP
        painter.setFont(self._body)
        painter.setPen(color(theme.text if on or self.underMouse() else theme.text_3))
        wide = QFontMetricsF(self._body).horizontalAdvance(layer.name)
        painter.drawText(QRectF(left, 0, wide + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, layer.name)
        painter.setFont(font("caption"))
        painter.setPen(color((theme.ok if layer.is_good else theme.warn) if on else theme.text_3))
        rest = QRectF(left + wide + 10, 0, self.width() - left - wide - 10, self.height())
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, layer.worst if on else "left out")
        if self.hasFocus():
            focus_ring(painter, QRectF(self.rect()), theme, 4)


def paint_mark(painter: QPainter, at: QPointF, layer: int, size: float) -> None:
    """The shape of a layer's dots: circle, square, diamond, triangle, and again from the start."""
    if layer % 4 == 0:
        painter.drawEllipse(at, size, size)
        return
    corners = _CORNERS[layer % 4 - 1]
    painter.drawPolygon(QPolygonF([at + QPointF(x * size, y * size) for x, y in corners]))


if __name__ == "__main__":
    from nnvis.widgets.preview import preview

    def _made(source: ThemeSource) -> QWidget:
        choice = LayerChoice(source)
        choice.show_layers([LayerChecked(f"dense_{n}", f"worst {n + 1}·10⁻⁹", n < 2) for n in range(3)])
        return choice

    preview(_made)
