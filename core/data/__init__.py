"""Data: MNIST and the user's own images, how they are split, scaled and varied."""

from __future__ import annotations

from core.data.arrays import ArrayFile
from core.data.augmentation import Augmentation
from core.data.center_digit import (
    AS_MNIST,
    CenterSteps,
    Placement,
    Preparation,
    center_digit,
    center_steps,
    in_shape,
)
from core.data.csv_file import read_csv
from core.data.dataset import Dataset, Skipped
from core.data.idx import read_idx
from core.data.image_data_generator import ImageDataGenerator
from core.data.image_folder import ImageFolder, Progress
from core.data.mnist import Mnist, mnist
from core.data.npz_file import read_npz
from core.data.pen_digits import PenDigits
from core.data.pen_mixture import PenMixture
from core.data.photo import find_ink, read_drawing
from core.data.picture import PictureForm, read_picture
from core.data.scaling import Scaling
from core.data.split import stratified_split
from core.errors import ConfigError

__all__ = [
    "AS_MNIST",
    "DATASETS",
    "SOURCES",
    "ArrayFile",
    "Augmentation",
    "CenterSteps",
    "Dataset",
    "ImageDataGenerator",
    "ImageFolder",
    "Mnist",
    "PenDigits",
    "PenMixture",
    "PictureForm",
    "Placement",
    "Preparation",
    "Scaling",
    "Skipped",
    "Source",
    "center_digit",
    "center_steps",
    "find_ink",
    "in_shape",
    "load",
    "mnist",
    "read_csv",
    "read_drawing",
    "read_idx",
    "read_npz",
    "read_picture",
    "stratified_split",
]

DATASETS = (Mnist, PenDigits)  # that come with the program, in the order of the data chooser
Source = Mnist | PenDigits | ImageFolder | ArrayFile
SOURCES = (*DATASETS, ImageFolder, ArrayFile)  # everything that has a `load()` which gives a Dataset


def load(source: Source | str, progress: Progress | None = None) -> Dataset:
    """The images of a source, or of the one in DATASETS that has this name.

    `progress(done, total)` is called now and then where there is much to do; an exception it raises ends the loading.
    Raises ConfigError for an unknown name, FileError for a damaged file.
    """
    if not isinstance(source, str):
        return source.load(progress)
    for kind in DATASETS:
        if kind.kind_name() == source:
            return kind().load(progress)
    known = ", ".join(kind.kind_name() for kind in DATASETS)
    raise ConfigError(f"There is no data set {source!r}. Known: {known}.")
