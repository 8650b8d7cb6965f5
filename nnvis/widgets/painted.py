"""What all painted widgets share: the theme, a focus ring for the keyboard, and lines that fall on whole pixels.

What is painted many times a second is given in plain numbers, with pens and colours that are kept. To make an object of
Qt's, as small as a QPointF, lets go of Python's interpreter for a moment. While a network trains, its thread waits for
just that: thousands of hand-overs a second cost both more than the painting does.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPalette, QPen
from PySide6.QtWidgets import QWidget

from nnvis.theme import Theme, ThemeSource, color

Area = tuple[float, float, float, float]  # left, top, width, height
Ground = Literal["card", "panel"]

_reason = Qt.FocusReason
BY_KEYBOARD = (_reason.TabFocusReason, _reason.BacktabFocusReason, _reason.ShortcutFocusReason)
RETURNING = (_reason.ActiveWindowFocusReason, _reason.PopupFocusReason)  # the widget had it before


class PaintedWidget(QWidget):
    """A widget that paints itself from the theme in force, and again whenever that changes."""

    def __init__(self, theme_source: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme_source = theme_source
        self._by_keyboard = False
        theme_source.theme_changed.connect(self._on_theme_changed)
        theme_source.metrics_changed.connect(self._on_metrics_changed)

    @property
    def theme(self) -> Theme:
        """The tokens in force."""
        return self.theme_source.theme

    @property
    def focus_visible(self) -> bool:
        """Whether it has the focus and was reached by keyboard: only then the ring is painted."""
        return self._by_keyboard and self.hasFocus()

    def set_sentence(self, sentence: str) -> None:
        """Say the present value in one sentence, for those who hear the window."""
        if sentence != self.accessibleDescription():
            self.setAccessibleDescription(sentence)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring only to those who came by keyboard."""
        if event.reason() not in RETURNING:
            self._by_keyboard = event.reason() in BY_KEYBOARD
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.update()

    def _on_theme_changed(self) -> None:
        self.update()

    def _on_metrics_changed(self) -> None:
        self.updateGeometry()
        self.update()


def ground_role(ground: Ground) -> QPalette.ColorRole:
    """Where the palette has the colour of that ground."""
    return QPalette.ColorRole.AlternateBase if ground == "card" else QPalette.ColorRole.Window


def stand_on(widget: QWidget, ground: Ground) -> None:
    """Say what lies behind a widget that is painted anew many times a second.

    It then covers its ground with that colour, and Qt need not paint everything below it again, from the window's own
    background upwards: for a line of words that costs ten times as much as the words.
    """
    widget.setBackgroundRole(ground_role(ground))
    widget.setAutoFillBackground(True)


def whole(painter: QPainter, rect: QRectF) -> QRectF:
    """`rect` moved to the nearest whole device pixels, so that its edges are sharp at 125 and 150 % too."""
    transform = painter.deviceTransform()
    if not transform.isScaling():  # at 100 %
        right, down = transform.dx(), transform.dy()
        left, top = round(rect.left() + right) - right, round(rect.top() + down) - down
        return QRectF(left, top, round(rect.right() + right) - right - left, round(rect.bottom() + down) - down - top)
    first, last = transform.map(rect.topLeft()), transform.map(rect.bottomRight())
    inverse = transform.inverted()[0]
    return QRectF(
        inverse.map(QPointF(round(first.x()), round(first.y()))),
        inverse.map(QPointF(round(last.x()), round(last.y()))),
    )


def line_width(painter: QPainter, width: float = 1.0) -> float:
    """The width of a line that covers whole device pixels, at least one."""
    scale = painter.deviceTransform().m11()
    return max(1, round(width * scale)) / scale


def filled(painter: QPainter, area: Area, radius: float, fill: str) -> None:
    """A rounded rectangle without an edge, on whole device pixels; `fill` is a colour's token."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(fill))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, radius > 0)
    left, top, width, height = area
    if painter.worldMatrixEnabled() or painter.device().devicePixelRatioF() != 1:
        painter.drawRoundedRect(whole(painter, QRectF(left, top, width, height)), radius, radius)
        return
    x, y = round(left), round(top)
    painter.drawRoundedRect(x, y, round(left + width) - x, round(top + height) - y, radius, radius)


def edged_rect(painter: QPainter, rect: QRectF, radius: float, fill: QColor | str | None, edge: QColor | str | None,
               width: float = 1.0) -> None:
    """A rounded rectangle with a sharp edge inside `rect`; `None` leaves fill or edge out."""
    painter.setBrush(Qt.BrushStyle.NoBrush if fill is None else color(fill) if isinstance(fill, str) else fill)
    area = whole(painter, rect)
    if edge is None:
        painter.setPen(Qt.PenStyle.NoPen)
    else:
        width = line_width(painter, width)
        painter.setPen(QPen(QColor(edge), width))
        area = area.adjusted(width / 2, width / 2, -width / 2, -width / 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, radius > 0)
    painter.drawRoundedRect(area, radius, radius)


def focus_ring(painter: QPainter, rect: QRectF, theme: Theme, radius: float) -> None:
    """The 2 px ring in the accent colour, just inside `rect`."""
    edged_rect(painter, rect, radius, None, theme.accent, 2.0)
