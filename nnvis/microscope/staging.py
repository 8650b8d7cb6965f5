"""Staging: which entries of a stop are shown, and in which of two arrangements. Qt-free.

In a row the blocks stand under their symbols. A row of numbers times a matrix is stacked instead: the row is stood up
so that each number faces the row of weights that it multiplies, and results lie below the columns that made them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.latex import latex_name
from core.layers import Flatten, Reshape
from nnvis.microscope.blocks import (
    MOST_COLUMNS,
    WINDOW,
    Block,
    Hints,
    block_of,
    choose,
    is_gate_of,
    kind_of,
    top_of,
    window_around,
)
from nnvis.microscope.layer_names import image_shape_behind
from nnvis.microscope.operands import Operand, Part, Sign
from nnvis.microscope.stops import Shown, Stop
from nnvis.number_text import count

Array = NDArray[Any]
FEWEST_ROWS = 10
LONGEST_NAME = 14  # characters of a slope that is written out as it is; longer ones are called f'(Z)
GATE_NOTE, SLOPE_NOTE = "gate: open 1, closed 0", "slope of the curve"
FEWEST_IMAGES = 8
MOST_MOVED = 2048  # numbers of a row that only change their places: all of them can be drawn
MOST_PICTURED = 32  # units that are drawn as pictures: as many as can be told apart


@dataclass(frozen=True)
class Line:
    """A row below a stacked matrix: its sign, its block, what it is called and what it means."""

    sign: str
    block: Block
    latex: str
    note: str
    is_gate: bool = False


@dataclass(frozen=True, eq=False)
class Stack:
    """A row of numbers, stood up; the matrix it multiplies; and what comes of it, line by line."""

    vector: Block
    matrix: Block
    lines: tuple[Line, ...]
    latex: str
    vector_note: str


@dataclass(frozen=True, eq=False)
class Staging:
    """All that the stage shows of one stop."""

    shown: Shown
    hints: Hints
    result: Block
    parts: tuple[Sign | Block, ...]
    stack: Stack | None
    extra_latex: tuple[str, ...]  # equations that come before the one that is laid out

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Every block on the stage."""
        if self.stack:
            return (self.stack.vector, self.stack.matrix, *(line.block for line in self.stack.lines))
        return (self.result, *(part for part in self.parts if isinstance(part, Block)))

    @property
    def first(self) -> int:
        """The flat place that is pointed at to begin with: the largest entry of the result that is drawn."""
        block = self.stack.lines[-1].block if self.stack else self.result
        places = block.places[block.places >= 0]
        sizes = np.abs(np.nan_to_num(block.operand.value.reshape(-1)[places].astype(float)))
        return int(places[int(np.argmax(sizes))]) if places.size else 0


def staging(
    stop: Stop, image: int | None, before: Stop | None, room_is_low: bool, class_names: tuple[str, ...]
) -> Staging:
    """How a stop is shown for an image (None: all). `before` is the stop that sent the error, for a hidden layer."""
    shown = stop.shown(image)
    hints = _hints(shown, image, room_is_low, class_names)
    joined = _shared_top(shown)
    result = block_of(shown.result, hints, joined.get(shown.result.text))
    is_given = stop.equations[-1].expression == stop.result  # the input is not made of anything
    parts: list[Sign | Block] = (
        []
        if is_given
        else [part if isinstance(part, Sign) else block_of(part, hints, joined.get(part.text)) for part in shown.parts]
    )
    stack = _stacked(shown, image, before, hints, room_is_low, class_names)
    return Staging(shown, hints, result, tuple(parts), stack, leading_equations(shown))


def leading_equations(shown: Shown) -> tuple[str, ...]:
    """The equations that come before the one that is laid out, as LaTeX."""
    context = shown.context
    return tuple(
        f"{context.latex(_node(equation.symbol))} = {context.latex(_node(equation.expression))}"
        for equation in shown.stop.equations[:-1]
    )


def _node(text: str) -> Any:
    import ast

    return ast.parse(text, mode="eval").body


def _shared_top(shown: Shown) -> dict[str, float]:
    """Arrays that are the same quantity before and after share a scale."""
    names = {operand.text: operand for operand in shown.operands}
    shared: dict[str, float] = {}
    for pair in (("dY", "dZ"), ("dY", "dX"), ("P", "P_new"), ("X", "Y")):
        if all(name in names for name in pair):
            top = max(top_of(names[name].value) for name in pair)
            shared |= dict.fromkeys(pair, top)
    return shared


