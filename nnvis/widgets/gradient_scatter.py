"""GradientScatter: back-propagation against the finite difference, a dot for each weight; on the line both agree."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnvis.microscope.gradient_study import Twin
from nnvis.microscope.numbers_in import short
from nnvis.number_text import MINUS, power_of_ten
from nnvis.theme import ThemeSource, code_font, color, font
from nnvis.widgets.layer_choice import LayerChecked, LayerChoice, paint_mark
from nnvis.widgets.painted import PaintedWidget, edged_rect, line_width

LINEAR = 1e-5  # within it the axes are linear, beyond it logarithmic
NEAR = 14  # pixels from a dot that still mean it
SCROLL_BAR = 12
_LEFT, _BOTTOM = 64, 40


class GradientScatter(PaintedWidget):
    """Square, on symmetric-log axes. `bare` leaves out numbers, legend and hover: the small one with the mistake."""

    def __init__(self, theme_source: ThemeSource, *, bare: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(theme_source, parent)
        self._bare = bare
        self._twins: tuple[Twin, ...] = ()
        self._names: tuple[str, ...] = ()
        self.choice = LayerChoice(theme_source, self)
        self.choice.setVisible(not bare)
        self._top = 1.0
        self._hovered: Twin | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160 if bare else 300, 150 if bare else 280)
        self.setAccessibleName("Gradients by back-propagation and by finite difference")
        if not bare:
            self.setMouseTracking(True)
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_twins(self, twins: Sequence[Twin], layers: Sequence[LayerChecked] = ()) -> None:
        """Show these weights, and what is said of the layers that there are to choose from."""
        self._twins = tuple(twins)
        self._names = tuple(layer.name for layer in layers)
        self.choice.show_layers(layers)
        self._place_choice()
        values = [abs(each) for twin in twins for each in (twin.analytic, twin.numeric) if math.isfinite(each)]
        self._top = max([*values, 10 * LINEAR])
        self._hovered = max(self._twins, key=lambda twin: abs(twin.analytic), default=None)
        bad = sum(twin.verdict == "bad" for twin in self._twins)
        self.set_sentence(f"{len(self._twins)} weights, {bad} of them apart.")
        self.update()

    @property
    def hovered(self) -> Twin | None:
        """The weight whose numbers are written out."""
        return self._hovered

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The choice of layers stays in the corner where no dots are."""
        super().resizeEvent(event)
        self._place_choice()

    def _place_choice(self) -> None:
        area, wanted = self._area(), self.choice.sizeHint()
        high = min(wanted.height(), int(area.height() * 0.5))
        bar = SCROLL_BAR if high < wanted.height() else 0
        wide = min(wanted.width() + bar, int(area.width()) - 12)
        self.choice.setGeometry(int(area.left()) + 6, int(area.top()) + 8, wide, high)

    def sizeHint(self) -> QSize:
        return QSize(220, 220) if self._bare else QSize(440, 420)

    def place(self, twin: Twin) -> QPointF:
        """Where its dot is."""
        area = self._area()
        return QPointF(
            area.center().x() + self._share(twin.analytic) * area.width() / 2,
            area.center().y() - self._share(twin.numeric) * area.height() / 2,
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Write out the nearest weight."""
        def away(twin: Twin) -> float:
            return (self.place(twin) - event.position()).manhattanLength()

        nearest = min(self._twins, key=away, default=None)
        if nearest is not None and away(nearest) < NEAR and nearest is not self._hovered:
            self._hovered = nearest
            self.set_sentence(f"{nearest.name}: {nearest.analytic:.9g} and {nearest.numeric:.9g}.")
            self.update()

    def _area(self) -> QRectF:
        left, bottom = (8, 8) if self._bare else (_LEFT, _BOTTOM)
        side = min(self.width() - left - 8, self.height() - bottom - 8)
        return QRectF(left, 8, side, side)

    def _share(self, value: float) -> float:
        """From -1 to 1: linear up to LINEAR, then by powers of ten."""
        if not math.isfinite(value):
            return math.copysign(1, value)
        size = abs(value)
        decades = math.log10(self._top / LINEAR) + 1
        scaled = size / LINEAR if size <= LINEAR else 1 + math.log10(size / LINEAR)
        return math.copysign(min(scaled / decades, 1.0) * 0.94, value)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        theme, area = self.theme, self._area()
        edged_rect(painter, area, 4, theme.card, theme.outline)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color(theme.text_3), line_width(painter)))
        painter.drawLine(area.bottomLeft(), area.topRight())
        if not self._bare:
            self._paint_axes(painter, area)
        tints = {"good": theme.ok, "look": theme.warn, "small": theme.warn, "kink": theme.warn, "bad": theme.bad}
        painter.setPen(Qt.PenStyle.NoPen)
        for twin in self._twins:
            painter.setBrush(color(tints[twin.verdict]))
            paint_mark(painter, self.place(twin), twin.layer, 2.6 if self._bare else 3.6)
        if not self._bare:
            self._paint_legend(painter, area)
            if self._hovered is not None:
                self._paint_hovered(painter, area, self._hovered)

    def _paint_axes(self, painter: QPainter, area: QRectF) -> None:
        painter.setFont(font("caption"))
        first = math.ceil(math.log10(LINEAR)) + 1
        powers = [power for power in range(first, math.floor(math.log10(self._top)) + 1) if (power - first) % 2 == 0]
        ticks = [(0.0, "0")]
        for power in powers:
            ticks += [(10.0**power, power_of_ten(power)), (-(10.0**power), MINUS + power_of_ten(power))]
        painter.setPen(color(self.theme.text_3))
        for value, words in ticks:
            x = area.center().x() + self._share(value) * area.width() / 2
            y = area.center().y() - self._share(value) * area.height() / 2
            painter.drawText(QRectF(x - 30, area.bottom() + 3, 60, 14), Qt.AlignmentFlag.AlignCenter, words)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(area.left() - 50, y - 8, 44, 16), right, words)
        painter.setPen(color(self.theme.text_2))
        below = QRectF(area.left(), area.bottom() + 18, area.width(), 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, "gradient by back-propagation")
        painter.save()
        painter.translate(10, area.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-100, -8, 200, 16), Qt.AlignmentFlag.AlignCenter, "finite difference")
        painter.restore()

    def _paint_legend(self, painter: QPainter, area: QRectF) -> None:
        painter.setFont(font("caption"))
        theme = self.theme
        lines = (
            (theme.ok, "relative difference below 10⁻⁶"), (theme.warn, "to 10⁻³, or a kink, or tiny"),
            (theme.bad, "above"),
        )  # fmt: skip
        for number, (tint, words) in enumerate(lines):
            y = area.bottom() - 16 - 16 * (len(lines) - 1 - number)
            painter.fillRect(QRectF(area.right() - 190, y - 8, 8, 8), color(tint))
            painter.setPen(color(theme.text_2))
            painter.drawText(QPointF(area.right() - 176, y), words)

    def _paint_hovered(self, painter: QPainter, area: QRectF, twin: Twin) -> None:
        """A card with both numbers; the figures in which they differ stand out."""
        spot = self.place(twin)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(self.theme.accent), 2))
        painter.drawEllipse(spot, 8, 8)
        card = QRectF(0, 0, 216, 66)
        card.moveCenter(QPointF(spot.x(), spot.y() + (60 if spot.y() < area.center().y() else -60)))
        card.moveLeft(min(max(card.left(), area.left() + 8), area.right() - card.width() - 8))
        choice = QRectF(self.choice.geometry())
        names_end = choice.bottom() + 8
        if card.left() < choice.right() + 8 and card.top() < names_end:  # the names of the layers stay readable
            card.moveTop(max(names_end, spot.y() + 14))
        legend_begins = area.bottom() - 62
        if card.right() > area.right() - 200 and card.bottom() > legend_begins:
            card.moveBottom(min(legend_begins, spot.y() - 14))
        edged_rect(painter, card, 6, self.theme.hover, self.theme.accent)
        painter.setFont(font("caption"))
        painter.setPen(color(self.theme.text_2))
        name = self._names[twin.layer] if twin.layer < len(self._names) else ""
        kink = ", a relu opens or closes here" if twin.crosses_kink else ""
        painter.drawText(card.adjusted(12, 6, -8, 0), Qt.AlignmentFlag.AlignLeft, f"{name}  {twin.name}{kink}")
        numbers = [f"{value:+.12f}".replace("-", MINUS) for value in (twin.analytic, twin.numeric)]
        differ = next((at for at, (a, b) in enumerate(zip(*numbers, strict=False)) if a != b), len(numbers[0]))
        for row, (text, words) in enumerate(zip(numbers, ("back-prop", "twin"), strict=True)):
            self._paint_number(painter, QPointF(card.left() + 12, card.top() + 38 + 18 * row), text, differ)
            painter.setFont(font("caption"))
            painter.setPen(color(self.theme.text_2))
            place = QRectF(card.left(), card.top() + 26 + 18 * row, card.width() - 12, 16)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_number(self, painter: QPainter, baseline: QPointF, text: str, differ: int) -> None:
        painter.setFont(code_font(13))
        metrics = QFontMetricsF(painter.font())
        start = metrics.horizontalAdvance(text[:differ])
        if differ < len(text):
            wide = metrics.horizontalAdvance(text[differ:])
            back = QRectF(baseline.x() + start, baseline.y() - 12, wide, 16)
            painter.fillRect(back, color(self.theme.accent_soft))
        painter.setPen(color(self.theme.text))
        painter.drawText(baseline, text)


def worst_text(error: float) -> str:
    """`worst 4.5·10⁻⁶`."""
    return f"worst {short(error, 2)}" if error else "no difference"
