"""Files made to harm: all refused in words, within little memory and time, and nothing else is touched."""

from __future__ import annotations

import json
import os
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import Sequential, model_file
from core.errors import FileError
from core.intake import Intake
from core.layers import Dense
from core.tensor_file import LARGEST_HEADER
from tests.core.model_files import joined, parts, signed, small_model

MEMORY, SECONDS = 64 * 2**20, 2.0

Parts = tuple[dict[str, Any], dict[str, Any], bytes]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.nnvis"


@pytest.fixture
def good(path: Path) -> Parts:
    """Header, description and arrays of a file in order, with a history."""
    model_file.save(small_model(), path, history={"losses": np.ones(4)}, training={"step": 1})
    return parts(path)


def assert_refused(path: Path, said: str = "") -> None:
    """Reading fails with a sentence about this file, with little memory and soon."""
    before = sorted(path.parent.iterdir())
    tracemalloc.start()
    started = time.process_time()  # of this process alone: others may keep the machine busy
    try:
        with pytest.raises(FileError) as told:
            model_file.read(path)
        seconds, peak = time.process_time() - started, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert seconds < SECONDS
    assert peak < MEMORY
    assert said in str(told.value)
    assert repr(str(path)) in str(told.value)
    assert len(str(told.value)) < 1000 + 2 * len(str(path))
    assert sorted(path.parent.iterdir()) == before


# --- the container ----------------------------------------------------------------------------------------------------


def test_truncated_anywhere(path: Path) -> None:
    model_file.save(small_model(), path)
    for length in reversed(range(path.stat().st_size)):
        os.truncate(path, length)
        with pytest.raises(FileError, match="is truncated"):
            model_file.read(path)


def test_bytes_behind_the_end(path: Path) -> None:
    model_file.save(small_model(), path)
    path.write_bytes(path.read_bytes() + b"\0")
    assert_refused(path, "1 bytes follow its end")


CONTAINERS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "truncated"),
    "seven bytes": (b"1234567", "truncated"),
    "a header of 2^63 bytes": ((2**63).to_bytes(8, "little") + b"{}", "header would have"),
    "a header of 2^64 - 1 bytes": (b"\xff" * 8 + b"{}", "header would have"),
    "a header longer than the file": (joined(b"{}")[:-1], "truncated"),
    "a header that is too long": (joined(b" " * (LARGEST_HEADER + 1)), "header would have"),
    "an empty header": (joined(b""), "is empty"),
    "a header of zeros": (joined(b"\0" * 64), "damaged"),
    "a header that is a list": (joined([]), "no table"),
    "a header that is a number": (joined(b"1e5"), "no table"),
    "deep nesting": (joined(b'{"a":' * 100_000), "too deep"),
    "a million brackets": (joined(b"[" + b"[]," * 349_000 + b"[]]"), "no table"),
    "a million tables": (joined(b"[" + b"{}," * 349_000 + b"{}]"), "no table"),
    "a key twice": (joined(b'{"a":1,"a":1}'), "twice"),
    "not a number": (joined(b'{"a":NaN}'), "NaN"),
    "a number of 5000 digits": (joined(b'{"a":' + b"9" * 5000 + b"}"), "damaged"),
    "no text at all": (joined(b"\xff\xfe\x80"), "not a text"),
    "no description": (joined({}), "no description"),
    "texts that are none": (joined({"__metadata__": ["nnvis"]}), "no description"),
    "a description that is no text": (joined({"__metadata__": {"nnvis": {}, "sha256": ""}}), "no description"),
    "a description without checksum": (joined({"__metadata__": {"nnvis": "{}"}}), "no description"),
    "a wrong checksum": (joined({"__metadata__": {"nnvis": "{}", "sha256": "0" * 64}}), "does not match its checksum"),
    "a zip archive": (b"PK\x03\x04" + b"\0" * 60, "header would have"),
    "a pickle": (b"\x80\x04cos\nsystem\n(S'touch harm'\ntR.", "header would have"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + b"\0" * 60, "header would have"),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_no_model_file_at_all(name: str, path: Path) -> None:
    data, said = CONTAINERS[name]
    path.write_bytes(data)
    assert_refused(path, said)


def test_a_gigabyte_of_nothing(path: Path) -> None:
    with path.open("wb") as stream:
        stream.write(joined({"__metadata__": {"nnvis": "{}", "sha256": ""}}))
        stream.truncate(2**30)  # takes no room on the disk
    assert_refused(path)


def entry(**changes: Any) -> Callable[[dict[str, Any]], None]:
    """Change the header's row of the first weights."""

    def change(header: dict[str, Any]) -> None:
        row = header["weights.dense.W"]
        row |= changes
        for name in [name for name, value in row.items() if value is ...]:
            del row[name]

    return change


