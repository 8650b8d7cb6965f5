"""Export to NumPy: one Python file with the weights in it, which needs nothing but NumPy."""

from __future__ import annotations

import base64
import inspect
import re
import textwrap
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.errors import ConfigError
from core.export import numpy_functions
from core.export.program import constants, literal, note, npz_bytes, refuse, title, write_text
from core.intake import Intake
from core.layers.base import Shape
from core.sequential import Sequential

MOST_WEIGHTS = 10_000_000  # more would make a program of a hundred megabytes

PROGRAM = '''"""{title}

    from {module} import predict      # predict(pixels): uint8 (N, height, width, channels) -> outputs (N, classes)
    python {module}.py images.npy     # the same for an array in a file
"""

import base64
import io
{math}import sys
import zlib

import numpy as np

{constants}

{functions}


def network(X):
    """The outputs for a batch of scaled images (N, *INPUT_SHAPE)."""
{lines}
    return X


def predict(pixels):
    """The outputs for images with pixels from 0 to 255, one after the other."""
    pixels = np.asarray(pixels, np.float32).reshape(-1, *INPUT_SHAPE)
    return network((pixels / np.float32(255) - np.float32(MEAN)) / np.float32(STD))


WEIGHTS_TEXT = """
{weights}
"""
W = dict(np.load(io.BytesIO(zlib.decompress(base64.b85decode(WEIGHTS_TEXT.replace("\\n", ""))))))

if __name__ == "__main__":
    for outputs in predict(np.load(sys.argv[1])):
        best = int(outputs.argmax())
        print(CLASS_NAMES[best], f"{{outputs[best]:.4f}}")
'''


def write(model: Sequential, path: Path, intake: Intake) -> list[Path]:
    """Write the program to `path`. Raises ConfigError for a network too large for one text."""
    if model.count_params() > MOST_WEIGHTS:
        raise ConfigError(
            f"{model.count_params():,} weights are too many for one text; {MOST_WEIGHTS:,} are possible. Export to "
            f"torch, keras or onnx, which keep them in a file of their own."
        )
    return [write_text(path, program(model, path.stem, intake))]


def program(model: Sequential, module: str, intake: Intake) -> str:
    """The text of the program."""
    calls: list[str] = []
    used: set[str] = set()
    for layer, name in zip(model.layers, model.layer_names, strict=True):
        if type(layer).__name__ not in LINES:
            raise refuse(layer, "numpy")
        expression, activation = LINES[type(layer).__name__](layer, name)
        if activation != "linear":
            used.add(activation)
            expression = f"{activation}({expression})"
        if expression != "X":
            used |= {function for function in FUNCTIONS if f"{function}(" in expression}
            calls.append(f"X = {expression}  # {note(layer, layer.output_shape(layer.input_shape))}")
    used |= {needed for function in used for needed in numpy_functions.NEEDS.get(function, ())}
    return PROGRAM.format(
        title=title(model, "NumPy"),
        module=module,
        math="import math\n" if "gelu" in used else "",
        constants=constants(model, intake),
        functions="\n\n".join(_source(function) for function in FUNCTIONS if function in used),
        lines=textwrap.indent("\n".join(calls), "    "),
        weights="\n".join(textwrap.wrap(_packed(model), 118)),
    )


FUNCTIONS = [
    name for name, value in vars(numpy_functions).items()
    if inspect.isfunction(value) and value.__module__ == numpy_functions.__name__
]  # fmt: skip


def _source(function: str) -> str:
    """The text of a function without its types, which only the editor needs."""
    text = inspect.getsource(getattr(numpy_functions, function))
    return re.sub(r": (Any|str|float)(?=[,)])| -> Any", "", text)


def _packed(model: Sequential) -> str:
    arrays = {f"{view.layer_name}.{view.name}": view.of(model.parameters) for view in model.parameter_views()}
    return base64.b85encode(zlib.compress(npz_bytes(arrays), 9)).decode()


def _weight(name: str, array: str) -> str:
    return f"W[{literal(f'{name}.{array}')}]"


def _dense(layer: Any, name: str) -> tuple[str, str]:
    bias = f" + {_weight(name, 'b')}" if layer.use_bias else ""
    return f"X @ {_weight(name, 'W')}{bias}", layer.activation


def _convolution(layer: Any, name: str) -> tuple[str, str]:
    bias = _weight(name, "b") if layer.use_bias else "0"
    where = f"{literal(layer.strides)}, {literal(layer.padding)}"
    return f"convolution(X, {_weight(name, 'W')}, {bias}, {where})", layer.activation


def _pooling(function: str) -> Callable[[Any, str], tuple[str, str]]:
    def line(layer: Any, name: str) -> tuple[str, str]:
        strides = layer.strides or layer.pool_size
        return f"{function}(X, {literal(layer.pool_size)}, {literal(strides)}, {literal(layer.padding)})", "linear"

    return line


def _shift_and_scale(layer: Any, name: str) -> str:
    gamma = _weight(name, "gamma") if layer.scale else "1"
    beta = _weight(name, "beta") if layer.center else "0"
    return f"{gamma}, {beta}, {layer.epsilon!r}"


def _batch_normalization(layer: Any, name: str) -> tuple[str, str]:
    moving = f"{_weight(name, 'moving_mean')}, {_weight(name, 'moving_variance')}"
    return f"normalization(X, {moving}, {_shift_and_scale(layer, name)})", "linear"


def _reshape(shape: Shape) -> str:
    return f"X.reshape(len(X), {', '.join(map(str, shape))})"


LINES: dict[str, Callable[[Any, str], tuple[str, str]]] = {  # the expression of X and the activation behind it
    "Dense": _dense,
    "Conv2D": _convolution,
    "MaxPooling2D": _pooling("max_pooling"),
    "AveragePooling2D": _pooling("average_pooling"),
    "GlobalAveragePooling2D": lambda layer, name: ("X.mean(axis=(1, 2))", "linear"),
    "Flatten": lambda layer, name: ("X.reshape(len(X), -1)", "linear"),
    "Reshape": lambda layer, name: (_reshape(layer.target_shape), "linear"),
    "Activation": lambda layer, name: ("X", layer.activation),
    "Dropout": lambda layer, name: ("X", "linear"),  # random only while training
    "GaussianNoise": lambda layer, name: ("X", "linear"),
    "BatchNormalization": _batch_normalization,
    "LayerNormalization": lambda layer, name: (
        f"layer_normalization(X, {_shift_and_scale(layer, name)})", "linear",
    ),
}  # fmt: skip
