"""Stops: the way of one update, from the input to the loss, back to the first weights, and on to the step. Qt-free.

Everything comes from the equations that layers, activations, losses and optimizers declare: a new one has its stops at
once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.scaling import WHITE
from core.equation import Equation
from core.latex import latex_name
from core.layers import AveragePooling2D, MaxPooling2D
from core.sequential import WeightView
from nnvis.microscope.layer_names import LayerNames, layer_names
from nnvis.microscope.operands import Axes, Context, Operand, Part, parts_of
from nnvis.microscope.sentences import sentence_of
from nnvis.microscope.source import CodeLine, code_of
from nnvis.microscope.trace import LayerTrace, StepTrace

Array = NDArray[Any]
PER_SAMPLE = frozenset({"X", "Z", "Y", "dX", "dY", "dZ", "X_hat", "dX_hat", "M", "E", "T", "Q", "S", "I"})


@dataclass(frozen=True, eq=False)
class Stop:
    """One equation of the way, with all that is needed to show it.

    `values` are the arrays by the names of the equation, of the whole batch; `names` say how they are written here.
    """

    trace: StepTrace
    key: str  # "Z.1": the symbol, and the number of the layer in the stack
    tag: str  # Forward, Loss, BP1 to BP4, Update
    title: str
    result: str
    equations: tuple[Equation, ...]  # the last one gives the result
    values: Mapping[str, Any]
    functions: Mapping[str, Callable[..., Any]]
    axes: Mapping[str, Axes]
    names: Mapping[str, str]
    calls: tuple[tuple[Callable[..., Any], str], ...]  # functions that ran, and the array each wrote
    layer: int | None = None  # place in the stack
    view: WeightView | None = None  # the weights that an update moves
    by_image: bool = True  # whether it is about one image at a time
    factor: str = ""  # what this stop multiplies the chain with, in LaTeX
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def layer_trace(self) -> LayerTrace | None:
        """The layer it belongs to."""
        return None if self.layer is None else self.trace.layers[self.layer]

    @property
    def is_backward(self) -> bool:
        """Whether the walk is on its way back."""
        return self.tag.startswith("BP")

    @cached_property
    def code(self) -> tuple[CodeLine, ...]:
        """The source lines that ran."""
        known: dict[str, Any] = {"training": self.trace.specimen.applies}
        if self.tag == "Update":
            known |= self.trace.optimizer.values()
        return tuple(code_of(function, target, known) for function, target in self.calls)

    @property
    def symbol(self) -> str:
        """The result's name in this place: dZ_3."""
        return self.names.get(self.result, self.result)

    def images(self, image: int | None) -> slice:
        """The rows of the batch that are shown when `image` is chosen; None: all."""
        if image is None or not self.by_image:
            return slice(None)
        return slice(image, image + 1)

    def context(self, image: int | None) -> Context:
        """What its equations are read in when one image (or None: all) is chosen; later lines know earlier results."""
        rows = self.images(image)
        size = self.trace.size
        traced = self.layer_trace
        # what a layer normalises with belongs to the batch where samples mix, and to each sample where they do not
        split = PER_SAMPLE | {"mu", "variance"} if traced and not traced.layer.mixes_samples else PER_SAMPLE
        values = {
            name: value[rows] if name in split and np.ndim(value) and len(value) == size else value
            for name, value in self.values.items()
        }
        axes = dict(self.axes)
        context = Context(values, self.functions, axes, self.names)
        for equation in self.equations[:-1]:
            if equation.symbol not in values:
                operand = context.operand(equation._tree.body)
                values[equation.symbol], axes[equation.symbol] = operand.value, operand.axes
        return context

    def shown(self, image: int | None) -> Shown:
        """The equation as operands with values, for one image or all."""
        context = self.context(image)
        equation = self.equations[-1]
        value = np.asarray(self._result_in(context))
        axes = self.axes.get(self.result, ())
        if len(axes) != value.ndim:
            axes = tuple(f"result:{axis}" for axis in range(value.ndim))
        axes = tuple(name if length > 1 else f"{name}=" for name, length in zip(axes, value.shape, strict=True))
        latex = self.extra.get("latex") or context.latex(_name(self.result))
        result = Operand(self.result, latex, value, axes)
        return Shown(self, image, context, result, parts_of(equation.expression, context))

    def _result_in(self, context: Context) -> Any:
        if self.result in context.values:
            return context.values[self.result]
        return context.value(self.equations[-1]._tree.body)

    def sentence(self, image: int | None) -> str:
        """Why, with the numbers of what is shown filled in."""
        return sentence_of(self, image)


@dataclass(frozen=True, eq=False)
class Shown:
    """A stop as it is shown for one image, or for all (`image` None)."""

    stop: Stop
    image: int | None
    context: Context
    result: Operand
    parts: tuple[Part, ...]

    @property
    def operands(self) -> tuple[Operand, ...]:
        """The result, and what it is made of."""
        return (self.result, *(part for part in self.parts if isinstance(part, Operand)))


def _name(text: str) -> Any:
    return Equation("", text)._tree.body