TABLES: dict[str, Callable[[dict[str, Any]], object]] = {
    "a row that is a list": lambda header: header.update({"weights.dense.W": [1, 2]}),
    "a row that is nothing": lambda header: header.update({"weights.dense.W": None}),
    "an unknown type": entry(dtype="F16"),
    "a type of Python": entry(dtype="O"),
    "a type that is a table": entry(dtype={}),
    "no type": entry(dtype=...),
    "one word too many": entry(more=1),
    "2^63 rows": entry(shape=[2**63, 3]),
    "2^63 rows and none": entry(shape=[2**63, 0]),
    "rows below 0": entry(shape=[-4, -3]),
    "broken rows": entry(shape=[4.0, 3]),
    "true rows": entry(shape=[True, 12]),
    "rows in words": entry(shape=["4", "3"]),
    "a shape that is a number": entry(shape=12),
    "a thousand axes": entry(shape=[1] * 1000 + [12]),
    "too small a shape": entry(shape=[3, 3]),
    "an end beyond the file": entry(data_offsets=[0, 2**63]),
    "a start below 0": entry(data_offsets=[-48, 0]),
    "an end before the start": entry(data_offsets=[48, 0]),
    "an overlap": lambda header: header["weights.dense.b"].update(data_offsets=[0, 12]),
    "a gap": lambda header: header.pop("weights.dense.b"),
    "offsets that are a text": entry(data_offsets="0, 48"),
    "three offsets": entry(data_offsets=[0, 48, 96]),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_arrays_that_lies(name: str, path: Path, good: Parts) -> None:
    header, description, arrays = good
    TABLES[name](header)
    path.write_bytes(signed(header, description, arrays))
    assert_refused(path)


def test_two_arrays_that_have_changed_places(path: Path) -> None:
    model = Sequential([Dense(3), Dense(3)])
    model.build((3,))
    model.compile()
    model_file.save(model, path)
    header, _, arrays = parts(path)
    first, second = header["weights.dense.W"], header["weights.dense_1.W"]
    header["weights.dense.W"], header["weights.dense_1.W"] = second, first
    path.write_bytes(joined(header, arrays))
    assert_refused(path, "arrays do not match their checksum")


# --- the description --------------------------------------------------------------------------------------------------

TEXTS = {
    "no JSON": "model = load()",
    "an empty text": "",
    "a list": "[]",
    "deep nesting": '{"layers":' + "[" * 100_000,
    "a key twice": '{"format":"nnvis-model","format":"nnvis-model"}',
    "not a number": '{"format":NaN}',
    "infinity": '{"format":-Infinity}',
    "a number too large": '{"format":1e999}',
    "half a character": '{"format":"\ud800"}',
    "another format": '{"format":"nnvis-project"}',
    "nothing in it": "{}",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_description_that_is_none(name: str, path: Path, good: Parts) -> None:
    header, _, arrays = good
    path.write_bytes(signed(header, TEXTS[name], arrays))
    assert_refused(path)


def layer(index: int = 1, **changes: Any) -> dict[str, Any]:
    """Change one layer of the description; index 1 is Dense(3, "tanh")."""
    return {"layers": ..., "index": index, "changes": changes}


def intake(**changes: Any) -> dict[str, Any]:
    """Change the intake of the description."""
    return {"intake": Intake().to_dict() | changes}


CLAIMS: dict[str, tuple[dict[str, Any], str]] = {
    "version 3": ({"version": 3}, "version"),
    "version 0": ({"version": 0}, "version"),
    "version 1.0": ({"version": 1.0}, "version"),
    "version true": ({"version": True}, "version"),
    "a version of 100,000 digits": ({"version": "9" * 100_000}, "version"),
    "no version": ({"version": None}, "version"),
    "a field too many": ({"code": "import os"}, "unknown field 'code'"),
    "no layers": ({"layers": []}, "list of 1 to 200"),
    "201 layers": ({"layers": [{"type": "Flatten"}] * 201}, "list of 1 to 200"),
    "layers in a table": ({"layers": {"0": {"type": "Flatten"}}}, "list of 1 to 200"),
    "a layer that is a text": ({"layers": ["Flatten"]}, "must be an object"),
    "an unknown layer": (layer(type="Lambda"), "Unknown layer 'Lambda'"),
    "a layer from a module": (layer(type="os.system"), "Unknown layer 'os.system'"),
    "a layer that is a list": (layer(type=["Dense"]), "Unknown layer"),
    "a base class": (layer(type="Layer"), "Unknown layer"),
    "a very long layer": (layer(type="D" * 500_000), "Unknown layer"),
    "a class attribute": (layer(__class__="Dense"), "no hyperparameter"),
    "a method": (layer(forward="pass"), "no hyperparameter"),
    "10^12 units": (layer(units=10**12), "units cannot be"),
    "8192 units": (layer(units=8192), "has no place in it"),
    "units below 0": (layer(units=-3), "units cannot be"),
    "units in words": (layer(units="3"), "units cannot be"),
    "true units": (layer(units=True), "units cannot be"),
    "units in 10^400": (layer(units=10**400), "units cannot be"),
    "an unknown activation": (layer(activation="eval"), "activation cannot be"),
    "a layer named like a path": (layer(name="../../etc/passwd"), "cannot be named"),
    "a layer named like a Windows path": (layer(name="..\\..\\autoexec"), "cannot be named"),
    "a layer with a null in its name": (layer(name="a\0b"), "cannot be named"),
    "a layer with a line break in its name": (layer(name="a\nb"), "cannot be named"),
    "a layer with a name of 500,000 letters": (layer(name="n" * 500_000), "cannot be named"),
    "a layer with a name that is a number": (layer(name=5), "name cannot be"),
    "layers named otherwise than their weights": (layer(name="other"), "no array 'weights.other.W'"),
    "a layer that is left out": (layer(enabled=False), "left out has no place"),
    "one layer less": ({"layers": [{"type": "Flatten"}]}, "has no place in it"),
    "layers in another order": ({"layers": [{"type": "Dense"}, {"type": "Flatten"}]}, "cannot stand where it is"),
    "no input shape": ({"input_shape": []}, "input shape"),
    "an input shape of five": ({"input_shape": [1, 1, 2, 2, 1]}, "input shape"),
    "an input of 2^62": ({"input_shape": [2**62, 2, 1]}, "input shape"),
    "an input of 0": ({"input_shape": [0, 2, 1]}, "input shape"),
    "an input below 0": ({"input_shape": [-2, -2, 1]}, "input shape"),
    "a broken input": ({"input_shape": [2.0, 2, 1]}, "input shape"),
    "an input that is a text": ({"input_shape": "221"}, "input shape"),
    "2^60 pixels without weights": (
        {"input_shape": [2**20, 2**20, 2**20], "layers": [{"type": "GlobalAveragePooling2D"}]}, "No sample of shape",
    ),
    "averages over 2^40 pixels": (
        {"input_shape": [2**20, 2**20, 1], "layers": [{"type": "AveragePooling2D"}]}, "No sample of shape",
    ),
    "10^15 activations": (
        {"input_shape": [5000, 5000, 1], "layers": [{"type": "Conv2D", "filters": 1024}]}, "does not fit",
    ),
    "a seed below 0": ({"seed": -1}, "seed"),
    "a broken seed": ({"seed": 1.5}, "seed"),
    "a seed of 2^70": ({"seed": 2**70}, "seed"),
    "half precision": ({"dtype": "float16"}, "precision"),
    "objects": ({"dtype": "object"}, "precision"),
    "double precision": ({"dtype": "float64"}, "has no place in it"),
    "precision in a list": ({"dtype": ["float32"]}, "precision"),
    "a name that is a table": ({"name": {}}, "name"),
    "a name of 500,000 letters": ({"name": "n" * 500_000}, "name"),
    "metrics in a text": ({"metrics": "accuracy"}, "metrics"),
    "an unknown metric": ({"metrics": ["auc"]}, "Unknown metric"),
    "metrics in metrics": ({"metrics": [["accuracy"]]}, "metrics"),
    "an unknown loss": ({"loss": {"type": "custom"}}, "Unknown loss"),
    "a loss that is a text": ({"loss": "huber"}, "must be an object"),
    "an unknown optimizer": ({"optimizer": {"type": "Lion"}}, "Unknown optimizer"),
    "a learning rate below 0": ({"optimizer": {"type": "SGD", "learning_rate": -1}}, "learning_rate cannot be"),
    "a learning rate in words": ({"optimizer": {"type": "SGD", "learning_rate": "0.1"}}, "learning_rate cannot be"),
    "a history that is a list": ({"history": []}, "not a table"),
    "a training that is a text": ({"training": "done"}, "not a table"),
    "a history that is not told": ({"history": None}, "'history.losses'"),
    "an intake that is a text": ({"intake": "as is"}, "intake must be a table"),
    "an intake with a field too many": (intake(code="import os"), "intake must be a table"),
    "an intake without scaling": (intake(scaling=None), "its scaling a table"),
    "a scaling that divides by 0": (intake(scaling={"mean": 0.0, "std": 0.0}), "std cannot be"),
    "a scaling of another kind": (intake(scaling={"type": "Dense"}), "its scaling a table"),
    "a drawing in words": (intake(drawing="crop"), "yes or no"),
    "a drawing of one step": (intake(drawing={"crop": True}), "yes or no"),
    "a drawing that crops twice": (intake(drawing={"crop": 2, "scale": True, "centre": True}), "yes or no"),
    "class names in a text": (intake(class_names="0123456789"), "class names must be a list"),
    "class names that are numbers": (intake(class_names=[0, 1]), "Classes need names"),
    "20,000 classes": (intake(class_names=["a"] * 20_000), "Classes need names"),
    "a class with a name of 500 letters": (intake(class_names=["a" * 500]), "Classes need names"),
    "an unknown fit": (intake(fit="eval"), "fitted by 'eval'"),
    "a background that is a list": (intake(background=[]), "fitted by"),
}


def claimed(description: dict[str, Any], claim: dict[str, Any]) -> dict[str, Any]:
    if claim.get("layers") is not ...:
        return description | claim
    layers = [dict(one) for one in description["layers"]]
    layers[claim["index"]] |= claim["changes"]
    return description | {"layers": layers}


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_that_no_model_meets(name: str, path: Path, good: Parts) -> None:
    header, description, arrays = good
    claim, said = CLAIMS[name]
    path.write_bytes(signed(header, claimed(description, claim), arrays))
    assert_refused(path, said)


@pytest.mark.parametrize("field", sorted(model_file.FIELDS - {"format", "version"}))
def test_a_field_that_is_missing(field: str, path: Path, good: Parts) -> None:
    header, description, arrays = good
    del description[field]
    path.write_bytes(signed(header, description, arrays))
    assert_refused(path, f"It lacks {field!r}")


# --- the arrays -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "array", "said"), [
    ("training.optimizer.m", np.zeros(22, np.float32), "has no place in it"),
    ("training.optimizer.m", np.zeros((23, 1), np.float32), "has no place in it"),
    ("training.optimizer.m", np.zeros(23, np.float64), "has no place in it"),
    ("training.optimizer.momentum", np.zeros(23, np.float32), "has no place in it"),
    ("training.best_weights", np.zeros(22, np.float32), "has no place in it"),
    ("history.losses", np.ones((2, 2)), "has no place in it"),
    ("weights.dense_2.W", np.zeros(3, np.float32), "has no place in it"),
    ("weights.dense.W", np.zeros((3, 4), np.float32), "has no place in it"),
    ("weights.dense.W", np.zeros((4, 3), np.float64), "has no place in it"),
    ("weights.dense.W", np.full((4, 3), np.nan, np.float32), "not finite"),
    ("weights.dense.b", np.full(3, -np.inf, np.float32), "not finite"),
    ("../../weights", np.zeros(1, np.float32), "has no place in it"),
    ("", np.zeros(1, np.float32), "has no place in it"),
    ("x" * 500_000, np.zeros(1, np.float32), "has no place in it"),
])  # fmt: skip
def test_an_array_that_has_no_place(name: str, array: np.ndarray, said: str, path: Path, good: Parts) -> None:
    header, description, arrays = good
    stored = {
        key: np.ndarray(row["shape"], {"F32": "<f4", "F64": "<f8"}[row["dtype"]], arrays, row["data_offsets"][0])
        for key, row in header.items()
        if key != "__metadata__"
    }
    table: dict[str, Any] = {}
    data = b""
    for key, value in {**stored, name: array}.items():
        offsets = [len(data), len(data) + value.nbytes]
        table[key] = {"dtype": f"F{8 * value.itemsize}", "shape": list(value.shape), "data_offsets": offsets}
        data += value.tobytes()
    path.write_bytes(signed(table, description, data))
    assert_refused(path, said)


def test_a_wrong_checksum_of_the_arrays(path: Path, good: Parts) -> None:
    header, description, arrays = good
    spoilt = bytearray(arrays)
    spoilt[5] ^= 1
    text = json.dumps(description)
    path.write_bytes(signed(header, text, bytes(spoilt)))
    assert_refused(path, "arrays do not match their checksum")


# --- what is no file --------------------------------------------------------------------------------------------------


def test_nothing_there_or_a_folder(path: Path, tmp_path: Path) -> None:
    assert_refused(path, "There is no file")
    assert_refused(tmp_path, "is a folder, not a model file")


@pytest.mark.skipif(os.name != "posix", reason="needs pipes and links of POSIX")
def test_a_pipe_a_device_and_a_link_to_itself(path: Path) -> None:
    os.mkfifo(path)
    assert_refused(path, "a device or a pipe")
    path.unlink()
    path.symlink_to("/dev/zero")
    assert_refused(path, "a device or a pipe")
    path.unlink()
    path.symlink_to(path)
    assert_refused(path, "cannot be read: too many levels of symbolic links")
