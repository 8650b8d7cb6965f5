"""Looking at a stack of layers before anything is built or allocated: shapes, counts, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.errors import ShapeError
from core.layers import Activation, Dense, Flatten
from core.layers.base import Layer, Shape, shape_text
from core.losses import Loss
from core.memory import free_memory
from core.optimizers import Optimizer
from core.problem import LayerReport, Problem, Remedy, describe, layer_names, snake_case
from core.size import LARGEST_NETWORK, Room, size_problems

__all__ = [
    "LARGEST_NETWORK", "LayerReport", "Problem", "Remedy", "check", "describe", "layer_names", "obstacle", "snake_case",
    "summary_text",
]  # fmt: skip

LONGEST_ON_BUTTON = 14  # letters


def obstacle(layer: Layer, input_shape: Shape | None) -> str:
    """Why `layer` cannot stand, or would do nothing, on an input of this shape; empty if it can, or nobody knows."""
    if input_shape is None:
        return ""
    here = shape_text(input_shape)
    if len(input_shape) == 1:
        here += " numbers"
    if layer.input_rank is not None and len(input_shape) != layer.input_rank:
        need = {1: "a flat input", 3: "an image"}[layer.input_rank]
        return f"needs {need}; here: {here}"
    if isinstance(layer, Flatten) and len(input_shape) == 1:
        return f"already flat: {here}"
    try:
        layer.output_shape(input_shape)
    except ShapeError:
        return f"too large for {here}" if len(input_shape) > 1 else f"does not fit {here}"
    return ""


def check(
    layers: Sequence[Layer],
    input_shape: Shape,
    classes: int,
    loss: Loss,
    *,
    batch_size: int = 32,
    optimizer: Optimizer | None = None,
    free: int | None = None,
) -> tuple[Problem, ...]:
    """Everything that would go wrong in training, found in about a millisecond and without allocating.

    `classes` is the number of classes of the data set. Layers that are left out are not judged, but stay in remedies.
    `batch_size` and `optimizer` decide how much memory training takes, beside the `free` bytes (None: the machine's).
    """
    kept = [layer for layer in layers if layer.enabled]
    if len(kept) < len(layers):
        found = check(kept, input_shape, classes, loss, batch_size=batch_size, optimizer=optimizer, free=free)
        return tuple(problem.among(layers) for problem in found)
    if not layers:
        output = (Flatten(), Dense(units=classes, activation=loss.fuses_with or "linear"))
        text = "The stack is empty: there is nothing to train."
        return (Problem(None, text, remedy=Remedy("Add an output layer", output)),)
    reports = describe(layers, input_shape)
    problems = [problem for index in range(len(layers)) if (problem := _shape_problem(layers, reports, index))]
    if not problems:
        problems += _output_problems(layers, reports, classes, loss)
        room = Room(input_shape, batch_size, optimizer, free_memory() if free is None else free)
        problems += size_problems(layers, reports, room)
    return tuple(problems)


def _shape_problem(layers: Sequence[Layer], reports: Sequence[LayerReport], index: int) -> Problem | None:
    layer, report = layers[index], reports[index]
    if report.input_shape is None or report.output_shape is not None:
        return None
    if layer.input_rank == 1 and len(report.input_shape) > 1:
        stack = (*layers[:index], Flatten(), *layers[index:])
        text = f"{layer.kind_name()} needs a flat input but gets {shape_text(report.input_shape)}."
        return Problem(index, text, remedy=Remedy("Insert Flatten", stack))
    try:
        layer.output_shape(report.input_shape)
    except ShapeError as error:
        without = (*layers[:index], *layers[index + 1 :])
        return Problem(index, str(error), remedy=Remedy(_removal(layer), without))
    return None


def _output_problems(
    layers: Sequence[Layer], reports: Sequence[LayerReport], classes: int, loss: Loss
) -> list[Problem]:
    last, shape = len(layers) - 1, reports[-1].output_shape
    output = Dense(units=classes, activation=loss.fuses_with or "linear")
    if shape is None or len(shape) != 1:
        text = f"The network ends in {shape_text(shape or ())}, but needs {classes} numbers."
        return [Problem(last, text, remedy=Remedy("Add Flatten, Dense", (*layers, Flatten(), output)))]
    if shape == (classes,):
        return _probability_problems(layers, loss) if loss.wants_probabilities else []
    text = f"There are {classes} classes, but the last layer gives {shape[0]} numbers."
    deciding = _deciding_dense(layers, reports)
    if deciding is None:
        return [Problem(last, text, remedy=Remedy(f"Add Dense {classes}", (*layers, output)), topic="softmax")]
    text = text.replace("the last layer", "this layer") if deciding < last else text
    remedy = Remedy(f"Use {classes} units", _with(layers, deciding, units=classes))
    return [Problem(deciding, text, "units", remedy, topic="softmax")]


def _deciding_dense(layers: Sequence[Layer], reports: Sequence[LayerReport]) -> int | None:
    """The Dense layer whose units are the network's outputs: nothing behind it changes their number."""
    for index in reversed(range(len(layers))):
        if isinstance(layers[index], Dense):
            return index
        if reports[index].input_shape != reports[index].output_shape:
            return None
    return None


def _probability_problems(layers: Sequence[Layer], loss: Loss) -> list[Problem]:
    last, index, wanted = layers[-1], len(layers) - 1, loss.fuses_with or "softmax"
    activation = getattr(last, "activation", None)
    topic = "softmax" if wanted == "softmax" else loss.kind_name()
    if activation == wanted:
        return []
    if activation is None:
        below = getattr(layers[-2], "activation", None) if len(layers) > 1 else None
        if below == wanted:
            text = f"{last.kind_name()} behind {wanted} changes the probabilities that the network gives."
            return [Problem(index, text, remedy=Remedy(_removal(last), tuple(layers[:-1])))]
        text = "Cross-entropy needs probabilities, but the last layer gives any number."
        added = Remedy(f"Add {wanted}", (*layers, Activation(activation=wanted)))
        return [Problem(index, text, remedy=added, topic=topic)]
    remedy = Remedy(f"Use {wanted}", _with(layers, index, activation=wanted))
    if activation in ("softmax", "sigmoid"):
        told = {
            "sigmoid": "Sigmoid gives each class a probability of its own; these do not add up to 1.",
            "softmax": "Softmax shares one probability among the classes; this loss asks about each class by itself.",
        }
        return [Problem(index, told[activation], "activation", remedy, "warning", topic)]
    gives = {"relu": "relu gives any number from 0 upwards", "tanh": "tanh gives numbers from −1 to 1"}
    text = f"Cross-entropy needs probabilities, but {gives.get(activation, 'the last layer gives any number')}."
    return [Problem(index, text, "activation", remedy, topic=topic)]


def _removal(layer: Layer) -> str:
    """What a button says that takes the layer away; not all of them have a name that fits on one."""
    name = layer.kind_name()
    return f"Remove {name if len(name) <= LONGEST_ON_BUTTON else 'this layer'}"


def _with(layers: Sequence[Layer], index: int, **changes: Any) -> tuple[Layer, ...]:
    """The stack with one layer changed."""
    return (*layers[:index], layers[index].replace(**changes), *layers[index + 1 :])


def summary_text(name: str, layers: Sequence[Layer], reports: Sequence[LayerReport]) -> str:
    """The layers as a table in plain text."""
    rows = [("Layer", "Kind", "Output shape", "Parameters", "Multiply-adds")]
    rows += [
        (
            report.name,
            layer.kind_name(),
            shape_text(report.output_shape or ()),
            f"{report.parameters:,}",
            f"{report.multiply_adds:,}",
        )
        for layer, report in zip(layers, reports, strict=True)
    ]
    total = ("Total", "", "", f"{sum(r.parameters for r in reports):,}", f"{sum(r.multiply_adds for r in reports):,}")
    widths = [max(len(row[column]) for row in (*rows, total)) for column in range(5)]
    lines = [
        "  ".join(
            text.ljust(width) if column < 3 else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in (*rows, total)
    ]
    rule = "-" * len(lines[0])
    return "\n".join([f'Model "{name}"', lines[0], rule, *lines[1:-1], rule, lines[-1]])
