"""What is exported gives the network's outputs: NumPy is run here, the others were checked with their own libraries."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core import Sequential
from core.errors import ConfigError
from core.export import EXPORTS, export, numpy_program, onnx_file
from core.export.protobuf import field, varint
from core.intake import Intake
from core.layers import LAYERS, Dense, Flatten, Input, Layer
from core.losses import LOSSES
from core.optimizers import OPTIMIZERS
from tests.core.export_digest import digest
from tests.core.exported import INTAKE, networks, pixels

CHECKED: dict[str, Any] = json.loads((Path(__file__).parent / "reference" / "exports.json").read_text())
NETWORKS = networks()


@pytest.fixture(params=NETWORKS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def expected(model: Sequential, images: np.ndarray) -> np.ndarray:
    return model.predict(INTAKE.scaling.apply(images))


def program(path: Path) -> dict[str, Any]:
    """The names that a program defines."""
    names: dict[str, Any] = {"__name__": path.stem, "__file__": str(path)}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
    return names


# --- NumPy ------------------------------------------------------------------------------------------------------------


def test_the_numpy_program_gives_the_same_outputs(name: str, tmp_path: Path) -> None:
    model = NETWORKS[name]
    (path,) = export("numpy", model, tmp_path / "net.py", INTAKE)
    names = program(path)
    images = pixels(model)
    found = names["predict"](images)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected(model, images), rtol=1e-5, atol=1e-6)
    assert names["CLASS_NAMES"] == INTAKE.class_names


def test_the_numpy_program_stands_alone(tmp_path: Path) -> None:
    model = NETWORKS["images"]
    export("numpy", model, tmp_path / "net.py", INTAKE)
    images = pixels(model)
    np.save(tmp_path / "images.npy", images)
    script = (  # -I: neither this folder nor the user's own packages are seen
        "import runpy, sys; sys.argv = ['net.py', 'images.npy']; runpy.run_path('net.py', run_name='__main__');"
        "print(sorted({'core', 'nnvis', 'PIL', 'safetensors'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-I", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert told.stderr == ""
    *lines, modules = told.stdout.splitlines()
    best = expected(model, images).argmax(axis=1)
    assert [line.rsplit(" ", 1)[0] for line in lines] == [INTAKE.class_names[index] for index in best]
    assert modules == "[]"


def test_the_numpy_program_holds_only_what_it_needs(tmp_path: Path) -> None:
    model = Sequential([Flatten(), Dense(3, "softmax")])
    model.build((2, 2, 1))
    text = numpy_program.program(model, "net", Intake())
    assert "def softmax" in text
    assert not any(word in text for word in ("def windows", "def relu", "import math", "Any"))


def test_a_network_too_large_for_one_text_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numpy_program, "MOST_WEIGHTS", 10)
    with pytest.raises(ConfigError, match="too many for one text"):
        export("numpy", NETWORKS["images"], tmp_path / "net.py", INTAKE)
    assert list(tmp_path.iterdir()) == []


# --- the others -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["keras", "torch", "onnx"])
def test_what_is_written_is_what_was_checked_with_the_library(to: str, name: str, tmp_path: Path) -> None:
    model, checked = NETWORKS[name], CHECKED[f"{name} {to}"]
    files = export(to, model, tmp_path / f"{name}_{to}.{'onnx' if to == 'onnx' else 'py'}", INTAKE)
    np.testing.assert_allclose(checked["outputs"], expected(model, pixels(model)), rtol=1e-5, atol=1e-5)
    assert digest(files) == checked["sha256"], "run tests/core/reference/check_exports.py again"


def as_keras() -> dict[str, ModuleType]:
    """The core by the name of Keras, whose face it has."""
    keras, layers = ModuleType("keras"), ModuleType("keras.layers")
    vars(layers).update({kind.__name__: _keras_layer(kind) for kind in LAYERS})

    def loss(kind: type[Any]) -> Any:
        return lambda **values: kind(**values)

    vars(keras).update(
        layers=layers, Input=lambda shape: Input(shape), Sequential=_KerasModel,
        regularizers=SimpleNamespace(L2=lambda factor: factor),
        losses=SimpleNamespace(**{kind.__name__: loss(kind) for kind in LOSSES}),
        optimizers=SimpleNamespace(**{kind.__name__: kind for kind in OPTIMIZERS}),
    )  # fmt: skip
    return {"keras": keras, "keras.layers": layers}


class _KerasModel(Sequential):
    """Keras asks for no shape here and is silent on request, as ours."""


def _keras_layer(kind: type[Layer]) -> Any:
    def made(**values: Any) -> Layer:
        if "kernel_regularizer" in values:
            values["l2"] = values.pop("kernel_regularizer")
        return kind(**values)

    return made


def test_the_keras_program_runs_on_what_has_its_face(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, stand_in in as_keras().items():
        monkeypatch.setitem(sys.modules, module, stand_in)
    model = NETWORKS[name]
    path, weights = export("keras", model, tmp_path / "net.py", INTAKE)
    assert weights == tmp_path / "net.npz"
    names = program(path)
    images = pixels(model)
    np.testing.assert_allclose(names["predict"](images), expected(model, images), rtol=1e-5, atol=1e-6)
    again = names["model"]
    assert again.layers == [layer.replace() for layer in model.layers]
    assert (again.optimizer, again.loss) == (model.optimizer, model.loss)


@pytest.mark.parametrize("to", EXPORTS)
def test_every_layer_can_be_exported(to: str, tmp_path: Path) -> None:
    tables = {"numpy": numpy_program.LINES, "onnx": onnx_file.OPERATIONS}
    if to in tables:
        assert tables[to].keys() == {kind.kind_name() for kind in LAYERS}
    used = {type(layer) for model in NETWORKS.values() for layer in model.layers}
    assert used == set(LAYERS), "a network above must hold it"
    for number, model in enumerate(NETWORKS.values()):
        assert all(path.stat().st_size for path in export(to, model, tmp_path / f"net_{number}.py", INTAKE))


@pytest.mark.parametrize("to", EXPORTS)
def test_a_layer_of_ones_own_is_refused_by_name(to: str, tmp_path: Path) -> None:
    class Mystery(Flatten):
        pass

    model = Sequential([Mystery(), Dense(2)])
    model.build((2, 2, 1))
    model.compile()
    with pytest.raises(ConfigError, match="Mystery 'mystery' cannot be exported"):
        export(to, model, tmp_path / "net.py", INTAKE)


@pytest.mark.parametrize("to", ["keras", "torch"])
def test_a_program_does_not_take_the_place_of_its_weights(to: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is where the weights go"):
        export(to, NETWORKS["relu"], tmp_path / "net.npz", INTAKE)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_library_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no export to 'matlab'"):
        export("matlab", NETWORKS["relu"], tmp_path / "net.m", INTAKE)


def test_whole_numbers_are_coded_as_the_encodings_description_says() -> None:
    assert (varint(1), varint(150), varint(300)) == (b"\x01", b"\x96\x01", b"\xac\x02")
    assert varint(-1) == b"\xff" * 9 + b"\x01"
    assert field(1, 150) == b"\x08\x96\x01"
    assert field(2, "testing") == b"\x12\x07testing"
    assert field(3, 1.0) == b"\x1d\x00\x00\x80\x3f"
