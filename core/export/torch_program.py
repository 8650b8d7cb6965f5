"""Export to PyTorch: a Python file with the same network as a module, its weights in an NPZ file beside it.

Images stay channels-last between the layers, as they are here; only convolution and pooling turn them, as PyTorch wants
it. So Flatten gives the numbers in the same order, and no dense weights have to be sorted anew.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from core.buffers import Array
from core.export.program import constants, literal, note, refuse, title, weights_path, write_npz, write_text
from core.intake import Intake
from core.sequential import Sequential

PROGRAM = '''"""{title}

The weights lie in {weights_file}, which belongs beside this file.
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

{constants}

def channels_first(X):
    return X.movedim(-1, 1)


def channels_last(X):
    return X.movedim(1, -1)


class Network(nn.Module):
    """Takes scaled images (N, height, width, channels), gives the outputs (N, classes)."""

    def __init__(self):
        super().__init__()
{modules}

    def forward(self, X):
{lines}
        return X


network = Network()
with np.load(Path(__file__).with_name({weights_literal})) as weights:
    network.load_state_dict({{name: torch.from_numpy(weights[name]) for name in weights.files}})
network.eval()


def predict(pixels):
    """The outputs for images with pixels from 0 to 255."""
    pixels = torch.as_tensor(np.asarray(pixels, np.float32)).reshape(-1, *INPUT_SHAPE)
    with torch.no_grad():
        return network((pixels / 255 - MEAN) / STD).numpy()
