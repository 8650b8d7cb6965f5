"""A block with its place on the stage: how large its cells are, where each lies, and how it is painted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from nnvis.colour_maps import (
    color_table,
    magnitude_colors,
    magnitude_indices,
    signed_colors,
    signed_indices,
)
from nnvis.microscope.blocks import Block, cell_text, decimals
from nnvis.microscope.numbers_in import short
from nnvis.theme import Theme, color, font

MOST_CELL = (52.0, 30.0)  # of cells with numbers
LEAST_CELL = 1.0
HEAD = 18.0  # room for the names of rows and columns
NUMBER_CELL = (28.0, 15.0)  # at least this large, a cell has its number in it
PICTURE_CELL = 25.0  # so large, the cells of a picture have their numbers in them
NUMBER_ALONE = QSizeF(76, 26)
LEGEND = 36.0  # caption and colour bar below a block
PALE = "#F3F1ED"  # the signed map's zero: an open gate, through which one sees


@dataclass(frozen=True)
class CellStyle:
    """How cells are drawn: with their numbers where there is room, and on which scale of colours."""

    numbers: bool = True
    is_root: bool = False  # colours by the square root of the size: small numbers show


PLAIN = CellStyle()


@dataclass(frozen=True)
class PlacedBlock:
    """Cells of `cell` size with `gap` between them, pictures with `between` them, from `origin` on."""

    block: Block
    cell: QSizeF
    gap: float
    between: float
    origin: QPointF = field(default_factory=QPointF)

    @property
    def picture(self) -> QSizeF:
        """The size of one picture."""
        _, rows, columns = self.block.values.shape
        return QSizeF(
            columns * self.cell.width() + (columns - 1) * self.gap, rows * self.cell.height() + (rows - 1) * self.gap
        )

    @property
    def size(self) -> QSizeF:
        """The size of all, without heads."""
        block, picture = self.block, self.picture
        return QSizeF(
            block.per_line * picture.width() + (block.per_line - 1) * self.between,
            block.lines * picture.height() + (block.lines - 1) * self.between,
        )

    @property
    def heads(self) -> tuple[float, float]:
        """Room for heads at the left and above."""
        block = self.block
        left = HEAD + 4 if block.row_images or block.row_heads else 0.0
        return left, HEAD if block.column_heads and self.cell.width() >= 8 else 0.0

    @property
    def rect(self) -> QRectF:
        """Where its cells are."""
        return QRectF(self.origin, self.size)

    def moved(self, x: float, y: float) -> PlacedBlock:
        """The same with its cells beginning there."""
        return replace(self, origin=QPointF(x, y))

    def picture_rect(self, number: int) -> QRectF:
        """Where one picture is."""
        line, column = divmod(number, self.block.per_line)
        size = self.picture
        x = self.origin.x() + column * (size.width() + self.between)
        return QRectF(QPointF(x, self.origin.y() + line * (size.height() + self.between)), size)

    def cell_rect(self, number: int, row: int, column: int, rows: int = 1, columns: int = 1) -> QRectF:
        """Where a cell, or a rectangle of cells, of a picture is."""
        corner = self.picture_rect(number).topLeft()
        x, y = self.cell.width() + self.gap, self.cell.height() + self.gap
        return QRectF(corner.x() + column * x, corner.y() + row * y, columns * x - self.gap, rows * y - self.gap)

    @property
    def rows(self) -> int:
        """How many rows of cells there are, through all lines of pictures."""
        return int(self.block.lines * self.block.values.shape[1])

    def top_of_row(self, row: int) -> float:
        """Where one of them begins."""
        line, inside = divmod(row, self.block.values.shape[1])
        return self.cell_rect(line * self.block.per_line, inside, 0).top()

    def place_at(self, point: QPointF) -> int | None:
        """The flat place of the cell under a point."""
        inside = point - self.origin
        size = self.picture
        column, x = divmod(inside.x(), size.width() + self.between)
        line, y = divmod(inside.y(), size.height() + self.between)
        number = int(line) * self.block.per_line + int(column)
        if not (0 <= column < self.block.per_line and line >= 0 and number < len(self.block.values)):
            return None
        i, j = int(y // (self.cell.height() + self.gap)), int(x // (self.cell.width() + self.gap))
        _, rows, columns = self.block.values.shape
        if not (i < rows and j < columns):
            return None
        place = int(self.block.places[number, i, j])
        return place if place >= 0 else None

    def rings(self, at: Mapping[str, int | range]) -> Iterator[QRectF]:
        """Rectangles around what is pointed at, one for each picture that has a part in it."""
        marked = self.block.marked(at)
        if marked.any() and (marked | (self.block.places < 0)).all():
            yield self.rect
            return
        for number in np.flatnonzero(marked.any(axis=(1, 2))):
            rows, columns = np.nonzero(marked[number])
            top, left = int(rows.min()), int(columns.min())
            yield self.cell_rect(int(number), top, left, int(rows.max()) - top + 1, int(columns.max()) - left + 1)

    def reading_order(self) -> list[int]:
        """The flat places of its cells, line by line."""
        return [int(place) for place in self.block.places.reshape(-1) if place >= 0]

    # --- painting ---------------------------------------------------------------------------------------------------

    def paint(
        self, painter: QPainter, theme: Theme, thumbnails: Mapping[int, QImage], style: CellStyle = PLAIN
    ) -> None:
        """Cells, numbers where there is room, heads; not the legend."""
        block = self.block
        colors = colors_of(block, theme)
        indices = indices_of(block, style)
        if block.form == "pictures" or self.cell.width() < 9 or self.cell.height() < 6:
            self._paint_pictures(painter, theme, indices, colors)
        else:
            self._paint_cells(painter, theme, indices, colors)
            if style.numbers:
                self._paint_numbers(painter, indices, colors)
        if style.numbers and block.form == "pictures" and min(self.cell.width(), self.cell.height()) >= PICTURE_CELL:
            self._paint_numbers(painter, indices, colors)
        self._paint_heads(painter, theme, thumbnails)

    def _paint_pictures(
        self, painter: QPainter, theme: Theme, indices: np.ndarray, colors: tuple[tuple[int, int, int], ...]
    ) -> None:
        table = color_table(colors)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        for number, picture in enumerate(indices):
            data = np.ascontiguousarray(picture)
            height, width = data.shape
            image = QImage(data.data, width, height, width, QImage.Format.Format_Indexed8)
            image.setColorTable(table)
            rect = self.picture_rect(number)
            if self.gap:
                for row in range(height):
                    for column in range(width):
                        painter.fillRect(self.cell_rect(number, row, column), QColor(*colors[data[row, column]]))
            else:
                painter.drawImage(rect, image)
            painter.setPen(QPen(QColor(theme.line), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.drawRect(rect.adjusted(-0.5, -0.5, -0.5, -0.5))

    def _paint_cells(
        self, painter: QPainter, theme: Theme, indices: np.ndarray, colors: tuple[tuple[int, int, int], ...]
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        radius = min(3.0, self.cell.width() / 4)
        edge = QPen(QColor(theme.line), 1) if not theme.is_dark or self.block.kind == "magnitude" else Qt.PenStyle.NoPen
        painter.setPen(edge)
        for number, row, column in np.ndindex(*indices.shape):
            if self.block.places[number, row, column] < 0:
                continue
            rect = self.cell_rect(number, row, column)
            painter.setBrush(QColor(*colors[indices[number, row, column]]))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
            if not np.isfinite(self.block.values[number, row, column]):
                _paint_fault(painter, rect, theme)
                painter.setPen(edge)

    def _paint_numbers(
        self, painter: QPainter, indices: np.ndarray, colors: tuple[tuple[int, int, int], ...]
    ) -> None:
        block, cell = self.block, self.cell
        if cell.width() < NUMBER_CELL[0] or cell.height() < NUMBER_CELL[1] or block.values.size > 1000:
            return
        large = cell.width() >= 44 and cell.height() >= 26
        places = block.places.reshape(-1) >= 0
        shown = [float(value) for value in block.values.reshape(-1)[places]]
        for used in (font("body"), font("caption")) if large else (font("caption"),):
            metrics = QFontMetricsF(used)
            found = form_that_fits(shown, block.top, cell.width(), metrics)
            if found is not None:
                break
        else:
            return
        painter.setFont(used)
        inks = [QColor("#10131A") if _luminance(each) > 0.179 else QColor("#FFFFFF") for each in colors]
        for number, row, column in np.ndindex(*block.values.shape):
            if block.places[number, row, column] >= 0:
                painter.setPen(inks[indices[number, row, column]])
                text = cell_text(float(block.values[number, row, column]), block.top, *found)
                painter.drawText(self.cell_rect(number, row, column), Qt.AlignmentFlag.AlignCenter, text)

    def _paint_heads(self, painter: QPainter, theme: Theme, thumbnails: Mapping[int, QImage]) -> None:
        block = self.block
        painter.setFont(font("caption"))
        painter.setPen(color(theme.text_2))
        if self.heads[1]:
            for column, name in enumerate(block.column_heads[: block.values.shape[2]]):
                rect = self.cell_rect(0, 0, column).translated(0, -HEAD)
                rect.setHeight(HEAD)
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, name)
        for row in range(block.values.shape[1] if self.heads[0] else 0):
            rect = self.cell_rect(0, row, 0)
            side = min(HEAD, rect.height())
            head = QRectF(rect.left() - side - 4, rect.center().y() - side / 2, side, side)
            if block.row_images and row < len(block.row_images):
                image = thumbnails.get(block.row_images[row])
                if image is not None:
                    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
                    painter.drawImage(head, image)
            elif row < len(block.row_heads):
                wide = QRectF(head.right() - 60, rect.top(), 60, rect.height())
                painter.drawText(
                    wide, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, block.row_heads[row]
                )


def form_that_fits(
    values: Sequence[float], top: float, width: float, metrics: QFontMetricsF
) -> tuple[float, int] | None:
    """The width that numbers are written for, and their decimals, so that all have room; None: that says too little.

    In a narrow cell the zero before the point goes first, then the last decimal.
    """
    usual = decimals(top)
    for places in range(usual, max(-1, usual - 3), -1):
        if places and top < 5 * 10**-places:
            return None  # most would be dots
        for written_for in (width, 0.0):
            texts = {cell_text(value, top, written_for, places) for value in values}
            if all(metrics.horizontalAdvance(text) <= width - 3 for text in texts):
                return written_for, places
    return None


def colors_of(block: Block, theme: Theme) -> tuple[tuple[int, int, int], ...]:
    """The colour table of a block."""
    if block.kind == "gate":
        return tuple((ink.red(), ink.green(), ink.blue()) for ink in (QColor(theme.track), QColor(PALE)))
    return signed_colors() if block.kind == "signed" else magnitude_colors(theme)


def indices_of(block: Block, style: CellStyle = PLAIN) -> np.ndarray:
    """The entries of its colour table."""
    if block.kind == "gate":
        return np.nan_to_num(block.values).astype(np.uint8)
    make = signed_indices if block.kind == "signed" else magnitude_indices
    if style.is_root and block.top:
        return make(np.sign(block.values) * np.sqrt(np.abs(block.values) / block.top), 1.0)
    return make(block.values, block.top)


def paint_legend(
    painter: QPainter, block: Block, left: float, top: float, width: float, theme: Theme, style: CellStyle = PLAIN
) -> None:
    """A colour bar with three numbers below it; of a gate, what its two colours mean."""
    colors = colors_of(block, theme)
    if block.kind == "gate":
        painter.setFont(font("caption"))
        for x, entry, words in ((left - 22, colors[0], "0 closed"), (left + width / 2 + 6, colors[1], "1 open")):
            painter.fillRect(QRectF(x, top + 6, 10, 10), QColor(*entry))
            painter.setPen(color(theme.text_2))
            painter.drawText(QRectF(x + 15, top + 2, 60, 18), Qt.AlignmentFlag.AlignVCenter, words)
        return
    image = QImage(len(colors), 1, QImage.Format.Format_RGB32)
    for x, entry in enumerate(colors):
        image.setPixel(x, 0, 0xFF000000 | entry[0] << 16 | entry[1] << 8 | entry[2])
    bar = QRectF(left, top, width, 8)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
    painter.drawImage(bar, image)
    painter.setPen(QPen(QColor(theme.line), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(bar)
    painter.setFont(font("caption"))
    painter.setPen(color(theme.text_2))
    if style.is_root:
        before = QRectF(left - 66, top - 5, 60, 18)
        painter.drawText(before, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "√ scale")
    low, high = block.limits
    below = QRectF(left - 20, top + 8, width + 40, 16)
    ends = below.adjusted(20, 0, -20, 0)
    high_text = short(high, 2) if high < 1 else short(high, 3 if high < 10 else 2)
    if block.kind == "signed":
        painter.drawText(ends, Qt.AlignmentFlag.AlignLeft, f"−{high_text}" if high else "0")
        painter.drawText(ends, Qt.AlignmentFlag.AlignRight, f"+{high_text}" if high else "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "0")
    else:
        painter.drawText(ends, Qt.AlignmentFlag.AlignLeft, short(low, 2))
        painter.drawText(ends, Qt.AlignmentFlag.AlignRight, high_text)


def paint_ring(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """The accent ring outside a cell, with a halo, so that it holds on pale and on dark."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for grown, width, ink in ((3.0, 2.0, theme.panel), (1.5, 2.0, theme.accent)):
        painter.setPen(QPen(QColor(ink), width))
        path = QPainterPath()
        path.addRoundedRect(rect.adjusted(-grown, -grown, grown, grown), 3, 3)
        painter.drawPath(path)