def _hints(shown: Shown, image: int | None, low: bool, class_names: tuple[str, ...]) -> Hints:
    stop = shown.stop
    size = stop.trace.size
    pictured: dict[str, tuple[int, ...]] = {}
    if stop.layer is not None and stop.layer_trace is not None and len(stop.layer_trace.layer.input_shape) == 1:
        behind = image_shape_behind(stop.trace, stop.layer)
        if behind is not None:
            pictured["i"] = behind
    lengths: dict[str, int] = {}
    for operand in shown.operands:
        lengths |= dict(zip(operand.axes, operand.value.shape, strict=True))
    chosen: dict[str, Array] = {}
    captions: dict[str, str] = {}
    if lengths.get("n", 0) > 1:
        chosen["n"] = window_around(lengths["n"], image or 0, FEWEST_IMAGES if low else WINDOW)
        captions["n"] = f"{len(chosen['n'])} of {count(size)} images"
    moves_only = stop.layer_trace is not None and isinstance(stop.layer_trace.layer, Flatten | Reshape)
    for axis in ("i", "j", "p"):
        if axis in pictured or lengths.get(axis, 0) <= (MOST_MOVED if moves_only else _most(axis, pictured, stop, low)):
            continue
        # what an activation lets through says little of what it stops: its sums do
        order = shown.operands[::-1] if stop.result == "Y" else shown.operands
        carrier = next((each for each in order if axis in each.axes), None)
        assert carrier is not None
        others = tuple(at for at, name in enumerate(carrier.axes) if name != axis)
        weights = np.abs(np.nan_to_num(carrier.value)).max(axis=others) if others else np.abs(carrier.value)
        chosen[axis] = choose(lengths[axis], _most(axis, pictured, stop, low), weights)
        captions[axis] = f"{len(chosen[axis])} of {count(lengths[axis])} units, the largest here"
    heads: dict[str, tuple[str, ...]] = {}
    is_last = stop.layer is None or stop.layer == len(stop.trace.layers) - 1
    if is_last and lengths.get("j") == len(class_names):
        heads["j"] = class_names
    return Hints(pictured, chosen, heads, image or 0, captions)


def _most(axis: str, pictured: Mapping[str, Any], stop: Stop, low: bool) -> int:
    if axis == "i" and stop.result in ("dW", "P_new"):
        return 20 if low else 40  # rows
    if "i" in pictured and axis == "j":
        return MOST_PICTURED
    return MOST_COLUMNS


def _stacked(
    shown: Shown, image: int | None, before: Stop | None, hints: Hints, low: bool, names: tuple[str, ...]
) -> Stack | None:
    if image is None or not shown.stop.by_image:
        return None
    above = before.layer_trace.layer.kind_name() if before is not None and before.layer_trace else ""
    if before is not None and shown.stop.result == "dZ" and before.result == "dX" and above == "Dense":
        return _gated(shown, before.shown(image), low, names)
    arrays = [part for part in shown.parts if isinstance(part, Operand)]
    signs = [part.latex.strip() for part in shown.parts if isinstance(part, Sign)]
    if len(arrays) < 2 or signs[:1] != [r"\cdot"] or arrays[0].value.ndim != 2 or arrays[1].value.ndim != 2:
        return None
    if hints.pictured or len(arrays) > 2 + (signs[1:] == ["+"]):
        return None
    vector, matrix = arrays[:2]
    rows, columns = _kept(vector, shown.result, low)
    lines = []
    notes = {"Z": "the sum", "dX": "error that arrives"}
    if len(arrays) == 3:
        lines.append(Line("+", _line_block(arrays[2], columns, None), arrays[2].latex, "bias"))
    result = _line_block(shown.result, columns, None)
    lines.append(Line("=", result, shown.result.latex, notes.get(shown.stop.result, "")))
    return _made(shown, vector, matrix, rows, columns, lines, low, names)


