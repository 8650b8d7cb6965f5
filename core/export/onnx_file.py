"""Export to ONNX: one file that other programs run. It takes pixels from 0 to 255; what scales them is part of it.

Images are channels-last outside, as here; convolution and pooling are set between two transpositions, for ONNX knows
them channels-first only. Source of all field numbers and operators: the ONNX specification, operator set 17.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from core.buffers import Array
from core.export.program import refuse, rescaling
from core.export.protobuf import field, message
from core.intake import Intake
from core.layers.base import Shape
from core.safe_file import write_atomic
from core.sequential import Sequential

IR_VERSION, OPERATORS = 8, 17
FLOAT, INT64 = 1, 7  # kinds of tensors
A_FLOAT, AN_INT, A_TEXT, INTS = 1, 2, 3, 7  # kinds of attributes
FIRST, LAST = (0, 3, 1, 2), (0, 2, 3, 1)  # the axes of images channels-first and channels-last, each from the other
Value = float | int | str | tuple[int, ...]


class Graph:
    """A chain of operators, and the arrays they use."""

    def __init__(self) -> None:
        self.nodes: list[bytes] = []
        self.arrays: list[bytes] = []
        self.current = "pixels"  # what the next operator takes

    def add(self, operator: str, *others: str, to: str = "", **attributes: Value) -> str:
        """Let an operator work on the current value and on `others`; its result, the current value from now on."""
        self.current = self.compute(operator, self.current, *others, to=to, **attributes)
        return self.current

    def compute(self, operator: str, *inputs: str, to: str = "", **attributes: Value) -> str:
        """The result of an operator on these inputs."""
        result = to or f"value_{len(self.nodes)}"
        parts = [field(1, name) for name in inputs] + [field(2, result), field(3, f"node_{len(self.nodes)}")]
        parts += [field(4, operator), *(field(5, _attribute(name, value)) for name, value in attributes.items())]
        self.nodes.append(message(*parts))
        return result

    def array(self, name: str, values: Array) -> str:
        """Keep an array under this name."""
        kind, dtype = (INT64, "<i8") if values.dtype.kind == "i" else (FLOAT, "<f4")
        data = np.ascontiguousarray(values, dtype)
        dimensions = [field(1, size) for size in data.shape]
        self.arrays.append(message(*dimensions, field(2, kind), field(8, name), field(9, data.tobytes())))
        return name

    def number(self, value: float) -> str:
        """A single number."""
        return self.array(f"number_{len(self.arrays)}", np.array(value, np.float32))


def write(model: Sequential, path: Path, intake: Intake) -> list[Path]:
    """Write the network to `path`. Raises ConfigError for a layer that ONNX does not know."""
    write_atomic(path, onnx_bytes(model, intake))
    return [path]


def onnx_bytes(model: Sequential, intake: Intake) -> bytes:
    """The file's bytes."""
    graph = Graph()
    factor, addend = rescaling(intake)
    graph.add("Mul", graph.number(factor))
    graph.add("Add", graph.number(addend))
    for layer, name in zip(model.layers, model.layer_names, strict=True):
        if type(layer).__name__ not in OPERATIONS:
            raise refuse(layer, "onnx")
        OPERATIONS[type(layer).__name__](graph, layer, name)
    graph.add("Identity", to="outputs")
    body = message(
        *(field(1, node) for node in graph.nodes), field(2, "network"), *(field(5, array) for array in graph.arrays),
        field(11, _value("pixels", model.input_shape)), field(12, _value("outputs", model.output_shape)),
    )  # fmt: skip
    names = json.dumps([intake.name_of(index) for index in range(model.output_shape[-1])])
    return message(
        field(1, IR_VERSION), field(2, "nnvis"), field(7, body), field(8, message(field(1, ""), field(2, OPERATORS))),
        field(14, message(field(1, "class_names"), field(2, names))),
    )  # fmt: skip


def _value(name: str, shape: Shape) -> bytes:
    """What goes in or comes out: a batch of any size."""
    sizes = [message(field(2, "N")), *(message(field(1, size)) for size in shape)]
    tensor = message(field(1, FLOAT), field(2, message(*(field(1, size) for size in sizes))))
    return message(field(1, name), field(2, message(field(1, tensor))))


def _attribute(name: str, value: Value) -> bytes:
    if isinstance(value, tuple):
        return message(field(1, name), *(field(8, each) for each in value), field(20, INTS))
    if isinstance(value, str):
        return message(field(1, name), field(4, value), field(20, A_TEXT))
    if isinstance(value, int):
        return message(field(1, name), field(3, value), field(20, AN_INT))
    return message(field(1, name), field(2, value), field(20, A_FLOAT))


