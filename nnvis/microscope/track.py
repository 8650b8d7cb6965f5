"""The track: the network as a way there and back, with what each layer holds in two strips. Qt-free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.layers import Flatten, Reshape
from core.layers.base import Layer, shape_text
from nnvis.microscope.blocks import Kind
from nnvis.microscope.layer_names import layer_names
from nnvis.microscope.not_finite import is_broken
from nnvis.microscope.numbers_in import short
from nnvis.microscope.stops import Stop
from nnvis.microscope.trace import LayerTrace, StepTrace
from nnvis.number_text import count, decimal

Array = NDArray[Any]
MOST_STRIPES = 128


@dataclass(frozen=True, eq=False)
class Strip:
    """One number per unit, or per map its mean."""

    values: Array
    kind: Kind
    top: float


@dataclass(frozen=True, eq=False)
class Tile:
    """A layer on the track. `backward` is what the strip below shows once the walk has come back to `back_at`."""

    title: str
    detail: str
    forward: Strip | None
    backward: Strip | None
    back_at: int  # number of the stop that brings its error; beyond the last one where none does
    is_slim: bool
    layer: int


@dataclass(frozen=True)
class Chip:
    """A stop on the track: its symbol in LaTeX, its tag, the tile it belongs to (None: input, loss or update)."""

    latex: str
    tag: str
    number: int
    tile: int | None
    is_backward: bool
    has_trouble: bool


@dataclass(frozen=True, eq=False)
class Track:
    """Everything the track shows."""

    tiles: tuple[Tile, ...]
    chips: tuple[Chip, ...]
    loss: str
    input_image: Array | None
    size: int


def track_of(trace: StepTrace, stops: Sequence[Stop], image: int | None) -> Track:
    """The track of an update, its strips for one image (or the mean size over all)."""
    tiles: list[Tile] = []
    place_of: dict[int, int] = {}
    names = layer_names(trace)
    for index, traced in enumerate(trace.layers):
        if names[index].is_silent:
            continue
        place_of[index] = len(tiles)
        error = "dZ" if "dZ" in traced.arrays else "dY"
        back = [number for number, stop in enumerate(stops) if stop.is_backward and stop.layer == index]
        tiles.append(
            Tile(
                _title(traced.layer),
                _detail(traced),
                _strip(traced.arrays.get("Y"), image),
                _strip(traced.arrays.get(error), image, signed=True),
                back[0] if back else len(stops),
                isinstance(traced.layer, Flatten | Reshape) or traced.layer.kind_name() == "Dropout",
                index,
            )
        )
    chips = tuple(_chip(number, stop, place_of) for number, stop in enumerate(stops))
    pictures = trace.specimen.images
    chosen = pictures[image or 0] if pictures.ndim == 4 else None
    loss = float(trace.losses[image]) if image is not None else trace.mean_loss
    return Track(tuple(tiles), chips, decimal(loss, 3) if loss < 1e4 else short(loss, 3), chosen, trace.size)


def _chip(number: int, stop: Stop, place_of: dict[int, int]) -> Chip:
    latex = {"update": r"W, b", "loss": r"L", "again": r"L'"}.get(stop.key)
    if latex is None:
        context = stop.context(0)
        import ast

        latex = context.latex(ast.parse(stop.result, mode="eval").body)
    bad = is_broken(stop)
    is_way = stop.layer is not None and stop.tag != "Update"
    return Chip(latex, stop.tag, number, place_of.get(stop.layer) if is_way else None, stop.is_backward, bad)  # type: ignore[arg-type]


def _title(layer: Layer) -> str:
    kind = layer.kind_name().removesuffix("2D")
    short = {
        "Conv": "Conv", "MaxPooling": "Max pool", "AveragePooling": "Mean pool", "GlobalAveragePooling": "Global mean",
        "BatchNormalization": "Batch norm", "LayerNormalization": "Layer norm", "GaussianNoise": "Noise",
    }.get(kind, kind)  # fmt: skip
    chips = [chip for chip in layer.chips() if chip != getattr(layer, "activation", "") or kind == "Activation"]
    return " ".join([short, *chips[:2]])


def _detail(traced: LayerTrace) -> str:
    layer = traced.layer
    activation = getattr(layer, "activation", "")
    numbers = sum(view.stop - view.start for view in traced.views if view.trainable)
    what = (
        activation if activation and layer.kind_name() != "Activation" else shape_text(np.shape(traced.arrays["Y"])[1:])
    )
    return f"{what} · {count(numbers)}" if numbers else what


def _strip(array: Any, image: int | None, signed: bool = False) -> Strip | None:
    if array is None:
        return None
    values = np.asarray(array, np.float64)
    values = values[image] if image is not None else (np.abs(values) if signed else values).mean(axis=0)
    if values.ndim == 3:
        values = values.mean(axis=(0, 1))
    values = values.reshape(-1)
    if len(values) > MOST_STRIPES:  # thinner than a pixel they could not be seen: neighbours are averaged
        edges = np.linspace(0, len(values), MOST_STRIPES + 1).astype(int)
        values = np.add.reduceat(values, edges[:-1]) / np.diff(edges)
    values = np.nan_to_num(values)
    top = float(np.abs(values).max()) if values.size else 0.0
    return Strip(values, "signed" if signed or values.min(initial=0) < 0 else "magnitude", top)