def _gated(shown: Shown, arrived: Shown, low: bool, names: tuple[str, ...]) -> Stack | None:
    """A hidden layer's error: what arrives through the weights above, and what its gates let pass."""
    arrays = [part for part in arrived.parts if isinstance(part, Operand)]
    if len(arrays) != 2 or any(each.value.ndim != 2 for each in arrays):
        return None
    # names of the layer above: its dZ must not be taken for the one that is the result here
    vector, matrix = (replace(each, text=f"{each.text} above") for each in arrays)
    if shown.result.value.shape != arrived.result.value.shape:
        return None
    rows, columns = _kept(vector, arrived.result, low)
    top = max(top_of(arrived.result.value), top_of(shown.result.value))
    axes = {"j": "i", "j=": "i"}
    lines = [Line("=", _line_block(arrived.result, columns, top), _both(shown, arrived), "error that arrives")]
    slope = _slope(shown)
    if slope is None:
        return None
    renamed = replace(slope, axes=tuple(axes.get(axis, axis) for axis in slope.axes))
    block, is_gate = _line_block(renamed, columns, None), is_gate_of(slope)
    unit = latex_name(shown.stop.names.get("Z", "Z"))
    is_short = len(slope.text) <= LONGEST_NAME
    name = slope.latex if is_short else f"f'({unit})"
    lines.append(Line(r"\odot", block, name, GATE_NOTE if is_gate else SLOPE_NOTE, is_gate))
    passed = Operand("dZ", shown.result.latex, shown.result.value, tuple(axes.get(a, a) for a in shown.result.axes))
    lines.append(Line("=", _line_block(passed, columns, top), shown.result.latex, "error that is passed on"))
    factor = name if is_gate or slope.text.isidentifier() else rf"\left({name}\right)" if is_short else name
    latex = rf"{shown.result.latex} = \left({vector.latex} \, {matrix.latex}\right) \odot {factor}"
    if not is_short:
        latex += rf",\quad {name} = {slope.latex}"
    return replace(_made(shown, vector, matrix, rows, columns, lines, low, names), latex=latex)


def _slope(shown: Shown) -> Operand | None:
    """What an activation multiplies the error with, as one array; None when it is no product with the error."""
    import ast

    node = shown.stop.equations[-1]._tree.body
    factor: ast.expr | None = None
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        right: ast.expr = node.right
        if isinstance(node.op, ast.Div):
            right = ast.BinOp(ast.Constant(1), ast.Div(), right)
        factor = right if factor is None else ast.BinOp(right, ast.Mult(), factor)
        node = node.left
    if factor is None or not isinstance(node, ast.Name) or node.id != "dY":
        return None
    operand = shown.context.operand(factor)
    return replace(operand, axes=shown.result.axes) if operand.value.shape == shown.result.value.shape else None


def _both(shown: Shown, arrived: Shown) -> str:
    """dY of this layer and dX of the one above are one array."""
    name = shown.context.latex(_node("dY"))
    return f"{name} = {arrived.result.latex}"


def _kept(vector: Operand, result: Operand, low: bool) -> tuple[Array, Array]:
    rows = choose(vector.value.shape[1], FEWEST_ROWS if low else 16, vector.value[0])
    return rows, choose(result.value.shape[-1], MOST_COLUMNS, result.value.reshape(-1))


def _made(
    shown: Shown, vector: Operand, matrix: Operand, rows: Array, columns: Array, lines: list[Line], low: bool,
    names: tuple[str, ...],
) -> Stack:  # fmt: skip
    places = np.arange(matrix.value.size).reshape(matrix.value.shape)[np.ix_(rows, columns)][None]
    is_output = vector.value.shape[1] == len(names)
    heads = tuple(names[int(row)] if is_output else str(int(row)) for row in rows)
    hidden = "" if len(rows) == vector.value.shape[1] else f"the {len(rows)} of {vector.value.shape[1]} that weigh most"
    across = "" if len(columns) == matrix.value.shape[1] else f"{len(columns)} of {matrix.value.shape[1]} units"
    caption = " · ".join(text for text in (hidden, across) if text)
    column_heads = names if matrix.value.shape[1] == len(names) else ()
    matrix_block = Block(
        matrix, kind_of(matrix), "cells", matrix.value.reshape(-1)[places].astype(float), places, 1,
        top_of(matrix.value), caption, "", matrix.axes[1], (), column_heads,
    )  # fmt: skip
    stood = rows.reshape(1, -1, 1)
    vector_block = Block(
        vector, kind_of(vector), "cells", vector.value.reshape(-1)[stood].astype(float), stood, 1,
        top_of(vector.value), "", vector.axes[1], "", heads, (),
    )  # fmt: skip
    what = "errors" if vector.text.startswith("d") else "answers"
    note = f"the row of\n{vector.value.shape[1]} {what},\nstood up"
    parts = " ".join(_part_latex(part) for part in shown.parts)
    return Stack(vector_block, matrix_block, tuple(lines), f"{shown.result.latex} = {parts}", note)


def _part_latex(part: Part) -> str:
    return part.latex


def _line_block(operand: Operand, columns: Array, top: float | None) -> Block:
    flat = operand.value.reshape(-1)
    places = columns.reshape(1, 1, -1)
    return Block(
        operand, kind_of(operand), "cells", flat[places].astype(float), places, 1,
        top_of(operand.value) if top is None else top,
    )  # fmt: skip
