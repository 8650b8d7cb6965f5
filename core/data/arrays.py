"""Arrays of images and labels from files, NPZ, CSV or IDX, checked and brought to the form of a Dataset."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from core.data.csv_file import read_csv
from core.data.dataset import Dataset
from core.data.idx import read_idx
from core.data.npz_file import read_npz
from core.data.split import stratified_split
from core.errors import FileError
from core.hyper import Configurable, hyper

IMAGE_NAMES = ("x", "images", "data", "features")
LABEL_NAMES = ("y", "labels", "label", "targets", "target")
MAX_CLASSES = 1000
BLOCK = 4096  # images converted at a time
Labelled = tuple[NDArray[np.uint8], NDArray[Any]]


@dataclass(frozen=True)
class ArrayFile(Configurable):
    """Images and labels from an NPZ or CSV file, or from a folder with MNIST's four IDX file names.

    An NPZ file holds x_train, y_train and perhaps x_test, y_test, as Keras's do, or x and y; a CSV file one image per
    row. Where there is no test part, `test_share` of every class is set aside.
    """

    title: ClassVar[str] = "Array file"
    sentence: ClassVar[str] = "Images and labels from an NPZ, CSV or IDX file."

    path: str = hyper("", help="An .npz or .csv file, or a folder with IDX files.")
    test_share: float = hyper(0.2, low=0, high=0.9, help="Share kept for the test where the file has no test part.")
    seed: int = hyper(0, low=0, high=2**31 - 1, help="Decides which images are kept for the test.")

    @classmethod
    def kind_name(cls) -> str:
        return "array_file"

    def load(self, progress: Callable[[int, int], None] | None = None) -> Dataset:
        """Read and check everything, in one go: there is no `progress` to tell.

        Raises FileError when it is no set of images with labels.
        """
        path = Path(self.path).expanduser()
        if not self.path or not path.exists():
            raise FileError(
                f"{self.path or 'Nothing'} is missing. Choose an .npz or .csv file or a folder of IDX files."
            )
        try:
            train, test = _read(path)
            return self._dataset(path, train, test)
        except FileError:
            raise
        except ValueError as error:  # what does not fit together; the functions below say why
            raise FileError(f"{path}: {error}") from error

    def _dataset(self, path: Path, train: Labelled, test: Labelled | None) -> Dataset:
        x, y = train
        if test is None:
            if len(x) != len(y):
                raise ValueError(f"there are {len(x)} images but {len(y)} labels.")
            rest, chosen = stratified_split(y, self.test_share, np.random.default_rng(self.seed))
            train, test = (x[rest], y[rest]), (x[chosen], y[chosen])
        names, y_train, y_test = _numbered(train[1], test[1])
        return Dataset(self.kind_name(), path.stem, train[0], y_train, test[0], y_test, names)


def as_images(array: NDArray[Any]) -> NDArray[np.uint8]:
    """An array of images as uint8 (N, H, W, C); raises ValueError when it cannot be one.

    Takes (N, pixels) of square images, (N, H, W), (N, H, W, C) and PyTorch's (N, C, H, W), C being 1 or 3; whole
    numbers from 0 to 255, or fractions from 0 to 1.
    """
    if array.dtype.kind not in "biuf":
        raise ValueError(f"images must be numbers, not {array.dtype}.")
    if array.ndim == 2:
        side = math.isqrt(array.shape[1])
        if side * side != array.shape[1] or not side:
            raise ValueError(f"{array.shape[1]} numbers in a row are not a square image.")
        array = array.reshape(-1, side, side)
    if array.ndim == 3:
        array = array[..., np.newaxis]
    if array.ndim == 4 and array.shape[3] not in (1, 3) and array.shape[1] in (1, 3):
        array = np.moveaxis(array, 1, 3)
    if array.ndim != 4 or array.shape[3] not in (1, 3) or 0 in array.shape[1:]:
        raise ValueError(f"an array of shape {array.shape} is not a row of images.")
    return np.ascontiguousarray(_as_bytes(array))


def _as_bytes(array: NDArray[Any]) -> NDArray[np.uint8]:
    if array.dtype == np.uint8 or not array.size:
        return array.astype(np.uint8, copy=False)
    if array.dtype == bool:
        return array * np.uint8(255)
    low, high = array.min(), array.max()
    if not (low >= 0 and high <= 255):  # also when one of them is not a number
        raise ValueError(f"pixels must be from 0 to 255, or from 0 to 1; these are from {low} to {high}.")
    scale = 255 if array.dtype.kind == "f" and high <= 1 else 1
    pixels = np.empty(array.shape, np.uint8)
    for start in range(0, len(array), BLOCK):  # piece by piece, for a second large array of floats may not fit
        pixels[start : start + BLOCK] = np.rint(array[start : start + BLOCK] * scale)
    return pixels


def as_labels(array: NDArray[Any]) -> NDArray[Any]:
    """Labels as whole numbers or texts (N,), or rows of 0 and 1 (N, classes); raises ValueError for any other."""
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.dtype.kind == "f" and np.isfinite(array).all() and np.array_equal(array, np.rint(array)):
        array = array.astype(np.int64)
    if array.ndim == 1 and array.dtype.kind in "biuU":
        return array if array.dtype.kind == "U" else array.astype(np.int64)
    if array.ndim == 2 and array.dtype.kind in "biu" and np.isin(array, (0, 1)).all():
        return array.astype(np.int64)
    raise ValueError(f"labels must be whole numbers, texts or rows of 0 and 1, not {array.dtype} {array.shape}.")


def _numbered(train: NDArray[Any], test: NDArray[Any]) -> tuple[tuple[str, ...], NDArray[Any], NDArray[Any]]:
    """The sorted classes of both parts, and both parts' labels as indices of them; one-hot rows become indices too."""
    if train.shape[1:] != test.shape[1:]:
        raise ValueError(f"training labels are {train.shape} but test labels {test.shape}.")
    both: NDArray[Any] = np.concatenate([train, test])
    if both.ndim == 2:
        names = tuple(str(number) for number in range(both.shape[1]))
        if np.all(both.sum(axis=1) == 1):
            return names, train.argmax(axis=1), test.argmax(axis=1)
        return names, train, test
    if both.dtype.kind == "U" and all(text.lstrip("-").isdecimal() for text in np.unique(both)):
        both = both.astype(np.int64)  # so that 10 comes after 9
    classes, numbers = np.unique(both, return_inverse=True)
    if len(classes) > MAX_CLASSES:
        raise ValueError(f"there are {len(classes):,} different labels; at most {MAX_CLASSES:,} classes are possible.")
    numbers = numbers.astype(np.int64)
    return tuple(str(each) for each in classes), numbers[: len(train)], numbers[len(train) :]


