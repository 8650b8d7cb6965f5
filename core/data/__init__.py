"""Data: MNIST and the user's own images, how they are split, scaled and varied."""

from __future__ import annotations

from core.data.augmentation import Augmentation
from core.data.center_digit import CenterSteps, center_digit, center_steps
from core.data.dataset import Dataset
from core.data.idx import read_idx
from core.data.mnist import Mnist, mnist
from core.data.scaling import Scaling
from core.data.split import stratified_split
from core.errors import ConfigError

__all__ = [
    "DATASETS",
    "Augmentation",
    "CenterSteps",
    "Dataset",
    "Mnist",
    "Scaling",
    "center_digit",
    "center_steps",
    "load",
    "mnist",
    "read_idx",
    "stratified_split",
]

DATASETS = (Mnist,)  # in the order of the data chooser


def load(name: str) -> Dataset:
    """The data set of that name in DATASETS. Raises ConfigError for an unknown name, FileError for a damaged file."""
    for source in DATASETS:
        if source.kind_name() == name:
            return source().load()
    known = ", ".join(source.kind_name() for source in DATASETS)
    raise ConfigError(f"There is no data set {name!r}. Known: {known}.")
