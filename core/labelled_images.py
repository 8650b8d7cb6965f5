"""Labelled images from any file or folder, brought to what a saved network takes and to the numbers of its classes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.arrays import ArrayFile, as_images, as_labels
from core.data.center_digit import AS_MNIST, Preparation, center_digit
from core.data.dataset import Dataset, Skipped
from core.data.idx import read_idx
from core.data.image_folder import ImageFolder
from core.data.photo import read_drawing
from core.errors import FileError, ShapeError
from core.intake import Intake
from core.layers.base import Shape, shape_text

ARRAY_ENDINGS = (".npz", ".csv")
KINDS = "a folder with a folder of pictures for each class, a folder of IDX files, an IDX, NPZ or CSV file"


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Images uint8 (N, H, W, C), labels (N,) or (N, outputs) as the network numbers them, and the files left out."""

    images: NDArray[np.uint8]
    labels: NDArray[Any]
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True)
class _DrawingFolder(ImageFolder):
    """Pictures of drawings, which the same steps bring to MNIST's form as those on the canvas."""

    drawing: Preparation = field(default=AS_MNIST)

    def decode(self, path: Path) -> NDArray[np.uint8]:
        return center_digit(read_drawing(path), self.drawing)[..., np.newaxis]


def read_labelled(path: Path, intake: Intake, input_shape: Shape, outputs: int) -> LabelledImages:
    """The labelled images at `path`, for a network of this intake, input and number of outputs.

    Where there is a training and a test part, it is the test part; else everything.
    Raises FileError when they cannot be read, ShapeError when they are of another size, ConfigError when a class is
    unknown to the network.
    """
    if not path.exists():
        raise FileError(f"There is no {str(path)!r}. Give {KINDS}.")
    dataset = _dataset(path, intake, input_shape)
    has_test = len(dataset.x_test) > 0
    images, labels = (dataset.x_test, dataset.y_test) if has_test else (dataset.x_train, dataset.y_train)
    if images.shape[1:] != input_shape:
        raise ShapeError(
            f"The images in {str(path)!r} are {shape_text(images.shape[1:])}, but the network takes "
            f"{shape_text(input_shape)}. Give images of that size."
        )
    return LabelledImages(images, _renumbered(labels, dataset.class_names, intake, outputs), dataset.skipped)


def _dataset(path: Path, intake: Intake, input_shape: Shape) -> Dataset:
    if path.is_file():
        if path.suffix.lower() in ARRAY_ENDINGS:
            return ArrayFile(str(path), test_share=0).load()
        return _of_idx(path, path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1")))
    idx = sorted(each for each in path.iterdir() if each.is_file() and "images" in each.name and "idx" in each.name)
    if idx:  # the test part if it is there: t10k comes before train
        return _dataset(next((each for each in idx if "train" not in each.name), idx[0]), intake, input_shape)
    if intake.drawing is not None:
        return _DrawingFolder(str(path), test_share=0, drawing=intake.drawing).load()
    form = intake.form(input_shape)
    return ImageFolder(
        str(path), form.height, form.width, form.color_mode, form.background, form.fit, test_share=0
    ).load()


def _of_idx(path: Path, label_path: Path) -> Dataset:
    """An IDX file of images with the labels that lie beside it."""
    images = read_idx(path)
    if path == label_path or not label_path.is_file():
        raise FileError(
            f"The labels of {str(path)!r} are missing: they should lie beside it, in a file whose name says labels and "
            f"idx1 where this one says images and idx3."
        )
    try:
        x, y = as_images(images), as_labels(read_idx(label_path))
    except ValueError as error:
        raise FileError(f"{path}: {error}") from None
    names = tuple(str(number) for number in range(int(y.max(initial=0)) + 1))
    return Dataset("idx", path.name, x, y, x[:0], y[:0], names)


def _renumbered(labels: NDArray[Any], names: tuple[str, ...], intake: Intake, outputs: int) -> NDArray[Any]:
    """The labels with the network's numbers, by the names of the classes where the network knows names."""
    known = intake.class_names or tuple(str(number) for number in range(outputs))
    there = labels.any(axis=0) if labels.ndim == 2 else np.isin(np.arange(len(names)), labels)
    used = np.flatnonzero(there)
    numbers = np.zeros(len(names), np.int64)
    numbers[used] = Intake(class_names=known).numbered([names[index] for index in used])
    if labels.ndim == 1:
        return numbers[labels]
    spread = np.zeros((len(labels), outputs), np.int64)
    spread[:, numbers[used]] = labels[:, used]
    return spread
