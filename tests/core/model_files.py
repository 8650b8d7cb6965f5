"""What the tests of saved models share: a small model, and files put together byte by byte, with right checksums."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from core import Sequential, model_file
from core.layers import Dense, Flatten
from core.tensor_file import DTYPES, _digest


def small_model(seed: int = 1) -> Sequential:
    """Two layers with weights, one without; 23 numbers in all."""
    model = Sequential([Flatten(), Dense(3, "tanh"), Dense(2, "softmax")], seed=seed, name="small")
    model.build((2, 2, 1))
    model.compile("adam", "categorical_crossentropy", ["accuracy"])
    return model


def parts(path: Path) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """The header and the description within it, both parsed, and the bytes of the arrays."""
    data = path.read_bytes()
    stop = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:stop])
    return header, json.loads(header["__metadata__"]["nnvis"]), data[stop:]


def joined(header: object, arrays: bytes = b"") -> bytes:
    """A file of this header; bytes are taken as they are."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + arrays


def signed(header: dict[str, Any], description: object, arrays: bytes) -> bytes:
    """A file whose checksums are right, whatever it says. A description given as text is taken as it is."""
    table = {name: entry for name, entry in header.items() if name != "__metadata__"}
    if isinstance(description, dict):
        description = {**description, "arrays_sha256": _checksum(table, arrays)}
    text = description if isinstance(description, str) else json.dumps(description)
    texts = {"nnvis": text, "sha256": hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()}
    return joined({"__metadata__": texts, **table}, arrays)


def _checksum(table: dict[str, Any], arrays: bytes) -> str | None:
    """The checksum over the arrays, or None where the table does not describe any."""
    try:
        return _digest({
            name: np.ndarray(entry["shape"], DTYPES[entry["dtype"]], arrays, entry["data_offsets"][0])
            for name, entry in table.items()
        })
    except (TypeError, ValueError, KeyError):
        return None


def assert_same(model: Sequential, other: Sequential) -> None:
    """The two models are the same in every bit and every setting."""
    assert (model.layers, model.loss, model.optimizer, model.metrics) == (
        other.layers, other.loss, other.optimizer, other.metrics,
    )  # fmt: skip
    assert (model.name, model.seed, model.dtype, model.input_shape, model.layer_names) == (
        other.name, other.seed, other.dtype, other.input_shape, other.layer_names,
    )  # fmt: skip
    np.testing.assert_array_equal(model.parameters, other.parameters)


__all__ = ["assert_same", "joined", "model_file", "parts", "signed", "small_model"]
