"""Small pictures on the cards of layers: chips, histogram, gauge, and the line where a layer would go."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from nnvis.theme import Theme, color, font, paint_icon
from nnvis.widgets.layer_tips import healthy_band
from nnvis.widgets.painted import edged_rect, line_width
from nnvis.widgets.primitives import Primitives

_DISC = 20
_SHORTEST = 4  # letters of a shortened chip, with its ellipsis


def paint_chips(
    painter: QPainter,
    room: QRectF,
    chips: Sequence[str],
    theme: Theme,
    ground: str,
    faulty: Collection[int] = (),
    *,
    is_error: bool = True,
) -> None:
    """As many chips as there is room for, closer together where that helps."""
    painter.setFont(font("caption"))
    soft, ink = (theme.bad_soft, theme.bad) if is_error else (theme.warn_soft, theme.warn)
    for index, (text, left, width) in enumerate(placed_chips(chips, QFontMetricsF(font("caption")), room.width())):
        area = QRectF(room.left() + left, room.top(), width, room.height())
        edged_rect(painter, area, 4, soft if index in faulty else ground, None)
        painter.setPen(color(ink if index in faulty else theme.text_2))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)


def placed_chips(chips: Sequence[str], metrics: QFontMetricsF, room: float) -> list[tuple[str, float, float]]:
    """Words, left edge and width of the chips that fit into so many pixels; the last one may be shortened."""
    padding, gap = 12.0, 6.0
    if sum(metrics.horizontalAdvance(chip) + padding + gap for chip in chips) - gap > room:
        padding, gap = 8.0, 4.0
    placed: list[tuple[str, float, float]] = []
    left = 0.0
    for chip in chips:
        text = metrics.elidedText(chip, Qt.TextElideMode.ElideRight, room - left - padding)
        if text != chip and len(text) < _SHORTEST:
            break
        placed.append((text, left, metrics.horizontalAdvance(text) + padding))
        left += placed[-1][2] + gap
    return placed


def fitting(captions: Sequence[str], metrics: QFontMetricsF, room: float) -> str:
    """The first of the captions, longest first, that fits; the last one, shortened, where none does."""
    for caption in captions:
        if metrics.horizontalAdvance(caption) <= room:
            return caption
    return metrics.elidedText(captions[-1], Qt.TextElideMode.ElideRight, room)


def paint_histogram(painter: QPainter, rect: QRectF, heights: Sequence[float], theme: Theme) -> None:
    """Small bars on a base line; `heights` from 0 to 1."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(theme.distribution))
    pitch, left, most = rect.width() / len(heights), rect.left(), rect.height() - 1
    base = rect.bottom() - 1
    bars = Primitives(QRectF)  # all bars in one call
    bars.set_rows([
        (left + index * pitch, base - height * most, pitch - 0.6, height * most) for index, height in enumerate(heights)
    ])  # fmt: skip
    painter.drawRects(*bars.drawargs())
    painter.setPen(QPen(color(theme.distribution), line_width(painter)))
    painter.drawLine(QPointF(rect.left(), base + 0.5), QPointF(rect.right(), base + 0.5))
    painter.restore()


def paint_gauge(painter: QPainter, rect: QRectF, position: float, theme: Theme) -> None:
    """How far an update moves the layer: a marker beside, in or beyond the healthy band."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(theme.track))
    painter.drawRoundedRect(rect, 1.5, 1.5)
    first, last = healthy_band()
    painter.setBrush(color(theme.ok, theme.healthy_alpha))
    wide = rect.width()
    painter.drawRect(QRectF(rect.left() + first * wide, rect.top(), (last - first) * wide, rect.height()))
    painter.setBrush(color(theme.text))
    painter.drawRect(QRectF(rect.left() + position * (wide - 2), rect.top() - 2, 2, rect.height() + 4))
    painter.restore()


def paint_insertion(painter: QPainter, left: float, right: float, y: float, theme: Theme, *, plus: bool) -> None:
    """The 2 px line where a layer would go, with a plus disc at its right end if it can be clicked."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color(theme.accent), line_width(painter, 2), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(QPointF(left + 1, y), QPointF(right - 1, y))
    if plus:
        disc = insertion_disc(right, y)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(theme.accent))
        painter.drawEllipse(disc)
        paint_icon(painter, "add", disc.adjusted(3, 3, -3, -3), theme.on_accent)
    painter.restore()


def insertion_disc(right: float, y: float) -> QRectF:
    """The disc at the right end of the insertion line, clear of the scroll bar beside the cards."""
    return QRectF(right - _DISC, y - _DISC / 2, _DISC, _DISC)
