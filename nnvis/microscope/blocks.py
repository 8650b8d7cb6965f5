"""Blocks: an array as it is drawn: rows of cells, or pictures side by side, each cell knowing its place. Qt-free.

One form holds for all: a grid of pictures, each of rows and columns of cells. A matrix is one picture, a folded vector
too; the weights of a first layer are as many pictures as units.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nnvis.microscope.operands import Operand

Array = NDArray[Any]
Kind = Literal["signed", "magnitude", "gate"]
Form = Literal["number", "cells", "pictures"]
MOST_PICTURES = 256
MOST_COLUMNS, MOST_ROWS = 64, 16  # cells of a matrix that is no picture
WINDOW = 16  # images of a batch that are drawn as rows
FOLD = 8
PLANES = (("y", "x"), ("v", "u"), ("a", "b"))  # axes that are places of a picture
PERCENTILE_FROM = 2000  # arrays of more numbers are scaled to the 99.9th percentile: one outlier must not pale the rest


@dataclass(frozen=True)
class Hints:
    """What is known beyond the numbers: which axes run over pixels, which entries are shown, how they are called."""

    pictured: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # axis -> (height, width, channels)
    chosen: Mapping[str, Array] = field(default_factory=dict)  # axis -> indices that are shown, in order
    heads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # axis -> a name for every index
    image: int = 0  # of the batch, where only one can be shown
    captions: Mapping[str, str] = field(default_factory=dict)  # axis -> what is said when a part is shown


@dataclass(frozen=True, eq=False)
class Block:
    """An operand in drawing order. Shapes: values and places (pictures, rows, columns).

    `places` are flat indices into the operand's value, -1 where there is nothing. `row_axis` and `column_axis` name
    what runs down and across a matrix, for its heads.
    """

    operand: Operand
    kind: Kind
    form: Form
    values: Array
    places: Array
    per_line: int
    top: float
    caption: str = ""
    row_axis: str = ""
    column_axis: str = ""
    row_heads: tuple[str, ...] = ()
    column_heads: tuple[str, ...] = ()
    row_images: tuple[int, ...] = ()  # images of the batch that stand before the rows

    @property
    def lines(self) -> int:
        """Rows of pictures."""
        return -(-len(self.values) // self.per_line)

    def index_at(self, place: int) -> dict[str, int]:
        """The axes and indices of a flat place."""
        return dict(zip(self.operand.axes, map(int, np.unravel_index(place, self.operand.value.shape)), strict=True))

    def marked(self, at: Mapping[str, int | range]) -> Array:
        """Which cells belong to what is pointed at; none when they have no axis in common."""
        common = [axis for axis in self.operand.axes if axis in at]
        if not common:
            return np.zeros(self.places.shape, bool)
        indices = np.unravel_index(np.maximum(self.places, 0), self.operand.value.shape)
        mask: Array = self.places >= 0
        for axis in common:
            index, wanted = indices[self.operand.axes.index(axis)], at[axis]
            if isinstance(wanted, range):  # a window over the places of a picture
                mask = mask & (index >= wanted.start) & (index < wanted.stop)
            else:
                mask = mask & (index == wanted)
        return mask

    @property
    def limits(self) -> tuple[float, float]:
        """The ends of its colour scale."""
        return (-self.top, self.top) if self.kind == "signed" else (0.0, self.top)


def kind_of(operand: Operand) -> Kind:
    """Whether zero is the middle or the bottom of its scale, or there are but 0 and 1."""
    if is_gate_of(operand):
        return "gate"
    name = operand.text
    may_be_negative = name[:1] in "dWbZPGmg" and not name.startswith("max")
    if may_be_negative or bool((operand.value < 0).any()):
        return "signed"
    return "magnitude"


def is_gate_of(operand: Operand) -> bool:
    """Whether it lets numbers through or not: a comparison."""
    return operand.value.dtype == bool and operand.value.ndim > 0


def top_of(value: Array) -> float:
    """The end of the colour scale: the largest size, without the outliers of a large array."""
    sizes = np.abs(value[np.isfinite(value)].astype(float)) if value.size else np.zeros(1)
    if not sizes.size:
        return 0.0
    return float(np.percentile(sizes, 99.9)) if sizes.size > PERCENTILE_FROM else float(sizes.max())


def block_of(operand: Operand, hints: Hints, top: float | None = None) -> Block:
    """How the operand is drawn."""
    value = np.asarray(operand.value)
    places: Array = np.arange(value.size).reshape(value.shape)
    axes = list(operand.axes)
    caption: list[str] = []
    for axis in list(axes):  # axes of length 1, and the batch of a stack of maps
        at = axes.index(axis)
        if axis.endswith("=") and places.ndim > 1:
            places = np.asarray(places.take(0, axis=at))
            axes.pop(at)
        elif axis == "n" and len(axes) == 4:
            places = np.asarray(places.take(hints.image, axis=at))
            axes.pop(at)
            caption.append(f"image {hints.image + 1} of {value.shape[0]}")
    for axis, indices in hints.chosen.items():
        if axis in axes and axis not in hints.pictured and len(indices) < places.shape[axes.index(axis)]:
            places = places.take(indices, axis=axes.index(axis))
            caption.append(hints.captions.get(axis, f"{len(indices)} of {value.shape[operand.axes.index(axis)]}"))
    form, grid, per_line, rows, columns = _arranged(places, axes, hints)
    if len(grid) > MOST_PICTURES:
        caption.append(f"{MOST_PICTURES} of {len(grid)} pictures")
        grid = grid[:MOST_PICTURES]
    flat = value.reshape(-1)
    drawn = np.where(grid >= 0, flat[np.maximum(grid, 0)].astype(float) if flat.size else 0.0, np.nan)
    chosen_n = tuple(int(index) for index in hints.chosen.get("n", np.arange(value.shape[0] if value.ndim else 0)))
    return Block(
        operand, kind_of(operand), form, drawn, grid, per_line, top_of(value) if top is None else top,
        " · ".join(caption), rows, columns, _heads(rows, hints), _heads(columns, hints),
        chosen_n if rows == "n" else (),
    )  # fmt: skip


def _heads(axis: str, hints: Hints) -> tuple[str, ...]:
    names = hints.heads.get(axis, ())
    return tuple(names[int(index)] for index in hints.chosen[axis]) if names and axis in hints.chosen else names


def _arranged(places: Array, axes: list[str], hints: Hints) -> tuple[Form, Array, int, str, str]:
    """Form, places as (pictures, rows, columns), pictures per line, axis of the rows, axis of the columns."""
    if places.ndim == 0 or places.size == 1:
        return "number", places.reshape(1, 1, 1), 1, "", ""
    pictured = [axis for axis in axes if axis in hints.pictured]
    if pictured and places.ndim <= 2:
        at = axes.index(pictured[0])
        others = np.moveaxis(places, at, -1).reshape(-1, places.shape[at])
        grid = _pictures(others, hints.pictured[pictured[0]])
        return "pictures", grid, _per_line(len(grid), grid.shape[2]), "", ""
    if places.ndim == 1:
        fold = fold_of(len(places))
        if len(places) <= fold:
            return "cells", places.reshape(1, 1, -1), 1, "", axes[0]
        padded = np.full(-(-len(places) // fold) * fold, -1)
        padded[: len(places)] = places
        return "cells", padded.reshape(1, -1, fold), 1, "", ""
    if places.ndim == 2 and tuple(axes) in PLANES:
        return "pictures", places[None], 1, "", ""
    if places.ndim == 2:
        return "cells", places[None], 1, axes[0], axes[1]
    if places.ndim == 3:  # a stack of maps (h, w, c)
        grid = np.moveaxis(places, -1, 0)
        return "pictures", grid, _per_line(len(grid), grid.shape[2]), "", ""
    if places.ndim == 4:  # kernels (kh, kw, in, out): out across, in down
        grid = places.transpose(2, 3, 0, 1).reshape(-1, *places.shape[:2])
        return "pictures", grid, _kernels_per_line(places.shape), "", ""
    return "cells", places.reshape(1, len(places), -1), 1, "", ""


def fold_of(length: int) -> int:
    """Cells to a line of a vector: a short one is one line, a long one is folded 8, 16 or more to a line."""
    if length <= 12:
        return length
    return FOLD if length <= 64 else 16 if length <= 256 else 32


def _per_line(count: int, width: int) -> int:
    if count <= FOLD:
        return count if count <= 3 else 3 if count in (5, 6) else 4
    return FOLD if count <= 64 else 16


def _kernels_per_line(shape: tuple[int, ...]) -> int:
    """Kernels on one input map are folded; on several maps, those of one output stand in a column."""
    return min(shape[3], 32) if shape[2] > 1 else _per_line(shape[3], shape[1])


def _pictures(rows: Array, shape: tuple[int, ...]) -> Array:
    """Rows of pixels as pictures; the channels of a colour picture stand below each other."""
    height, width, channels = shape
    return rows.reshape(len(rows), height, width, channels).transpose(0, 3, 1, 2).reshape(len(rows), -1, width)


def choose(size: int, most: int, weights: Array | None, keep: int | None = None) -> Array:
    """Indices that are shown of an axis: all, or those of the largest weights, in order; `keep` is among them."""
    if size <= most:
        return np.arange(size)
    ranked = np.argsort(-np.abs(weights), kind="stable")[:most] if weights is not None else np.arange(most)
    if keep is not None and keep not in ranked:
        ranked[-1] = keep
    return np.sort(ranked)


def window_around(size: int, middle: int, width: int = WINDOW) -> Array:
    """So many neighbours around the middle one."""
    first = max(0, min(middle - width // 2, size - width))
    return np.arange(first, min(size, first + width))


def cell_text(value: float, top: float, width: float, places: int | None = None) -> str:
    """A number for a cell: three decimals below 1, two above; a dot for what would be written as 0; exact zero is 0."""
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "∞"
    if value == 0:
        return "0"
    places = decimals(top) if places is None else places
    if abs(value) < 0.5 * 10**-places:
        return "·"
    text = f"{abs(value):.{places}f}"
    if width < (36 if places < 4 else 54) and text.startswith("0."):
        text = text[1:]
    return f"−{text}" if value < 0 else text


def decimals(top: float) -> int:
    """How many decimals the cells of an array have whose largest size is `top`."""
    if top >= 100:
        return 0
    if top >= 10:
        return 1
    return 2 if top >= 1 else 3 if top >= 0.05 else 4
