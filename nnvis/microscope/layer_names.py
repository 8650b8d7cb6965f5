"""How arrays are written and called at each layer of a network: Z_2, Y_1 for the input of layer 2, axes and titles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.layers import Activation, Flatten, GlobalAveragePooling2D, Reshape
from core.layers.base import Layer
from nnvis.microscope.operands import Axes
from nnvis.microscope.trace import StepTrace

DENSE_IN, DENSE_OUT = ("n", "i"), ("n", "j")
MAP_IN, MAP_OUT = ("n", "y", "x", "c"), ("n", "v", "u", "f")
KERNEL = ("a", "b", "c", "f")


@dataclass(frozen=True)
class LayerNames:
    """The names of one layer. `number` counts the layers that compute something; `is_silent`: it has no stops."""

    layer: Layer
    number: int
    latex: Mapping[str, str]
    axes: Mapping[str, Axes]
    is_silent: bool
    has_error_from_loss: bool

    def title(self, symbol: str) -> str:
        """What a stop is called."""
        kind, number = self.layer.kind_name(), self.number
        if symbol in ("Z", "Y") and symbol == "Y" and (self.layer.output_activation is not None):
            return f"Activation of layer {number}"
        titles = {
            ("Dense", "Z"): f"Weighted sum of layer {number}", ("Conv2D", "Z"): "Convolution: a window slides",
            ("MaxPooling2D", "Y"): "The largest of each window", ("AveragePooling2D", "Y"): "The mean of each window",
            ("GlobalAveragePooling2D", "Y"): "The mean of each map", ("Flatten", "Y"): "Maps laid end to end",
            ("Reshape", "Y"): "The same numbers, another shape", ("BatchNormalization", "Y"): "Batch normalisation",
            ("LayerNormalization", "Y"): "Layer normalisation", ("Dropout", "Y"): "Dropout",
            ("GaussianNoise", "Y"): "Noise", ("Conv2D", "dW"): "Gradient of the kernels",
        }  # fmt: skip
        if (kind, symbol) in titles:
            return titles[kind, symbol]
        if symbol in ("dZ", "dY"):
            return "Error at the output" if self.has_error_from_loss or symbol == "dY" else f"Error of layer {number}"
        if symbol == "dX":
            return f"Error back through layer {number}" if number > 1 else "Error at the input"
        words = {"dW": "weights", "db": "biases", "dgamma": "gamma", "dbeta": "beta"}
        return f"Gradient of the {words.get(symbol, symbol)} of layer {number}" if symbol in words else symbol

    def factor(self, symbol: str) -> str:
        """What a backward stop multiplies the chain with, in LaTeX; nothing when it only branches off."""
        n = self.number
        kind = self.layer.kind_name()
        if symbol == "dZ":
            return f"f'(Z_{{{n}}})"
        if symbol == "dX":
            if "W" in self.layer.parameters:
                return rf"{{W_{{{n}}}}}^{{\top}}"
            return (
                r"\mathrm{"
                + {
                    "MaxPooling2D": "pool",
                    "AveragePooling2D": "pool",
                    "GlobalAveragePooling2D": "pool",
                    "Dropout": "mask",
                    "Flatten": "shape",
                    "Reshape": "shape",
                }.get(kind, "norm")
                + "}"
            )
        if symbol == "dW":
            return rf"{{{_written(self.latex['X'])}}}^{{\top}}"
        return ""

    def first_factor(self, trace: StepTrace) -> str:
        """What the chain begins with."""
        if trace.is_fused:
            return rf"(Y_{{{self.number}}} - T) / {trace.size}"
        return rf"dY_{{{self.number}}}"


def _written(name: str) -> str:
    stem, _, index = name.partition("_")
    return f"{stem}_{{{index}}}" if index else stem


def layer_names(trace: StepTrace) -> list[LayerNames]:
    """The names at every layer, from the bottom to the top."""
    made: list[LayerNames] = []
    number, below = 0, "X"
    only_reshaped = True  # so far nothing was computed: the picture is still the picture
    for index, traced in enumerate(trace.layers):
        layer = traced.layer
        moves_only = isinstance(layer, Flatten | Reshape)
        is_silent = moves_only and (only_reshaped or index == len(trace.layers) - 1)
        only_reshaped = only_reshaped and moves_only
        number += not moves_only
        shown = number
        latex = {name: f"{name}_{shown}" for name in (*_ARRAYS, *traced.arrays)}
        latex["X"] = below
        latex["dX"] = f"dX_{shown}" if not moves_only else f"dX_{shown + 1}"
        if moves_only:
            latex["Y"], latex["dY"] = ("X" if is_silent and number == 0 else f"X_{shown + 1}"), f"dX_{shown + 1}"
            latex["dX"] = f"dY_{shown}"
        if isinstance(layer, Activation):
            latex["Z"], latex["dX"] = below, f"dZ_{shown}"
        below = latex["Y"]
        is_last = index == len(trace.layers) - 1
        made.append(LayerNames(layer, shown, latex, _axes(layer), is_silent, is_last and trace.is_fused))
    return made


_ARRAYS = ("Z", "Y", "dZ", "dY", "E", "S")


def _axes(layer: Layer) -> dict[str, Axes]:
    """The names of the axes of each array of a layer."""
    before, after = len(layer.input_shape), len(layer.output_shape(layer.input_shape))
    is_map = before == 3
    inputs: Axes = MAP_IN if is_map else DENSE_IN
    outputs: Axes = MAP_OUT if is_map else DENSE_OUT
    kind = layer.kind_name()
    if "W" not in layer.parameters and kind not in ("Flatten", "Reshape"):
        outputs = (
            ("n", "v", "u", "c") if is_map and layer.output_shape(layer.input_shape) != layer.input_shape else inputs
        )
        if not is_map:
            inputs = outputs = DENSE_OUT
    if isinstance(layer, GlobalAveragePooling2D):
        outputs = ("n", "c")
    if kind in ("Flatten", "Reshape"):
        outputs = tuple("nvuf"[: after + 1]) if after == 3 else DENSE_OUT if after == 1 else ("n", *"pqrst"[:after])
        if before not in (1, 3):
            inputs = ("n", *"ABCDE"[:before])
    last = outputs[-1:]
    weights: Axes = KERNEL if is_map else ("i", "j")
    axes: dict[str, Axes] = dict.fromkeys(("X", "dX"), inputs)
    axes |= dict.fromkeys(("Z", "Y", "dZ", "dY", "X_hat", "dX_hat", "M", "E", "S"), outputs)
    axes |= {"b": last, "db": last, "n": outputs}
    axes |= {"W": weights, "dW": weights} if "W" in layer.parameters else {}
    axes |= dict.fromkeys(("gamma", "beta", "dgamma", "dbeta", "moving_mean", "moving_variance"), last)
    axes |= dict.fromkeys(("mu", "variance"), last if layer.mixes_samples else outputs)
    return axes


def image_shape_behind(trace: StepTrace, index: int) -> tuple[int, ...] | None:
    """The shape of the picture whose pixels are the inputs of this layer; None when they are not pixels any more."""
    shape: Any = trace.specimen.X.shape[1:]
    if len(shape) != 3 or any(not isinstance(each.layer, Flatten | Reshape) for each in trace.layers[:index]):
        return None
    return tuple(shape)
