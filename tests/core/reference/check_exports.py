"""Runs the exported programs with the libraries they are for, and keeps what these answered: exports.json.

    pip install jax keras onnx onnxruntime torch
    KERAS_BACKEND=jax python -m tests.core.reference.check_exports

Not with KERAS_BACKEND=torch: there average pooling counts the border (padding="same"), unlike with JAX and TensorFlow.

The tests need none of the libraries: where an export is byte for byte the one that was checked here, the answers are
those that the library gave.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from core.export import export
from tests.core.export_digest import digest
from tests.core.exported import INTAKE, networks, pixels

HERE = Path(__file__).parent


def loaded(path: Path) -> Any:
    """An exported program, imported."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answers(to: str, path: Path, images: np.ndarray) -> np.ndarray:
    """What the library says to these images."""
    if to != "onnx":
        return np.asarray(loaded(path).predict(images))
    import onnx
    import onnxruntime

    onnx.checker.check_model(onnx.load(str(path)), full_check=True)
    session = onnxruntime.InferenceSession(str(path))
    return np.asarray(session.run(["outputs"], {"pixels": images.astype(np.float32)})[0])


def main() -> None:
    """Check everything, and write what was answered."""
    kept: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, model in networks().items():
            images = pixels(model)
            ours = model.predict(INTAKE.scaling.apply(images))
            for to in ("keras", "torch", "onnx"):
                files = export(to, model, Path(folder) / f"{name}_{to}.{'onnx' if to == 'onnx' else 'py'}", INTAKE)
                theirs = answers(to, files[0], images)
                difference = float(np.abs(theirs - ours).max())
                sys.stdout.write(f"{name:12} {to:6} largest difference {difference:.1e}\n")
                assert difference < 1e-5
                kept[f"{name} {to}"] = {"sha256": digest(files), "outputs": theirs.astype(float).round(7).tolist()}
    (HERE / "exports.json").write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
