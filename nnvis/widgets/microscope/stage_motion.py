"""From one stop to the next: blocks that stay move to their new place, factors appear, and the result is filled."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QRect, QRectF
from PySide6.QtGui import QPainter, QPixmap, QRegion
from PySide6.QtWidgets import QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.microscope.motion import Motion
from nnvis.widgets.microscope.placed_block import PlacedBlock
from nnvis.widgets.microscope.stage_layout import Layout

MOVE_MS = 240  # for which blocks that stay are on their way
APPEAR_MS = 120  # in which what is new appears,
APART_MS = 40  # a block later than the one before, in reading order
FILL_MS = 300  # in which the result is filled, row by row, once its factors are there
FRAME = 2  # px: the line round a picture lies outside of it
_EASE = QEasingCurve(QEasingCurve.Type.InOutQuad)


class StageMotion(Motion):
    """Keeps the picture of the stop that is left, and takes its blocks along."""

    def __init__(self, theme_source: ThemeSource, widget: QWidget) -> None:
        super().__init__(theme_source, widget, QEasingCurve.Type.Linear)
        self._left: tuple[Layout, QPixmap] | None = None
        self._carried: tuple[tuple[QRectF, QRectF], ...] = ()
        self._new: tuple[QRectF, ...] = ()
        self._result: PlacedBlock | None = None  # what is filled; None: it was there before
        self._before: QPixmap | None = None

    def leave(self, layout: Layout | None, picture: QPixmap | None) -> None:
        """A stop is left; what was drawn of it is kept until the next one is drawn."""
        if layout is not None and picture is not None:
            self._left = layout, picture

    def arrive(self, layout: Layout, goes_on: bool) -> None:
        """Move from the stop that was left to this one; if it is the same one, drawn anew, nothing moves."""
        left, self._left = self._left, None
        if left is None or not goes_on:
            self.stop()
            return
        known = {each.block.operand.latex: each for each in left[0].blocks if each.block.form != "number"}
        carried, new = [], []
        for after in layout.blocks:
            before = known.get(after.block.operand.latex)
            if before is not None and before.block.values.shape == after.block.values.shape:
                carried.append((before.rect, after.rect))
            elif after is not layout.result:
                new.append(after.rect)
        self._carried, self._new, self._before = tuple(carried), tuple(new), left[1]
        stays = any(after == layout.result.rect for _, after in carried)
        self._result = None if stays else layout.result
        self.begin(MOVE_MS + (0 if stays else FILL_MS))

    def paint(self, painter: QPainter, picture: QPixmap) -> None:
        """The new picture appears around the blocks that are on their way."""
        if not self.is_moving or self._before is None:
            painter.drawPixmap(0, 0, picture)
            return
        passed = float(self.currentTime())
        seen = QRegion(painter.viewport())
        for _, after in self._carried:
            seen -= QRegion(after.toAlignedRect())
        for rect in (*self._new, *([self._result.rect] if self._result else [])):
            seen -= QRegion(_framed(rect))
        painter.setClipRegion(seen)
        painter.setOpacity(min(1.0, passed / APPEAR_MS))
        painter.drawPixmap(0, 0, picture)
        for index, rect in enumerate(self._new):
            painter.setClipRect(_framed(rect))
            painter.setOpacity(min(1.0, max(0.0, (passed - index * APART_MS) / APPEAR_MS)))
            painter.drawPixmap(0, 0, picture)
        painter.setOpacity(1.0)
        if self._result is not None:
            painter.setClipRect(_filled(self._result, (passed - MOVE_MS) / FILL_MS))
            painter.drawPixmap(0, 0, picture)
        painter.setClipping(False)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        ratio, share = self._before.devicePixelRatio(), _EASE.valueForProgress(min(1.0, passed / MOVE_MS))
        for old, goal in self._carried:
            source = QRectF(old.topLeft() * ratio, old.size() * ratio)
            painter.drawPixmap(_between(old, goal, share), self._before, source)


def _filled(result: PlacedBlock, share: float) -> QRect:
    """The rows of the result that are there already; of a single row, its cells."""
    rect = result.rect
    if share <= 0.0:
        return QRect()
    if result.rows > 1:
        rect.setHeight(result.top_of_row(int(share * result.rows)) - rect.top())
    else:
        pitch = result.cell.width() + result.gap
        rect.setWidth(int(share * rect.width() / pitch) * pitch)
    return _framed(rect)


def _framed(rect: QRectF) -> QRect:
    """A block with the thin line round its pictures."""
    return rect.toAlignedRect().adjusted(-FRAME, -FRAME, FRAME, FRAME)


def _between(old: QRectF, new: QRectF, share: float) -> QRectF:
    corner = old.topLeft() + (new.topLeft() - old.topLeft()) * share
    size = old.size() + (new.size() - old.size()) * share
    return QRectF(corner, size)
