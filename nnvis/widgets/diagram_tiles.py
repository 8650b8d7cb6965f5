"""The small pictures in the diagram: the input, and the maps of convolutions."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from nnvis.colour_maps import color_table, magnitude_colors, magnitude_indices, signed_colors, signed_indices
from nnvis.diagram import Column
from nnvis.theme import Theme


def map_sheet(column: Column, theme: Theme) -> QImage:
    """All maps (n, h, w) below one another in one picture (n · h, w), on the column's scale.

    One picture with one table of colours: to make each map its own costs more than to paint it.
    """
    if column.is_signed:
        indices, table = signed_indices(column.values, column.top), color_table(signed_colors())
    else:
        indices, table = magnitude_indices(column.values, column.top), color_table(magnitude_colors(theme))
    count, height, width = indices.shape
    pixels = np.ascontiguousarray(indices).tobytes()
    sheet = QImage(pixels, width, count * height, width, QImage.Format.Format_Indexed8).copy()
    sheet.setColorTable(table)
    return sheet
