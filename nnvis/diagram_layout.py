"""Where everything in the picture of the network stands, and how many units there is room for. Qt-free.

Lengths are device-independent pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from nnvis.diagram import Column

HEAD = 44  # title and caption above each column
PICTURE = (64, 132)  # smallest and largest side of the input
ANSWER_ROOM = 74  # to the right of the discs: class and share
DISC = 22
CELL = (5.0, 6.0, 20.0, 32.0)  # of units: smallest width and height, largest width and height
TILE = (20, 60)  # of maps
GAP = 2
CELLS_SHARE = 0.5  # of the width for cells; the rest belongs to the lines between them
MOST_UNITS, MOST_MAPS = 640, 32
TALLEST_COLUMN = 16  # cells, as long as few columns of them do
FAN = 0.5  # behind the picture there are no lines: half the room of the others
TITLE_ROOM = 64  # what a column's words need at least


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def middle(self) -> float:
        """Of its height."""
        return self.top + self.height / 2

    def holds(self, x: float, y: float, margin: float = 1.0) -> bool:
        """Whether a point lies in it, or within a margin of it."""
        return (self.left - margin <= x <= self.right + margin
                and self.top - margin <= y <= self.top + self.height + margin)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A column: its box, that of each of its units in order, and where the words above it may reach."""

    box: Box
    cells: tuple[Box, ...]
    words: Box

    def cell_at(self, x: float, y: float) -> int:
        """The unit at a point, -1 when there is none."""
        if not self.box.holds(x, y):
            return -1
        return next((index for index, cell in enumerate(self.cells) if cell.holds(x, y)), -1)


def room(width: float, height: float, columns: int) -> tuple[int, int]:
    """How many units and how many maps a column can show, when so many columns stand between input and answers."""
    each = CELLS_SHARE * (width - PICTURE[1] - DISC - ANSWER_ROOM) / max(1, columns)
    body = height - HEAD
    units = int(each // (CELL[0] + GAP)) * int(body // (CELL[1] + GAP))
    maps = max(1, int(each // (TILE[0] + 4))) * max(1, int(body // (TILE[0] + 4)))
    return max(8, min(MOST_UNITS, units)), max(4, min(MOST_MAPS, maps))


def place_columns(columns: Sequence[Column], width: float, height: float) -> tuple[Place, ...]:
    """Every column at its place: evenly spaced, each in the middle of the height."""
    body = height - HEAD
    between = [column for column in columns if column.kind in ("units", "maps")]
    each = CELLS_SHARE * (width - PICTURE[1] - DISC - ANSWER_ROOM) / max(1, len(between))
    grids = [_grid(column, each, body, width) for column in columns]
    widths = [across * step_x - GAP if column.kind != "answers" else DISC
              for column, (across, _, step_x, _) in zip(columns, grids, strict=True)]  # fmt: skip
    spare = width - sum(widths) - ANSWER_ROOM
    shares = [FAN if column.kind == "picture" else 1.0 for column in columns[:-1]]
    gaps = [spare * part / sum(shares) for part in shares]
    places, left = [], 0.0
    for column, grid, own, gap in zip(columns, grids, widths, [*gaps, ANSWER_ROOM], strict=True):
        places.append(_placed(column, grid, left, own, body, gap))
        left += own + gap
    return tuple(places)


def _grid(column: Column, width: float, height: float, whole: float) -> tuple[int, int, float, float]:
    """Cells across and down, and the distance from one to the next, gap included."""
    count = len(column.shown)
    if column.kind == "picture":
        side = min(PICTURE[1], max(PICTURE[0], 0.13 * whole), height)
        return 1, 1, side + GAP, side + GAP
    if column.kind == "answers":
        return 1, count, DISC + GAP, min(48.0, height / max(1, count))
    if column.kind == "maps":
        return _map_grid(count, width, height)
    across = math.ceil(count / TALLEST_COLUMN) if count <= 8 * TALLEST_COLUMN else round(math.sqrt(count / 2))
    across = max(1, min(across, int(width // (CELL[0] + GAP))))
    down = math.ceil(count / across)
    step_y = min(CELL[3] + GAP, height / down)
    step_x = max(CELL[0] + GAP, min(CELL[2] + GAP, width / across, 0.7 * step_y + GAP))
    return across, down, step_x, step_y


def _map_grid(count: int, width: float, height: float) -> tuple[int, int, float, float]:
    """The arrangement with the largest tiles."""
    best = (0.0, 1, count)
    for across in range(1, count + 1):
        down = math.ceil(count / across)
        side = min(TILE[1] + 4.0, width / across, height / down)
        if side > best[0] + 0.5:
            best = (side, across, down)
    side, across, down = best
    return across, down, side, side


def _placed(
    column: Column, grid: tuple[int, int, float, float], left: float, width: float, body: float, room_right: float
) -> Place:
    across, down, step_x, step_y = grid
    gap = 4 if column.kind == "maps" else GAP
    top = HEAD + max(0.0, (body - down * step_y) / 2)
    cells = []
    for index in range(len(column.shown)):
        row, place = divmod(index, across)
        x, y = left + place * step_x, top + row * step_y
        if column.kind == "answers":
            side = min(DISC, step_y - 1)
            cells.append(Box(left, y + (step_y - side) / 2, side, side))
        else:
            cells.append(Box(x, y, step_x - gap, step_y - gap))
    words = Box(left, 0, max(TITLE_ROOM, width + room_right - 12), HEAD)
    return Place(Box(left, top, width, down * step_y), tuple(cells), words)
