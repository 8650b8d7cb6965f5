"""The backward face of the diagram: how the error of one labelled image flows back to the pixels. Qt-free.

A unit's value is its δ, the gradient of the loss by its sum z (dZ in the code). A line is w * δ: what the unit at its
right end passes back to the one at its left. Where the gate of a relu is closed the line ends: its slope is 0, so the
unit's own δ is 0 and nothing goes on. Of maps δ and flows are sums over their places, a window's weights taken together
(what the window loses over the picture's border is left out).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.layers import Conv2D
from core.sequential import Sequential
from nnvis import number_text
from nnvis.diagram import (
    FOCUS_LINES,
    MOST_ANSWERS,
    NO_EDGES,
    STRONGEST,
    Block,
    Column,
    Diagram,
    Edges,
    Facts,
    Part,
    Values,
    Wish,
    blocks_of,
    input_column,
    keeps_channels,
    reshapes,
    spread,
    top_edges,
)

LEADERS = 2  # outputs with the largest error, from which the lines are traced


def backward_diagram(model: Sequential, X: Values, label: int, wish: Wish) -> Diagram:
    """Send one image (1, h, w, c) forward and its error back, and describe the way back. Moves no weight."""
    with model.asked_for_input_gradients():
        Y = model.forward(X)
        gradient = model.backward(Y, model.targets(np.array([label])))
    blocks = blocks_of(model)
    columns = [_picture(input_column(X, blocks[0]), gradient)]
    columns += [_column(block, wish, is_last=block is blocks[-1]) for block in blocks[1:]]
    errors = _summed(columns[-1].values)
    leaders = tuple(int(place) for place in np.argsort(-np.abs(errors), kind="stable")[:LEADERS])
    edges = _ways_back(blocks, columns, leaders, wish.lines)
    facts = _facts(blocks, columns, wish.focus or _most_concerned(columns, leaders))
    return Diagram(tuple(columns), edges, leaders, facts)


def _most_concerned(columns: Sequence[Column], leaders: tuple[int, ...]) -> tuple[int, int]:
    """The hidden unit with the largest error, where there is one: its numbers are shown before any is pointed at."""
    if len(columns) < 3:
        return len(columns) - 1, leaders[0]
    return len(columns) - 2, int(np.abs(_summed(columns[-2].values)).argmax())


def _picture(column: Column, gradient: Values | None) -> Column:
    """The input with the gradient of the loss by each pixel."""
    if gradient is None or gradient.size != column.values[0].size:
        return column
    values = gradient[0].reshape(column.values.shape).copy()
    top = float(np.abs(values).max())
    return Column("picture", -1, "Input", f"∂loss/∂pixel, ±{number_text.measure(top, 1)}", column.shown, 1, values,
                  top or 1.0, is_signed=True)  # fmt: skip


def _column(block: Block, wish: Wish, is_last: bool) -> Column:
    layer = block.layer
    assert layer is not None
    delta: Values = layer.dZ[0]  # type: ignore[attr-defined]  # Dense and Conv2D keep it
    units = delta.shape[-1]
    is_map = delta.ndim == 3
    values = np.moveaxis(delta, -1, 0) if is_map else delta
    if is_last and not is_map:
        shown = np.arange(units) if units <= MOST_ANSWERS else np.sort(np.argsort(-np.abs(delta))[:MOST_ANSWERS])
    else:
        shown = spread(units, wish.maps if is_map else wish.units)
    closed: NDArray[np.bool_] = np.asarray((values.reshape(units, -1) == 0).all(axis=1))
    mean = float(np.abs(delta).mean())
    caption = f"mean |δ| {number_text.measure(mean, 2)}"
    if closed.any() and not is_last:
        caption += f" · {int(closed.sum())} closed"
    return Column(
        "answers" if is_last and not is_map else "maps" if is_map else "units", block.index,
        f"{layer.kind_name()} {units}", caption, shown, units, np.ascontiguousarray(values[shown], np.float32),
        float(np.abs(values).max()) or 1.0, is_signed=True, closed=closed[shown],
    )  # fmt: skip


def _summed(values: Values) -> Values:
    """One number for each unit: of a map the sum over its places."""
    return values.reshape(len(values), -1).sum(axis=1)


def _flows(before: Block, block: Block, sources: int, targets: NDArray[np.intp]) -> Values | None:
    """w * δ: what each of these units passes back to each unit of the column before. Shape (sources, targets)."""
    layer = block.layer
    assert layer is not None
    if before.layer is None or reshapes(before):
        return None
    W, delta = layer.parameters["W"], layer.dZ[0]  # type: ignore[attr-defined]
    if isinstance(layer, Conv2D):
        weights = W.sum(axis=(0, 1))
        return (weights[:, targets] * delta.sum(axis=(0, 1))[targets]).astype(np.float32) if W.shape[2] == sources \
            else None
    if W.shape[0] % sources or (W.shape[0] != sources and not keeps_channels(before)):
        return None
    weights = W[:, targets].reshape(-1, sources, len(targets)).sum(axis=0)
    return (weights * delta[targets]).astype(np.float32)


def _ways_back(
    blocks: Sequence[Block], columns: Sequence[Column], leaders: tuple[int, ...], lines: int
) -> tuple[Edges, ...]:
    """The strongest lines, from the outputs with the largest error on. Behind a closed gate none goes on."""
    gaps = len(columns) - 1
    drawn = [gap for gap in range(gaps) if columns[gap].kind != "picture"]
    most = max(1, lines // max(1, len(drawn)))
    result = [NO_EDGES] * gaps
    targets = np.array(leaders, np.intp)
    for gap in reversed(drawn):
        left, right = columns[gap], columns[gap + 1]
        flows = _flows(blocks[gap], blocks[gap + 1], left.total, right.shown[targets])
        if flows is None:
            break
        result[gap], _ = top_edges(flows[left.shown], np.ones(len(targets), np.float32), targets, most)
        reached = np.unique(result[gap].source)
        closed = left.closed if left.closed is not None else np.zeros(len(left.shown), bool)
        targets = reached[~closed[reached]]
        if not len(targets):
            break
    return tuple(result)


def _facts(blocks: Sequence[Block], columns: Sequence[Column], focus: tuple[int, int]) -> Facts | None:
    """One unit: where its error comes from, and what its gate lets through."""
    index, place = focus
    if not 0 < index < len(columns) or not 0 <= place < len(columns[index].shown):
        return None
    column, unit = columns[index], int(columns[index].shown[place])
    delta = float(_summed(column.values)[place])
    one = np.ones(1, np.float32)
    before, after, parts, arriving = NO_EDGES, NO_EDGES, [], 0
    back = None if columns[index - 1].kind == "picture" else \
        _flows(blocks[index - 1], blocks[index], columns[index - 1].total, np.array([unit]))
    if back is not None:
        before, _ = top_edges(back[columns[index - 1].shown], one, np.array([place]), FOCUS_LINES)
    numbers = [("δ", delta)]
    if index + 1 < len(columns):
        right = columns[index + 1]
        every = _flows(blocks[index], blocks[index + 1], column.total, np.arange(right.total))
        if every is not None:
            row = every[unit]
            arriving = len(row)
            numbers.append(("Σ w·δ", float(row.sum())))
            best = np.argsort(-np.abs(row), kind="stable")[:STRONGEST]
            kind = "map" if right.kind == "maps" else "class" if right.kind == "answers" else "unit"
            parts = [Part(f"{kind} {i}", None, None, float(row[i])) for i in best if row[i]]
            shown = row[right.shown][np.newaxis]
            edges, _ = top_edges(shown, np.ones(len(right.shown), np.float32), np.arange(len(right.shown)), FOCUS_LINES)
            after = Edges(np.full(len(edges), place, np.intp), edges.target, edges.flow)
    if column.kind == "units":
        block = blocks[index]
        Y, Z = block.layer.Y[0], block.layer.Z[0]  # type: ignore[union-attr]
        function = block.layer.output_activation  # type: ignore[union-attr]
        if function is not None:
            slope = function.backward(np.ones((1, Y.shape[-1]), Y.dtype), Z[np.newaxis], Y[np.newaxis],
                                      np.empty((1, Y.shape[-1]), Y.dtype))
            numbers.append(("slope", float(slope[0, unit])))
    heading = f"the errors that come back, of {number_text.count(arriving)}" if arriving else \
        "its error comes straight from the loss"
    return Facts(index, place, unit, tuple(parts), arriving, None, before, after, tuple(numbers), heading)
