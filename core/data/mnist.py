"""MNIST: 70,000 handwritten digits of 28 x 28 pixels, read from the files that come with the program."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.idx import read_idx
from core.errors import FileError
from core.hyper import Configurable

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "mnist"
MAX_BYTES = 1 << 26  # the largest of the four files unpacks to 47 MB

# The files unpack to the bytes first published; the hashes are of the unpacked bytes.
FILES = {
    "train-images-idx3-ubyte.gz": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte.gz": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte.gz": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte.gz": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}

Part = tuple[NDArray[np.uint8], NDArray[np.int64]]


def mnist(folder: Path = FOLDER) -> tuple[Part, Part]:
    """MNIST as `(x_train, y_train), (x_test, y_test)`, read and checked once per process.

    Shapes: images uint8 (60000, 28, 28, 1) and (10000, 28, 28, 1), 0 = background, 255 = ink; labels int64 (N,).
    The arrays are shared and therefore read-only.
    Raises FileError when a file is missing or damaged.
    """
    return _read(folder)


@functools.lru_cache(maxsize=1)
def _read(folder: Path) -> tuple[Part, Part]:
    arrays = []
    for name, sha256 in FILES.items():
        try:
            arrays.append(read_idx(folder / name, sha256=sha256, max_bytes=MAX_BYTES))
        except FileError as error:
            raise FileError(
                f"MNIST cannot be loaded. {error} All four files come with the program, in resources/mnist; "
                "installing it again brings them back."
            ) from error
    x_train, y_train, x_test, y_test = arrays
    return (_images(x_train), _labels(y_train)), (_images(x_test), _labels(y_test))


def _images(array: NDArray[Any]) -> NDArray[np.uint8]:
    return array[..., np.newaxis]


def _labels(array: NDArray[Any]) -> NDArray[np.int64]:
    labels = array.astype(np.int64)
    labels.flags.writeable = False
    return labels


@dataclass(frozen=True)
class Mnist(Configurable):
    """The data set as an entry of the catalogue DATASETS."""

    title: ClassVar[str] = "MNIST digits"
    sentence: ClassVar[str] = "70,000 handwritten digits, 28 × 28 pixels, written on American forms in the 1990s."

    @classmethod
    def kind_name(cls) -> str:
        return "mnist"

    def load(self, progress: Callable[[int, int], None] | None = None) -> Dataset:
        """All images and labels, so soon that there is no `progress` to tell. Raises FileError for a damaged file."""
        (x_train, y_train), (x_test, y_test) = mnist()
        names = tuple(str(digit) for digit in range(10))
        return Dataset(self.kind_name(), self.title, x_train, y_train, x_test, y_test, names)
