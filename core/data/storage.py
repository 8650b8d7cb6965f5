"""Where many decoded images are kept: in memory, or in a temporary file when they would take too much of it."""

from __future__ import annotations

import ctypes
import math
import os
import sys
import tempfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import FileError

SHARE = 0.25  # of the machine's memory that images may take before they move to a file
DISK = "/var/tmp"
UNKNOWN_MEMORY = 4 << 30  # what to reckon with where the machine does not say


def too_large(count: int, shape: tuple[int, ...]) -> bool:
    """Whether so many uint8 images should lie on the disk: more than a quarter of the machine's memory."""
    return count * math.prod(shape) > SHARE * physical_memory()


def empty_images(count: int, shape: tuple[int, ...], *, on_disk: bool) -> NDArray[np.uint8]:
    """Room for `count` uint8 images of this shape, filled with zeros: (count, H, W, C).

    On the disk it is a temporary file that vanishes with the array. Raises FileError when the disk has no room for it.
    """
    size = count * math.prod(shape)
    if not on_disk or not size:
        return np.zeros((count, *shape), np.uint8)
    try:
        # The file has no name, and the array keeps it in being after it is closed here.
        with tempfile.TemporaryFile(prefix="nnvis-images-", dir=_folder()) as file:
            if hasattr(os, "posix_fallocate"):
                # Reserve the room now: a disk that is full when a mapped page is written would kill the process.
                os.posix_fallocate(file.fileno(), 0, size)
            return np.memmap(file, np.uint8, mode="w+", shape=(count, *shape))
    except OSError as error:
        raise FileError(
            f"{count:,} images need {size / 1e9:.1f} GB on the disk at {_folder() or tempfile.gettempdir()}: "
            f"{error.strerror}. Free some room, or choose a smaller height and width."
        ) from error


def _folder() -> str | None:
    """Where large temporary files belong: not in /tmp, which on many systems is memory again."""
    return DISK if os.access(DISK, os.W_OK) and "TMPDIR" not in os.environ else None


def physical_memory() -> int:
    """The machine's memory in bytes."""
    if sys.platform == "win32":
        return _windows_memory()
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return UNKNOWN_MEMORY


def _windows_memory() -> int:
    kilobytes: Any = ctypes.c_ulonglong()
    kernel: Any = getattr(ctypes, "windll").kernel32  # noqa: B009  (the attribute exists on Windows only)
    known = kernel.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes))
    return int(kilobytes.value) * 1024 if known else UNKNOWN_MEMORY
