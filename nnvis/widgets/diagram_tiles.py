"""The small pictures in the diagram: the input, and the maps of convolutions."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from nnvis.colour_maps import color_table, magnitude_colors, magnitude_indices, signed_colors, signed_indices
from nnvis.diagram import Column
from nnvis.theme import Theme


def map_images(column: Column, theme: Theme) -> list[QImage]:
    """One image for each map, all on the column's scale."""
    if column.is_signed:
        indices, table = signed_indices(column.values, column.top), color_table(signed_colors())
    else:
        indices, table = magnitude_indices(column.values, column.top), color_table(magnitude_colors(theme))
    images = []
    for pixels in np.ascontiguousarray(indices):
        height, width = pixels.shape
        image = QImage(pixels.tobytes(), width, height, width, QImage.Format.Format_Indexed8).copy()
        image.setColorTable(table)
        images.append(image)
    return images
