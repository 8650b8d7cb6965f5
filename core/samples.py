"""The samples of a training run, given out in batches that are ready for the network."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple, Protocol

import numpy as np

from core.answers import OneClass, answers_for
from core.buffers import Array, Buffers
from core.errors import ConfigError, ShapeError
from core.evaluation import PixelScaling
from core.mixture import Mixer, Mixture
from core.sequential import Sequential


class ImageAugmentation(Protocol):
    """Varies images at random while training (core.data.Augmentation)."""

    @property
    def is_active(self) -> bool:
        """Whether it changes anything."""
        ...

    def apply(self, images: Array, rng: np.random.Generator, out: Array | None = None) -> Array:
        """float32 images in the range of the given ones, into `out` if given."""
        ...


class Batch(NamedTuple):
    """Inputs and targets as the network and its loss want them, right answers, and how much each sample counts."""

    X: Array
    T: Array
    labels: Array
    weights: Array | None


class Samples:
    """Samples x with labels or targets y, for a built and compiled model.

    x is float (N, *input_shape), or uint8 together with a `scaling`. `class_weight` says how much the samples of a
    class count in loss and gradient. Those `mixed_in` get a share of each batch, and are not augmented. With `rows`
    only those samples of x are taken, in that order, and y has a label for each of them; x is not copied.

    Raises ShapeError and ConfigError when the data does not fit the model.
    """

    def __init__(
        self,
        model: Sequential,
        x: Array,
        y: Array,
        scaling: PixelScaling | None,
        augmentation: ImageAugmentation | None,
        class_weight: Mapping[int, float] | None,
        mixed_in: Mixture | None = None,
        rows: Array | None = None,
    ) -> None:
        x, y = np.asarray(x), np.asarray(y)
        count = len(x) if rows is None else len(rows)
        if count != len(y):
            raise ShapeError(f"There are {count} samples but {len(y)} labels. Give one label for each sample.")
        if rows is not None and count and not (0 <= rows.min() and rows.max() < len(x)):
            raise ShapeError(f"Rows {rows.min()} to {rows.max()} were chosen of {len(x)} samples. Choose among 0 to "
                             f"{len(x) - 1}.")
        if not count:
            raise ConfigError("There are no samples to train on. Give at least one.")
        if x.shape[1:] != model.input_shape:
            raise ShapeError(f"The model was built for samples of shape {model.input_shape} but gets {x.shape[1:]}.")
        if augmentation is not None and x.ndim != 4:
            raise ShapeError(f"Only images (N, H, W, C) can be augmented, not {x.shape}. Leave the augmentation out.")
        if mixed_in is not None and (mixed_in.x.shape[1:] != x.shape[1:] or mixed_in.x.dtype != x.dtype):
            raise ShapeError(
                f"The samples to mix in are {mixed_in.x.dtype} {mixed_in.x.shape[1:]}, but the others are {x.dtype} "
                f"{x.shape[1:]}. Bring them to one form."
            )
        self.x = x
        self._rows = rows
        self._count = count
        self.targets = model.targets(y)
        self.answers = answers_for(model.loss, y, model.output_shape[-1])
        self.labels = self.answers.labels(y)
        self.scaling = scaling
        self.augmentation = augmentation
        self.mixer = None if mixed_in is None else Mixer(mixed_in, model, self.answers)
        self._weights = self._weight_of_each_class(class_weight, max(2, model.output_shape[-1]))
        self._buffers = Buffers(model.dtype)

    def __len__(self) -> int:
        return self._count

    @property
    def are_images(self) -> bool:
        """Whether they can be augmented."""
        return self.x.ndim == 4

    def batch(self, index: Array, vary: np.random.Generator, mix: np.random.Generator) -> Batch:
        """The samples of this index, but for those that give way to others. X lies in a buffer that is used again.

        One generator varies the images, the other mixes.
        """
        shape = (len(index), *self.x.shape[1:])
        X: Array = self._buffers.get("X", shape)
        T, labels = self.targets.take(index, 0), self.labels.take(index, 0)
        varied = self.augmentation is not None and self.augmentation.is_active
        as_is = self.scaling is None and self.x.dtype == X.dtype and not varied
        raw = X if as_is else self._buffers.get("raw", shape, self.x.dtype.type)
        rows = index if self._rows is None else self._rows.take(index)
        # mode="clip" skips a bounds check that costs as much as the copy; neither can be out of bounds
        self.x.take(rows, 0, out=raw, mode="clip")
        if self.augmentation is not None and varied:
            raw = self.augmentation.apply(raw, vary, self._buffers.get("varied", shape, np.float32))
        if self.mixer is not None:
            self.mixer.mix(raw, T, labels, mix)
        if self.scaling is not None:
            self.scaling.apply(raw, out=X)
        elif not as_is:
            np.copyto(X, raw, casting="unsafe")
        return Batch(X, T, labels, None if self._weights is None else self._weights.take(labels))

    def _weight_of_each_class(self, class_weight: Mapping[int, float] | None, classes: int) -> Array | None:
        """The weight of each class as an array, or None when all count alike."""
        if not class_weight:
            return None
        if not isinstance(self.answers, OneClass):
            raise ConfigError("Class weights need samples of one class each, but these have none. Leave them out.")
        weights = np.ones(classes, self.targets.dtype if self.targets.dtype.kind == "f" else np.float32)
        for label, weight in class_weight.items():
            if not 0 <= label < classes or not (math.isfinite(weight) and weight >= 0):
                raise ConfigError(
                    f"Class {label} cannot have weight {weight}. Classes run from 0 to {classes - 1}, weights from 0."
                )
            weights[label] = weight
        return weights
