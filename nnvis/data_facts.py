"""What a data set holds, class by class: counts, a mean image, and which images belong to it. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data import Dataset

MOST_AVERAGED = 4_000_000  # pixels of a class that its mean is taken over: a few milliseconds


@dataclass(frozen=True, eq=False)
class ClassFacts:
    """One class of the training or the test images. `mean` is uint8 (H, W, C); None where there is no image."""

    name: str
    count: int
    mean: NDArray[np.uint8] | None


def class_facts(dataset: Dataset, part: str = "train") -> tuple[ClassFacts, ...]:
    """Every class of one part, "train" or "test", in the order of the outputs."""
    x, y = images_of(dataset, part)
    return tuple(_facts(name, x, members(y, number)) for number, name in enumerate(dataset.class_names))


def images_of(dataset: Dataset, part: str) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """Images and labels of "train" or "test"."""
    return (dataset.x_test, dataset.y_test) if part == "test" else (dataset.x_train, dataset.y_train)


def members(labels: NDArray[Any], number: int | None) -> NDArray[np.int64]:
    """The places of all images of a class; None: of all."""
    if number is None:
        return np.arange(len(labels))
    return np.flatnonzero(labels[:, number] if labels.ndim == 2 else labels == number)


def class_text(dataset: Dataset, labels: NDArray[Any], place: int) -> str:
    """The class, or the classes, of one image in words."""
    label = labels[place]
    numbers = np.flatnonzero(label) if labels.ndim == 2 else [int(label)]
    return ", ".join(str(dataset.class_names[number]) for number in numbers) or "no class"


def shared_out(dataset: Dataset, share: float) -> tuple[int, int, int]:
    """How many images are for training, validation and test, when that share is for validation."""
    labels = dataset.y_train
    groups = len(np.unique(labels, axis=0 if labels.ndim == 2 else None))
    total = len(labels)
    validation = min(round(share * total), total - groups)  # the last image of a class is always trained on
    return total - validation, validation, len(dataset.x_test)


def _facts(name: str, x: NDArray[np.uint8], places: NDArray[np.int64]) -> ClassFacts:
    few = places[: max(1, MOST_AVERAGED // max(1, int(np.prod(x.shape[1:]))))]
    mean = None if not len(few) else x[few].mean(axis=0, dtype=np.float32).round().astype(np.uint8)
    return ClassFacts(str(name), len(places), mean)
