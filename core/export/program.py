"""What the generated programs share: their heads, how they scale pixels, and the weights beside them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.buffers import Array
from core.data.scaling import WHITE
from core.errors import ConfigError
from core.intake import Intake
from core.layers.base import Layer, shape_text
from core.safe_file import write_atomic
from core.sequential import Sequential


def literal(value: Any) -> str:
    """A value as Python source that gives exactly it again."""
    if isinstance(value, str):
        return '"' + value.encode("unicode_escape").decode().replace('"', '\\"') + '"'
    if isinstance(value, tuple | list):
        inner = ", ".join(map(literal, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)


def title(model: Sequential, to: str) -> str:
    """The first line of a program: what it is."""
    name = "".join(letter for letter in model.name if letter.isprintable() and letter not in "\"'\\").strip()
    return f"{name or 'network'}: {model.count_params():,} weights, exported from nnvis to {to}."


def constants(model: Sequential, intake: Intake) -> str:
    """The names that every program begins with."""
    names = [intake.name_of(index) for index in range(model.output_shape[-1])]
    return (
        f"INPUT_SHAPE = {literal(model.input_shape)}  # of one image: height, width, channels\n"
        f"CLASS_NAMES = {literal(tuple(names))}\n"
        f"MEAN, STD = {intake.scaling.mean!r}, {intake.scaling.std!r}  # of the training pixels, from 0 to 1\n"
    )


def rescaling(intake: Intake) -> tuple[float, float]:
    """Factor and addend that bring a pixel from 0 to 255 to what the network receives."""
    return 1 / (WHITE * intake.scaling.std), -intake.scaling.mean / intake.scaling.std


def note(layer: Layer, output: tuple[int, ...]) -> str:
    """The comment behind a layer: what it makes of what."""
    return f"{shape_text(layer.input_shape)} -> {shape_text(output)}"


def refuse(layer: Layer, to: str) -> ConfigError:
    """The error for a layer that cannot be said in another library."""
    return ConfigError(f"{layer.label} cannot be exported to {to}. Use the export to numpy, which knows every layer.")


def weights_path(path: Path) -> Path:
    """Where the weights of a program lie. Raises ConfigError where the program itself would lie there."""
    weights = path.with_suffix(".npz")
    if weights == path:
        raise ConfigError(f"{path.name!r} is where the weights go. Name the program otherwise, {path.stem}.py perhaps.")
    return weights


def npz_bytes(arrays: Mapping[str, Any]) -> bytes:
    """Arrays by name as the bytes of an NPZ file, the same for the same arrays."""
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def write_npz(path: Path, arrays: Mapping[str, Array]) -> Path:
    """Write arrays as an NPZ file, whole or not at all."""
    write_atomic(path, npz_bytes(arrays))
    return path


def write_text(path: Path, text: str) -> Path:
    """Write a program, whole or not at all."""
    write_atomic(path, text.encode())
    return path
