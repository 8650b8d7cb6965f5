"""The life of one weight: its gradient as a sum, its twin by finite difference, its step, its course. Qt-free."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.sequential import WeightView
from nnvis.microscope.layer_names import image_shape_behind, layer_names
from nnvis.microscope.numbers_in import numbers_in, short
from nnvis.microscope.stops import Stop, update_stop
from nnvis.microscope.trace import Bench, StepTrace
from nnvis.microscope.written_out import Terms, WrittenOut, written_out

Array = NDArray[Any]
EPSILON = 1e-5
MOST_ROWS = 8
COURSE_SECONDS = 0.06  # that looking at gradients of earlier moments may take


class Moment(Protocol):
    """A kept moment of the run."""

    @property
    def step(self) -> int: ...
    @property
    def parameters(self) -> NDArray[np.float32]: ...


@dataclass(frozen=True)
class TermRow:
    """What one image, or one place, adds to the gradient."""

    image: int | None
    label: str
    left: float
    right: float
    product: float


@dataclass(frozen=True)
class Twin:
    """The central difference beside the gradient: both losses, and how far apart the two slopes are."""

    above: float
    below: float
    epsilon: float
    numeric: float
    analytic: float

    @property
    def relative_error(self) -> float:
        """The difference, relative to the larger of the two."""
        largest = max(abs(self.numeric), abs(self.analytic))
        return abs(self.numeric - self.analytic) / largest if largest else 0.0


@dataclass(frozen=True)
class UpdateLine:
    """One line of the optimizer with numbers in it."""

    latex: str
    numbers: str
    value: float


@dataclass(frozen=True, eq=False)
class WeightLife:
    """All that is known of one weight."""

    latex: str
    words: str
    heads: tuple[str, str]  # LaTeX of the two factors
    rows: tuple[TermRow, ...]
    others: tuple[int, float]  # how many further terms, and their sum
    gradient: float
    note: str
    twin: Twin
    optimizer: str
    lines: tuple[UpdateLine, ...]
    applies: bool
    weight_course: tuple[Array, Array]  # steps, values
    gradient_course: tuple[Array, Array]


def weight_pointed_at(
    stop: Stop, at: Mapping[str, int], out: WrittenOut | None
) -> tuple[WeightView, tuple[int, ...]] | None:
    """The weight that belongs to what is pointed at: named wholly, or the one with the largest term in a sum."""
    traced = stop.layer_trace
    views = [view for view in traced.views if view.trainable] if traced else []
    if not views or traced is None:
        return None
    wanted = stop.view.name if stop.view else stop.result[1:] if stop.result[1:] in traced.layer.parameters else "W"
    view = next((each for each in views if each.name == wanted), views[0])
    axes = layer_names(stop.trace)[view.layer].axes[view.name]
    known = {axis: index for axis, index in at.items() if axis in axes}
    main = max(out.terms, key=lambda terms: len(terms.values)) if out else None
    if main is not None and len(main.values):
        largest = main.places[int(np.argmax(np.abs(main.values)))]
        for axis, place in zip(main.axes, largest, strict=True):
            if axis == "w":
                window = np.unravel_index(int(place), view.shape[:3])
                known |= {name: int(each) for name, each in zip("abc", window, strict=True) if name not in known}
            elif axis in axes and axis not in known:
                known[axis] = int(place)
    index = tuple(known.get(axis, 0) for axis in axes)
    return view, tuple(min(each, length - 1) for each, length in zip(index, view.shape, strict=True))


def life_of(
    trace: StepTrace, stops: Sequence[Stop], view: WeightView, index: tuple[int, ...], bench: Bench, twins: Bench,
    moments: Sequence[Moment],
) -> WeightLife:  # fmt: skip
    """The life of the weight at `index` of an array. `twins` is a float64 copy of the network."""
    stop = next(each for each in stops if each.layer == view.layer and each.result == f"d{view.name}")
    out = written_out(stop.shown(None), index)
    main = max(out.terms, key=lambda terms: len(terms.values))
    order = np.argsort(-np.abs(main.values), kind="stable")[:MOST_ROWS]
    order = np.sort(order) if len(main.values) <= MOST_ROWS else order
    rows = tuple(_row(main, int(place)) for place in order)
    rest = len(main.values) - len(rows)
    flat = view.start + int(np.ravel_multi_index(index, view.shape))
    update = update_stop(trace, view)
    context = update.context(None)
    at = dict(zip(update.axes[update.result], index, strict=True))
    lines = []
    for equation in update.equations:
        node = equation._tree.body
        name = update.extra["latex"] if equation.symbol == "P_new" else context.latex(_node(equation.symbol))
        value = np.asarray(update.values[equation.symbol])
        lines.append(
            UpdateLine(
                f"{name} = {context.latex(node)}",
                numbers_in(node, context, at),
                float(value[index] if value.shape == view.shape else value),
            )
        )
    shared = "" if trace.size == 1 else f"the 1/{trace.size} is already in the error"
    penalties = [terms for terms in out.terms if terms is not main]
    if penalties:
        shared = f"and {short(sum(terms.total for terms in penalties))} from the L2 penalty"
    return WeightLife(
        latex=rf"{context.latex(_node('P'))}\,[{', '.join(map(str, index))}]",
        words=_words(trace, view, index),
        heads=_heads(stop, main),
        rows=rows,
        others=(rest, float(main.values.sum() - sum(row.product for row in rows))),
        gradient=out.value,
        note=shared,
        twin=twin_of(trace, flat, out.value, twins),
        optimizer=trace.optimizer.title,
        lines=tuple(lines),
        applies=trace.specimen.moves,
        weight_course=(
            np.array([moment.step for moment in moments]),
            np.array([float(moment.parameters[flat]) for moment in moments]),
        ),
        gradient_course=_gradient_course(trace, flat, bench, moments),
    )


def _node(text: str) -> Any:
    import ast

    return ast.parse(text, mode="eval").body


def _row(terms: Terms, place: int) -> TermRow:
    where = dict(zip(terms.axes, map(int, terms.places[place]), strict=True))
    label = ", ".join(f"{'row' if axis == 'v' else 'col'} {where[axis]}" for axis in ("v", "u") if axis in where)
    factors = [float(factor) for factor in terms.factors[place]]
    left, right = (factors[0], factors[1]) if len(factors) == 2 else (1.0, factors[0])
    return TermRow(where.get("n"), label, left, right, float(terms.values[place]))


def _heads(stop: Stop, terms: Terms) -> tuple[str, str]:
    context = stop.context(None)
    error = next(name for name in ("dZ", "dY") if name in stop.values)
    left = "X" if "X" in terms.text and "X_hat" not in terms.text else "X_hat" if "X_hat" in terms.text else ""
    return (context.latex(_node(left)) if left else "1", context.latex(_node(error)))


def _words(trace: StepTrace, view: WeightView, index: tuple[int, ...]) -> str:
    """Where the weight leads from and to."""
    if view.name == "W" and len(index) == 2:
        shape = image_shape_behind(trace, view.layer)
        source = f"unit {index[0]} of the layer below"
        if shape is not None:
            pixel = index[0] // shape[2]
            source = f"pixel row {pixel // shape[1]}, col {pixel % shape[1]}"
        return f"from {source} to unit {index[1]}"
    if view.name == "W":
        return f"row {index[0]}, col {index[1]} of the kernel from map {index[2]} to map {index[3]}"
    names = {"b": "bias", "gamma": "scale", "beta": "shift"}
    number = layer_names(trace)[view.layer].number
    return f"{names.get(view.name, view.name)} of unit {index[0]} in layer {number}"


def twin_of(trace: StepTrace, flat: int, gradient: float, twins: Bench) -> Twin:
    """The slope of the loss along one weight, by nudging it up and down, in float64."""
    specimen = trace.specimen
    losses = []
    for sign in (1, -1):
        parameters = np.array(specimen.parameters, np.float64)
        parameters[flat] += sign * EPSILON
        losses.append(twins.loss_of(replace(specimen, parameters=parameters)))
    return Twin(losses[0], losses[1], EPSILON, (losses[0] - losses[1]) / (2 * EPSILON), gradient)


def _gradient_course(trace: StepTrace, flat: int, bench: Bench, moments: Sequence[Moment]) -> tuple[Array, Array]:
    """The gradient by the same batch at a few moments, as many as there is time for, evenly spread."""
    specimen, begun = trace.specimen, time.perf_counter()
    model = bench.model
    wanted = sorted(set(np.linspace(0, len(moments) - 1, min(len(moments), 24)).astype(int).tolist()))
    found: dict[int, float] = {}
    order = sorted(wanted, key=lambda number: bin(int(number))[::-1])  # far apart first
    with np.errstate(all="ignore"):
        for number in order:
            if found and time.perf_counter() - begun > COURSE_SECONDS:
                break
            moment = moments[int(number)]
            X, T = bench.prepare(replace(specimen, parameters=moment.parameters))
            model.forward_backward(X, T, specimen.applies, specimen.weights)
            found[moment.step] = float(model.gradient[flat])
    steps = sorted(found)
    return np.array(steps), np.array([found[step] for step in steps])
