"""Where everything stands on the stage: blocks under their symbols in a row, or below the matrix that made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen

from nnvis.microscope.blocks import Block
from nnvis.microscope.numbers_in import short
from nnvis.microscope.operands import Sign
from nnvis.microscope.staging import Stack, Staging
from nnvis.theme import Theme, color, font
from nnvis.widgets.microscope.equation_art import art, art_width, paint_art, paint_art_centred
from nnvis.widgets.microscope.placed_block import LEGEND, PLAIN, CellStyle, PlacedBlock, paint_legend
from nnvis.widgets.microscope.width_sharing import shared, width_of

MARGIN = 18.0
GUTTER = 14.0
SIGN_PAD = 14.0
TALLEST_TITLE = 54.0
BAR = 110.0  # the longest colour bar


@dataclass(frozen=True)
class PlacedText:
    """An equation, or words, around a point."""

    text: str
    middle: QPointF
    pixels: float
    is_art: bool = True
    tone: str = "text"
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignHCenter


@dataclass(frozen=True)
class Ray:
    """An error on its way through a gate."""

    x: float
    top: float
    bottom: float
    is_open: bool
    share: float  # of the largest error, signed


@dataclass(frozen=True)
class Layout:
    """Blocks, texts, legends and rays, each in its place."""

    blocks: tuple[PlacedBlock, ...]
    texts: tuple[PlacedText, ...]
    legends: tuple[tuple[Block, float, float, float], ...]
    result: PlacedBlock
    rays: tuple[Ray, ...] = ()
    gates: tuple[QRectF, ...] = ()
    closed: tuple[QRectF, ...] = ()
    row_middles: tuple[float, ...] = ()  # of a stacked matrix: a table can stand on the same lines
    line_middles: tuple[float, ...] = ()

    def paint(
        self, painter: QPainter, theme: Theme, thumbnails: Mapping[int, QImage], style: CellStyle = PLAIN
    ) -> None:
        """Everything but the rings."""
        for placed in self.blocks:
            if placed.block.form == "number":
                _paint_number(painter, placed, theme)
            elif not (self.gates and placed.rect in self._gate_rows()):
                placed.paint(painter, theme, thumbnails, style)
        self._paint_gates(painter, theme)
        for block, left, top, width in self.legends:
            paint_legend(painter, block, left, top, width, theme, style)
        for text in self.texts:
            _paint_text(painter, text, theme)

    def art_at(self, point: QPointF) -> str | None:
        """The LaTeX of the symbol or sign that is there."""
        for text in self.texts:
            if not text.is_art:
                continue
            drawing, wide = art(text.text), art_width(text.text, text.pixels)
            left = text.middle.x() - (wide if text.align == Qt.AlignmentFlag.AlignRight else wide / 2)
            top = text.middle.y() + (0.26 - drawing.ascent) * text.pixels
            high = (drawing.ascent + drawing.descent) * text.pixels
            if QRectF(left, top, wide, high).adjusted(-4, -4, 4, 4).contains(point):
                return text.text
        return None

    def _gate_rows(self) -> list[QRectF]:
        return [placed.rect for placed in self.blocks if placed.rect.top() == self.gates[0].top()]

    def _paint_gates(self, painter: QPainter, theme: Theme) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        closed = set(map(id, self.closed))
        for rect in self.gates:
            shut = id(rect) in closed
            painter.setPen(QPen(color(theme.outline), 1))
            painter.setBrush(color(theme.track) if shut else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        for ray in self.rays:
            ink = theme.positive if ray.share > 0 else theme.negative
            painter.setPen(QPen(color(ink), max(1.0, 3.0 * abs(ray.share) ** 0.5)))
            painter.drawLine(QPointF(ray.x, ray.top), QPointF(ray.x, ray.bottom))
            if not ray.is_open:
                painter.setPen(QPen(color(theme.text), 2))
                painter.drawLine(QPointF(ray.x - 4, ray.bottom), QPointF(ray.x + 4, ray.bottom))


def laid_out(staging: Staging, width: int, height: int, ratio: float) -> Layout:
    """The layout of a stop in this room."""
    if staging.stack is not None:
        return _stack(staging, staging.stack, width, height)
    return _row(staging, width, height, ratio)


# --- in a row ---------------------------------------------------------------------------------------------------------


def _row(staging: Staging, width: int, height: int, ratio: float) -> Layout:
    sizes = (28.0, 22.0, 17.0, 13.0) if width < 1500 else (34.0, 27.0, 20.0, 15.0)
    items: list[Block | Sign] = [staging.result, *([Sign("=")] if staging.parts else []), *staging.parts]
    latex = [item.latex if isinstance(item, Sign) else item.operand.latex for item in items]
    share = 0.5 if sum(isinstance(item, Block) for item in items) < 4 else 0.36
    # a long equation is set smaller, so that its symbols leave room for the blocks
    symbols = next((size for size in sizes if sum(art_width(each, size) for each in latex) < width * share), sizes[-1])
    written = [art(item.latex if isinstance(item, Sign) else item.operand.latex) for item in items]
    ascent = max(0.75, *(each.ascent for each in written)) * symbols
    low = height < 330
    band = ascent + max(0.3, *(each.descent for each in written)) * symbols + (4 if low else 20)
    line = r" ,\quad ".join(staging.extra_latex)
    pixels = min(15.0, 15.0 * (width - 2 * MARGIN) / max(1.0, art_width(line, 15.0))) if line else 0.0
    extra = (art(line).ascent + art(line).descent) * pixels + 6 if line else 0.0
    base = extra + ascent - 0.26 * symbols  # the middle of the letters
    captioned = any(isinstance(item, Block) and (item.caption or _folded(item)) for item in items)
    legend = LEGEND + 12 if captioned else LEGEND - 2
    room = height - band - legend - extra - 2
    signs = {
        index: art_width(item.latex, symbols) + 2 * SIGN_PAD
        for index, item in enumerate(items)
        if isinstance(item, Sign)
    }
    blocks = {index: item for index, item in enumerate(items) if isinstance(item, Block)}
    letters = {index: art_width(block.operand.latex, symbols) for index, block in blocks.items()}
    # in a low room the shape stands beside the symbol
    names = {
        index: letters[index] + (_shape_width(block) + 12 if low else 0) for index, block in blocks.items()
    }
    free = width - 2 * MARGIN - sum(signs.values())
    placed = shared(blocks, names, free, room, ratio)
    widths = {index: max(width_of(each), names[index]) for index, each in placed.items()} | signs
    left = (width - sum(widths.values())) / 2
    middle = extra + band + room / 2
    texts: list[PlacedText] = []
    done: list[PlacedBlock] = []
    legends: list[tuple[Block, float, float, float]] = []
    for index, item in enumerate(items):
        centre = left + widths[index] / 2
        if isinstance(item, Sign):
            texts.append(PlacedText(item.latex, QPointF(centre, base), symbols, tone="text_2"))
            texts.append(PlacedText(item.latex, QPointF(centre, middle), symbols, tone="text_2"))
        else:
            each = placed[index]
            heads = each.heads
            each = each.moved(
                centre - each.size.width() / 2 + heads[0] / 2, middle - each.size.height() / 2 + heads[1] / 2
            )
            done.append(each)
            beside_it = low and item.form != "number"
            symbol_at = centre - (_shape_width(item) + 8) / 2 if beside_it else centre
            texts.append(PlacedText(item.operand.latex, QPointF(symbol_at, base), symbols))
            beside = QPointF(symbol_at + letters[index] / 2 + 8, base + 6)
            below = QPointF(centre, extra + band - 8)
            if low and item.form == "number":
                left += widths[index]
                continue
            texts.append(PlacedText(shape_text(item), beside if low else below, 11, False, "text_2",
                                    Qt.AlignmentFlag.AlignLeft if low else Qt.AlignmentFlag.AlignHCenter))  # fmt: skip
            if item.form != "number":
                _legend(item, each, centre, legends, texts)
        left += widths[index]
    if line:
        texts.append(
            PlacedText(line, QPointF(width / 2, art(line).ascent * pixels - 0.26 * pixels), pixels, tone="text_2")
        )
    return Layout(tuple(done), tuple(texts), tuple(legends), done[0])


def shape_text(block: Block) -> str:
    """(8, 10): the true shape, as the core writes it."""
    shape = block.operand.value.shape
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})" if shape else "a number"


def _shape_width(block: Block) -> float:
    return QFontMetricsF(font("caption")).horizontalAdvance(shape_text(block)) if block.form != "number" else 0.0


def _legend(
    block: Block, placed: PlacedBlock, centre: float, legends: list[tuple[Block, float, float, float]],
    texts: list[PlacedText],
) -> None:  # fmt: skip
    rect = placed.rect
    bar = min(BAR, max(56.0, rect.width()))
    y = rect.bottom() + 8
    caption = block.caption or _folded(block)
    if caption and QFontMetricsF(font("caption")).horizontalAdvance(caption) > max(rect.width() + 24, 150):
        caption = caption.partition(",")[0]  # "8 columns" says enough where there is little room
    if caption:
        texts.append(PlacedText(caption, QPointF(centre, y + 5), max(rect.width(), 150), False, "text_2"))
        y += 14
    if block.top:
        legends.append((block, centre - bar / 2, y + 1, bar))
    else:
        texts.append(PlacedText("all exactly 0", QPointF(centre, y + 8), 150, False, "text_2"))


def _folded(block: Block) -> str:
    value = block.operand.value
    if block.form == "cells" and value.ndim and max(value.shape) == value.size and block.values.shape[1] > 1:
        return f"a row of {value.size}, folded {block.values.shape[2]} to a line"
    if block.form == "pictures" and value.ndim == 2 and len(block.values) > 1:
        height, width = block.values.shape[1:]
        return f"{len(block.values)} columns, each the {height} × {width} picture it is"
    return ""


# --- stacked ----------------------------------------------------------------------------------------------------------


def _stack(staging: Staging, stack: Stack, width: int, height: int) -> Layout:
    symbols = 26.0 if width < 1300 else 32.0
    title = art(stack.latex)
    beside = width - 2 * (MARGIN + BAR + GUTTER)  # the matrix has its legend there
    symbols = min(symbols, TALLEST_TITLE / (title.ascent + title.descent), beside / title.width)
    above = max(0.88, title.ascent) * symbols
    band = above + max(0.3, title.descent) * symbols
    label = 170.0
    left = MARGIN + label + 70
    right = width - MARGIN
    _, rows, columns = stack.matrix.values.shape
    head = 16.0 if stack.matrix.column_heads else 0.0
    gap_x = 2.0 if (right - left) / columns > 10 else 1.0
    cell_width = min(64.0, (right - left - gap_x * (columns - 1)) / columns)
    short_of_room = height < 300
    line = 18.0 if short_of_room else 24.0
    between = (12.0 if short_of_room else 18.0) if any(each.is_gate for each in stack.lines) else 8.0
    below = len(stack.lines) * (line + between) + 8 + LEGEND
    cell_height = max(5.0, min(24.0, (height - band - 26 - head - below) / rows - 2))
    top = band + 22 + head
    matrix = PlacedBlock(stack.matrix, QSizeF(cell_width, cell_height), gap_x, 0, QPointF(left, top))
    if gap_x != 2.0:
        cell_height += 1
    vector = PlacedBlock(stack.vector, QSizeF(48, matrix.cell.height()), gap_x, 0, QPointF(MARGIN + label, top))
    texts = [
        PlacedText(stack.latex, QPointF(width / 2, above - 0.26 * symbols), symbols),
        PlacedText(stack.vector.operand.latex, QPointF(MARGIN + label + 24, band + 8), 16),
        PlacedText(stack.matrix.operand.latex, QPointF(left + 20, band + 8), 16),
        PlacedText(
            stack.vector_note, QPointF(MARGIN + label - 24, top + matrix.size.height() / 2), 130, False, "text_2",
            Qt.AlignmentFlag.AlignRight,
        ),
        PlacedText(r"\times", QPointF(left - 11, top + matrix.size.height() / 2), 16, tone="text_2"),
    ]  # fmt: skip
    if stack.matrix.caption:
        texts.append(PlacedText(stack.matrix.caption, QPointF(left + 50, band + 8), 400, False, "text_2",
                                Qt.AlignmentFlag.AlignLeft))  # fmt: skip
    y = top + matrix.size.height() + (between if between > 8 else 12)
    blocks = [vector, matrix]
    placed_lines: list[PlacedBlock] = []
    for each in stack.lines:
        placed = PlacedBlock(each.block, QSizeF(cell_width, line), gap_x, 0, QPointF(left, y))
        placed_lines.append(placed)
        name_at = QPointF(MARGIN + label + 20, y + (8 if each.note else line / 2))
        texts.append(PlacedText(each.latex, name_at, 17, True, "text", Qt.AlignmentFlag.AlignRight))
        if each.note:
            texts.append(PlacedText(each.note, QPointF(MARGIN + label + 20, y + line - 2), 190, False, "text_2",
                                    Qt.AlignmentFlag.AlignRight))  # fmt: skip
        texts.append(PlacedText(each.sign, QPointF(MARGIN + label + 44, y + line / 2), 18, tone="text_2"))
        y += line + between
    blocks += placed_lines
    rays, gates, closed = _gates(stack, placed_lines)
    legends = [(stack.matrix, right - BAR, band - 4, BAR), (stack.lines[-1].block, left, y - between + 8, BAR)]
    return Layout(
        tuple(blocks), tuple(texts), tuple(legends), placed_lines[-1], rays, gates, closed,
        tuple(vector.cell_rect(0, row, 0).center().y() for row in range(rows)),
        tuple(each.rect.center().y() for each in placed_lines),
    )  # fmt: skip


def _gates(stack: Stack, lines: list[PlacedBlock]) -> tuple[tuple[Ray, ...], tuple[QRectF, ...], tuple[QRectF, ...]]:
    found = next((index for index, line in enumerate(stack.lines) if line.is_gate), None)
    if found is None or found == 0:
        return (), (), ()
    arriving, gate, leaving = lines[found - 1], lines[found], lines[found + 1]
    rays, gates, closed = [], [], []
    for column in range(gate.block.values.shape[2]):
        rect = gate.cell_rect(0, 0, column)
        gates.append(rect)
        is_open = bool(gate.block.values[0, 0, column])
        if not is_open:
            closed.append(rect)
        share = float(arriving.block.values[0, 0, column]) / (arriving.block.top or 1.0)
        if share:
            end = leaving.rect.top() - 2 if is_open else rect.top() - 3
            rays.append(Ray(rect.center().x(), arriving.rect.bottom() + 2, end, is_open, share))
    return tuple(rays), tuple(gates), tuple(closed)


# --- painting ---------------------------------------------------------------------------------------------------------


def _paint_number(painter: QPainter, placed: PlacedBlock, theme: Theme) -> None:
    painter.setFont(font("value"))
    painter.setPen(color(theme.text))
    value = float(placed.block.values.reshape(-1)[0])
    rect = QRectF(0, 0, 120, 30)
    rect.moveCenter(placed.rect.center())
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, short(value, 4))


def _paint_text(painter: QPainter, text: PlacedText, theme: Theme) -> None:
    ink = getattr(theme, text.tone)
    if text.is_art:
        if text.align == Qt.AlignmentFlag.AlignRight:
            left = text.middle.x() - art_width(text.text, text.pixels)
            paint_art(painter, text.text, left, text.middle.y() + 0.26 * text.pixels, text.pixels, ink)
        else:
            paint_art_centred(painter, text.text, text.middle, text.pixels, ink)
        return
    painter.setFont(font("caption"))
    painter.setPen(color(ink))
    wide = max(text.pixels, 150.0)
    rect = QRectF(text.middle.x() - wide / 2, text.middle.y() - 18, wide, 36)
    if text.align == Qt.AlignmentFlag.AlignRight:
        rect.moveRight(text.middle.x())
    elif text.align == Qt.AlignmentFlag.AlignLeft:
        rect.moveLeft(text.middle.x())
    painter.drawText(rect, text.align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, text.text)
