"""From one stop to the next: blocks that stay move to their new place, what is new appears."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap, QRegion
from PySide6.QtWidgets import QWidget

from nnvis.theme import ThemeSource
from nnvis.widgets.microscope.motion import Motion
from nnvis.widgets.microscope.stage_layout import Layout

MOVE_MS = 240
APPEARED = 0.5  # of the way: then what is new is there


class StageMotion(Motion):
    """Keeps the picture of the stop that is left, and takes its blocks along."""

    def __init__(self, theme_source: ThemeSource, widget: QWidget) -> None:
        super().__init__(theme_source, widget)
        self._left: tuple[Layout, QPixmap] | None = None
        self._carried: tuple[tuple[QRectF, QRectF], ...] = ()
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
        pairs = [(known.get(each.block.operand.latex), each) for each in layout.blocks]
        self._carried = tuple(
            (before.rect, after.rect) for before, after in pairs
            if before is not None and before.block.values.shape == after.block.values.shape
        )  # fmt: skip
        self._before = left[1]
        self.begin(MOVE_MS)

    def paint(self, painter: QPainter, picture: QPixmap) -> None:
        """The new picture appears around the blocks that are on their way."""
        share, before = self.share, self._before
        if not self.is_moving or before is None:
            painter.drawPixmap(0, 0, picture)
            return
        seen = QRegion(painter.viewport())
        for _, after in self._carried:
            seen -= QRegion(after.toAlignedRect())
        painter.setClipRegion(seen)
        painter.setOpacity(min(1.0, share / APPEARED))
        painter.drawPixmap(0, 0, picture)
        painter.setClipping(False)
        painter.setOpacity(1.0)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        ratio = before.devicePixelRatio()
        for old, new in self._carried:
            source = QRectF(old.topLeft() * ratio, old.size() * ratio)
            painter.drawPixmap(_between(old, new, share), before, source)


def _between(old: QRectF, new: QRectF, share: float) -> QRectF:
    corner = old.topLeft() + (new.topLeft() - old.topLeft()) * share
    size = old.size() + (new.size() - old.size()) * share
    return QRectF(corner, size)
