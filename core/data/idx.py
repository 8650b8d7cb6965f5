"""IDX, the file format of MNIST: a header with type and shape, then the numbers; plain or gzipped.

The reader trusts nothing: the size must be exactly what the header says, and a gzipped file is never unpacked further
than that. Source: the format's description by Y. LeCun, C. Cortes and C. J. C. Burges.
"""

from __future__ import annotations

import hashlib
import math
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import FileError

MAX_BYTES = 1 << 30  # refuse to unpack more than 1 GiB, whatever a header claims
MAX_DIMENSIONS = 8
GZIP_MAGIC = b"\x1f\x8b"
GZIP_WINDOW = 31  # zlib's code for "expect a gzip header and check its CRC"
GZIP_BEST_RATIO = 1040  # deflate cannot pack more than 1032 bytes into one
TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path: Path, *, sha256: str = "", max_bytes: int = MAX_BYTES) -> NDArray[Any]:
    """The array in an IDX file, plain or gzipped, as a read-only array of the machine's own byte order.

    `sha256` is the expected hash of the unpacked file, in hexadecimal; without it nothing is hashed.
    Raises FileError, naming the file and what to do, when it is missing, truncated, too long, damaged or no IDX file.
    """
    try:
        size = path.stat().st_size
        if not path.is_file() or size > max_bytes:
            raise FileError(f"{path} is not a file of at most {max_bytes:,} bytes. Choose an IDX file.")
        packed = path.read_bytes()
    except FileNotFoundError:
        raise FileError(f"{path} is missing. Put the file back or choose another one.") from None
    except FileError:
        raise
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}. Check the disk and the permissions.") from error
    source = _Gzip(path, packed) if packed.startswith(GZIP_MAGIC) else _Plain(path, packed)

    magic = source.take(4)
    if magic[:2] != b"\0\0" or magic[2] not in TYPES or not 1 <= magic[3] <= MAX_DIMENSIONS:
        raise FileError(f"{path} is not an IDX file: it begins with {magic.hex(' ')}. Choose an IDX file.")
    dtype, dimensions = np.dtype(TYPES[magic[2]]), magic[3]
    sizes = source.take(4 * dimensions)
    shape = struct.unpack(f">{dimensions}I", sizes)
    count = math.prod(shape) * dtype.itemsize
    if math.prod(max(length, 1) for length in shape) * dtype.itemsize > max_bytes:  # also where one length is 0
        raise FileError(f"{path} claims the shape {shape}; more than {max_bytes:,} bytes are not read.")
    body = source.take(count)
    source.finish()

    if sha256:
        digest = hashlib.sha256(magic + sizes)
        digest.update(body)
        if digest.hexdigest() != sha256:
            raise FileError(f"{path} is damaged: its SHA-256 is not the expected one. Replace it by a fresh copy.")
    array = np.frombuffer(body, dtype).reshape(shape)
    if not dtype.isnative:
        array = array.astype(dtype.newbyteorder("="))
        array.flags.writeable = False
    return array


class _Plain:
    """Takes bytes from the front of an unpacked file."""

    def __init__(self, path: Path, data: bytes) -> None:
        self._path = path
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        part = self._data[self._at : self._at + count]
        if len(part) < count:
            raise truncated(self._path, count - len(part))
        self._at += count
        return part

    def finish(self) -> None:
        if self._at < len(self._data):
            raise too_long(self._path)


class _Gzip:
    """Takes bytes from the front of a gzipped file, unpacking only what is asked for."""

    def __init__(self, path: Path, data: bytes) -> None:
        self._path = path
        self._data = data
        self._unpacker = zlib.decompressobj(GZIP_WINDOW)

    def take(self, count: int) -> bytes:
        if count > GZIP_BEST_RATIO * (len(self._data) + 64):  # 64: what zlib may have taken in already
            raise truncated(self._path, count - GZIP_BEST_RATIO * len(self._data))
        part = self._unpack(count) if count else b""
        if len(part) < count:
            raise truncated(self._path, count - len(part))
        return part

    def finish(self) -> None:
        """Read gzip's own end, whose checksum zlib compares."""
        if self._unpack(1):
            raise too_long(self._path)
        if not self._unpacker.eof:
            raise FileError(f"{self._path} is truncated: the gzip checksum is missing. Replace it by a fresh copy.")
        if self._unpacker.unused_data:
            raise too_long(self._path)

    def _unpack(self, count: int) -> bytes:
        try:
            part = self._unpacker.decompress(self._data, count)
        except zlib.error as error:
            raise FileError(f"{self._path} is damaged: {error}. Replace it by a fresh copy.") from error
        self._data = self._unpacker.unconsumed_tail
        return part


def truncated(path: Path, missing: int) -> FileError:
    """The error for a file that ends too early."""
    return FileError(f"{path} is truncated: at least {missing:,} bytes are missing. Replace it by a fresh copy.")


def too_long(path: Path) -> FileError:
    """The error for a file that goes on after its data."""
    return FileError(f"{path} holds more than its header says. Replace it by a fresh copy.")
