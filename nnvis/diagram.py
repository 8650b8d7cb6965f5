"""What a picture of the network shows for one image: columns of units, and what flows between them. Qt-free.

A column is a layer with weights; layers without, behind it, belong to it (what leaves the last of them is what the
column shows). Between two columns stand edges: `flow` is what a unit adds to the sum of the next, w * a. Of a map it is
the sum over its places, or for a convolution the mean over all places of its windows. The same form holds a backward
face: values dZ, flows w * dZ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.layers import Conv2D, Dense, Flatten, GlobalAveragePooling2D, Reshape
from core.layers.base import Layer
from core.sequential import Sequential
from nnvis import number_text

Values = NDArray[np.float32]
Kind = Literal["picture", "units", "maps", "answers"]

MOST_ANSWERS = 16  # classes that are shown; of more, the largest
LEADERS = 2  # answers towards which the lines are traced
FOCUS_LINES = 24  # of one unit, to each side
STRONGEST = 5  # inputs of one unit that are named


@dataclass(frozen=True, eq=False)
class Column:
    """One column. Shapes: shown (n,), values (n,) of units or (n, h, w) of maps, (1, h, w) of the input picture.

    `z` and `bias` are (n,) where there are such; of a map z is its mean. `closed` marks units that let nothing back.
    """

    kind: Kind
    layer: int  # index in the model's layers; -1: the input
    title: str
    caption: str
    shown: NDArray[np.intp]
    total: int
    values: Values
    top: float  # gets the strongest colour
    is_signed: bool = False
    z: Values | None = None
    bias: Values | None = None
    closed: NDArray[np.bool_] | None = None

    @property
    def is_sampled(self) -> bool:
        """Whether there are units that are not shown."""
        return len(self.shown) < self.total


@dataclass(frozen=True, eq=False)
class Edges:
    """Lines between a column and the next. Places in `shown` of the left and of the right column, and flows; (n,)."""

    source: NDArray[np.intp]
    target: NDArray[np.intp]
    flow: Values

    def __len__(self) -> int:
        return len(self.flow)


NO_EDGES = Edges(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0, np.float32))


@dataclass(frozen=True)
class Part:
    """One input of a unit: what it is called, its weight, its value; their product is what it adds to z."""

    name: str
    weight: float | None  # None where many weights stand between the two, as for a map
    value: float | None
    flow: float


@dataclass(frozen=True, eq=False)
class Facts:
    """One unit, looked at closely. `picture` (h, w) holds its weights where they can be seen as a picture."""

    column: int
    place: int
    unit: int
    parts: tuple[Part, ...]
    inputs: int
    picture: Values | None
    before: Edges
    after: Edges
    numbers: tuple[tuple[str, float], ...] = ()  # instead of a, z and b
    heading: str = ""  # above the parts, instead of that of the forward face


@dataclass(frozen=True, eq=False)
class Diagram:
    """All of it: `edges[i]` stand between columns i and i + 1. `leaders` are places in the last column, best first."""

    columns: tuple[Column, ...]
    edges: tuple[Edges, ...]
    leaders: tuple[int, ...]
    facts: Facts | None = None

    @property
    def lines(self) -> int:
        """How many edges there are."""
        return sum(len(edges) for edges in self.edges)


@dataclass(frozen=True)
class Wish:
    """How much may be shown, and which unit is looked at closely (column, place); else it is the leading answer."""

    units: int = 256  # of one column
    maps: int = 16
    lines: int = 36  # in all
    focus: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class Block:
    """A layer with weights and the layers behind it that belong to its column; the input has none of its own."""

    index: int
    layer: Layer | None
    behind: tuple[Layer, ...]


def forward_diagram(model: Sequential, X: Values, wish: Wish) -> Diagram:
    """Send one image (1, h, w, c) forward and describe what it does. Everything is copied."""
    Y = model.forward(X)
    blocks = blocks_of(model)
    columns = [input_column(X, blocks[0])]
    columns += [_column(block, wish, is_last=block is blocks[-1]) for block in blocks[1:]]
    order = np.argsort(-Y[0][columns[-1].shown], kind="stable") if columns[-1].kind == "answers" else np.arange(1)
    leaders = tuple(int(place) for place in order[:LEADERS])
    edges = _strongest(blocks, columns, leaders, wish.lines)
    focus = wish.focus or (len(columns) - 1, leaders[0])
    facts = _facts(blocks, columns, focus)
    return Diagram(tuple(columns), edges, leaders, facts)


# --- columns ---------------------------------------------------------------------------------------------------------


def blocks_of(model: Sequential) -> list[Block]:
    """The network cut before each layer with weights that units can be told from."""
    blocks: list[tuple[int, Layer | None, list[Layer]]] = [(-1, None, [])]
    for index, layer in enumerate(model.layers):
        if isinstance(layer, (Dense, Conv2D)):
            blocks.append((index, layer, []))
        else:
            blocks[-1][2].append(layer)
    return [Block(index, layer, tuple(behind)) for index, layer, behind in blocks]


def column_layers(model: Sequential) -> tuple[int, ...]:
    """The index of each column's layer, -1 for the input: known before anything is computed."""
    return tuple(block.index for block in blocks_of(model))


