"""NPZ: several arrays in one file, read without pickle, so that nothing in the file can be executed.

An NPZ file is a ZIP archive of NPY files. Its directory and its headers are only believed where they agree with each
other and with what can fit into the file.
"""

from __future__ import annotations

import math
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import FileError

MAX_BYTES = 1 << 30  # of one array, unpacked
MAX_DIRECTORY = 1 << 14  # bytes; room for more than a hundred arrays
DEFLATE_BEST_RATIO = 1040  # deflate cannot pack more than 1032 bytes into one
HEADER_SIZE = 10_000  # characters of an NPY header
DIRECTORY_END = struct.Struct("<4s4H2LH")  # the record that ends every ZIP archive, before its comment
HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def read_npz(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of an NPZ file by name; numbers, booleans and texts only.

    Raises FileError when the file is missing, damaged, too large, or holds Python objects.
    """
    try:
        _check_directory(path)
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len({entry.filename for entry in entries}) < len(entries):
                raise FileError(f"{path} holds two arrays of one name. Save it again with numpy.savez.")
            return {entry.filename.removesuffix(".npy"): _array(path, archive, entry) for entry in entries}
    except FileError:
        raise
    except FileNotFoundError:
        raise FileError(f"{path} is missing. Choose another file.") from None
    except Exception as error:  # zipfile and NumPy raise whatever the bytes provoke: BadZipFile, ValueError, zlib.error
        raise FileError(f"{path} is not a whole NPZ file: {error or type(error).__name__}.") from error


def _check_directory(path: Path) -> None:
    """Look at the end of the archive before zipfile reads a directory of any length into memory."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - DIRECTORY_END.size - 0xFFFF))
        tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) < at + DIRECTORY_END.size:
        raise FileError(f"{path} is truncated, or no NPZ file: it has no directory. Replace it by a fresh copy.")
    directory_size = DIRECTORY_END.unpack_from(tail, at)[5]
    if directory_size > MAX_DIRECTORY or b"PK\6\7" in tail[max(0, at - 20) : at]:  # the second: one for huge archives
        raise FileError(f"{path} holds too many arrays; at most a few dozen are read.")


def _array(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> NDArray[Any]:
    where = f"{path}: array {entry.filename!r}"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or entry.flag_bits & 1:
        raise FileError(f"{where} is packed in a way that NumPy does not use. Save it again with numpy.savez.")
    if entry.file_size > MAX_BYTES or entry.file_size > DEFLATE_BEST_RATIO * (entry.compress_size + 64):
        raise FileError(f"{where} claims to hold {entry.file_size:,} bytes; more than {MAX_BYTES:,} are not read.")
    with archive.open(entry) as member:
        version = np.lib.format.read_magic(member)
        if version not in HEADERS:
            raise FileError(f"{where} has the unknown NPY version {version}.")
        shape, fortran_order, dtype = HEADERS[version](member, max_header_size=HEADER_SIZE)
        if dtype.kind not in "biufU":
            raise FileError(f"{where} holds {dtype}, not plain numbers. Python objects are never read.")
        size = math.prod(shape) * dtype.itemsize
        if any(length < 0 for length in shape) or size != entry.file_size - member.tell():
            raise FileError(f"{where} is truncated or too long: {shape} of {dtype} are {size:,} bytes.")
        data = member.read(size)
        if len(data) < size or member.read(1):  # reading to the end also compares the checksum
            raise FileError(f"{where} is truncated. Replace the file by a fresh copy.")
    array = np.frombuffer(data, dtype).reshape(shape, order="F" if fortran_order else "C")
    return array.astype(dtype.newbyteorder("="), order="C", copy=False)
