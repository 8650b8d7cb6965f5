"""The answers at the right of the diagram: a disc for each, its name, and how much it got."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from nnvis import diagram_layout as layout
from nnvis.colour_maps import hex_color, magnitude_colors, magnitude_indices, signed_colors, signed_indices
from nnvis.diagram import Column
from nnvis.diagram_layout import Box
from nnvis.number_text import measure, share, signed
from nnvis.theme import Theme, color, font
from nnvis.widgets.written import numbered, shortened, write

LINE = 16  # px: discs that are two of them apart have the number below the name
SHORT = 2  # letters: such a name stands in its disc


def paint_answers(
    painter: QPainter, cells: Sequence[Box], column: Column, leaders: Sequence[int], names: Sequence[str], theme: Theme
) -> None:
    """Paint each answer in its cell; `leaders` are the places of the largest, the best first."""
    if column.is_signed:
        colors, indices = signed_colors(), signed_indices(column.values, column.top)
    else:
        colors = magnitude_colors(theme)
        indices = magnitude_indices(column.values, 1.0 if column.values.max() <= 1 else column.top)
    best = leaders[0] if leaders else -1
    apart = cells[1].top - cells[0].top if len(cells) > 1 else 2 * LINE
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for place, cell in enumerate(cells):
        unit, value = int(column.shown[place]), float(column.values[place])
        name = names[unit] if unit < len(names) else str(unit)
        is_short, leads, fill = len(name) <= SHORT, place in leaders, colors[int(indices[place])]
        disc = QRectF(cell.left, cell.top, cell.width, cell.height)
        painter.setPen(QPen(color(theme.text if place == best else theme.outline), 1.6 if place == best else 1))
        painter.setBrush(color(hex_color(fill)))
        painter.drawEllipse(disc.adjusted(1, 1, -1, -1))
        weight, room = 600 if leads else 400, layout.ANSWER_ROOM - 8
        if is_short:
            is_light = 0.3 * fill[0] + 0.59 * fill[1] + 0.11 * fill[2] > 128
            painter.setPen(color(theme.text if is_light != theme.is_dark else theme.window))
            painter.setFont(font("caption", weight))
            painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, name)
        painter.setPen(color(theme.text if place == best else theme.text_2 if leads else theme.text_3))
        number = signed(value, 3) if column.is_signed else share(value) if 0 <= value <= 1 else measure(value, 2)
        left, middle = cell.right + 8, cell.top + cell.height / 2
        if not is_short and apart >= 2 * LINE:
            words = shortened(name, room, "caption", weight)
            write(painter, (left, middle - LINE, room, LINE), words, "caption", weight)
            write(painter, (left, middle, room, LINE), number, "caption", weight)
        elif not is_short or leads or abs(value) >= 0.001:
            words = number if is_short else numbered(name, number, room, "caption", weight)
            write(painter, (left, cell.top, room, cell.height), words, "caption", weight)