def input_column(X: Values, block: Block) -> Column:
    """The picture that the network receives, shifted so that its lowest value is 0."""
    picture = X[0].mean(axis=-1) if X.ndim == 4 else X[0].reshape(1, -1)
    low = float(picture.min())
    words = " ".join([number_text.shape(X.shape[1:-1]) if X.ndim == 4 else str(X[0].size), *_behind(block)])
    return Column("picture", -1, "Input", words, np.arange(1), 1, (picture - low)[np.newaxis].copy(),
                  float(picture.max()) - low or 1.0)


def _column(block: Block, wish: Wish, is_last: bool) -> Column:
    layer = block.layer
    assert layer is not None
    Y = _leaving(block)[0]
    units = Y.shape[-1]
    values = np.moveaxis(Y, -1, 0) if Y.ndim == 3 else Y
    if is_last and Y.ndim == 1:
        kind: Kind = "answers"
        shown = np.arange(units) if units <= MOST_ANSWERS else np.sort(np.argsort(-Y, kind="stable")[:MOST_ANSWERS])
    else:
        kind = "maps" if Y.ndim == 3 else "units"
        shown = spread(units, wish.maps if kind == "maps" else wish.units)
    Z: Values = layer.Z[0]  # type: ignore[attr-defined]  # Dense and Conv2D keep their sums
    z = Z.reshape(-1, units).mean(axis=0)[shown].astype(np.float32)
    bias = layer.parameters.get("b")
    on = int((Y.reshape(-1, units) != 0).any(axis=0).sum())
    activation = str(layer.values().get("activation", "linear"))
    words = activation if kind == "answers" else f"{on} of {units} on" if activation == "relu" or on < units \
        else activation
    return Column(
        kind, block.index, f"{layer.kind_name()} {units}", " ".join([words, *_behind(block)]), shown, units,
        np.ascontiguousarray(values[shown], np.float32), float(np.abs(values).max()) or 1.0,
        bool(kind != "answers" and values.min() < 0), z, None if bias is None else bias[shown].copy(),
        np.asarray((values[shown] == 0) if values.ndim == 1 else (values[shown] == 0).all(axis=(1, 2))),
    )  # fmt: skip


def _behind(block: Block) -> list[str]:
    """The layers that belong to a column, in words; Flatten changes nothing that can be seen."""
    names = [layer.kind_name() for layer in block.behind if not isinstance(layer, Flatten)]
    return [f"· then {', '.join(names)}"] if names else []


def _leaving(block: Block) -> Values:
    """What the column shows: the output behind its layers, as far as they keep units and places apart."""
    layer = block.layer
    Y: Values = layer.Y  # type: ignore[union-attr]  # set by the pass
    for after in block.behind:
        if after.Y.shape != Y.shape:  # type: ignore[attr-defined]
            break
        Y = after.Y  # type: ignore[attr-defined]
    return Y


def spread(total: int, most: int) -> NDArray[np.intp]:
    """Which units are shown: all, or as many as there is room for, evenly spaced by index."""
    if total <= most:
        return np.arange(total)
    return np.unique(np.linspace(0, total - 1, most).round().astype(np.intp))


# --- edges -----------------------------------------------------------------------------------------------------------


def _flows(before: Block, block: Block, sources: int, targets: NDArray[np.intp]) -> Values | None:
    """What each unit of the column before adds to these units' z. Shape (sources, targets); None: cannot be told.

    `sources` is how many units the column before has.
    """
    layer = block.layer
    assert layer is not None
    if before.layer is None or reshapes(before):
        return None
    X: Values = layer.X[0]  # type: ignore[attr-defined]
    W = layer.parameters["W"]
    flows: Values
    if isinstance(layer, Conv2D):
        if X.shape[-1] != sources:
            return None
        places = int(np.prod(layer.Z.shape[1:3]))
        sums = layer.columns.reshape(-1, *W.shape[:2], sources).mean(axis=0) if places else None
        assert sums is not None
        flows = np.einsum("ijc,ijct->ct", sums, W[..., targets])
        return flows.astype(np.float32)
    if X.size % sources or (X.size != sources and not keeps_channels(before)):
        return None
    x = X.reshape(-1, sources)  # places by units: channels come last
    flows = np.einsum("pc,pct->ct", x, W[:, targets].reshape(*x.shape, len(targets)))
    return flows


def reshapes(block: Block) -> bool:
    """Whether the layers behind it mix up which number belongs to which unit."""
    return any(isinstance(layer, Reshape) for layer in block.behind)


def keeps_channels(block: Block) -> bool:
    """Whether the map of an input of the next layer can be told from its index."""
    return any(isinstance(layer, (Flatten, GlobalAveragePooling2D)) for layer in block.behind)


