"""Arrays and a JSON description in one safetensors file: written whole, and read with suspicion.

The description stands in the header. It is guarded by a checksum of its own, and holds the one of the arrays; so it can
be looked at, and refused, before any of the arrays is read.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeGuard

import numpy as np

from core.buffers import Array
from core.errors import ConfigError, FileError
from core.safe_file import opened, parse_json, write_atomic

LARGEST_HEADER = 2**20  # bytes; parsing JSON takes up to thirty times as much memory
DTYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F64": np.dtype("<f8"), "I64": np.dtype("<i8")}
DESCRIPTION, CHECKSUM = "nnvis", "sha256"  # keys in the header's own table of texts
ARRAYS_CHECKSUM = "arrays_sha256"  # key in the description


@dataclass(frozen=True)
class Entry:
    """One array as the header announces it; `start` and `stop` count bytes from the end of the header."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    start: int
    stop: int


def write(path: Path, description: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Write a file, whole or not at all.

    Raises ConfigError for anything that could not be read again, FileError when the file cannot be written.
    """
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    for name, array in arrays.items():
        if array.dtype not in DTYPES.values() or not np.isfinite(array).all():
            raise ConfigError(f"{name} cannot be saved: it holds something other than finite numbers. Go back to some.")
    try:
        text = json.dumps({**description, ARRAYS_CHECKSUM: _digest(arrays)}, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise ConfigError(f"What is to be saved cannot be written as JSON: {error}. Leave it out.") from None
    import safetensors.numpy  # reading needs none, and a network that is not saved neither

    data = safetensors.numpy.save(arrays, {DESCRIPTION: text, CHECKSUM: hashlib.sha256(text.encode()).hexdigest()})
    if int.from_bytes(data[:8], "little") > LARGEST_HEADER:
        raise ConfigError(
            f"The description has {len(text):,} characters, too many to be saved: {LARGEST_HEADER:,} bytes are "
            f"allowed. Give what is long as arrays."
        )
    write_atomic(path, data)


class TensorFile:
    """An open file whose header has been checked; `read` gives its arrays."""

    def __init__(self, stream: BinaryIO, where: str) -> None:
        self._stream = stream
        self._where = where
        length = os.fstat(stream.fileno()).st_size
        header, start = self._header(length)
        self.description = self._description(header)
        self.entries = _entries(header, where)
        stop = max((entry.stop for entry in self.entries.values()), default=0)
        if length < start + stop:
            raise FileError(
                f"{where} is truncated: it has {length:,} of {start + stop:,} bytes. Use another copy of the file."
            )
        if length > start + stop:
            raise FileError(f"{where} is damaged: {length - start - stop:,} bytes follow its end. Use another copy.")
        self._size = stop

    def _header(self, length: int) -> tuple[dict[str, Any], int]:
        """The header's JSON, and where the arrays begin."""
        first, where = self._stream.read(8), self._where
        if len(first) < 8:
            raise FileError(f"{where} is truncated: it has only {len(first)} bytes. Use another copy of the file.")
        size = int.from_bytes(first, "little")
        if size > LARGEST_HEADER:
            raise FileError(f"{where} is not a model file: its header would have {size:,} bytes. Choose another file.")
        if 8 + size > length:
            raise FileError(
                f"{where} is truncated, or not a model file: its header should have {size:,} bytes, but the whole file "
                f"has {length:,}. Use another copy of the file."
            )
        header = parse_json(self._stream.read(size), f"The header of {where}")
        if not isinstance(header, dict):
            raise FileError(f"{where} is not a model file: its header is no table. Choose another file.")
        return header, 8 + size

    def _description(self, header: dict[str, Any]) -> dict[str, Any]:
        texts, where = header.pop("__metadata__", None), self._where
        if not isinstance(texts, dict) or not all(isinstance(texts.get(key), str) for key in (DESCRIPTION, CHECKSUM)):
            raise FileError(f"{where} is not a model of this program: its header has no description. Choose another.")
        text: str = texts[DESCRIPTION]
        if hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest() != texts[CHECKSUM]:
            raise FileError(f"{where} is damaged: its description does not match its checksum. Use another copy.")
        description = parse_json(text, f"The description in {where}")
        if not isinstance(description, dict):
            raise FileError(f"{where} is not a model of this program: its description is no table. Choose another.")
        self._checksum = description.pop(ARRAYS_CHECKSUM, None)
        return description

    def read(self) -> dict[str, Array]:
        """All arrays, read-only. Raises FileError when they do not match their checksum or are not finite."""
        data = self._stream.read(self._size)
        if len(data) < self._size:
            raise FileError(f"{self._where} is truncated: it became shorter while it was read. Try again.")
        arrays = {
            name: np.ndarray(entry.shape, entry.dtype, data, entry.start) for name, entry in self.entries.items()
        }
        if _digest(arrays) != self._checksum:
            raise FileError(f"{self._where} is damaged: its arrays do not match their checksum. Use another copy.")
        for name, array in arrays.items():
            if not np.isfinite(array).all():
                raise FileError(f"{self._where} is damaged: {name!r} holds numbers that are not finite.")
        return arrays


@contextlib.contextmanager
def reading(path: Path, what: str) -> Iterator[TensorFile]:
    """The file at `path` with its header checked. Raises FileError, naming `what` the file should have been."""
    with opened(path, what) as stream:
        yield TensorFile(stream, repr(str(path)))


def _entries(header: dict[str, Any], where: str) -> dict[str, Entry]:
    """The table of arrays. They must lie one behind the other, without gaps or overlaps."""
    entries = {name: _entry(value) for name, value in header.items()}
    stop = 0
    for entry in sorted((entry for entry in entries.values() if entry), key=lambda entry: (entry.start, entry.stop)):
        if entry.start != stop:
            break
        stop = entry.stop
    else:
        if None not in entries.values():
            return {name: entry for name, entry in entries.items() if entry}
    raise FileError(f"{where} is damaged: the table of its arrays contradicts itself. Use another copy of the file.")


def _entry(value: object) -> Entry | None:
    """One row of the table; None when it makes no sense."""
    if not isinstance(value, dict) or value.keys() != {"dtype", "shape", "data_offsets"}:
        return None
    dtype = DTYPES.get(value["dtype"]) if isinstance(value["dtype"], str) else None
    shape, offsets = value["shape"], value["data_offsets"]
    if dtype is None or not _are_sizes(shape, 8) or not _are_sizes(offsets, 2) or len(offsets) != 2:
        return None
    size, (start, stop) = math.prod(shape), offsets
    if stop - start != size * dtype.itemsize or (size == 0 and len(shape) > 1):
        return None
    return Entry(dtype, tuple(shape), start, stop)


def _are_sizes(values: object, most: int) -> TypeGuard[list[int]]:
    """Whether this is a list of at most so many whole numbers from 0."""
    return isinstance(values, list) and len(values) <= most and all(type(size) is int and size >= 0 for size in values)


def _digest(arrays: Mapping[str, Array]) -> str:
    """SHA-256 over name, type, shape and bytes of every array."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"\0{name}\0{array.dtype.str}\0{array.shape}\0".encode(errors="surrogatepass"))
        digest.update(array.data)
    return digest.hexdigest()
