"""The card that a chip of the track opens while the mouse rests on it: the block of that stop, small."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from nnvis.microscope.blocks import Block
from nnvis.microscope.numbers_in import short
from nnvis.theme import ThemeSource, color, font
from nnvis.widgets.microscope.equation_art import art_width, paint_art
from nnvis.widgets.microscope.placed_block import PlacedBlock, fitted
from nnvis.widgets.microscope.stage_layout import shape_text
from nnvis.widgets.painted import PaintedWidget, edged_rect

MOST = QSize(300, 190)
PAD, HEAD = 12, 40


class ChipPreview(PaintedWidget):
    """Shows the result of a stop over the page; lets the mouse through."""

    def __init__(self, theme_source: ThemeSource, parent: QWidget) -> None:
        super().__init__(theme_source, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setObjectName("chipPreview")
        self._page = parent
        self._title = ""
        self._block: Block | None = None
        self._placed: PlacedBlock | None = None
        self._thumbnails: Mapping[int, QImage] = {}
        self.hide()

    def show_block(self, title: str, block: Block, thumbnails: Mapping[int, QImage], chip: QRect) -> None:
        """Show the block of a stop below or above its chip, a rectangle on the parent."""
        self._title, self._block, self._thumbnails = title, block, thumbnails
        placed = fitted(block, MOST.width() - 2 * PAD, MOST.height() - HEAD - PAD, self.devicePixelRatioF())
        heads = placed.heads
        self._placed = placed.moved(PAD + heads[0], HEAD + heads[1])
        words = self.fontMetrics().horizontalAdvance(title) + 2 * PAD + 8
        wide = max(words, int(placed.size.width() + heads[0]) + 2 * PAD, 160)
        self.resize(wide, int(placed.size.height() + heads[1]) + HEAD + PAD)
        x = max(4, min(self._page.width() - wide - 4, chip.center().x() - wide // 2))
        self.move(QPoint(x, chip.bottom() + 8))
        self.set_sentence(title)
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The title, the symbol with its shape, the block."""
        del event
        block, placed = self._block, self._placed
        if block is None or placed is None:
            return
        painter, theme = QPainter(self), self.theme
        edged_rect(painter, QRectF(self.rect()), 8, theme.card, theme.outline)
        painter.setFont(font("caption", 600))
        painter.setPen(color(theme.text))
        painter.drawText(QRectF(PAD, 5, self.width() - 2 * PAD, 16), Qt.AlignmentFlag.AlignVCenter, self._title)
        latex = block.operand.latex
        paint_art(painter, latex, PAD, 33, 13, theme.text_2)
        painter.setFont(font("caption"))
        painter.setPen(color(theme.text_2))
        shape = QRectF(PAD + art_width(latex, 13) + 8, 22, self.width(), 16)
        number = f"= {short(float(block.values.reshape(-1)[0]), 4)}"
        words = number if block.form == "number" else shape_text(block)
        painter.drawText(shape, Qt.AlignmentFlag.AlignVCenter, words)
        if block.form != "number":
            placed.paint(painter, theme, self._thumbnails)