# --- the way ----------------------------------------------------------------------------------------------------------


def stops_of(trace: StepTrace) -> tuple[Stop, ...]:
    """All stops: input; Z and Y layer by layer; loss; and back: dZ, dW, db, dX; update; the loss again."""
    names = layer_names(trace)
    forward = [stop for index in range(len(trace.layers)) for stop in _forward_stops(trace, names, index)]
    backward = [stop for index in reversed(range(len(trace.layers))) for stop in _backward_stops(trace, names, index)]
    loss = _loss_stop(trace, names)
    return (_input_stop(trace, names), *forward, loss, *_first_error(trace, names), *backward,
            *_update_stops(trace), _again_stop(trace, loss))  # fmt: skip


def _input_stop(trace: StepTrace, names: list[LayerNames]) -> Stop:
    specimen, scaling, axes = trace.specimen, trace.specimen.scaling, names[0].axes["X"]
    values: dict[str, Any] = {"X": specimen.X}
    expression = "X"
    if specimen.X.ndim == 4:  # pictures: from the grey of the paper's scan to what goes in
        values |= {"I": specimen.images * WHITE, "m": scaling.mean, "s": scaling.std}
        is_plain = scaling.mean == 0 and scaling.std == 1
        expression = f"I / {WHITE:g}" if is_plain else f"(I / {WHITE:g} - m) / s"
    return Stop(
        trace, "X", "Forward", "The input", "X", (Equation("X", expression, "pixels, scaled"),), values, {},
        {"X": axes, "I": axes}, {"X": "X"}, ((scaling.apply, "out"),),
    )  # fmt: skip


def _lines(equations: tuple[Equation, ...], wanted: str) -> tuple[Equation, ...]:
    """The equation of a symbol, after those whose results it needs."""
    place = next(index for index, equation in enumerate(equations) if equation.symbol == wanted)
    needed, lines = set(equations[place].names), [equations[place]]
    for equation in reversed(equations[:place]):
        if equation.symbol in needed and equation.symbol not in ("Z", "dZ"):
            lines.insert(0, equation)
            needed |= equation.names
    return tuple(lines)


def _is_trivial(equation: Equation) -> bool:
    """Whether it only gives an array another name."""
    return equation.expression in ("X", "Y", "Z", "dY", "dZ")


def _forward_stops(trace: StepTrace, names: list[LayerNames], index: int) -> list[Stop]:
    layer = trace.layers[index].layer
    equations = layer.forward_equations()
    if names[index].is_silent:
        return []
    stops = []
    for wanted in ("Z", "Y"):
        line = next((equation for equation in equations if equation.symbol == wanted), None)
        if line is None or _is_trivial(line):
            continue
        is_activation = wanted == "Y" and any(equation.symbol == "Z" for equation in equations)
        call = (
            (layer.output_activation.forward, "Y")
            if is_activation and layer.output_activation
            else (layer.forward, wanted)
        )
        stops.append(_layer_stop(trace, names, index, "Forward", wanted, _lines(equations, wanted), call))
    return stops


def _backward_stops(trace: StepTrace, names: list[LayerNames], index: int) -> list[Stop]:
    traced = trace.layers[index]
    layer = traced.layer
    if names[index].is_silent:
        return []
    is_last = index == len(trace.layers) - 1
    stops = []
    equations = layer.backward_equations()
    for wanted in [equation.symbol for equation in equations]:
        line = next(equation for equation in equations if equation.symbol == wanted)
        known = wanted in traced.arrays
        if not known or _is_trivial(line) or (wanted == "dZ" and is_last and trace.is_fused):
            continue
        if wanted[1:] in layer.parameters:
            tag = "BP4" if wanted in ("db", "dbeta") else "BP3"
        else:
            tag = "BP1" if is_last and wanted == "dZ" else "BP2"
        function = layer.output_activation
        call: tuple[Callable[..., Any], str] = (layer.backward, wanted)
        if wanted == "dZ" and function is not None:
            call = (function.backward, "dZ")
        elif hasattr(layer, "_backward"):
            call = (
                (layer._spread, "cell") if wanted == "dX" and hasattr(layer, "_spread") else (layer._backward, wanted)
            )
        elif wanted == "dX" and isinstance(layer, MaxPooling2D | AveragePooling2D):
            call = (layer.backward, "error")  # cell by cell of all windows at once
        stops.append(_layer_stop(trace, names, index, tag, wanted, _lines(equations, wanted), call))
    return stops


def _layer_stop(
    trace: StepTrace, names: list[LayerNames], index: int, tag: str, result: str, equations: tuple[Equation, ...],
    call: tuple[Callable[..., Any], str],
) -> Stop:  # fmt: skip
    traced, mine = trace.layers[index], names[index]
    values = dict(traced.arrays)
    if names[index].has_error_from_loss:  # the loss went straight to dZ
        values["dZ"] = trace.layers[-1].arrays["dZ"]
    return Stop(
        trace, f"{result}.{index}", tag, mine.title(result), result, equations, values,
        traced.layer.equation_functions(), mine.axes, mine.latex, (call,), layer=index,
        by_image=not (tag in ("BP3", "BP4") or (traced.layer.mixes_samples and trace.specimen.applies)),
        factor=mine.factor(result),
    )  # fmt: skip


