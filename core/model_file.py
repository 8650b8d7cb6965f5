"""The one reader and writer of saved models: safetensors, with everything else as JSON in its header.

A file holds the weights by name, and if wished the project, the history and the state of a training that can be gone on
with bit for bit. Nothing in it can run: layers come from a closed table, all sizes are checked before anything is
allocated, and a SHA-256 over every byte that matters refuses a damaged file.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from core import losses, optimizers
from core.buffers import Array
from core.errors import ConfigError, CoreError, FileError
from core.hyper import from_dict
from core.layers import LAYERS
from core.safe_file import parse_json, read_bounded, write_atomic
from core.sequential import METRICS, Sequential
from core.stack import LARGEST_NETWORK, describe

FORMAT = "nnvis-model"
VERSION = 1
LARGEST_FILE = 6 * 4 * LARGEST_NETWORK  # bytes: weights, optimizer state and best weights of the largest network
LARGEST_HEADER = 64 * 2**20  # bytes of JSON: a long history is the largest part of it
WEIGHTS = "weights."
STATE = "state."


@dataclass(frozen=True)
class SavedModel:
    """What a file held: the model, and whatever was saved with it (empty: nothing)."""

    model: Sequential
    project: Any = None
    history: Any = None
    training: Mapping[str, Any] | None = None
    arrays: Mapping[str, Array] = field(default_factory=dict)


def save(
    model: Sequential,
    path: str | Path,
    *,
    project: Any = None,
    history: Any = None,
    training: tuple[Mapping[str, Any], Mapping[str, Array]] | None = None,
) -> None:
    """Write `model` to `path`, whole or not at all. `training` is what `Trainer.state()` gave.

    Raises FileError when the file cannot be written, ConfigError when the weights are not finite.
    """
    if not np.isfinite(model.parameters).all():
        raise ConfigError("The weights are not finite: training has diverged. Go back to a finite state before saving.")
    values, arrays = training or ({}, {})
    tensors = {f"{WEIGHTS}{view.layer_name}.{view.name}": view.of(model.parameters) for view in model.parameter_views()}
    tensors |= {STATE + name: array for name, array in arrays.items()}
    description = {
        "format": FORMAT, "version": VERSION, "name": model.name, "seed": model.seed, "dtype": str(model.dtype),
        "input_shape": list(model.input_shape), "layers": [layer.to_dict() for layer in model.layers],
        "loss": model.loss.to_dict(), "optimizer": model.optimizer.to_dict(), "metrics": list(model.metrics),
        "project": project, "history": history, "training": values or None,
    }  # fmt: skip
    text = json.dumps(description, allow_nan=False, separators=(",", ":"))
    header = {"nnvis": text, "sha256": _digest(text, tensors)}
    contiguous = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    write_atomic(Path(path), safetensors.numpy.save(contiguous, header))


def load(path: str | Path) -> Sequential:
    """The model saved at `path`, built and compiled. Raises FileError for anything but a whole, valid file."""
    return read(path).model


def read(path: str | Path) -> SavedModel:
    """Everything saved at `path`. Raises FileError for anything but a whole, valid file."""
    where = repr(str(path))
    data = read_bounded(Path(path), LARGEST_FILE, "model file")
    text, digest = _header(data, where)
    tensors = _tensors(data, where)
    if _digest(text, tensors) != digest:
        raise FileError(f"{where} is damaged: its content does not match its checksum. Use another copy of the file.")
    description = parse_json(text, f"The description in {where}")
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise FileError(f"{where} is a safetensors file, but not of this program. Choose a model saved by it.")
    if description.get("version") != VERSION:
        raise FileError(
            f"{where} has version {description.get('version')!r}, this program reads {VERSION}. Use a newer program."
        )
    try:
        model = _model(description, tensors)
    except (CoreError, KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise FileError(f"{where} does not describe a model that can be built: {error}") from None
    arrays = {name.removeprefix(STATE): array for name, array in tensors.items() if name.startswith(STATE)}
    return SavedModel(
        model, description.get("project"), description.get("history"), description.get("training"), arrays
    )


def _header(data: bytes, where: str) -> tuple[str, str]:
    """Our description and its checksum from the safetensors header."""
    if len(data) < 8:
        raise FileError(f"{where} is truncated: it has only {len(data)} bytes.")
    size = int.from_bytes(data[:8], "little")
    if size > LARGEST_HEADER:
        raise FileError(f"{where} is not a model file: its header would have {size:,} bytes.")
    if 8 + size > len(data):
        raise FileError(
            f"{where} is truncated, or not a model file: its header has {size:,} bytes, the file {len(data):,}."
        )
    header = parse_json(data[8 : 8 + size], f"The header of {where}")
    texts = header.get("__metadata__") if isinstance(header, dict) else None
    if not isinstance(texts, dict) or not all(isinstance(texts.get(key), str) for key in ("nnvis", "sha256")):
        raise FileError(f"{where} is not a model of this program: its header has no description. Choose another file.")
    ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__" and _has_end(entry)]
    whole = 8 + size + max(ends, default=0)
    if len(data) < whole:
        raise FileError(f"{where} is truncated: it has {len(data):,} of {whole:,} bytes. Use another copy of the file.")
    return texts["nnvis"], texts["sha256"]


def _has_end(entry: object) -> bool:
    offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
    return isinstance(offsets, list) and len(offsets) == 2 and isinstance(offsets[1], int)


def _tensors(data: bytes, where: str) -> dict[str, Array]:
    try:
        tensors = safetensors.numpy.load(data)
    except (safetensors.SafetensorError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise FileError(f"{where} is damaged: {error}.") from None
    for name, array in tensors.items():
        if array.dtype not in (np.float32, np.float64) or not np.isfinite(array).all():
            raise FileError(
                f"{where} is damaged: {name!r} holds something other than finite float32 or float64 numbers."
            )
    return tensors


def _model(description: dict[str, Any], tensors: dict[str, Array]) -> Sequential:
    """Build the model and take over its weights; sizes are compared before anything is allocated."""
    layers = [from_dict(LAYERS, entry, "layer") for entry in description["layers"]]
    shape = tuple(description["input_shape"])
    if not shape or len(shape) > 4 or not all(type(size) is int and 0 < size < 2**20 for size in shape):
        raise ConfigError(f"The input shape {shape} is not one of a sample.")
    if description["dtype"] not in ("float32", "float64") or not set(description["metrics"]) <= set(METRICS):
        raise ConfigError("An unknown precision or metric.")
    reports = describe(layers, shape)
    stored = {name.removeprefix(WEIGHTS): array for name, array in tensors.items() if name.startswith(WEIGHTS)}
    if sum(report.parameters for report in reports) != sum(array.size for array in stored.values()):
        raise ConfigError("The number of weights does not fit the layers.")
    if any(report.output_shape is None or math.prod(report.output_shape) > LARGEST_NETWORK for report in reports):
        raise ConfigError("The layers do not fit each other.")
    model = Sequential(layers, seed=int(description["seed"]), name=str(description["name"]), dtype=description["dtype"])
    model.build(shape)
    model.compile(
        from_dict(optimizers.OPTIMIZERS, description["optimizer"], "optimizer"),
        from_dict(losses.LOSSES, description["loss"], "loss"),
        description["metrics"],
    )
    names = [f"{view.layer_name}.{view.name}" for view in model.parameter_views()]
    model.set_weights([stored[name] for name in names])
    return model


def _digest(text: str, tensors: Mapping[str, Array]) -> str:
    """SHA-256 over the description and over name, type, shape and bytes of every array."""
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        array = np.ascontiguousarray(tensors[name])
        digest.update(f"\0{name}\0{array.dtype.str}\0{array.shape}\0".encode())
        digest.update(array.data)
    return digest.hexdigest()
