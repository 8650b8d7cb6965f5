"""Each image of the batch before the step and after it: a pair of bars, its loss in numbers, its answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from nnvis.microscope.images_again import ImageAgain
from nnvis.microscope.numbers_in import short
from nnvis.theme import Theme, color, font
from nnvis.widgets.painted import edged_rect

NARROW, WIDE = 94.0, 124.0  # of a column
LINE, THUMBNAIL = 14.0, 24.0
MOST = 16


def shown_pairs(area: QRectF, images: Sequence[ImageAgain]) -> list[tuple[ImageAgain, QRectF]]:
    """As many images as there is room for, and where; of more, those whose loss has changed most."""
    room = max(1, min(MOST, int(area.width() // NARROW)))
    kept = sorted(images, key=lambda each: -_size(each.after - each.before))[:room]
    wide = min(WIDE, area.width() / len(kept))
    top, height = area.top() + 16, area.height() - 16
    return [
        (each, QRectF(area.left() + wide * place, top, wide, height))
        for place, each in enumerate(sorted(kept, key=lambda each: each.image))
    ]


def paint_pairs(painter: QPainter, area: QRectF, images: Sequence[ImageAgain], chosen: int | None,
                thumbnails: Mapping[int, QImage], theme: Theme) -> None:
    """A column for each image; bars of one scale."""
    pairs = shown_pairs(area, images)
    painter.setFont(font("body"))
    painter.setPen(color(theme.text_2))
    head = "The loss of each image, before the step and after it"
    if len(pairs) < len(images):
        head += f": the {len(pairs)} that changed most"
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.drawText(QRectF(area.left() + 4, area.top() - 2, area.width(), 18), middle, head)
    top = max((max(_size(each.before), _size(each.after)) for each, _ in pairs), default=0.0)
    for each, column in pairs:
        _paint_pair(painter, column, each, top, thumbnails.get(each.image), theme, each.image == chosen)


def _paint_pair(painter: QPainter, column: QRectF, each: ImageAgain, top: float, thumbnail: QImage | None,
                theme: Theme, is_chosen: bool) -> None:
    lines = 2 if each.answer_after else 1
    floor = column.bottom() - LINE * lines - 2
    high = max(8.0, floor - column.top() - 4)
    left = column.center().x() - (THUMBNAIL + 6 + 24) / 2
    if thumbnail is not None:
        picture = QRectF(left, floor - THUMBNAIL, THUMBNAIL, THUMBNAIL)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.drawImage(picture, thumbnail)
        if is_chosen:
            edged_rect(painter, picture.adjusted(-2, -2, 2, 2), 3, None, theme.accent, 2)
    grew = each.after > each.before
    tints = theme.text_3, theme.warn if grew else theme.accent
    for place, (loss, tint) in enumerate(zip((each.before, each.after), tints, strict=True)):
        share = _size(loss) / top if 0 < top < math.inf else float(_size(loss) == top > 0)
        length = max(1.0, high * share)
        edged_rect(painter, QRectF(left + THUMBNAIL + 6 + 13 * place, floor - length, 11, length), 1, tint, None)
    painter.setFont(font("caption"))
    painter.setPen(color(theme.text))
    words = QRectF(column.left(), floor + 2, column.width() - 2, LINE)
    numbers = f"{short(each.before, 2)} → {short(each.after, 2)}"
    painter.drawText(words, Qt.AlignmentFlag.AlignCenter, painter.fontMetrics().elidedText(
        numbers, Qt.TextElideMode.ElideRight, int(words.width())))  # fmt: skip
    if each.answer_after:
        mark = " ✓" if each.is_right_after else " ✗"
        painter.setFont(font("caption", 600 if each.answer_before != each.answer_after else 400))
        painter.setPen(color(theme.ok if each.is_right_after else theme.bad))
        text = painter.fontMetrics().elidedText(each.answer + mark, Qt.TextElideMode.ElideRight, int(words.width()))
        painter.drawText(words.translated(0, LINE), Qt.AlignmentFlag.AlignCenter, text)


def _size(value: float) -> float:
    return abs(value) if math.isfinite(value) else math.inf if not math.isnan(value) else 0.0
