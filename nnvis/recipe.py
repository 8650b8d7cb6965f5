"""The two recipes of a project, for the data and for the training, and the sharing out of images that follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data import Dataset, PenDigits, Scaling, stratified_split
from core.hyper import Configurable, hyper

DIGITS = tuple("0123456789")  # the classes, where they are those of MNIST


@dataclass(frozen=True)
class DataRecipe(Configurable):
    """How the images are shared out and scaled."""

    validation_share: float = hyper(
        1 / 12,
        low=0.0,
        high=0.5,
        unit="%",
        help="The part of the training images that is kept aside, to measure how well new images are answered.",
    )
    scaling: str = hyper(
        "unit",
        choices=("unit", "standardize"),
        help="unit: pixels from 0 to 1. standardize: mean 0 and standard deviation 1 over the training images.",
    )


@dataclass(frozen=True)
class TrainingRecipe(Configurable):
    """How often the images are gone through, and in which portions."""

    batch_size: int = hyper(
        64, low=1, high=4096, live=True, log=True, unit="images",
        help="How many images are averaged for one step of the weights.",
    )
    epochs: int = hyper(5, low=1, high=1000, live=True, help="How many times all training images are gone through.")
    validations_per_epoch: int = hyper(
        4, low=1, high=20, title="Validations",
        help="How often in an epoch the validation images are answered, for the validation curve.",
    )
    class_weights: str = hyper(
        "equal", choices=("equal", "balanced"), advanced=True,
        help="equal: every image counts alike. balanced: images of rare classes count more, so that all classes do.",
    )


def takes_pen_digits(dataset: Dataset) -> bool:
    """Whether pen digits can be mixed into these images: they must be other digits of the same form."""
    is_digits = dataset.class_names == DIGITS and not dataset.is_multi_label
    return is_digits and dataset.input_shape == (28, 28, 1) and dataset.name != PenDigits.kind_name()


@dataclass(frozen=True)
class OwnMixture(Configurable):
    """How much the user's own digits count in the training."""

    weight: int = hyper(
        0, low=0, high=50, unit="×",
        help="How often each of your own digits is among the training images. 0: not at all.",
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Split:
    """The training images of a data set, shared out for training and validation, and how they are scaled.

    Those to train on stay where they are, among the others: a copy would take as much memory again.

    Shapes: images uint8 (M, H, W, C); rows, which of them are trained on, (N,); y_train, their labels, (N,);
    x_validation uint8 (V, H, W, C), y_validation (V,).
    """

    images: NDArray[np.uint8]
    rows: NDArray[np.intp]
    y_train: NDArray[Any]
    x_validation: NDArray[np.uint8]
    y_validation: NDArray[Any]
    scaling: Scaling

    @property
    def x_train(self) -> NDArray[np.uint8]:
        """The images that are trained on, copied out. Shape: (N, H, W, C)."""
        return self.images[self.rows]


def with_own_digits(split: Split, images: NDArray[np.uint8], labels: NDArray[np.int64], weight: int) -> Split:
    """The split with the user's own digits among the training images, each so many times; the scaling stays.

    Shapes: images (n, H, W, C), labels (n,).
    """
    if not weight or not len(images):
        return split
    own = np.arange(len(split.images), len(split.images) + len(images))
    return replace(
        split,
        images=np.concatenate([split.images, images]),
        rows=np.concatenate([split.rows, *[own] * weight]),
        y_train=np.concatenate([split.y_train, *[labels] * weight]),
    )


def split_data(dataset: Dataset, recipe: DataRecipe, seed: int) -> Split:
    """Share out the training images as `recipe` says; the scaling is fitted on the training part alone."""
    train, validation = stratified_split(dataset.y_train, recipe.validation_share, np.random.default_rng(seed))
    return Split(
        images=dataset.x_train,
        rows=train,
        y_train=dataset.y_train[train],
        x_validation=dataset.x_train[validation],
        y_validation=dataset.y_train[validation],
        scaling=Scaling.fit(dataset.x_train[train]) if recipe.scaling == "standardize" else Scaling.unit(),
    )
