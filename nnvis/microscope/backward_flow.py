"""Backward flow: how much of the error reaches each unit, and by which connections it comes. Qt-free.

The light of a connection is |w * dZ|: the weight times the error at its upper end, which is what travels down it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnvis.microscope.blocks import choose
from nnvis.microscope.layer_names import layer_names
from nnvis.microscope.trace import LayerTrace, StepTrace

Array = NDArray[Any]
MOST_NODES = 24


@dataclass(frozen=True, eq=False)
class FlowLayer:
    """The units (or maps) of a layer that are shown, their errors, and which of their gates are closed."""

    latex: str
    title: str
    units: Array
    of: int
    errors: Array  # of the units shown; of a map the sum over its places
    closed: Array
    mean_size: float  # mean |dZ| over all units


@dataclass(frozen=True, eq=False)
class Flow:
    """Layers from the bottom to the top; `light[l]` (units of l, of l + 1) travels from l + 1 down to l, signed."""

    layers: tuple[FlowLayer, ...]
    light: tuple[Array, ...]
    image: int
    sentence: str

    @property
    def brightest(self) -> float:
        """The largest light of the whole network."""
        return max((float(np.abs(each).max()) for each in self.light if each.size), default=0.0)

    @property
    def factors(self) -> tuple[float, ...]:
        """How the mean error changes from each layer to the one below it, from the bottom to the top."""
        sizes = [layer.mean_size for layer in self.layers]
        return tuple(low / high if high else 0.0 for low, high in pairwise(sizes))


def flow_of(trace: StepTrace, image: int) -> Flow:
    """The flow of the error of one image through all layers with weights."""
    names = layer_names(trace)
    found = [
        (traced, names[index].number)
        for index, traced in enumerate(trace.layers)
        if "W" in traced.arrays and "dZ" in traced.arrays
    ]
    layers = tuple(_layer(traced, number, image) for traced, number in found)
    light = tuple(
        _light(upper, image, below.of)[np.ix_(below.units, above.units)]
        for (upper, _), below, above in zip(found[1:], layers, layers[1:], strict=False)
    )
    return Flow(layers, light, image, _sentence(layers))


def _layer(traced: LayerTrace, number: int, image: int) -> FlowLayer:
    error = np.asarray(traced.arrays["dZ"], np.float64)[image]
    Z = np.asarray(traced.arrays["Z"], np.float64)[image]
    places = tuple(range(error.ndim - 1))
    errors = error.sum(axis=places) if places else error
    # by what arrives, so that closed gates, through which nothing goes, are among them
    arrives = np.abs(np.asarray(traced.arrays.get("dY", traced.arrays["dZ"]), np.float64)[image])
    sizes = arrives.sum(axis=places) if places else arrives
    units = choose(len(errors), MOST_NODES, sizes)
    function = traced.layer.output_activation
    gated = function is not None and function.kind_name() == "relu"
    shut = (Z.max(axis=places) if places else Z) <= 0 if gated else np.zeros(len(errors), bool)
    return FlowLayer(
        rf"dZ_{{{number}}}", f"{traced.layer.kind_name()} {len(errors)}", units, len(errors), errors[units],
        shut[units], float(np.abs(error).mean()),
    )  # fmt: skip


def _light(upper: LayerTrace, image: int, below: int) -> Array:
    """What travels from every unit of a layer to every unit (or map) below it. Shapes: -> (below, units)."""
    W = np.asarray(upper.arrays["W"], np.float64)
    error = np.asarray(upper.arrays["dZ"], np.float64)[image]
    if W.ndim == 4:
        light: Array = W.sum(axis=(0, 1)) * error.sum(axis=(0, 1))
    else:
        light = W * error
    if len(light) != below and len(light) % below == 0:  # maps laid end to end, channel innermost
        light = light.reshape(-1, below, light.shape[1]).sum(axis=0)
    if below > len(light):  # numbers folded into maps: each has its map's share
        light = light[np.arange(below) % len(light)] * (len(light) / below)
    return light


def _sentence(layers: tuple[FlowLayer, ...]) -> str:
    if len(layers) < 2:
        return "With a single layer the error has no way to go: it is used where it arises."
    first, last = layers[0].mean_size, layers[-1].mean_size
    if not first:
        return (
            "No error reaches the first layer at all: every gate on the way is closed, or the answer was exactly right."
        )
    ratio = last / first
    if ratio >= 100:
        return (
            f"Of the error at the output one part in {ratio:,.0f} reaches the first layer: at every layer slopes and "
            f"weights take most of it, and little is learned down there."
        )
    if ratio <= 0.1:
        times = f"{1 / ratio:,.0f}"
        return f"The error grows on its way back: at the first layer it is {times} times what it was at the output."
    return "The light arrives: the first layer still hears the error well enough to learn from it."
