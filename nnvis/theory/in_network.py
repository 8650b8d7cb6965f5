"""A theory page's equation in the network at hand: the stop it belongs to, and one entry worked out. Qt-free."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    GaussianNoise,
    GlobalAveragePooling2D,
    LayerNormalization,
    MaxPooling2D,
)  # fmt: skip
from core.layers.base import Layer
from core.optimizers import SGD
from nnvis.microscope.stops import Stop
from nnvis.microscope.written_out import WrittenOut, written_out

SHOWN_TERMS = 3  # the largest; the others are told as one number, so that the sum is exact

Fits = Callable[[Stop], bool]


def _is(tag: str, result: str = "", *kinds: type[Layer]) -> Fits:
    def fits(stop: Stop) -> bool:
        layer = stop.layer_trace.layer if stop.layer_trace else None
        return (
            stop.tag == tag
            and (not result or stop.result == result)
            and (not kinds or isinstance(layer, kinds))
        )

    return fits


# Which stop a page is about: of those that fit, the first on the way.
STOPS: dict[str, Fits] = {
    "unit": _is("Forward", "Z", Dense),
    "layer": _is("Forward", "Z", Dense),
    "activations": _is("Forward", "Y"),
    "softmax": lambda stop: stop.tag == "Forward" and len(stop.equations) > 1 and stop.result == "Y",
    "cross_entropy": lambda stop: stop.key == "loss" and "crossentropy" in stop.trace.loss.kind_name(),
    "squared_error": lambda stop: stop.key == "loss" and "crossentropy" not in stop.trace.loss.kind_name(),
    "bp1": _is("BP1"),
    "bp2": lambda stop: stop.tag == "BP2" and stop.result in ("dX", "dZ"),
    "bp3": _is("BP3"),
    "bp4": _is("BP4"),
    "gradient_descent": _is("Update"),
    "momentum": lambda stop: stop.tag == "Update" and bool(getattr(stop.trace.optimizer, "momentum", 0)),
    "adam": lambda stop: stop.tag == "Update" and not isinstance(stop.trace.optimizer, SGD),
    "vanishing_gradient": _is("BP2", "dZ"),
    "convolution": _is("Forward", "Z", Conv2D),
    "pooling": _is("Forward", "Y", MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D),
    "batch_normalisation": _is("Forward", "Y", BatchNormalization, LayerNormalization),
    "dropout": _is("Forward", "Y", Dropout, GaussianNoise),
}


@dataclass(frozen=True)
class Line:
    """One line of the worked entry: what it is, its factors, their product."""

    words: str
    factors: tuple[float, ...]
    value: float


@dataclass(frozen=True, eq=False)
class InNetwork:
    """The stop, one entry of its result, and what made it. The lines add up to `value` to the last digit."""

    stop: Stop
    latex: str  # the equation with the network's own names
    place: str  # the entry in words
    lines: tuple[Line, ...]
    numbers: str
    value: float
    sentence: str


def stop_of(topic: str, stops: Sequence[Stop]) -> Stop | None:
    """The stop that a page is about; None when this network has none, or the page is about none."""
    fits = STOPS.get(topic)
    return next((stop for stop in stops if fits(stop)), None) if fits else None


def in_network(stop: Stop, image: int | None, index: tuple[int, ...] | None = None) -> InNetwork:
    """The entry at `index` worked out; without one, the largest."""
    shown = stop.shown(image)
    value = shown.result.value
    if index is None or len(index) != value.ndim or (np.array(index) >= value.shape).any():
        largest = int(np.argmax(np.abs(np.nan_to_num(value))))
        index = tuple(int(at) for at in np.unravel_index(largest, value.shape)) if value.ndim else ()
    out = written_out(shown, index)
    equation = f"{shown.result.latex} = " + " ".join(part.latex for part in shown.parts)
    return InNetwork(stop, equation, _place(shown.result.latex, index), _lines(out), out.numbers, out.value,
                     stop.sentence(image))  # fmt: skip


def _place(symbol: str, index: tuple[int, ...]) -> str:
    return "[" + ", ".join(map(str, index)) + "]" if index else ""


def _lines(out: WrittenOut) -> tuple[Line, ...]:
    """The largest terms one by one, and the others as one number each for what is added up."""
    lines: list[Line] = []
    for terms in out.terms:
        values = terms.values
        if len(values) == 1:
            lines.append(Line(terms.text, tuple(float(factor) for factor in terms.factors[0]), float(values[0])))
            continue
        order = np.argsort(-np.abs(values), kind="stable")
        for term in order[:SHOWN_TERMS]:
            where = ", ".join(str(int(at)) for at in terms.places[term])
            factors = tuple(float(factor) for factor in terms.factors[term])
            lines.append(Line(where, factors, float(values[term])))
        rest = order[SHOWN_TERMS:]
        if rest.size:
            lines.append(Line(f"other {rest.size:,}", (), float(values[rest].sum())))
    return tuple(lines)
