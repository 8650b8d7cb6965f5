"""ImageDataGenerator: a data set as batches, for a training loop of one's own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.data.augmentation import Augmentation
from core.data.dataset import Dataset
from core.data.image_folder import ImageFolder, Progress
from core.data.scaling import Scaling
from core.data.split import stratified_split
from core.errors import ConfigError

Batch = tuple[NDArray[np.float32], NDArray[Any]]


class Batches:
    """One part of a data set, in batches; each iteration is one epoch, and `len` is the number of its batches.

    The last batch is short when the images do not come out even. Every batch is a fresh array.
    """

    def __init__(
        self,
        images: NDArray[np.uint8],
        labels: NDArray[Any],
        index: NDArray[np.int64],
        *,
        batch_size: int,
        scaling: Scaling,
        augmentation: Augmentation | None = None,
        shuffle_rng: np.random.Generator | None = None,
    ) -> None:
        self.labels = labels[index]
        self._images = images
        self._index = index
        self._batch_size = batch_size
        self._scaling = scaling
        self._augmentation = augmentation
        self._shuffle_rng = shuffle_rng

    def __len__(self) -> int:
        return math.ceil(len(self._index) / self._batch_size)

    def __iter__(self) -> Iterator[Batch]:
        count = len(self._index)
        order = np.arange(count) if self._shuffle_rng is None else self._shuffle_rng.permutation(count)
        for start in range(0, count, self._batch_size):
            chosen = order[start : start + self._batch_size]
            images = self._images[self._index[chosen]]
            X = np.empty(images.shape, np.float32)
            if self._augmentation is not None and self._shuffle_rng is not None:
                self._augmentation.apply(images, self._shuffle_rng, out=X)
                yield self._scaling.apply(X, out=X), self.labels[chosen]
            else:
                yield self._scaling.apply(images, out=X), self.labels[chosen]


class ImageDataGenerator:
    """A data set's three parts as batches of float32 images and their labels.

        generator = ImageDataGenerator.from_directory("flowers", height=64, width=64, color_mode="rgb", batch_size=16)
        for epoch in range(5):
            for x, y in generator.train:
                model.train_on_batch(x, y)

    `train` comes in a new order each epoch, augmented if wished; `validation` (the stratified `validation_share` of the
    training images) and `test` come as they are. The seed decides split, orders and augmentation.
    """

    def __init__(
        self,
        dataset: Dataset,
        *,
        batch_size: int = 32,
        validation_share: float = 0.1,
        scaling: Scaling | None = None,
        augmentation: Augmentation | None = None,
        seed: int = 0,
    ) -> None:
        if batch_size < 1:
            raise ConfigError(f"The batch size cannot be {batch_size}. Give at least 1.")
        split_rng, train_rng = (np.random.default_rng([seed, stream]) for stream in (0, 1))
        train, validation = stratified_split(dataset.y_train, validation_share, split_rng)
        self.dataset = dataset
        self.class_names = dataset.class_names
        self.scaling = scaling or Scaling.unit()
        self.train = Batches(
            dataset.x_train, dataset.y_train, train, batch_size=batch_size, scaling=self.scaling,
            augmentation=augmentation, shuffle_rng=train_rng,
        )  # fmt: skip
        self.validation = Batches(
            dataset.x_train, dataset.y_train, validation, batch_size=batch_size, scaling=self.scaling
        )
        everything = np.arange(len(dataset.y_test))
        self.test = Batches(dataset.x_test, dataset.y_test, everything, batch_size=batch_size, scaling=self.scaling)

    @classmethod
    def from_directory(
        cls,
        path: str | Path,
        *,
        height: int = 28,
        width: int = 28,
        color_mode: str = "grayscale",
        test_share: float = 0.2,
        seed: int = 0,
        progress: Progress | None = None,
        **options: Any,
    ) -> Self:
        """Read an image folder (see ImageFolder) and make batches of it; `options` are those of the class."""
        folder = ImageFolder(
            path=str(path), height=height, width=width, color_mode=color_mode, test_share=test_share, seed=seed
        )
        return cls(folder.load(progress), seed=seed, **options)
