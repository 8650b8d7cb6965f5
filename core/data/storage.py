"""Where many decoded images are kept: in memory, or in a temporary file when they would take too much of it."""

from __future__ import annotations

import math
import os
import tempfile

import numpy as np
from numpy.typing import NDArray

from core.errors import FileError
from core.memory import physical_memory

SHARE = 0.25  # of the machine's memory that images may take before they move to a file
DISK = "/var/tmp"


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