def _loss_stop(trace: StepTrace, names: list[LayerNames]) -> Stop:
    loss = trace.loss
    values, mine = dict(trace.loss_arrays), names[-1]
    ran = loss.fused_values_of if trace.is_fused else loss.values_of
    target = "values" if trace.is_fused else "L"
    return Stop(
        trace, "loss", "Loss", "How wrong it is", "L", loss.value_equations, values, {}, _LOSS_AXES,
        {**mine.latex, "N": str(trace.size), "K": str(trace.outputs.shape[-1]), "L": "L"}, ((ran, target),),
        by_image=False, layer=None, extra={"losses": trace.losses},
    )  # fmt: skip


_LOSS_AXES: Mapping[str, Axes] = dict.fromkeys(("Y", "T", "Z", "dY", "dZ", "Q", "S"), ("n", "j"))


def _first_error(trace: StepTrace, names: list[LayerNames]) -> list[Stop]:
    """BP1: the error of the output, from the loss."""
    loss, last, mine = trace.loss, trace.layers[-1], names[-1]
    result = "dZ" if trace.is_fused else "dY"
    equations = loss.fused_equations if trace.is_fused else loss.gradient_equations
    value = last.arrays.get(result)
    if trace.specimen.weights is not None:
        equations = (Equation(result, f"({equations[-1].expression}) * c", "each image counted with its weight"),)
    values = {**trace.loss_arrays, result: value}
    if trace.specimen.weights is not None:
        values["c"] = trace.specimen.weights[:, None]
    names_here = {**mine.latex, "N": str(trace.size), "K": str(trace.outputs.shape[-1])}
    call = loss.fused_gradient if trace.is_fused else loss.gradient
    return [Stop(
        trace, f"{result}.{len(trace.layers) - 1}", "BP1", mine.title("dZ" if trace.is_fused else "dY"), result,
        equations, values, {}, {**_LOSS_AXES, "c": ("n", "j")}, names_here, ((call, result),),
        layer=len(trace.layers) - 1, by_image=False, factor=mine.first_factor(trace),
    )]  # fmt: skip


def moved_weights(trace: StepTrace) -> tuple[tuple[WeightView, str], ...]:
    """The arrays that the step moves, and what each is called: W of layer 2."""
    names = layer_names(trace)
    letters = {"gamma": "γ", "beta": "β"}
    return tuple(
        (view, f"{letters.get(view.name, view.name)} of layer {names[view.layer].number}")
        for traced in trace.layers for view in traced.views if view.trainable
    )  # fmt: skip


def _update_stops(trace: StepTrace) -> list[Stop]:
    """The optimizer's step, shown on one array of weights at a time; the first one of the network to begin with."""
    views = moved_weights(trace)
    return [update_stop(trace, views[0][0])] if views else []


def update_stop(trace: StepTrace, view: WeightView) -> Stop:
    """The update of one array of weights."""
    mine = layer_names(trace)[view.layer]
    values = dict(trace.update)
    values["learning_rate"] = np.float64(values["learning_rate"])
    equations = trace.optimizer.update_equations()
    whole = dict(values)
    for equation in equations:
        whole[equation.symbol] = equation.evaluate(whole)
    size = len(trace.moved)

    def part(value: Any) -> Any:
        if np.shape(value) == (1,) and size > 1:  # before the first step: all entries are equal
            return np.broadcast_to(value, view.shape)
        return value[view.start : view.stop].reshape(view.shape) if np.shape(value) == (size,) else value

    shown = {name: part(value) for name, value in whole.items()}
    axes = mine.axes[view.name]
    arrays = {name: axes for name, value in shown.items() if np.shape(value) == view.shape}
    symbol = mine.latex[view.name]
    latex = {"P": symbol, "G": mine.latex[f"d{view.name}"], "P_new": f"{symbol}"}
    title = "The step" if trace.specimen.moves else "The step (not applied)"
    if not trace.specimen.remembers:
        title = f"The step, as if {trace.optimizer.kind_name()} began here"
    return Stop(
        trace, "update", "Update", title, "P_new", equations, shown, {}, arrays, latex,
        ((trace.optimizer.update, "P"),), layer=view.layer, view=view, by_image=False,
        extra={"latex": f"{latex_name(symbol)}'"},
    )  # fmt: skip


def _again_stop(trace: StepTrace, loss: Stop) -> Stop:
    values = {"L": np.array([trace.mean_loss]), "L_after": np.array([trace.loss_after])}
    axes = dict.fromkeys(("L", "L_after", "change"), ("loss",))
    equations = (Equation("change", "L_after - L", "what the step has changed"),)
    return Stop(
        trace, "again", "Loss", "The same images again", "change", equations, values, {}, axes,
        {"L": "L", "L_after": "L'", "change": "change"}, loss.calls, by_image=False,
    )  # fmt: skip
