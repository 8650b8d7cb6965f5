"""The one reader and writer of saved models: arrays in safetensors, everything else as JSON in its header.

A file holds the weights by name, and if wished the project, how pictures become its input, the history and the state of
a training that can be gone on with bit for bit. Nothing in it can run: layers come from a closed table, the arrays must
be exactly those that these layers need before the first of them is read, and checksums over every byte that matters
refuse a damaged file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core import losses, optimizers, tensor_file
from core.buffers import Array
from core.errors import ConfigError, FileError, ShapeError
from core.hyper import from_dict
from core.intake import Intake
from core.layers import LAYERS
from core.layers.base import Shape
from core.sequential import Sequential
from core.stack import LARGEST_NETWORK, describe
from core.tensor_file import Entry

FORMAT = "nnvis-model"
VERSION = 2
OLDEST = 1  # version that is still read; it knew no intake
MOST_LAYERS = 200
LONGEST_NAME = 200
FIELDS = {
    "format", "version", "name", "seed", "dtype", "input_shape", "layers", "loss", "optimizer", "metrics", "project",
    "history", "training", "intake",
}  # fmt: skip
WEIGHTS, HISTORY, TRAINING = "weights.", "history.", "training."  # what the names of arrays begin with


@dataclass(frozen=True)
class SavedModel:
    """What a file held: the model, and whatever was saved with it (None: nothing)."""

    model: Sequential
    project: Any = None
    history: dict[str, Any] | None = None
    training: dict[str, Any] | None = None
    intake: Intake | None = None


def save(
    model: Sequential,
    path: str | Path,
    *,
    project: Any = None,
    history: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
    intake: Intake | None = None,
) -> None:
    """Write a built and compiled `model` to `path`, whole or not at all.

    `project` is anything that JSON can hold. So are the values of `history` and `training`, or they are arrays: one-
    dimensional ones in `history`, and in `training` those that `Trainer.state()` gives. With an `intake` the file alone
    can answer for pictures.

    Raises FileError when the file cannot be written, ConfigError when something is not finite or the model not ready.
    """
    model.require_built()
    if not np.isfinite(model.parameters).all():
        raise ConfigError("The weights are not finite: training has diverged. Go back to a finite state before saving.")
    arrays = {f"{WEIGHTS}{view.layer_name}.{view.name}": view.of(model.parameters) for view in model.parameter_views()}
    description = {
        "format": FORMAT, "version": VERSION, "name": model.name, "seed": model.seed, "dtype": str(model.dtype),
        "input_shape": list(model.input_shape), "layers": [layer.to_dict() for layer in model.layers],
        "loss": model.loss.to_dict(), "optimizer": model.optimizer.to_dict(), "metrics": list(model.metrics),
        "project": project, "history": _without_arrays(history, HISTORY, arrays),
        "training": _without_arrays(training, TRAINING, arrays), "intake": intake and intake.to_dict(),
    }  # fmt: skip
    unbuilt, input_shape = _unbuilt(description)  # what could not be read again is not written either
    entries = {name: Entry(array.dtype, array.shape, 0, 0) for name, array in arrays.items()}
    _check_arrays(entries, unbuilt, input_shape, description)
    tensor_file.write(Path(path), description, arrays)


def load(path: str | Path) -> Sequential:
    """The model saved at `path`, built and compiled. Raises FileError for anything but a whole, valid file."""
    return read(path).model


def read(path: str | Path) -> SavedModel:
    """Everything saved at `path`. Raises FileError for anything but a whole, valid file."""
    where = repr(str(path))
    with tensor_file.reading(Path(path), "model file") as file:
        description = file.description
        if description.get("format") != FORMAT:
            raise FileError(f"{where} is a safetensors file, but not of this program. Choose a model saved by it.")
        version = description.get("version")
        if type(version) is not int or not OLDEST <= version <= VERSION:
            raise FileError(
                f"{where} has version {version!r:.20}, this program reads {OLDEST} to {VERSION}. Use the program that "
                f"wrote it."
            )
        if version == OLDEST:
            description.setdefault("intake", None)
        try:
            model, input_shape = _unbuilt(description)
            intake = None if description["intake"] is None else Intake.from_dict(description["intake"])
            _check_arrays(file.entries, model, input_shape, description)
        except (ConfigError, ShapeError) as error:
            raise FileError(f"{where} does not describe a model that can be built: {error}") from None
        arrays = file.read()
    model.build(input_shape)
    model.set_weights([arrays[f"{WEIGHTS}{view.layer_name}.{view.name}"] for view in model.parameter_views()])
    history, training = description["history"], description["training"]
    return SavedModel(
        model, description["project"], _with_arrays(history, HISTORY, arrays),
        _with_arrays(training, TRAINING, arrays), intake,
    )  # fmt: skip


def _without_arrays(
    values: Mapping[str, Any] | None, prefix: str, arrays: dict[str, Array]
) -> dict[str, Any] | None:
    """What of `values` belongs into the JSON; the arrays among them are added to `arrays`."""
    if values is None:
        return None
    arrays |= {prefix + name: value for name, value in values.items() if isinstance(value, np.ndarray)}
    return {name: value for name, value in values.items() if not isinstance(value, np.ndarray)}


def _with_arrays(values: dict[str, Any] | None, prefix: str, arrays: dict[str, Array]) -> dict[str, Any] | None:
    """The arrays back among the other values, as copies: the memory of the whole file need not live on."""
    if values is None:
        return None
    mine = {name.removeprefix(prefix): array.copy() for name, array in arrays.items() if name.startswith(prefix)}
    return values | mine


def _unbuilt(description: dict[str, Any]) -> tuple[Sequential, Shape]:
    """The described model, not yet built, and the shape to build it for. Raises ConfigError for any other value."""
    for name in sorted(FIELDS ^ description.keys()):
        raise ConfigError(f"It {'lacks' if name in FIELDS else 'has an unknown field'} {name!r:.60}.")
    layers, shape, metrics = description["layers"], description["input_shape"], description["metrics"]
    if not isinstance(layers, list) or not 0 < len(layers) <= MOST_LAYERS:
        raise ConfigError(f"Its layers are not a list of 1 to {MOST_LAYERS}.")
    if not isinstance(shape, list) or not 0 < len(shape) <= 4 or not all(_is_whole(size, 1, 2**20) for size in shape):
        raise ConfigError(f"Its input shape is not one to four whole numbers from 1 to {2**20:,}.")
    name, seed, dtype = description["name"], description["seed"], description["dtype"]
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        raise ConfigError(f"Its name is not a text of at most {LONGEST_NAME} characters.")
    if not _is_whole(seed, 0, 2**64) or dtype not in ("float32", "float64"):
        raise ConfigError("Its seed or its precision is not one.")
    if not isinstance(metrics, list) or not all(isinstance(metric, str) for metric in metrics):
        raise ConfigError("Its metrics are not a list of names.")
    if not all(isinstance(description[part], dict | None) for part in ("history", "training")):
        raise ConfigError("Its history or its training is not a table.")
    model = Sequential([from_dict(LAYERS, layer, "layer") for layer in layers], seed=seed, name=name, dtype=dtype)
    if len(model.layers) < len(layers):
        raise ConfigError("A layer that is left out has no place in a saved model.")
    model.compile(
        from_dict(optimizers.OPTIMIZERS, description["optimizer"], "optimizer"),
        from_dict(losses.LOSSES, description["loss"], "loss"),
        metrics,
    )
    return model, tuple(shape)


def _check_arrays(
    entries: Mapping[str, Entry], model: Sequential, input_shape: Shape, description: dict[str, Any]
) -> None:
    """Raise ConfigError unless the announced arrays are those of this model and of what is saved with it."""
    weights, trained = _weight_shapes(model, input_shape)
    expected = {WEIGHTS + name: shape for name, shape in weights.items()}
    everything = sum(math.prod(shape) for shape in weights.values())
    allowed = {f"{TRAINING}optimizer.{name}": (trained,) for name in model.optimizer.state_names}
    allowed[f"{TRAINING}best_weights"] = (everything,)
    for name in expected:
        if name not in entries:
            raise ConfigError(f"There is no array {name!r}.")
    for name, entry in entries.items():
        if name.startswith(HISTORY) and description["history"] is not None:
            if len(entry.shape) == 1 and entry.shape[0] <= LARGEST_NETWORK:
                continue
        elif name.startswith(TRAINING) and description["training"] is not None:
            if allowed.get(name) == entry.shape and entry.dtype == model.dtype:
                continue
        elif expected.get(name) == entry.shape and entry.dtype == model.dtype:
            continue
        raise ConfigError(f"The array {name!r:.60} of shape {entry.shape} and type {entry.dtype} has no place in it.")


def _weight_shapes(model: Sequential, input_shape: Shape) -> tuple[dict[str, Shape], int]:
    """Name and shape of each weight array of an unbuilt model, and how many numbers are trained."""
    shapes: dict[str, Shape] = {}
    trained = 0
    if math.prod(input_shape) > LARGEST_NETWORK:
        raise ConfigError(f"No sample of shape {input_shape} fits into the memory.")
    for layer, report in zip(model.layers, describe(model.layers, input_shape), strict=True):
        if report.input_shape is None or report.output_shape is None:
            raise ConfigError(f"Layer {report.name!r} cannot stand where it is.")
        if report.parameters > LARGEST_NETWORK or math.prod(report.output_shape) > LARGEST_NETWORK:
            raise ConfigError(f"Layer {report.name!r} does not fit into the memory.")
        mine = layer.weight_shapes(report.input_shape)
        trained += sum(math.prod(shape) for shape in mine.values())
        mine |= layer.state_shapes(report.input_shape)
        shapes |= {f"{report.name}.{name}": shape for name, shape in mine.items()}
    return shapes, trained


def _is_whole(value: object, low: int, high: int) -> bool:
    """Whether this is a whole number from `low` to `high`; true and 3.0 are none."""
    return type(value) is int and low <= value <= high
