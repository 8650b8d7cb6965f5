"""Advice: what can be trained but is most likely not meant, said with the way out. Nothing here stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from core.layers.base import Layer, Shape
from core.problem import LayerReport, Problem, Remedy
from core.stack import describe

_LET_PASS = ("Dropout", "GaussianNoise", "Flatten", "Reshape", "MaxPooling2D", "AveragePooling2D",
             "GlobalAveragePooling2D")  # nothing is bent between two layers by these  # fmt: skip
_USUAL_UNITS = 32


def advise(layers: Sequence[Layer], input_shape: Shape) -> tuple[Problem, ...]:
    """Warnings and notes about a stack that can be built, from the first layer to the last. Nothing is allocated."""
    kept = [layer for layer in layers if layer.enabled]
    if len(kept) < len(layers):
        return tuple(problem.among(layers) for problem in advise(kept, input_shape))
    reports = describe(layers, input_shape)
    rules: tuple[Callable[..., Iterator[Problem]], ...] = (
        _no_hidden_layer, _gaps_between_windows, _linear_pairs, _equal_starts, _lost_scores, _bottleneck,
    )  # fmt: skip
    found = [problem for rule in rules for problem in rule(layers, reports)]
    return tuple(sorted(found, key=lambda problem: problem.layer or 0))


def _no_hidden_layer(layers: Sequence[Layer], reports: Sequence[LayerReport]) -> Iterator[Problem]:
    trained = [index for index, report in enumerate(reports) if report.parameters]
    if len(trained) == 1 and _activation_of(layers[-1]) == "softmax":
        text = "There is no hidden layer: this is softmax regression, which is fine."
        yield Problem(trained[0], text, severity="note")


def _gaps_between_windows(layers: Sequence[Layer], reports: Sequence[LayerReport]) -> Iterator[Problem]:
    for index, layer in enumerate(layers):
        window = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
        strides = getattr(layer, "strides", None)
        if window and strides and any(step > size for step, size in zip(strides, window, strict=True)):
            text = "The window moves further than it is wide, so parts of the image are never looked at."
            smaller = tuple(min(step, size) for step, size in zip(strides, window, strict=True))
            yield _warning(layers, index, text, "strides", f"Move by {smaller[0]}×{smaller[1]}", strides=smaller)


def _linear_pairs(layers: Sequence[Layer], reports: Sequence[LayerReport]) -> Iterator[Problem]:
    for index, layer in enumerate(layers):
        if _activation_of(layer) != "linear" or not reports[index].parameters:
            continue
        behind = next((other for other in layers[index + 1 :] if other.kind_name() not in _LET_PASS), None)
        if behind is not None and getattr(behind, "kernel_initializer", None):
            text = "Two linear layers, one behind the other, can do no more than one. An activation between them helps."
            yield _warning(layers, index, text, "activation", "Use relu", "activation", activation="relu")


def _equal_starts(layers: Sequence[Layer], reports: Sequence[LayerReport]) -> Iterator[Problem]:
    for index, layer in enumerate(layers):
        start = getattr(layer, "kernel_initializer", "")
        if start in ("zeros", "ones"):
            text = f"All weights start as {start}: all units stay the same, and learn the same."
            yield _warning(
                layers, index, text, "kernel_initializer", "Use glorot_uniform", "kernel_initializer",
                kernel_initializer="glorot_uniform",
            )  # fmt: skip


def _lost_scores(layers: Sequence[Layer], reports: Sequence[LayerReport]) -> Iterator[Problem]:
    if len(layers) > 1 and layers[-1].kind_name() == "Activation" and _activation_of(layers[-1]) == "softmax":
        index = len(layers) - 2
        if _activation_of(layers[index]) == "relu":
            text = "relu before softmax turns all scores below 0 into 0, so no class can be ruled out."
            yield _warning(layers, index, text, "activation", "Use linear", "softmax", activation="linear")


def _bottleneck(layers: Sequence[Layer], reports: Sequence[LayerReport]) -> Iterator[Problem]:
    for index, (layer, report) in enumerate(zip(layers[:-1], reports, strict=False)):
        if report.output_shape == (1,) and getattr(layer, "units", 0) == 1:
            text = "Everything behind this layer has one single number to go by."
            yield _warning(layers, index, text, "units", f"Use {_USUAL_UNITS} units", units=_USUAL_UNITS)


def _warning(
    layers: Sequence[Layer], index: int, text: str, hyper: str, label: str, topic: str = "", **changes: Any
) -> Problem:
    stack = (*layers[:index], layers[index].replace(**changes), *layers[index + 1 :])
    return Problem(index, text, hyper, Remedy(label, stack), "warning", topic)


def _activation_of(layer: Layer) -> str:
    return str(getattr(layer, "activation", ""))