# --- activations ------------------------------------------------------------------------------------------------------


def _activate(graph: Graph, activation: str) -> None:
    if activation in ("silu", "gelu"):
        Z = graph.current
        share = graph.compute("Sigmoid", Z) if activation == "silu" else _share_below(graph, Z)
        graph.current = graph.compute("Mul", Z, share)
    elif activation != "linear":
        operator, attributes = ACTIVATIONS[activation]
        graph.add(operator, **attributes)


def _share_below(graph: Graph, Z: str) -> str:
    """The share of standard normal numbers below each z: half of 1 + erf(z / sqrt(2))."""
    error = graph.compute("Erf", graph.compute("Mul", Z, graph.number(np.sqrt(0.5))))
    return graph.compute("Mul", graph.compute("Add", error, graph.number(1)), graph.number(0.5))


ACTIVATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "relu": ("Relu", {}), "leaky_relu": ("LeakyRelu", {"alpha": 0.2}), "elu": ("Elu", {"alpha": 1.0}),
    "softplus": ("Softplus", {}), "sigmoid": ("Sigmoid", {}), "tanh": ("Tanh", {}),
    "softmax": ("Softmax", {"axis": -1}),
}  # fmt: skip

# --- layers -----------------------------------------------------------------------------------------------------------


def _dense(graph: Graph, layer: Any, name: str) -> None:
    graph.add("MatMul", graph.array(f"{name}.W", layer.W))
    if layer.use_bias:
        graph.add("Add", graph.array(f"{name}.b", layer.b))
    _activate(graph, layer.activation)


def _window(layer: Any) -> dict[str, Any]:
    """Size, strides and border of a layer whose window slides."""
    windows = layer.windows(layer.input_shape)
    (top, bottom), (left, right) = windows.border
    return {"kernel_shape": windows.size, "strides": windows.strides, "pads": (top, left, bottom, right)}


def _convolution(graph: Graph, layer: Any, name: str) -> None:
    arrays = [graph.array(f"{name}.W", layer.W.transpose(3, 2, 0, 1))]
    if layer.use_bias:
        arrays.append(graph.array(f"{name}.b", layer.b))
    graph.add("Transpose", perm=FIRST)
    graph.add("Conv", *arrays, **_window(layer))
    graph.add("Transpose", perm=LAST)
    _activate(graph, layer.activation)


def _pooling(operator: str) -> Callable[[Graph, Any, str], None]:
    def add(graph: Graph, layer: Any, name: str) -> None:
        graph.add("Transpose", perm=FIRST)
        graph.add(operator, **_window(layer))  # the border counts in neither of them
        graph.add("Transpose", perm=LAST)

    return add


def _global_average(graph: Graph, layer: Any, name: str) -> None:
    graph.add("ReduceMean", axes=(1, 2), keepdims=0)


def _reshape(graph: Graph, layer: Any, name: str) -> None:
    shape = layer.output_shape(layer.input_shape)
    graph.add("Reshape", graph.array(f"{name}.shape", np.array((-1, *shape))))


def _batch_normalization(graph: Graph, layer: Any, name: str) -> None:
    """With fixed averages it is one multiplication and one addition for each channel."""
    gamma, beta = layer.parameters.get("gamma", 1.0), layer.parameters.get("beta", 0.0)
    factor = gamma / np.sqrt(layer.states["moving_variance"] + layer.epsilon)
    graph.add("Mul", graph.array(f"{name}.factor", factor))
    graph.add("Add", graph.array(f"{name}.addend", beta - layer.states["moving_mean"] * factor))


def _layer_normalization(graph: Graph, layer: Any, name: str) -> None:
    idle = np.zeros(layer.input_shape[-1])
    gamma = graph.array(f"{name}.gamma", layer.parameters.get("gamma", idle + 1))
    beta = graph.array(f"{name}.beta", layer.parameters.get("beta", idle))
    graph.add("LayerNormalization", gamma, beta, axis=-1, epsilon=layer.epsilon)


def _nothing(graph: Graph, layer: Any, name: str) -> None:
    """Random only while training."""


OPERATIONS: dict[str, Callable[[Graph, Any, str], None]] = {
    "Dense": _dense,
    "Conv2D": _convolution,
    "MaxPooling2D": _pooling("MaxPool"),
    "AveragePooling2D": _pooling("AveragePool"),
    "GlobalAveragePooling2D": _global_average,
    "Flatten": _reshape,
    "Reshape": _reshape,
    "Activation": lambda graph, layer, name: _activate(graph, layer.activation),
    "Dropout": _nothing,
    "GaussianNoise": _nothing,
    "BatchNormalization": _batch_normalization,
    "LayerNormalization": _layer_normalization,
}
