"""The forms in which a number is written out: waterfall, pictures multiplied, tinted pictures, shares, table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen

from nnvis.colour_maps import (
    color_table,
    magnitude_colors,
    magnitude_indices,
    signed_colors,
    signed_indices,
)
from nnvis.microscope.blocks import cell_text
from nnvis.microscope.numbers_in import short
from nnvis.microscope.telling import Telling
from nnvis.theme import Theme, color, font
from nnvis.widgets.microscope.equation_art import art_width, paint_art_centred
from nnvis.widgets.microscope.placed_block import form_that_fits, paint_ring
from nnvis.widgets.microscope.written_numbers import winner_rect
from nnvis.widgets.painted import edged_rect

CENTRE = Qt.AlignmentFlag.AlignCenter
LEAST_LINE = 13.0  # px between two rows of a table


def picture(values: np.ndarray, kind: str, top: float, theme: Theme) -> QImage:
    """An array as an image, one pixel a cell."""
    make = signed_indices if kind == "signed" else magnitude_indices
    data = np.ascontiguousarray(make(values, top))
    height, width = data.shape
    image = QImage(data.data, width, height, width, QImage.Format.Format_Indexed8)
    image.setColorTable(color_table(signed_colors() if kind == "signed" else magnitude_colors(theme)))
    return image.convertToFormat(QImage.Format.Format_RGB32)


def draw_picture(painter: QPainter, rect: QRectF, image: QImage, theme: Theme) -> None:
    """An image without smoothing, in a hairline frame."""
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(rect, image)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color(theme.line), 1))
    painter.drawRect(rect)


def whole_side(side: float, pixels: int) -> float:
    """The largest side that gives every pixel the same whole size."""
    return max(1, int(side) // pixels) * pixels if side >= pixels else side


def paint_waterfall(painter: QPainter, area: QRectF, telling: Telling, theme: Theme) -> None:
    """Bars that begin where the last one ended; the last one is the entry itself."""
    bars = telling.bars
    low = min(0.0, *(min(bar.start, bar.end) for bar in bars))
    high = max(0.0, *(max(bar.start, bar.end) for bar in bars))
    span = (high - low) or 1.0
    room = area.adjusted(0, 14, -(92 if telling.after else 0), -30)
    pitch = min(110.0, room.width() / len(bars))
    wide = min(48.0, pitch * 0.62)

    def height_of(value: float) -> float:
        return room.bottom() - (value - low) / span * room.height()

    painter.setPen(QPen(color(theme.outline), 1))
    painter.drawLine(QPointF(room.left(), height_of(0)), QPointF(room.left() + pitch * len(bars), height_of(0)))
    for index, bar in enumerate(bars):
        middle = room.left() + pitch * (index + 0.5)
        top, bottom = height_of(max(bar.start, bar.end)), height_of(min(bar.start, bar.end))
        rect = QRectF(middle - wide / 2, top, wide, max(2.0, bottom - top))
        fill = {"positive": theme.positive, "negative": theme.negative, "quiet": theme.outline, "total": theme.accent}
        painter.fillRect(rect, color(fill[bar.tone]))
        if index + 1 < len(bars):
            painter.setPen(QPen(color(theme.outline), 1))
            level = height_of(bar.end)
            painter.drawLine(QPointF(rect.right(), level), QPointF(middle + pitch - wide / 2, level))
        painter.setFont(font("caption", 600))
        painter.setPen(color(theme.accent if bar.tone == "total" else theme.text))
        painter.drawText(QRectF(middle - pitch / 2, top - 15, pitch, 14), CENTRE, bar.text)
        painter.setFont(font("caption"))
        metrics = painter.fontMetrics()
        painter.setPen(color(theme.accent if bar.tone == "total" else theme.text_2))
        label = metrics.elidedText(bar.label, Qt.TextElideMode.ElideRight, int(pitch) - 2)
        painter.drawText(QRectF(middle - pitch / 2, area.bottom() - 28, pitch, 14), CENTRE, label)
        painter.setPen(color(theme.text))
        fits = metrics.horizontalAdvance(bar.factors) < pitch - 2
        factors = bar.factors if fits else metrics.elidedText(bar.brief, Qt.TextElideMode.ElideRight, int(pitch) - 2)
        painter.drawText(QRectF(middle - pitch / 2, area.bottom() - 14, pitch, 14), CENTRE, factors)
    if telling.after:
        left = room.left() + pitch * len(bars) + 4
        painter.setPen(QPen(color(theme.text_2), 1))
        y = area.top() + 24
        painter.drawLine(QPointF(left, y), QPointF(left + 16, y))
        painter.drawLine(QPointF(left + 12, y - 4), QPointF(left + 16, y))
        painter.drawLine(QPointF(left + 12, y + 4), QPointF(left + 16, y))
        painter.setFont(font("value"))
        painter.setPen(color(theme.text))
        painter.drawText(QRectF(left + 22, y - 12, 90, 24), Qt.AlignmentFlag.AlignVCenter, telling.after[0])
        painter.setFont(font("caption"))
        painter.setPen(color(theme.text_2))
        painter.drawText(QRectF(left, y + 12, 104, 30), Qt.TextFlag.TextWordWrap, telling.after[1])


def paint_pictures(painter: QPainter, area: QRectF, telling: Telling, theme: Theme) -> float:
    """Input times weights is their product; returns where the room beside them begins."""
    pixels = max(*telling.pictures[0][1].shape)
    side = whole_side(min(area.height() - 24, 168.0), pixels)
    if len(telling.pictures) == 1:
        side = min(side, pixels * 44.0)
    widest = max(art_width(latex, 13) for latex, _, _ in telling.pictures)
    spare = max(0.0, (widest - side) / 2) if len(telling.pictures) == 1 else 0.0  # its name is wider than itself
    left = area.left() + spare
    for index, (latex, values, kind) in enumerate(telling.pictures):
        top = float(np.abs(values).max()) or 1.0
        rect = QRectF(left, area.top() + 20 + max(0.0, (area.height() - 20 - side) / 2), side, side)
        shown = rect
        if values.shape[0] != values.shape[1]:
            shown = QRectF(rect.topLeft(), QSizeF(side * values.shape[1] / pixels, side * values.shape[0] / pixels))
        draw_picture(painter, shown, picture(values, kind, top, theme), theme)
        _numbers(painter, shown, values, kind, top, theme)
        if telling.marked is not None:
            paint_ring(painter, winner_rect(shown, values, telling.marked), theme)
        paint_art_centred(painter, latex, QPointF(rect.center().x(), area.top() + 7), 13, theme.text_2)
        left += side
        if index < 2 and len(telling.pictures) > 1:
            paint_art_centred(painter, (r"\odot", "=")[index], QPointF(left + 15, rect.center().y()), 18, theme.text_2)
            left += 30
    return left + spare + 24


def _numbers(painter: QPainter, rect: QRectF, values: np.ndarray, kind: str, top: float, theme: Theme) -> None:
    """Numbers in the cells of a small picture."""
    rows, columns = values.shape
    wide, high = rect.width() / columns, rect.height() / rows
    if wide < 26 or high < 14:
        return
    image = picture(values, kind, top, theme)
    painter.setFont(font("caption"))
    shown = [float(value) for value in values.reshape(-1)]
    form = form_that_fits(shown, top, wide, QFontMetricsF(font("caption")))
    if form is None:
        return
    for row, column in np.ndindex(rows, columns):
        painter.setPen(color("#10131A" if image.pixelColor(column, row).lightnessF() > 0.5 else "#FFFFFF"))
        cell = QRectF(rect.left() + column * wide, rect.top() + row * high, wide, high)
        painter.drawText(cell, CENTRE, cell_text(float(values[row, column]), top, *form))


def paint_tints(painter: QPainter, area: QRectF, telling: Telling, theme: Theme) -> None:
    """Every image tinted by its error; all of them together are the column of dW."""
    assert telling.tint_result is not None
    column, value = telling.tint_result
    pixels = max(column.shape)
    words = 150.0
    number = len(telling.tints)
    plus = 22.0
    high = area.height()
    room = area.width() - words - high
    side = whole_side(min(high - 33, room / number - plus, 140.0), pixels)
    pitch = min(room / number, side + 60)
    left = area.left()
    for index, (image, error, product, tinted) in enumerate(telling.tints):
        middle = left + pitch * (index + 0.5)
        tag = QRectF(middle - 36, area.top() + 1, 72, 18)
        tint = picture(np.array([[error]]), "signed", max(abs(each[1]) for each in telling.tints), theme).pixelColor(
            0, 0
        )
        edged_rect(painter, tag, 4, tint, None)
        painter.setFont(font("caption", 600))
        painter.setPen(color("#10131A" if tint.lightnessF() > 0.5 else "#FFFFFF"))
        painter.drawText(tag, CENTRE, f"+{short(error)}" if error > 0 else short(error))
        rect = QRectF(middle - side / 2, area.top() + 22, side, side)
        draw_picture(painter, rect, picture(tinted, "signed", telling.tint_top, theme), theme)
        _mark(painter, rect, telling, pixels, theme)
        painter.setFont(font("caption"))
        painter.setPen(color(theme.text_2))
        below = QRectF(middle - pitch / 2, rect.bottom() + 1, pitch, 14)
        painter.drawText(below, CENTRE, f"image {image + 1}: {short(product)}" if pitch > 100 else short(product))
        if index + 1 < number:
            painter.drawText(QRectF(middle + pitch / 2 - 10, rect.center().y() - 10, 20, 20), CENTRE, "+")
    end = left + pitch * number
    for words_, value_, tone in telling.summary:
        painter.setPen(color(getattr(theme, tone)))
        painter.drawText(
            QRectF(end, area.bottom() - 16, 200, 14), Qt.AlignmentFlag.AlignVCenter, f"+ {words_}: {value_}"
        )
    painter.setFont(font("value"))
    painter.setPen(color(theme.text_2))
    large = whole_side(high - 4 - (16 if telling.summary else 0), pixels)
    painter.drawText(QRectF(end - 4, area.top() + high / 2 - 14, 24, 24), CENTRE, "=")
    rect = QRectF(end + 24, area.top(), large, large)
    draw_picture(painter, rect, picture(column, "signed", telling.tint_top, theme), theme)
    _mark(painter, rect, telling, pixels, theme)
    told = QRectF(rect.right() + 12, rect.top(), area.right() - rect.right() - 12, large)
    paint_art_centred(painter, telling.latex, QPointF(told.left() + 50, told.top() + 14), 15, theme.text)
    painter.setFont(font("caption"))
    painter.setPen(color(theme.text_2))
    painter.drawText(told.adjusted(0, 28, 0, 0), Qt.TextFlag.TextWordWrap, "at the marked pixel")
    painter.setFont(font("value"))
    painter.setPen(color(theme.accent))
    painter.drawText(told.adjusted(0, 44, 0, 0), short(value, 4))
    painter.setFont(font("caption"))
    if large > 72:
        painter.drawText(told.adjusted(0, 68, 0, 0), Qt.TextFlag.TextWordWrap, "W: its whole life")


def _mark(painter: QPainter, rect: QRectF, telling: Telling, pixels: int, theme: Theme) -> None:
    if telling.marked is None:
        return
    pixel = rect.width() / pixels
    row, column = telling.marked
    paint_ring(painter, QRectF(rect.left() + column * pixel, rect.top() + row * pixel, pixel, pixel), theme)


def paint_shares(
    painter: QPainter, area: QRectF, telling: Telling, theme: Theme, thumbnails: Mapping[int, QImage]
) -> None:
    """What the network says above, how far off below; the outline is what is true."""
    assert telling.shares is not None
    said, true, names, image = telling.shares
    painter.setFont(font("body"))
    painter.setPen(color(theme.text_2))
    painter.drawText(QRectF(area.left(), area.top() - 2, 260, 18), Qt.AlignmentFlag.AlignVCenter, f"Image {image + 1}")
    side = min(area.height() - 42, 130.0)
    rect = QRectF(area.left(), area.top() + 20, side, side)
    thumb = thumbnails.get(image)
    if thumb is not None:
        draw_picture(painter, rect, thumb, theme)
    painter.setPen(color(theme.text))
    right, answer = int(np.argmax(true)), int(np.argmax(said))
    words = f"a {names[right]}, read as {names[answer]}"
    painter.drawText(QRectF(area.left(), rect.bottom() + 2, 200, 20), Qt.AlignmentFlag.AlignVCenter, words)
    left = rect.right() + 150
    wide = min(96.0, (area.right() - 210 - left) / len(said))
    high = (area.height() - 54) * 0.62  # of a share of 1 above; errors below are drawn half as high
    upper = area.top() + 12 + high
    lower = upper + 28 + high * 0.22
    painter.setFont(font("caption"))
    painter.setPen(color(theme.text_2))
    label = QRectF(left - 148, upper - 30, 136, 30)
    flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(label, flags, "what it says\noutline: what is true")
    painter.drawText(label.translated(0, lower - upper + 15), flags, "less what is true:\nhow far off, which way")
    top = max(1.0, float(np.abs(said).max()))
    for index in range(len(said)):
        middle = left + wide * (index + 0.5)
        bar = min(34.0, wide * 0.6)
        _share_bar(painter, middle, upper, bar, float(said[index]) / top * high, theme.distribution)
        if true[index]:
            painter.setPen(QPen(color(theme.text), 1.4, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            tall = float(true[index]) / top * high
            painter.drawRect(QRectF(middle - bar / 2 - 3, upper - tall, bar + 6, tall))
        wrong = float(said[index] - true[index])
        _share_bar(
            painter, middle, lower, bar, wrong / top * high * 0.4, theme.positive if wrong > 0 else theme.negative
        )
        strong = abs(wrong) > 0.1
        painter.setFont(font("caption", 600 if strong else 400))
        painter.setPen(color(theme.text if strong else theme.text_2))
        text_top = upper - float(said[index]) / top * high - 14
        painter.drawText(QRectF(middle - wide / 2, text_top, wide, 13), CENTRE, small(float(said[index])))
        painter.drawText(QRectF(middle - wide / 2, upper + 1, wide, 14), CENTRE, names[index])
        y = lower - 14 - wrong / top * high * 0.4 if wrong >= 0 else lower + abs(wrong) / top * high * 0.4 + 1
        painter.drawText(QRectF(middle - wide / 2, y, wide, 13), CENTRE, small(wrong, sign=True))
    painter.setPen(QPen(color(theme.outline), 1))
    for y in (upper, lower):
        painter.drawLine(QPointF(left, y), QPointF(left + wide * len(said), y))
    _paint_summary(painter, QRectF(area.right() - 196, area.top(), 196, area.height()), telling, theme)


def small(value: float, sign: bool = False) -> str:
    """A share with three decimals; what would be written as 0.000 is about 0."""
    if value == 0:
        return "0"
    if abs(value) < 0.0005:
        return "≈ 0"
    text = f"{abs(value):.3f}"
    return f"−{text}" if value < 0 else f"+{text}" if sign else text


def _share_bar(painter: QPainter, middle: float, base: float, wide: float, tall: float, ink: str) -> None:
    rect = QRectF(middle - wide / 2, base - max(0.0, tall), wide, max(1.0, abs(tall)))
    painter.fillRect(rect, color(ink))


def _paint_summary(painter: QPainter, area: QRectF, telling: Telling, theme: Theme) -> None:
    step = min(24.0, area.height() / max(1, len(telling.summary)))
    for index, (words, value, tone) in enumerate(telling.summary):
        painter.setPen(color(getattr(theme, tone)))
        painter.setFont(font("caption", 600 if tone in ("text", "accent") else 400))
        line = QRectF(area.left(), area.top() + index * step, area.width(), step)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, f"{words} {value}".strip())


def paint_table(painter: QPainter, area: QRectF, telling: Telling, theme: Theme, lines: Sequence[float]) -> None:
    """Products on the lines of the matrix beside it, then the sum."""
    rows = telling.rows
    first = area.top() + 26
    on_lines = len(lines) == len(rows) and (len(lines) < 2 or lines[1] - lines[0] >= LEAST_LINE)
    pitch = min(18.0, max(LEAST_LINE, (area.height() - 110) / max(1, len(rows))))
    middles = list(lines) if on_lines else [first + pitch * index for index in range(len(rows))]
    top = max((abs(row.product) for row in rows), default=0.0) or 1.0
    columns = (0.26, 0.32, 0.52, 0.66)
    axis = area.left() + area.width() * columns[3]
    reach = area.width() * 0.115
    painter.setFont(font("caption"))
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for row, y in zip(rows, middles, strict=True):
        line = QRectF(area.left(), y - 8, area.width(), 16)
        quiet = row.product == 0
        painter.setPen(color(theme.text_3 if quiet else theme.text))
        painter.drawText(QRectF(line.left(), line.top(), area.width() * columns[0], 16), right, short(row.left))
        painter.drawText(
            QRectF(line.left() + area.width() * columns[0], line.top(), area.width() * 0.06, 16), CENTRE, "×"
        )
        painter.drawText(
            QRectF(line.left() + area.width() * columns[1], line.top(), area.width() * 0.2, 16), right, short(row.right)
        )
        tall = reach * row.product / top
        ink = theme.positive if tall > 0 else theme.negative
        painter.fillRect(QRectF(axis + min(0.0, tall), y - 4, max(0.5, abs(tall)), 8), color(ink))
        painter.setPen(color(theme.text_3 if quiet else theme.text_2))
        painter.drawText(line, right, short(row.product))
    if middles:
        painter.setPen(QPen(color(theme.outline), 1))
        painter.drawLine(QPointF(axis, middles[0] - 8), QPointF(axis, middles[-1] + 8))
    y = (middles[-1] if middles else first) + 18
    painter.setPen(QPen(color(theme.line), 1))
    painter.drawLine(QPointF(area.left(), y - 4), QPointF(area.right(), y - 4))
    step = max(16.0, min(30.0, (area.bottom() - y) / max(1, len(telling.summary))))
    for words, value, tone in telling.summary:
        painter.setPen(color(getattr(theme, tone)))
        painter.setFont(font("body" if value else "caption", 600 if tone == "accent" else 400))
        line = QRectF(area.left(), y, area.width(), step)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, words)
        painter.drawText(line, right, value)
        y += step
