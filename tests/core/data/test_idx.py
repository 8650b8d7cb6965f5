"""The IDX reader: right arrays from right files, a FileError for everything else."""

from __future__ import annotations

import gzip
import hashlib
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from core.data.idx import read_idx
from core.errors import FileError

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def idx_bytes(array: np.ndarray) -> bytes:
    code = CODES[array.dtype.str[1:]]
    header = bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


SMALL = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)


@pytest.fixture
def write(tmp_path: Path):
    def to_file(data: bytes) -> Path:
        path = tmp_path / "some-idx3-ubyte"
        path.write_bytes(data)
        return path

    return to_file


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("code", CODES)
def test_every_type_comes_back_in_native_order(write, code: str, packed: bool) -> None:
    array = (np.arange(24).reshape(4, 6) - 3).astype(code)
    data = idx_bytes(array)
    read = read_idx(write(gzip.compress(data) if packed else data))
    assert read.dtype == np.dtype(code)
    assert read.dtype.isnative
    assert not read.flags.writeable
    np.testing.assert_array_equal(read, array)


@settings(max_examples=60, deadline=None)
@given(
    array=npst.arrays(np.uint8, npst.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5)),
    packed=st.booleans(),
)
def test_any_array_comes_back(tmp_path_factory, array: np.ndarray, packed: bool) -> None:
    path = tmp_path_factory.mktemp("idx") / "file"
    data = idx_bytes(array)
    path.write_bytes(gzip.compress(data) if packed else data)
    np.testing.assert_array_equal(read_idx(path), array)


@pytest.mark.parametrize("packed", [False, True])
def test_cut_at_every_byte_it_is_called_truncated(write, packed: bool) -> None:
    data = gzip.compress(idx_bytes(SMALL)) if packed else idx_bytes(SMALL)
    for length in range(2, len(data)):  # with fewer bytes a gzipped file cannot be told from a plain one
        with pytest.raises(FileError, match="truncated"):
            read_idx(write(data[:length]))


def test_an_empty_file_is_truncated(write) -> None:
    with pytest.raises(FileError, match="truncated"):
        read_idx(write(b""))


@pytest.mark.parametrize("extra", [b"\0", b"more"])
def test_more_than_the_header_says_is_refused(write, extra: bytes) -> None:
    with pytest.raises(FileError, match="more than its header"):
        read_idx(write(idx_bytes(SMALL) + extra))
    with pytest.raises(FileError, match="more than its header"):
        read_idx(write(gzip.compress(idx_bytes(SMALL) + extra)))
    with pytest.raises(FileError, match="more than its header"):
        read_idx(write(gzip.compress(idx_bytes(SMALL)) + extra))


@pytest.mark.parametrize("position", range(4))
def test_a_strange_beginning_is_no_idx_file(write, position: int) -> None:
    data = bytearray(idx_bytes(SMALL))
    data[position] = 0xFF
    with pytest.raises(FileError, match="not an IDX file"):
        read_idx(write(bytes(data)))


def test_a_gzip_bomb_is_refused_before_it_is_unpacked(write) -> None:
    bomb = write(gzip.compress(idx_bytes(SMALL) + bytes(64 << 20)))
    tracemalloc.start()
    with pytest.raises(FileError, match="more than its header"):
        read_idx(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 << 20


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("shape", [(2**32 - 1,) * 8, (2**29,), (2**31, 2), (0, 2**32 - 1, 2**32 - 1, 2**32 - 1)])
def test_a_header_that_claims_too_much_allocates_nothing(write, shape: tuple[int, ...], packed: bool) -> None:
    data = bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + b"12345678"
    path = write(gzip.compress(data) if packed else data)
    tracemalloc.start()
    with pytest.raises(FileError, match=r"truncated|not read"):
        read_idx(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def test_damaged_gzip_is_refused_at_every_byte(write) -> None:
    data = gzip.compress(idx_bytes(SMALL), mtime=0)
    whole = np.asarray(SMALL)
    for at in range(10, len(data)):  # after gzip's own header, whose flags and time say nothing about the content
        broken = bytearray(data)
        broken[at] ^= 0xFF
        path = write(bytes(broken))
        with pytest.raises(FileError):
            read_idx(path)
    np.testing.assert_array_equal(read_idx(write(data)), whole)


def test_the_hash_is_of_the_unpacked_bytes(write) -> None:
    data = idx_bytes(SMALL)
    digest = hashlib.sha256(data).hexdigest()
    np.testing.assert_array_equal(read_idx(write(gzip.compress(data)), sha256=digest), SMALL)
    changed = data[:-1] + b"\xaa"
    with pytest.raises(FileError, match="SHA-256"):
        read_idx(write(gzip.compress(changed)), sha256=digest)


def test_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="nowhere is missing"):
        read_idx(tmp_path / "nowhere")
    with pytest.raises(FileError, match="not a file"):
        read_idx(tmp_path)


def test_a_file_above_the_limit_is_not_read(write) -> None:
    with pytest.raises(FileError, match="at most 10 bytes"):
        read_idx(write(idx_bytes(SMALL)), max_bytes=10)
