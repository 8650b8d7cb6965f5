"""How the blocks of a row share its width: pictures grow by whole pixels, cells take what is left."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnvis.microscope.blocks import Block
from nnvis.widgets.microscope.placed_block import NUMBER_CELL, PlacedBlock, fitted

NUMBER_WIDTH = 76.0
SINGLE = 0.24  # of the width: a single picture does not crowd out the many
MOST_KERNEL = 25  # cells
SMALL_CELL = 9.0  # px: narrower cells are seen, but not pointed at


def width_of(placed: PlacedBlock) -> float:
    """The width of a block with what stands before its rows."""
    return NUMBER_WIDTH if placed.block.form == "number" else placed.size.width() + placed.heads[0]


def shared(
    blocks: Mapping[int, Block], names: Mapping[int, float], free: float, room: float, ratio: float
) -> dict[int, PlacedBlock]:
    """Each block as large as all can be at once; `names` are the widths of what is written above them."""
    most = {index: max(width_of(fitted(block, free, room, ratio)), names[index]) for index, block in blocks.items()}
    for index, block in blocks.items():
        if block.form == "pictures" and len(block.values) == 1 and len(blocks) > 2:
            most[index] = min(most[index], max(names[index], free * SINGLE))
    least = {index: min(most[index], max(names[index], _least(block, ratio))) for index, block in blocks.items()}
    given = _poured(dict.fromkeys(blocks, 0.0), least, free)
    if sum(least.values()) < free:
        _grow_pictures(blocks, given, most, free, ratio)
        given = _poured(given, most, free)
    return {index: fitted(block, given[index], room, ratio) for index, block in blocks.items()}


def _least(block: Block, ratio: float) -> float:
    """Pictures at one pixel a cell; cells in which a number has room, or a mouse, if they are many."""
    if block.form == "number":
        return NUMBER_WIDTH
    if block.form == "pictures":
        return _at_zoom(block, 1, ratio)
    columns = block.values.shape[2]
    cell = NUMBER_CELL[0] + 1 if columns <= 16 else SMALL_CELL
    return columns * (cell + 2) + (22 if block.row_images or block.row_heads else 0)


def _at_zoom(block: Block, zoom: int, ratio: float) -> float:
    between = 4.0 if block.per_line > 8 else 6.0
    return block.per_line * block.values.shape[2] * zoom / ratio + (block.per_line - 1) * between + 0.5


def _grow_pictures(
    blocks: Mapping[int, Block], given: dict[int, float], most: Mapping[int, float], free: float, ratio: float
) -> None:
    """One more pixel for the cells of the smallest pictures, as long as there is room."""
    growing = {index: 1 for index, block in blocks.items() if block.form == "pictures"}
    while growing:
        index = min(growing, key=lambda each: growing[each] * _span(blocks[each]))
        wider = _at_zoom(blocks[index], growing[index] + 1, ratio)
        spare = free - sum(given.values())
        if wider > most[index] + 0.5 or wider - given[index] > spare:
            del growing[index]
            continue
        growing[index] += 1
        given[index] = max(given[index], wider)


def _span(block: Block) -> float:
    """How large pictures seem at one pixel a cell: one of few may be larger than one of many, a kernel smaller."""
    _, rows, columns = block.values.shape
    return float(columns * np.sqrt(block.per_line) * (1.7 if rows * columns <= MOST_KERNEL else 1.0))


def _poured(given: Mapping[int, float], most: Mapping[int, float], free: float) -> dict[int, float]:
    """What is free goes to all alike; who has enough leaves the rest to the others."""
    filled = dict(given)
    left = free - sum(filled.values())
    waiting = sorted(filled, key=lambda index: most[index] - filled[index])
    while waiting:
        index = waiting.pop(0)
        more = max(0.0, min(most[index] - filled[index], left / (len(waiting) + 1)))
        filled[index] += more
        left -= more
    return filled