def _strongest(
    blocks: Sequence[Block], columns: Sequence[Column], leaders: tuple[int, ...], lines: int
) -> tuple[Edges, ...]:
    """The strongest edges on the way to the leading answers, followed back from there."""
    gaps = len(columns) - 1
    drawn = [gap for gap in range(gaps) if columns[gap].kind != "picture"]
    most = max(1, lines // max(1, len(drawn)))
    result = [NO_EDGES] * gaps
    targets = np.array(leaders, np.intp)
    relevance = np.ones(len(targets), np.float32)
    for gap in reversed(drawn):
        left, right = columns[gap], columns[gap + 1]
        flows = _flows(blocks[gap], blocks[gap + 1], left.total, right.shown[targets])
        if flows is None:
            break
        flows = flows[left.shown]
        edges, weight = top_edges(flows, relevance, targets, most)
        result[gap] = edges
        targets, inverse = np.unique(edges.source, return_inverse=True)
        if not len(targets):
            break
        relevance = np.bincount(inverse, weight, len(targets)).astype(np.float32)
        relevance /= relevance.max() or 1.0
    return tuple(result)


def top_edges(flows: Values, relevance: Values, targets: NDArray[np.intp], most: int) -> tuple[Edges, Values]:
    """The `most` edges with the largest |flow| times relevance of their end, and that product."""
    strength = np.abs(flows) * relevance
    flat = strength.ravel()
    most = min(most, int(np.count_nonzero(flat)))
    if not most or not np.isfinite(flat).all():
        return NO_EDGES, np.empty(0, np.float32)
    best = np.argpartition(-flat, most - 1)[:most]
    best = best[np.argsort(flat[best], kind="stable")]  # the strongest are drawn last, on top
    source, column = np.divmod(best, flows.shape[1])
    return Edges(source, targets[column], flows.ravel()[best].astype(np.float32)), flat[best]


# --- one unit --------------------------------------------------------------------------------------------------------


def _facts(blocks: Sequence[Block], columns: Sequence[Column], focus: tuple[int, int]) -> Facts | None:
    """Look closely at one unit; None when the network has no such unit (any more)."""
    index, place = focus
    if not 0 < index < len(columns) or not 0 <= place < len(columns[index].shown):
        return None
    left, column = columns[index - 1], columns[index]
    block, unit = blocks[index], int(column.shown[place])
    here = np.array([unit])
    one = np.ones(1, np.float32)
    before = NO_EDGES
    parts, inputs = _input_parts(blocks[index - 1], left, block, unit)
    flows = None if left.kind == "picture" else _flows(blocks[index - 1], block, left.total, here)
    if flows is not None:
        before, _ = top_edges(flows[left.shown], one, np.array([place]), FOCUS_LINES)
    after = NO_EDGES
    if index + 1 < len(columns):
        right = columns[index + 1]
        ahead = _flows(block, blocks[index + 1], column.total, right.shown)
        if ahead is not None:
            row = ahead[unit][np.newaxis]
            edges, _ = top_edges(row, np.ones(len(right.shown), np.float32), np.arange(len(right.shown)), FOCUS_LINES)
            after = Edges(np.full(len(edges), place, np.intp), edges.target, edges.flow)
    return Facts(index, place, unit, parts, inputs, _weight_picture(blocks[0], left, block, unit), before, after)


def _input_parts(before: Block, left: Column, block: Block, unit: int) -> tuple[tuple[Part, ...], int]:
    """The inputs that add most to the unit's z, up or down; and how many inputs it has."""
    layer = block.layer
    assert layer is not None
    X: Values = layer.X[0]  # type: ignore[attr-defined]
    W = layer.parameters["W"]
    if isinstance(layer, Conv2D) or (left.kind == "maps" and left.total != X.size):
        flows = _flows(before, block, left.total, np.array([unit]))
        if flows is None:
            return (), X.size
        best = np.argsort(-np.abs(flows[:, 0]), kind="stable")[:STRONGEST]
        return tuple(Part(f"map {i}", None, None, float(flows[i, 0])) for i in best), len(flows)
    x = X.ravel()
    weights = W[:, unit]
    adds = x * weights
    best = np.argsort(-np.abs(adds), kind="stable")[:STRONGEST]
    width = left.values.shape[-1] if left.kind == "picture" and left.values.shape[1] > 1 else 0
    is_pixel = width * left.values.shape[1] == x.size if width else False
    names = [f"pixel {i // width}, {i % width}" if is_pixel else f"unit {i}" for i in best]
    return tuple(Part(name, float(weights[i]), float(x[i]), float(adds[i]))
                 for name, i in zip(names, best, strict=True) if adds[i]), x.size


def _weight_picture(first: Block, left: Column, block: Block, unit: int) -> Values | None:
    """The weights of a unit on the input picture, or the window of a filter (mean over its inputs)."""
    layer = block.layer
    assert layer is not None
    W = layer.parameters["W"]
    if isinstance(layer, Conv2D):
        return W[..., unit].mean(axis=-1).astype(np.float32)
    if left.kind == "picture" and W.shape[0] == left.values[0].size and first.layer is None:
        return W[:, unit].reshape(left.values.shape[1:]).copy()
    return None
