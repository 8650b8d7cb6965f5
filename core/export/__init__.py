"""Export: a trained network as a program or a file for others. One file of this folder for each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.errors import ConfigError
from core.export import keras_program, numpy_program, onnx_file, torch_program
from core.intake import Intake
from core.sequential import Sequential

Writer = Callable[[Sequential, Path, Intake], list[Path]]
EXPORTS: dict[str, Writer] = {
    "numpy": numpy_program.write,
    "keras": keras_program.write,
    "torch": torch_program.write,
    "onnx": onnx_file.write,
}


def export(to: str, model: Sequential, path: Path, intake: Intake) -> list[Path]:
    """Write a built `model` for "numpy", "keras", "torch" or "onnx"; the files that were written, `path` first.

    Raises ConfigError for another word, and for a network that cannot be said there; FileError when writing fails.
    """
    if to not in EXPORTS:
        raise ConfigError(f"There is no export to {to!r:.40}. Known: {', '.join(EXPORTS)}.")
    model.require_built()
    return EXPORTS[to](model, path, intake)