def _read(path: Path) -> tuple[Labelled, Labelled | None]:
    """The training part and, if there is one, the test part."""
    if path.is_dir():
        return _idx_part(path, ("train",)), _idx_part(path, ("t10k", "test"))
    if path.suffix.lower() == ".npz":
        return _npz_parts(path, read_npz(path))
    table = read_csv(path)
    return (as_images(table.values), table.labels), None


def _npz_parts(path: Path, arrays: Mapping[str, NDArray[Any]]) -> tuple[Labelled, Labelled | None]:
    names = {name.lower(): name for name in arrays}

    def part(ending: str) -> Labelled | None:
        images = next((names[each + ending] for each in IMAGE_NAMES if each + ending in names), None)
        labels = next((names[each + ending] for each in LABEL_NAMES if each + ending in names), None)
        return (as_images(arrays[images]), as_labels(arrays[labels])) if images and labels else None

    train = part("_train") or part("")
    if train is None:
        found = ", ".join(arrays) or "nothing"
        raise FileError(f"{path} holds {found}. Name the arrays x_train, y_train, x_test and y_test, or x and y.")
    return train, part("_test")


def _idx_part(folder: Path, beginnings: tuple[str, ...]) -> Labelled:
    def found(what: str) -> NDArray[Any]:
        for path in sorted(folder.iterdir()):
            if what in path.name and any(beginning in path.name for beginning in beginnings):
                return read_idx(path)
        raise FileError(f"{folder} has no IDX file called {beginnings[0]}-{what}. Choose a folder with all four files.")

    return as_images(found("images")), as_labels(found("labels"))
