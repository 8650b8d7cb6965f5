"""Export to Keras: a Python file that builds and compiles the same model, with its weights in an NPZ file beside it."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from core.export.program import constants, literal, note, refuse, title, weights_path, write_npz, write_text
from core.hyper import Configurable
from core.intake import Intake
from core.layers import LAYERS
from core.layers.base import Layer
from core.sequential import Sequential

PROGRAM = '''"""{title}

The weights lie in {weights_file}, which belongs beside this file.
"""

from pathlib import Path

import keras
import numpy as np
from keras import layers

{constants}
model = keras.Sequential([
    keras.Input(shape=INPUT_SHAPE),
{layers}
])
with np.load(Path(__file__).with_name({weights_literal})) as weights:
    model.set_weights([weights[name] for name in weights.files])  # they were written in Keras's order
model.compile(optimizer={optimizer}, loss={loss}, metrics={metrics})


def predict(pixels):
    """The outputs for images with pixels from 0 to 255."""
    pixels = np.asarray(pixels, np.float32).reshape(-1, *INPUT_SHAPE)
    return model.predict((pixels / np.float32(255) - np.float32(MEAN)) / np.float32(STD), verbose=0)
'''
OURS_ALONE = ("enabled", "name", "kernel_scale", "l2")  # hyperparameters of layers that Keras says otherwise


def write(model: Sequential, path: Path, intake: Intake) -> list[Path]:
    """Write the program to `path` and the weights beside it, with the ending .npz."""
    weights = weights_path(path)
    views = model.parameter_views()
    arrays = {f"{index:03}.{view.layer_name}.{view.name}": view.of(model.parameters)
              for index, view in enumerate(views)}  # fmt: skip
    return [write_text(path, program(model, weights.name, intake)), write_npz(weights, arrays)]


def program(model: Sequential, weights_file: str, intake: Intake) -> str:
    """The text of the program."""
    lines = [
        f"{_layer(layer, name)},  # {note(layer, layer.output_shape(layer.input_shape))}"
        for layer, name in zip(model.layers, model.layer_names, strict=True)
    ]
    return PROGRAM.format(
        title=title(model, "Keras"),
        weights_file=weights_file,
        weights_literal=literal(weights_file),
        constants=constants(model, intake),
        layers=textwrap.indent("\n".join(lines), "    "),
        optimizer=_made("keras.optimizers", model.optimizer),
        loss=_made("keras.losses", model.loss),
        metrics=[name for name in model.metrics if name == "accuracy"],
    )


def _layer(layer: Layer, name: str) -> str:
    if type(layer) not in LAYERS:
        raise refuse(layer, "keras")
    values = {key: value for key, value in layer.values().items() if key not in OURS_ALONE and value is not None}
    arguments = [f"{key}={literal(value)}" for key, value in values.items()]
    if getattr(layer, "l2", 0.0):
        arguments.append(f"kernel_regularizer=keras.regularizers.L2({layer.l2!r})")  # type: ignore[attr-defined]
    return f"layers.{layer.kind_name()}({', '.join([*arguments, f'name={literal(name)}'])})"


def _made(module: str, config: Configurable) -> str:
    """The same optimizer or loss in Keras, whose names and hyperparameters ours have."""
    values: dict[str, Any] = {key: value for key, value in config.values().items() if value is not None}
    arguments = ", ".join(f"{key}={literal(value)}" for key, value in values.items())
    return f"{module}.{type(config).__name__}({arguments})"
