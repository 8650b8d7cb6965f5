"""Where everything is on the track: tiles in the middle, forward chips above, backward chips below.

In a deep network only the layer of the walk and its neighbours stay open; the others fold into a stack at each side,
and their chips become dots.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetrics

from nnvis.microscope.track import Chip, Track
from nnvis.theme import font
from nnvis.widgets.microscope.equation_art import art_width

SIDE = 18.0
ENDS = 128.0  # room for the input at the left and the loss at the right
TILE_GAP, NARROW_GAP = 36.0, 10.0
WIDEST_TILE, LEAST_TILE, SLIM_TILE, STACK = 360.0, 96.0, 92.0, 84.0
LEAST_PITCH = 46.0  # of backward chips: nearer together their symbols would have no room
DOT = 12.0
FOLDED = 0.15  # of the room that a chip of an open layer has


@dataclass(frozen=True)
class Stack:
    """Layers that are folded: tiles `first` to `last`, both included."""

    first: int
    last: int

    @property
    def words(self) -> str:
        """What is written on it."""
        number = self.last - self.first + 1
        return "1 layer" if number == 1 else f"{number} layers"


@dataclass(frozen=True, eq=False)
class TrackPlaces:
    """The places of a track of this size; `here` is the stop of the walk, `focus` a tile that is to be open instead."""

    track: Track
    width: float
    height: float
    chip_height: float
    symbol: float  # size of the letters
    here: int
    focus: int | None = None

    @property
    def rows(self) -> tuple[float, float, float]:
        """Middle of the forward line, of the tiles, of the backward line."""
        half = self.chip_height / 2
        return half + 4, self.height / 2, self.height - half - 4

    @property
    def _room(self) -> float:
        return self.width - 2 * (SIDE + ENDS)

    @cached_property
    def open_tiles(self) -> range:
        """The tiles that are not folded."""
        tiles, chips = self.track.tiles, self.track.chips
        back = sum(chip.is_backward for chip in chips)
        needed = sum(SLIM_TILE if tile.is_slim else LEAST_TILE for tile in tiles) + NARROW_GAP * len(tiles)
        if len(tiles) <= 4 or (needed <= self._room and self._room / max(1, back) >= LEAST_PITCH):
            return range(len(tiles))
        middle = self.focus if self.focus is not None else self._tile_here
        first = max(0, min(middle - 1, len(tiles) - 3))
        return range(first, first + 3)

    @property
    def _tile_here(self) -> int:
        """The tile of the walk; before it the first one, at the loss the last."""
        chips = self.track.chips
        found = chips[self.here].tile
        if found is not None:
            return found
        return len(self.track.tiles) - 1 if 0 < self.here and not self._is_behind(chips) else 0

    def _is_behind(self, chips: tuple[Chip, ...]) -> bool:
        return self.here >= len(chips) - 2

    @cached_property
    def stacks(self) -> tuple[tuple[Stack, QRectF], ...]:
        """What is folded, and where."""
        return tuple((stack, rect) for stack, rect in self._segments if isinstance(stack, Stack))

    @cached_property
    def tiles(self) -> dict[int, QRectF]:
        """Where the open tiles are."""
        return {tile: rect for tile, rect in self._segments if isinstance(tile, int)}

    @cached_property
    def _segments(self) -> list[tuple[int | Stack, QRectF]]:
        tiles, shown = self.track.tiles, self.open_tiles
        row: list[int | Stack] = list(shown)
        if shown.start > 0:
            row.insert(0, Stack(0, shown.start - 1))
        if shown.stop < len(tiles):
            row.append(Stack(shown.stop, len(tiles) - 1))
        gap = TILE_GAP if len(row) <= 4 else NARROW_GAP
        slim = [isinstance(each, int) and tiles[each].is_slim and len(row) > 2 for each in row]
        thin = min(SLIM_TILE, self._room / max(1, len(row)) - gap)
        fixed = thin * sum(slim) + STACK * sum(isinstance(each, Stack) for each in row)
        wide_ones = len(row) - sum(slim) - sum(isinstance(each, Stack) for each in row)
        wide = (self._room - gap * (len(row) - 1) - fixed) / max(1, wide_ones)
        wide = max(20.0, min(WIDEST_TILE, wide))
        widths = [STACK if isinstance(each, Stack) else thin if slim[index] else wide for index, each in enumerate(row)]
        spread = (self._room - sum(widths)) / (len(row) + 1)
        high = self.height - 2 * (self.chip_height + 7)
        left, segments = SIDE + ENDS + spread, []
        for each, width in zip(row, widths, strict=True):
            segments.append((each, QRectF(left, self.rows[1] - high / 2, width, high)))
            left += width + spread
        return segments

    @cached_property
    def middles(self) -> list[QPointF]:
        """The middle of every chip."""
        top, middle, bottom = self.rows
        chips = self.track.chips
        middles = [QPointF()] * len(chips)
        for chip, x in self._backward:
            middles[chip.number] = QPointF(x, bottom)
        for chip in chips:
            if chip.is_backward:
                continue
            if chip.number == 0:
                middles[chip.number] = QPointF(SIDE + 40, top)
            elif self.is_loss(chip):
                middles[chip.number] = QPointF(self.width - SIDE - ENDS / 2, middle)
            elif chip.tag == "Update":
                middles[chip.number] = QPointF(SIDE + 92, bottom)
            elif chip.tag == "Loss":
                middles[chip.number] = QPointF(SIDE + 14, bottom)
            elif chip.tile is not None:
                middles[chip.number] = QPointF(self._forward_x(chip), top)
        return middles

    def is_loss(self, chip: Chip) -> bool:
        """Whether it is where the way turns."""
        return chip.tag == "Loss" and 0 < chip.number < len(self.track.chips) - 1

    def _forward_x(self, chip: Chip) -> float:
        assert chip.tile is not None
        rect, first, last = self.tiles.get(chip.tile), chip.tile, chip.tile
        if rect is None:
            stack, rect = next((each, area) for each, area in self.stacks if each.first <= chip.tile <= each.last)
            first, last = stack.first, stack.last
        mine = [
            each.number for each in self.track.chips
            if not each.is_backward and each.tile is not None and first <= each.tile <= last
        ]  # fmt: skip
        return rect.left() + rect.width() * (0.12 + 0.76 * (mine.index(chip.number) + 0.5) / len(mine))

    def is_folded(self, chip: Chip) -> bool:
        """Whether its layer is part of a stack."""
        return chip.tile is not None and chip.tile not in self.open_tiles

    @cached_property
    def _backward(self) -> list[tuple[Chip, float]]:
        back = [chip for chip in self.track.chips if chip.is_backward]
        begin, end = self.width - SIDE - ENDS + 16, SIDE + ENDS + 16
        unit, x, placed = self._unit, begin, []
        for chip in back:
            share = unit * (FOLDED if self.is_folded(chip) else 1.0)
            placed.append((chip, x - share / 2))
            x -= share
        assert not back or x >= end - 1
        return placed

    @cached_property
    def _unit(self) -> float:
        """The room of a backward chip of an open layer."""
        back = [chip for chip in self.track.chips if chip.is_backward]
        folded = sum(self.is_folded(chip) for chip in back)
        return (self.width - 2 * (SIDE + ENDS)) / max(1.0, len(back) - folded + FOLDED * folded)

    @cached_property
    def chips(self) -> list[QRectF]:
        """Where every chip is: with its symbol where there is room, else a dot."""
        rects = []
        for chip, middle in zip(self.track.chips, self.middles, strict=True):
            if self.is_loss(chip):
                rects.append(QRectF(self.width - SIDE - ENDS + 10, self.rows[1] - 18, ENDS - 20, 36))
                continue
            width = self._chip_width(chip)
            tall = self.chip_height if width > DOT + 4 else width
            rects.append(QRectF(middle.x() - width / 2, middle.y() - tall / 2, width, tall))
        return rects

    def _chip_width(self, chip: Chip) -> float:
        if self.is_folded(chip):
            return max(5.0, min(DOT, self._unit * FOLDED - 2)) if chip.is_backward else 7.0
        symbol = art_width(chip.latex, self.symbol) + 22
        if not chip.is_backward:
            return symbol + (44 if chip.tag == "Update" else 0)
        tag = QFontMetrics(font("caption", 600)).horizontalAdvance(chip.tag) + 6
        for width in (symbol + tag, symbol - 8):
            if width <= self._unit - 4:
                return width
        is_near = abs(chip.number - self.here) <= 1 and self._unit < symbol
        return symbol - 8 if is_near and chip.number == self.here else min(DOT, self._unit - 2)

    def number_at(self, point: QPointF, reach: float) -> int | None:
        """The stop whose chip is there."""
        grown = [rect.adjusted(-reach, -reach, reach, reach) for rect in self.chips]
        near = (index for index, rect in enumerate(grown) if rect.contains(point))
        return min(near, key=lambda index: abs(self.chips[index].center().x() - point.x()), default=None)

    def stack_at(self, point: QPointF) -> Stack | None:
        """The stack that is there."""
        return next((stack for stack, rect in self.stacks if rect.contains(point)), None)