'''
ACTIVATIONS = {
    "relu": "F.relu({})", "leaky_relu": "F.leaky_relu({}, 0.2)", "elu": "F.elu({})", "gelu": "F.gelu({})",
    "silu": "F.silu({})", "softplus": "F.softplus({})", "sigmoid": "torch.sigmoid({})", "tanh": "torch.tanh({})",
    "softmax": "F.softmax({}, dim=-1)",
}  # fmt: skip


@dataclass
class _Part:
    """One layer in PyTorch: its module (if it has weights), the expression of X, the activation, and its arrays."""

    expression: str
    module: str = ""
    activation: str = "linear"
    arrays: dict[str, Array] = field(default_factory=dict)


def write(model: Sequential, path: Path, intake: Intake) -> list[Path]:
    """Write the program to `path` and the weights beside it, with the ending .npz."""
    weights = weights_path(path)
    text, arrays = program(model, weights.name, intake)
    return [write_text(path, text), write_npz(weights, arrays)]


def program(model: Sequential, weights_file: str, intake: Intake) -> tuple[str, dict[str, Array]]:
    """The text of the program, and the weights by PyTorch's names and in its shapes."""
    modules: list[str] = []
    lines: list[str] = []
    arrays: dict[str, Array] = {}
    for index, layer in enumerate(model.layers):
        kind = type(layer).__name__
        if kind not in PARTS:
            raise refuse(layer, "torch")
        attribute = f"layer_{index}"
        part = PARTS[kind](layer, f"self.{attribute}")
        if part.module:
            modules.append(f"self.{attribute} = {part.module}")
        arrays |= {f"{attribute}.{name}": np.ascontiguousarray(array) for name, array in part.arrays.items()}
        expression = part.expression
        if part.activation != "linear":
            expression = ACTIVATIONS[part.activation].format(expression)
        if expression != "X":
            lines.append(f"X = {expression}  # {note(layer, layer.output_shape(layer.input_shape))}")
    text = PROGRAM.format(
        title=title(model, "PyTorch"),
        weights_file=weights_file,
        weights_literal=literal(weights_file),
        constants=constants(model, intake),
        modules=textwrap.indent("\n".join(modules), " " * 8).rstrip(),
        lines=textwrap.indent("\n".join(lines), " " * 8),
    )
    return text, arrays


def _dense(layer: Any, me: str) -> _Part:
    arrays = {"weight": layer.W.T} | ({"bias": layer.b} if layer.use_bias else {})
    module = f"nn.Linear({layer.W.shape[0]}, {layer.units}, bias={layer.use_bias})"
    return _Part(f"{me}(X)", module, layer.activation, arrays)


def _convolution(layer: Any, me: str) -> _Part:
    arrays = {"weight": layer.W.transpose(3, 2, 0, 1)} | ({"bias": layer.b} if layer.use_bias else {})
    module = (
        f"nn.Conv2d({layer.W.shape[2]}, {layer.filters}, {literal(layer.kernel_size)}, "
        f"stride={literal(layer.strides)}, bias={layer.use_bias})"
    )
    return _Part(f"channels_last({me}({_padded(layer, '0.0')}))", module, layer.activation, arrays)


def _padded(layer: Any, fill: str) -> str:
    """X turned for PyTorch, with the border that "same" padding means; its own padding is the same on both sides."""
    (top, bottom), (left, right) = layer.windows(layer.input_shape).border
    turned = "channels_first(X)"
    if not (top or bottom or left or right):
        return turned
    return f"F.pad({turned}, ({left}, {right}, {top}, {bottom}), value={fill})"


def _max_pooling(layer: Any, me: str) -> _Part:
    window = f"{literal(layer.pool_size)}, {literal(layer.strides or layer.pool_size)}"
    minus_infinity = 'float("-inf")'
    return _Part(f"channels_last(F.max_pool2d({_padded(layer, minus_infinity)}, {window}))")


def _average_pooling(layer: Any, me: str) -> _Part:
    window = f"{literal(layer.pool_size)}, {literal(layer.strides or layer.pool_size)}"
    padded = _padded(layer, "0.0")
    mean = f"F.avg_pool2d({padded}, {window})"
    if padded.startswith("F.pad"):  # what lies over the border does not count
        ones = padded.replace("(X)", "(torch.ones_like(X[:1]))")
        mean = f"{mean} / F.avg_pool2d({ones}, {window})"
    return _Part(f"channels_last({mean})")


def _batch_normalization(layer: Any, me: str) -> _Part:
    channels = layer.input_shape[-1]
    kind = "BatchNorm2d" if len(layer.input_shape) == 3 else "BatchNorm1d"
    module = f"nn.{kind}({channels}, eps={layer.epsilon!r}, momentum={1 - layer.momentum!r})"
    arrays = _shift_and_scale(layer)
    arrays |= {
        "running_mean": layer.states["moving_mean"], "running_var": layer.states["moving_variance"],
        "num_batches_tracked": np.array(0),
    }  # fmt: skip
    turned = len(layer.input_shape) > 1
    return _Part(f"channels_last({me}(channels_first(X)))" if turned else f"{me}(X)", module, arrays=arrays)


def _layer_normalization(layer: Any, me: str) -> _Part:
    module = f"nn.LayerNorm({layer.input_shape[-1]}, eps={layer.epsilon!r})"
    return _Part(f"{me}(X)", module, arrays=_shift_and_scale(layer))


def _shift_and_scale(layer: Any) -> dict[str, Array]:
    """PyTorch's weight and bias; where the layer has none, those that change nothing."""
    idle = np.zeros(layer.input_shape[-1], layer.dtype)
    return {"weight": layer.parameters.get("gamma", idle + 1), "bias": layer.parameters.get("beta", idle)}


PARTS: dict[str, Callable[[Any, str], _Part]] = {
    "Dense": _dense,
    "Conv2D": _convolution,
    "MaxPooling2D": _max_pooling,
    "AveragePooling2D": _average_pooling,
    "GlobalAveragePooling2D": lambda layer, me: _Part("X.mean(dim=(1, 2))"),
    "Flatten": lambda layer, me: _Part("X.flatten(1)"),
    "Reshape": lambda layer, me: _Part(f"X.reshape(-1, {', '.join(map(str, layer.target_shape))})"),
    "Activation": lambda layer, me: _Part("X", activation=layer.activation),
    "Dropout": lambda layer, me: _Part(f"{me}(X)", f"nn.Dropout({layer.rate!r})"),
    "GaussianNoise": lambda layer, me: _Part(f"X + {layer.stddev!r} * torch.randn_like(X) if self.training else X"),
    "BatchNormalization": _batch_normalization,
    "LayerNormalization": _layer_normalization,
}