def _paint_fault(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    painter.setPen(QPen(QColor(theme.bad), 1.5))
    painter.drawLine(rect.bottomLeft(), rect.topRight())


def _luminance(rgb: tuple[int, int, int]) -> float:
    linear = [((part / 255 + 0.055) / 1.055) ** 2.4 if part > 10 else part / 255 / 12.92 for part in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def fitted(block: Block, width: float, height: float, ratio: float = 1.0) -> PlacedBlock:
    """The block as large as the room allows, heads included; pictures keep whole device pixels."""
    _, rows, columns = block.values.shape
    trial = PlacedBlock(block, QSizeF(10, 10), 0, 0)
    if block.form == "number":
        return PlacedBlock(block, NUMBER_ALONE, 0.0, 0.0)
    left, above = trial.heads
    width, height = max(8.0, width - left), max(8.0, height - above)
    if block.form == "pictures":
        between = 4.0 if block.per_line > 8 else 6.0
        room = min(
            (width - (block.per_line - 1) * between) / (block.per_line * columns),
            (height - (block.lines - 1) * between) / (block.lines * rows),
        )
        if room * ratio >= 1:
            side = min(int(room * ratio) / ratio, 44.0)
        else:
            between, side = (
                2.0,
                max(
                    0.5,
                    min(
                        (width - (block.per_line - 1) * 2) / (block.per_line * columns),
                        (height - (block.lines - 1) * 2) / (block.lines * rows),
                    ),
                ),
            )
        if rows * columns <= 49 and side >= 10:
            return PlacedBlock(block, QSizeF(side - 1, side - 1), 1.0, between + 4)
        return PlacedBlock(block, QSizeF(side, side), 0.0, between)
    gap = 2.0 if (width - 2 * (columns - 1)) / columns > 8 and (height - 2 * (rows - 1)) / rows > 6 else 1.0
    cell_width = min(MOST_CELL[0], (width - gap * (columns - 1)) / columns)
    cell_height = min(MOST_CELL[1], (height - gap * (rows - 1)) / rows)
    return PlacedBlock(block, QSizeF(max(cell_width, LEAST_CELL), max(cell_height, LEAST_CELL)), gap, 0.0)
