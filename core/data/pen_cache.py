"""Pen digits kept in a file, so that they are drawn only once."""

from __future__ import annotations

import contextlib
import hashlib
import zlib
from pathlib import Path

import numpy as np

from core.data.pen_digits import PenSet, Progress, draw, generate
from core.data.pen_styles import STYLES
from core.errors import FileError
from core.safe_file import read_bounded, write_atomic

KEPT = 4  # files; older ones belong to counts and seeds that are no longer in use
DIGEST = hashlib.sha256().digest_size
SIDE = 28
QUICK = 1  # level of compression: a file of a sixth, in less time than the digest takes
PATTERN = "pen_digits_*.bin"


def cached(folder: Path, count: int, seed: int = 0, progress: Progress | None = None) -> PenSet:
    """`generate(count, seed)` from a file in this folder, which is made when it is missing, damaged or out of date.

    A folder that cannot be written to is no error: the digits are then drawn each time.
    """
    path = cache_file(folder, count, seed)
    with contextlib.suppress(FileError):
        return _unpacked(read_bounded(path, DIGEST + 2 * _size(count) + 1024, "pen digits file"), count)
    digits = generate(count, seed, progress)
    with contextlib.suppress(FileError, OSError):
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(path, _packed(digits))
        _sweep(folder)
    return digits


def cache_file(folder: Path, count: int, seed: int) -> Path:
    """Where these digits are kept. The name says by which styles and which code they were drawn.

    One drawing of each style stands for the code: when it looks different, all files made before are out of date.
    """
    digest = hashlib.sha256(f"{count} {seed}".encode())
    for style in STYLES:
        digest.update(f"{style.title} {style.share}".encode())
        digest.update(draw(style, 1, np.random.default_rng(seed)).tobytes())
    return folder / PATTERN.replace("*", digest.hexdigest()[:16])


def _size(count: int) -> int:
    return count * (SIDE * SIDE + 2)


def _packed(digits: PenSet) -> bytes:
    """Images, labels and styles as bytes, compressed, behind their digest."""
    digest, packer, packed = hashlib.sha256(), zlib.compressobj(QUICK), []
    for array in digits:
        content = np.ascontiguousarray(array, np.uint8).data  # the images as they are: a copy would be 30 MB
        digest.update(content)
        packed.append(packer.compress(content))
    return b"".join((digest.digest(), *packed, packer.flush()))


def _unpacked(data: bytes, count: int) -> PenSet:
    """What `_packed` was given. Raises FileError for anything that it did not make."""
    try:
        content = zlib.decompressobj().decompress(data[DIGEST:], _size(count) + 1)
    except zlib.error as error:
        raise FileError(f"The pen digits file is damaged: {error}.") from None
    if len(content) != _size(count) or hashlib.sha256(content).digest() != data[:DIGEST]:
        raise FileError("The pen digits file is damaged: its content is not what was written.")
    numbers = np.frombuffer(content, np.uint8)
    labels, styles = numbers[-2 * count :].reshape(2, count).astype(np.int64)
    return PenSet(numbers[: -2 * count].reshape(count, SIDE, SIDE, 1), labels, styles)


def _sweep(folder: Path) -> None:
    """Remove all but the newest files."""
    files = sorted(folder.glob(PATTERN), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[KEPT:]:
        path.unlink(missing_ok=True)
